"""Fit small models on generated points in the plane; write the points, draw the regions."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench import illustrations
    from skewbench.analysis.select import strategy_facts
    from skewbench.analysis.writing import write
    from skewbench.figures.regions import region_plot
    from skewbench.figures.resamplers import resampling_plot
    from skewbench.figures.style import save
    from skewbench.figures.wording import learners_called

    root = Path(__file__).resolve().parent.parent
    folder, strategies = root / snakemake.params.folder, snakemake.params.strategies
    shown = {name: strategies[name] for name in snakemake.params.shown}
    facts = strategy_facts(strategies)
    regions, measured = illustrations.decision_regions(shown, snakemake.params.learners, folder)
    points, intruders = illustrations.resampled_points(strategies, folder)
    tables = {"regions": regions, "measured": measured, "points": points, "intruders": intruders}
    for name, table in tables.items():
        write(table, Path(snakemake.output[name]))
    sample = illustrations.drawn_sample()
    learners = snakemake.params.learners
    labels = {name: entry["label"] for name, entry in learners.items() if "label" in entry}
    with learners_called(labels):
        figures = {
            "drawn_regions": region_plot(regions, measured, sample, facts, list(shown)),
            "drawn_points": resampling_plot(points, intruders, facts),
        }
    for name, figure in figures.items():
        save(figure, Path(snakemake.output[name][0]).with_suffix(""))
