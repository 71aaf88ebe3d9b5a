"""Make the tables of the study from its collected table."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.analysis.tables import all_tables
    from skewbench.analysis.writing import write

    made = all_tables(
        snakemake.input.collected,
        snakemake.params.strategies,
        snakemake.input.difficulty,
        [json.loads(Path(file).read_text(encoding="utf-8")) for file in snakemake.input.facts],
    )
    for file in map(Path, snakemake.output):
        write(made[file.stem], file)
