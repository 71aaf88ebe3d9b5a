"""Do long blocks start early, although the scheduler looks at a random hundred of the ready ones?

A thousand short blocks and ten long ones, in an order that puts the long ones last; each sleeps
instead of computing. With blocks in forecast order the second core idles for no longer than a short
block at the end; without, for about as long as a long one takes.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from studies import copy_of_tree, snakemake, synthetic, write_study

SHORT, LONG = 0.05, 20.0
SLEEPING_BLOCK = f'''"""Sleep for as long as the strategy's name says, and write when."""

import time

start = time.time()
time.sleep({LONG} if snakemake.wildcards.strategy == "long" else {SHORT})
with open(snakemake.output.metrics, "w") as file:
    file.write(f"{{start}} {{time.time()}}")
'''


def measure(folder: Path) -> pd.DataFrame:
    """Return one row with and one without priorities."""
    return pd.DataFrame([_run(folder / str(ordered), ordered) for ordered in (True, False)])


def _run(folder: Path, ordered: bool) -> dict:
    tree = copy_of_tree(folder, SLEEPING_BLOCK)
    if not ordered:
        rule = tree / "workflow" / "rules" / "cells.smk"
        rule.write_text(rule.read_text().replace("    priority: expected_seconds\n", ""))
    entry = {"level": "data", "resample": {"imblearn.over_sampling.RandomOverSampler": {}}}
    long = entry | {"cost_model": {"seconds": 1.0, "exponent": 1.0}}
    study = {
        "study": "order",
        "datasets": [{"small": synthetic(300)}],
        "ratios": ["natural"],
        "strategies": ["none", *({f"short_{i}": entry} for i in range(99)), {"long": long}],
        "learners": ["decision_tree"],
        "seeds": 10,
    }
    write_study(folder, study)
    snakemake(folder, targets=["metrics"], tree=tree)
    files = list((folder / "results" / "order" / "metrics").rglob("*.parquet"))
    times = {file: tuple(map(float, file.read_text().split())) for file in files}
    started = sorted(times, key=lambda file: times[file][0])
    ranks = [rank for rank, file in enumerate(started, 1) if file.parent.name == "long"]
    ends = sorted(end for _, end in times.values())
    return {
        "blocks": len(files),
        "longest_first": ordered,
        "last_long_block_started_as": ranks[-1],
        "second_core_idle_at_the_end_seconds": round(ends[-1] - ends[-2], 2),
    }
