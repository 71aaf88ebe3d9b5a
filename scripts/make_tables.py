"""Make the tables of the study from its collected table."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pyarrow.parquet as pq

    from skewbench.analysis.difficulty import difficulty_table
    from skewbench.analysis.status import missing_cells
    from skewbench.analysis.tables import all_tables
    from skewbench.analysis.writing import write
    from skewbench.feasibility import learners_of

    collected, strategies = snakemake.input.collected, snakemake.params.strategies
    facts = {Path(file).stem: json.loads(Path(file).read_text()) for file in snakemake.input.facts}
    missing = missing_cells(
        json.loads(pq.read_schema(collected).metadata[b"skewbench.not_collected"]),
        {name: entry["task"] for name, entry in facts.items()},
        {name: learners_of(entry, snakemake.params.learners) for name, entry in strategies.items()},
    )
    measured = difficulty_table(snakemake.input.difficulty, snakemake.params.ratios)
    made = all_tables(collected, strategies, measured, facts.values(), missing)
    for file in map(Path, snakemake.output):
        write(made[file.stem], file)
