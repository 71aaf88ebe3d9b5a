"""Write the report of a study: one HTML page from its tables, figures and facts."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.report.inputs import read_inputs
    from skewbench.report.page import render, write

    given = snakemake.input
    inputs = read_inputs(
        study=snakemake.wildcards.study,
        file=snakemake.params.file,
        tables=[path for path in map(Path, given.tables) if path.suffix == ".parquet"],
        figures=map(Path, given.figures),
        facts=map(Path, given.facts),
        provenance=Path(given.provenance),
        collected=Path(given.collected),
        strategies=snakemake.params.strategies,
        learners=snakemake.params.learners,
    )
    for problem in inputs.problems:
        print(f"Missing from the report: {problem}")
    page = render(inputs)
    write(page, Path(snakemake.output[0]))
    print(f"{len(page.encode()) / 1e6:.1f} MB")
