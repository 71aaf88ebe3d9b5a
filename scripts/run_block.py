"""Run one block of cells and write its metrics."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.block import run_block
    from skewbench.outcome import outcome_of
    from skewbench.provenance import versions

    at, made_from = snakemake.wildcards, snakemake.params.made_from
    asked = dict(snakemake.resources.items())
    limits = {name: asked[name] for name in ("time_limit", "memory_limit") if name in asked}
    results = run_block(
        data=snakemake.input.data,
        facts_file=snakemake.input.facts,
        block=(at.dataset, at.ratio, at.strategy, int(at.first), int(at.last)),
        settings=made_from["settings"],
        limits=limits,
        folder=Path(__file__).resolve().parent.parent / snakemake.params.folder,
        metrics=snakemake.output.metrics,
        scores=snakemake.output.get("scores"),
        metadata={"versions": versions()} | made_from,
    )
    print(outcome_of(results))
