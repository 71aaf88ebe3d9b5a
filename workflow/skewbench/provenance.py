"""What a study ran on, so that its numbers can be traced."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from skewbench.archive import read_blocks

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "imbalanced-learn",
    "xgboost-cpu",
    "xgboost",
    "torch",
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


def cpu_seconds(benchmark: Path) -> float:
    """Return the CPU seconds in a benchmark file of Snakemake's (0.0 where it measured none)."""
    if not benchmark.exists():
        return 0.0
    names, values = benchmark.read_text(encoding="utf-8").splitlines()[:2]
    spent = dict(zip(names.split("\t"), values.split("\t"), strict=True))["cpu_time"]
    return 0.0 if spent in ("-", "NA") else float(spent)


def provenance(results: Path, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return versions, commit, machine, configuration and CPU hours of a finished study.

    Parameters
    ----------
    results : Path
        The study's folder. The library versions are those that its metrics files were made with
        (more than one entry: they were made by different environments); the CPU time is summed
        over its benchmark files, jobs that were run again counting once, and over the blocks of
        earlier sittings.
    configuration : dict
        The study file, and the resolved data sets, strategies, learners and protocol.
    """
    import pyarrow.parquet as pq

    metadata = pq.read_schema(results / "collected" / "metrics.parquet").metadata
    seconds = sum(map(cpu_seconds, (results / "benchmarks").rglob("*.tsv")))
    if configuration.get("archive"):
        entries = read_blocks(Path(configuration["archive"]))
        here = results / "benchmarks" / "metrics"
        seconds += sum(
            entry["cpu_seconds"]
            for name, entry in entries.items()
            if not (here / f"{name}.tsv").exists()
        )
    return {
        "versions": json.loads(metadata[b"skewbench.versions"]),
        "commit": _commit(),
        "machine": {
            "system": f"{platform.system()} {platform.release()}",
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
        "cpu_hours": round(seconds / 3600, 3),
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
