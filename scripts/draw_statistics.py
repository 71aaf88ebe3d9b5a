"""Draw the comparisons, pairs, differences and symptoms that the tables feed."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pandas as pd

    from skewbench.figures.statistics import draw_statistics
    from skewbench.figures.wording import learners_called

    with learners_called(snakemake.params.labels):
        draw_statistics(
            {Path(file).stem: pd.read_parquet(file) for file in snakemake.input},
            folder=Path(snakemake.output[0]).parent,
            panels=snakemake.params.panels,
            main_panels=snakemake.params.main_panels,
            learners=snakemake.params.learners,
            highlight=snakemake.params.highlight,
        )
