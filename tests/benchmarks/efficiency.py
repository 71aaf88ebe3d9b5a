"""How much of the machine computes: CPU seconds inside resample, fit and score over wall x cores.

Whole runs of `snakemake --cores 2`, from the data to the figures: everything that is not a
strategy's or learner's own work (interpreters, imports, forks, decisions, metrics, files, tables,
figures, scheduling) is loss.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from studies import snakemake, synthetic, write_study

from skewbench.results import read_metrics

CORES = 2
STRATEGIES = ["none", "random_over", "smote", "adasyn", "tomek_links", "enn", "weight_inverse"]
STRATEGIES += ["weight_effective"]


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per size of data set."""
    return pd.DataFrame([_run(folder / str(rows), rows) for rows in (500, 2000)])


def _run(folder: Path, rows: int) -> dict:
    study = {
        "study": "efficiency",
        "datasets": [{f"d{seed}": synthetic(rows, seed=seed)} for seed in range(2)],
        "ratios": ["natural"],
        "strategies": STRATEGIES,
        "learners": ["logistic_regression", "random_forest", "xgboost"],
        "seeds": 10,
        "seeds_per_job": 10,
    }
    write_study(folder, study)
    run = snakemake(folder, cores=CORES)
    files = sorted((folder / "results" / "efficiency" / "metrics").rglob("*.parquet"))
    inside = sum(useful_seconds(read_metrics(file).to_pandas()) for file in files)
    return {
        "rows": rows,
        "jobs": len(files),
        "wall_seconds": round(run.wall, 1),
        "cpu_seconds": round(run.cpu, 1),
        "inside_seconds": round(inside, 1),
        "efficiency": round(inside / (run.wall * CORES), 3),
    }


def useful_seconds(block: pd.DataFrame) -> float:
    """CPU seconds of a block in resampling (once for all learners), fitting and scoring."""
    totals = block.groupby(["metric", "learner"], observed=True)["value"].sum()
    own = ("fit_seconds", "score_seconds", "training_score_seconds", "oof_seconds")
    shared = ("resample_seconds", "oof_resample_seconds")
    return sum(totals[name].sum() for name in own) + sum(totals[name].mean() for name in shared)
