"""Draw the figures that need every score: curves, costs and reliability."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.figures.scores import draw_curves

    draw_curves(
        zip(map(Path, snakemake.input.scores), map(Path, snakemake.input.metrics), strict=True),
        folder=Path(snakemake.output[0]).parent,
        ratio=snakemake.wildcards.ratio,
        learner=snakemake.params.learner,
        strategies=snakemake.params.strategies,
        costs=snakemake.params.costs,
    )
