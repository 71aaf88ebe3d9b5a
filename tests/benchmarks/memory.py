"""Peak memory of a cell on 300,000 rows x 30 columns, for every strategy that takes so many rows.

One outer fit on four fifths of the rows, as in five folds, without the inner ones, which are
smaller. Strategies with a size limit below that must say `infeasible` at once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from studies import ROOT, synthetic, write_study

from skewbench.block import run_block
from skewbench.data import sources
from skewbench.data import table as tables
from skewbench.study import load_study

ROWS, COLUMNS = 300_000, 30


def _halves(folder: Path) -> dict:
    """Write a training and a test file; return their entry."""
    entry = synthetic(ROWS, n_features=COLUMNS, imbalance_ratio=10)
    entry |= {"cost": {"false_negative": 1, "false_positive": 1}, "family": "large"}
    table, _ = sources.load("large", entry, ROOT, folder)
    frame = table.features.assign(target=table.target)
    test = np.random.default_rng(0).random(len(frame)) < 0.2
    frame[~test].to_parquet(folder / "train.parquet")
    frame[test].to_parquet(folder / "test.parquet")
    halves = {"path": str(folder / "train.parquet"), "test_path": str(folder / "test.parquet")}
    return {"source": "file", "target": "target", "split": {"kind": "fixed"}} | halves


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per strategy and learner."""
    strategies = list(yaml.safe_load((ROOT / "config" / "strategies.yaml").read_text()))
    study = {
        "study": "memory",
        "datasets": [{"large": _halves(folder)}],
        "ratios": ["natural"],
        "strategies": strategies,
        "learners": ["logistic_regression", "xgboost"],
        "seeds": 1,
        "inner_folds": 0,
        "time_limit": 3600,
    }
    study = load_study(write_study(folder, study), ROOT)
    data, facts = folder / "large.parquet", folder / "large.json"
    tables.write(*sources.load("large", study.datasets["large"], ROOT, folder), data, facts)
    rows = []
    for name in strategies:
        results = run_block(
            data,
            facts,
            ("large", "natural", name, 0, 0),
            study.block_settings(name),
            study.limits,
            study.folder,
            folder / "block.parquet",
            None,
            {},
        )
        for result in results:
            values = pd.DataFrame(result.rows, columns=["fold", *"spd", "metric", "value"])
            mean = values.groupby("metric")["value"].mean()
            rows.append(
                {
                    "strategy": name,
                    "learner": result.learner,
                    "status": result.status,
                    "reason": result.reason,
                    "peak_memory_mb": mean.get("peak_memory_mb"),
                    "resample_seconds": mean.get("resample_seconds"),
                    "fit_seconds": mean.get("fit_seconds"),
                }
            )
            print(*rows[-1].values(), flush=True)
    return pd.DataFrame(rows).round(1)
