"""Draw PR and ROC curves of the highlighted strategies from kept scores."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.figures.study import draw_curves

    draw_curves(
        list(map(Path, snakemake.input)),
        path=Path(snakemake.output[0]).with_suffix(""),
        learner=snakemake.params.learner,
        strategies=snakemake.params.strategies,
    )
