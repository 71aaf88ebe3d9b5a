"""Make a data set's tidy parquet and its facts."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.data import sources, table

    made, facts = sources.load(
        name=snakemake.wildcards.dataset,
        entry=snakemake.params.entry,
        base=Path(__file__).resolve().parent.parent,
        cache=Path("results") / "cache",
    )
    for note in facts["notes"][bool(snakemake.params.entry.get("notes")) :]:
        print(f"Note on data set '{facts['name']}': {note}")
    table.write(made, facts, snakemake.output.data, snakemake.output.facts)
