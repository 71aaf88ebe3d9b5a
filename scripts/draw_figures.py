"""Draw every figure that the tables feed."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pandas as pd

    from skewbench.figures.study import draw_study
    from skewbench.figures.wording import learners_called

    tables = {Path(file).stem: pd.read_parquet(file) for file in snakemake.input}
    with learners_called(snakemake.params.labels):
        draw_study(
            tables,
            folder=Path(snakemake.output[0]).parent,
            panels=snakemake.params.panels,
            learners=snakemake.params.learners,
            main_ratio=snakemake.params.main_ratio,
            induced=snakemake.params.induced,
            few=snakemake.params.few,
            highlight=snakemake.params.highlight,
            strategies=snakemake.params.strategies,
        )
