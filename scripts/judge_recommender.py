"""Judge the recommender against its rivals, leaving one family of data sets out at a time."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pandas as pd

    from skewbench.analysis.writing import write
    from skewbench.recommend.judging import judge

    table = judge(
        pd.read_parquet(snakemake.input.differences), pd.read_parquet(snakemake.input.difficulty)
    )
    for file in map(Path, snakemake.output):
        write(table, file)
