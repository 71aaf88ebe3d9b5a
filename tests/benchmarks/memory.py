"""Peak memory of a cell on 300,000 rows x 30 columns, for every strategy that takes so many rows.

One outer fit on four fifths of the rows, as in five folds, without the inner ones, which are
smaller. Strategies with a size limit below that must say `infeasible` at once. Of ensembles with
fifty members or more, a tenth and a fifth of the members are fitted, and the peak of all of them is
extrapolated: what a member adds is what it is kept as.
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
MANY = 50


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


def measure(folder: Path, strategies: list[str] | None = None) -> pd.DataFrame:
    """Return one row per strategy (all without a list) and learner."""
    entries = yaml.safe_load((ROOT / "config" / "strategies.yaml").read_text())
    catalogue = [name for name, entry in entries.items() if "extra" not in entry]
    strategies = strategies or catalogue
    study = {
        "study": "memory",
        "datasets": [{"large": _halves(folder)}],
        "ratios": ["natural"],
        "strategies": catalogue,
        "learners": ["logistic_regression", "xgboost"],
        "seeds": 1,
        "inner_folds": 0,
        "time_limit": 3600,
    }
    study = load_study(write_study(folder, study), ROOT)
    data, facts = folder / "large.parquet", folder / "large.json"
    tables.write(*sources.load("large", study.datasets["large"], ROOT, folder), data, facts)

    def run(name: str, settings: dict) -> list:
        block = ("large", "natural", name, 0, 0)
        metrics = folder / "block.parquet"
        return run_block(
            data, facts, block, settings, study.limits, study.folder, metrics, None, {}
        )

    rows = []
    for name in strategies:
        settings = study.block_settings(name)
        members = _members(settings["strategy"])
        if members < MANY:
            rows += [_row(name, result) for result in run(name, settings)]
        else:
            few, more = (
                _row(name, run(name, _with_members(settings, members // part))[0])
                for part in (10, 5)
            )
            peaks = few["peak_memory_mb"], more["peak_memory_mb"]
            if None not in peaks:
                few["peak_memory_mb"] += 9 * max(0.0, peaks[1] - peaks[0])
            rows.append(
                few | {"members_fitted": f"{members // 10} and {members // 5} of {members}"}
            )
        print(*rows[-1].values(), flush=True)
    return pd.DataFrame(rows).round(1)


def _row(name: str, result) -> dict:
    values = pd.DataFrame(result.rows, columns=["fold", *"spd", "metric", "value"])
    mean = values.groupby("metric")["value"].mean()
    return {
        "strategy": name,
        "learner": result.learner,
        "status": result.status,
        "reason": result.reason,
        "peak_memory_mb": mean.get("peak_memory_mb"),
        "resample_seconds": mean.get("resample_seconds"),
        "fit_seconds": mean.get("fit_seconds"),
        "members_fitted": "all",
    }


def _members(strategy: dict) -> int:
    """Return how many members the strategy's own ensemble has; 0 if they are cheap or none."""
    path, parameters = next(iter(strategy.get("model", {"": {}}).items()))
    return 0 if path.startswith("xgboost") else parameters.get("n_estimators", 0)


def _with_members(settings: dict, members: int) -> dict:
    ((path, parameters),) = settings["strategy"]["model"].items()
    model = {path: parameters | {"n_estimators": members}}
    return settings | {"strategy": settings["strategy"] | {"model": model}}
