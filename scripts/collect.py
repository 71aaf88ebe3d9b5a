"""Reduce the blocks' metrics files to the collected table."""

import json
import sys
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pyarrow as pa

    from skewbench.analysis.collect import collect
    from skewbench.results import write

    facts = {Path(file).stem: json.loads(Path(file).read_text()) for file in snakemake.input.facts}
    collected, versions, problems = collect(snakemake.input.metrics, facts)
    for problem in problems:
        print(f"Not collected: {problem}", file=sys.stderr)
    if problems:
        print("Their cells are missing from the tables; `make retry` makes them.", file=sys.stderr)
    if len(versions) > 1:
        print(f"Made with {len(versions)} different sets of library versions.", file=sys.stderr)
    write(
        pa.Table.from_pandas(collected, preserve_index=False),
        snakemake.output[0],
        {"versions": versions, "not_collected": problems},
    )
