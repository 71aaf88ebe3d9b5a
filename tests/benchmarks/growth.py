"""How a study grows: wall time with cells, and what Snakemake itself needs for very many blocks.

The cells are real in the first part. In the second, which asks about the scheduler, a block is a
script that makes an empty file: planning, finding that nothing is to be done, and a real run.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from studies import copy_of_tree, snakemake, synthetic, write_study

STRATEGIES = ["none", "random_over", "random_under", "smote", "weight_inverse"]
EMPTY_BLOCK = '"""Make an empty file."""\n\nopen(snakemake.output.metrics, "w").close()\n'


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per step: cells or blocks, wall and CPU seconds, memory of the scheduler."""
    rows = [_cells(folder / f"{times}x", times) for times in (1, 4, 16)]
    rows += _blocks(folder / "10k", 10_000, run=True)
    rows += _blocks(folder / "50k", 50_000, run=False)
    return pd.DataFrame(rows)


def _row(what: str, n: int, run) -> dict:
    return {
        "what": what,
        "n": n,
        "wall_seconds": round(run.wall, 1),
        "cpu_seconds": round(run.cpu, 1),
        "peak_mb": round(run.peak_mb),
        "wall_per_n": round(run.wall / n, 4),
    }


def _cells(folder: Path, times: int) -> dict:
    study = {
        "study": "growth",
        "datasets": [{"small": synthetic(300)}],
        "ratios": ["natural"],
        "strategies": STRATEGIES,
        "learners": ["logistic_regression", "decision_tree", "xgboost"],
        "seeds": 10 * times,
        "seeds_per_job": 10,
    }
    write_study(folder, study)
    run = snakemake(folder)
    return _row("a run, real cells", len(STRATEGIES) * study["seeds"], run)


def _blocks(folder: Path, n: int, run: bool) -> list[dict]:
    tree = copy_of_tree(folder, EMPTY_BLOCK)
    study = {
        "study": "wide",
        "datasets": [{"small": synthetic(60)}],
        "ratios": ["natural"],
        "strategies": STRATEGIES,
        "learners": ["decision_tree"],
        "seeds": n // len(STRATEGIES),
        "seeds_per_job": 1,
    }
    write_study(folder, study)
    steps = {"dry run": ["--dry-run", "--quiet", "all"]}
    if run:
        steps |= {"a run, empty blocks": [], "nothing to be done": []}
    return [
        _row(what, n, snakemake(folder, *options, targets=["metrics"], tree=tree))
        for what, options in steps.items()
    ]
