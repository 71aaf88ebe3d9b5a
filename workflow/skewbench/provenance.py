"""What a study ran on, so that its numbers can be traced."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "imbalanced-learn",
    "xgboost-cpu",
    "xgboost",
    "snakemake",
)


def versions() -> dict[str, str]:
    """Return the version of Python and of every library that can move a result."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def provenance(collected: Path, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return versions, commit, machine, configuration and CPU hours of a finished study.

    Parameters
    ----------
    collected : Path
        The collected table, from which the CPU time of the cells is summed.
    configuration : dict
        The study file, and the resolved data sets, strategies, learners and protocol.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    spent = pq.read_table(
        collected,
        columns=["metric", "value"],
        filters=[
            ("metric", "in", ["resample_seconds", "fit_seconds", "score_seconds", "oof_seconds"])
        ],
    )
    per_fold = pc.sum(spent["value"]).as_py() or 0.0
    folds = configuration["protocol"]["folds"]
    return {
        "versions": versions(),
        "commit": _commit(),
        "machine": {
            "system": f"{platform.system()} {platform.release()}",
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
        "cpu_hours_in_cells": round(per_fold * folds / 3600, 4),
        "configuration": configuration,
    }


def _commit() -> str | None:
    """The commit of the project's folder, with ``+changes`` if files differ from it."""
    try:
        here = Path(__file__).resolve().parent
        run = {"cwd": here, "capture_output": True, "text": True, "check": True, "timeout": 20}
        commit = subprocess.run(["git", "rev-parse", "HEAD"], **run).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain"], **run).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+changes" if changed else "")
