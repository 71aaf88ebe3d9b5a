"""Hand-sized collected tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.analysis.readings import Reading

AP = Reading("average_precision")


def described(**levels) -> pd.DataFrame:
    """Return strategies; a value is a level, or (level, anchor), or (level, anchor, ranked)."""
    rows = {}
    for name, value in levels.items():
        level, anchor, ranked = (*((value,) if isinstance(value, str) else value), None, True)[:3]
        if not isinstance(value, str) and len(value) == 2:
            ranked = True
        rows[name] = {"level": level, "label": name.title(), "ranked": ranked, "anchor": anchor}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")


def rows(values: dict, learner="tree", ratio="natural", reading=AP, families=None) -> pd.DataFrame:
    """Return collected rows from {(dataset, strategy): value, values per seed or a status}."""
    table = []
    for (dataset, strategy), given in values.items():
        for seed, value in enumerate(given if isinstance(given, list) else [given]):
            status, _, flags = value.partition(" ") if isinstance(value, str) else ("ok", "", "")
            row = {
                "dataset": dataset,
                "family": (families or {}).get(dataset, dataset),
                "task": "binary",
                "track": "default",
                "ratio": ratio,
                "strategy": strategy,
                "learner": learner,
                "seed": seed,
                "status": status,
                "reason": "" if status == "ok" else f"{status} because",
                "flags": flags,
            }
            absent = {"metric": "", "scores": "", "prior": "", "decision": "", "value": np.nan}
            found = reading._asdict() | {"value": value}
            table.append(row | (found if status == "ok" else absent))
    return pd.DataFrame(table)
