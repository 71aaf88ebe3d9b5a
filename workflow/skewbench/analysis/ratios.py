"""Scores against the imbalance ratio, on data sets that exist at every ratio compared.

Arm A (``ir10``) keeps the size of the training part, arm B (``ir10m50``) the number of minority
rows. The natural ratio differs between data sets and has no place on the axis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import CONTROL, READING, Means, at_readings

DEFAULT_RATIO_READINGS = (
    Reading("average_precision"),
    Reading("average_precision", prior="reference"),
)
_PATTERN = re.compile(r"(?P<profile>ir|lt)(?P<ratio>\d+(?:\.\d+)?)(?:m(?P<minority>\d+))?")


def ratio_order(ratio: str) -> tuple:
    """Return what ratios are sorted by: the natural one first, each arm by its imbalance.

    >>> sorted(["lt10", "ir100", "ir10m50", "ir50", "natural"], key=ratio_order)
    ['natural', 'ir50', 'ir100', 'ir10m50', 'lt10']
    """
    imbalance, arm = ratio_facts(ratio)
    return (ratio != "natural", ratio.startswith("lt"), "minority" in arm, arm, imbalance)


def ratio_facts(ratio: str) -> tuple[float, str]:
    """Return the imbalance ratio and the arm of a ratio's name (NaN and "natural" if natural).

    >>> ratio_facts("ir10"), ratio_facts("ir10m50")
    ((10.0, 'fixed total'), (10.0, '50 minority rows'))
    """
    match = _PATTERN.fullmatch(ratio)
    if match is None:
        return float("nan"), "natural"
    if match["profile"] == "lt":
        arm = "long tail"
    else:
        arm = f"{match['minority']} minority rows" if match["minority"] else "fixed total"
    return float(match["ratio"]), arm


def ratio_table(
    means: Means,
    strategies: pd.DataFrame,
    readings: Iterable[Reading] = DEFAULT_RATIO_READINGS,
) -> pd.DataFrame:
    """Return the mean score per strategy at every induced ratio.

    Within an arm all ratios use the same families, those whose control has a score at each of
    them; a ratio that exists on fewer than half of the arm's families is left out. A strategy
    absent from some of these families has a curve over the others, with its own ``n_datasets``.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``learner``, the reading, ``arm``, ``imbalance_ratio``, ``strategy``,
        ``level``, ``label``, ``mean``, ``lower`` and ``upper`` (quartiles over data sets), and
        ``n_datasets``.
    """
    values = at_readings(means.values, readings)
    keys = ["task", "track", "learner", *READING]
    columns = [*keys, "arm", "imbalance_ratio", "strategy", "level", "label"]
    columns += ["mean", "lower", "upper", "n_datasets"]
    facts = {name: ratio_facts(str(name)) for name in values.index.unique("ratio")}
    ratio = values.index.get_level_values("ratio")
    values = values.assign(
        imbalance_ratio=np.asarray([facts[name][0] for name in ratio], dtype=float),
        arm=[facts[name][1] for name in ratio],
    )
    values = values[values["imbalance_ratio"].notna()].reset_index().drop(columns="ratio")
    values[[*keys, "family"]] = values[[*keys, "family"]].astype(str)
    parts = []
    for condition, block in values.groupby([*keys, "arm"], sort=True):
        wide = block.set_index(["family", "imbalance_ratio"]).drop(columns=[*keys, "arm"])
        shared = _shared(wide)
        for strategy in wide.columns:
            grid = wide[strategy].unstack("imbalance_ratio").reindex(**shared).dropna()
            if grid.empty or not strategies.loc[strategy, "ranked"]:
                continue
            part = pd.DataFrame({"mean": grid.mean(), "lower": grid.quantile(0.25)})
            part["upper"] = grid.quantile(0.75)
            part["n_datasets"] = len(grid)
            part = part.reset_index().assign(strategy=strategy, arm=condition[-1])
            parts.append(part.assign(**dict(zip(keys, condition[:-1], strict=True))))
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    return table.join(strategies[["level", "label"]], on="strategy")[columns]


def _shared(wide: pd.DataFrame) -> dict[str, pd.Index]:
    """Return the families and ratios on which the arm is compared."""
    controlled = CONTROL in wide and wide[CONTROL].notna().any()
    reference = wide[CONTROL] if controlled else wide.max(axis=1)
    exists = reference.unstack("imbalance_ratio").notna()
    exists = exists.loc[:, 2 * exists.sum() >= len(exists)]
    return {"index": exists.index[exists.all(axis=1)], "columns": exists.columns}
