"""Reduce the blocks' metrics files, and what is archived of earlier sittings, to one table."""

import json
import sys
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pyarrow as pa

    from skewbench.analysis.collect import collect
    from skewbench.analysis.sittings import archived_rows, archived_versions
    from skewbench.blocks import block_of
    from skewbench.results import write

    facts = {Path(file).stem: json.loads(Path(file).read_text()) for file in snakemake.input.facts}
    archived, left_out, earlier = None, {}, []
    if snakemake.params.archived:
        folder = Path(snakemake.input.archive[0]).parent
        archived, left_out = archived_rows(folder, map(block_of, snakemake.params.archived), facts)
        earlier = archived_versions(folder)
    collected, versions, problems = collect(snakemake.input.metrics, facts, archived)
    versions += [found for found in earlier if found not in versions]
    not_collected = left_out | {
        "/".join(Path(file).with_suffix("").parts[-4:]): said for file, said in problems.items()
    }
    for problem in dict.fromkeys(not_collected.values()):
        print(f"Not collected: {problem}", file=sys.stderr)
    if not_collected:
        print("Their cells are missing from the tables; `make retry` makes them.", file=sys.stderr)
    if len(versions) > 1:
        print(f"Made with {len(versions)} different sets of library versions.", file=sys.stderr)
    write(
        pa.Table.from_pandas(collected, preserve_index=False),
        snakemake.output[0],
        {"versions": versions, "not_collected": not_collected, "not_run": snakemake.params.not_run},
    )
