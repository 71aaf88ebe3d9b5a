"""Make the tables of the study from its collected table."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.analysis import tables

    made = tables.all_tables(
        snakemake.input.collected, snakemake.params.strategies, snakemake.input.difficulty
    )
    for file in map(Path, snakemake.output):
        tables.write(made[file.stem], file)
