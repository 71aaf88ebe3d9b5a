"""The symptoms of imbalance as tables: confusion matrices, and the gap to the training rows."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import DESIGN, family_means

DECISIONS = ("default", "tuned_f1")
CELLS = [(true, predicted) for true in (0, 1) for predicted in (0, 1)]


def confusion_table(
    collected: pd.DataFrame,
    strategies: pd.DataFrame,
    decisions: Iterable[str] = DECISIONS,
) -> pd.DataFrame:
    """Return the cells of the binary confusion matrices, as means over data-set families.

    Counts are pooled over the folds of a repeat and the data sets of a family, then divided.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``strategy``, ``level``, ``label``,
        ``decision``, ``true`` and ``predicted`` (1: minority), ``share`` of the true class with its
        quartiles over families ``lower`` and ``upper``, ``per_thousand`` test rows at the matched
        prior, ``n_datasets`` and ``share_imputed``.
    """
    readings = [Reading(f"count_{t}_{p}", decision=rule) for t, p in CELLS for rule in decisions]
    binary = collected[collected["task"] == "binary"]
    counts, imputed = (
        _long(table, strategies) for table in family_means(binary, strategies, readings)
    )
    unit = [*DESIGN, "strategy", "decision", "family"]
    cells = pd.DataFrame({"count": counts, "imputed": imputed}).dropna().reset_index()
    cells["true"] = cells["metric"].str[6].astype(int)
    cells["predicted"] = cells["metric"].str[8].astype(int)
    cells["share"] = cells["count"] / cells.groupby([*unit, "true"])["count"].transform("sum")
    cells["per_thousand"] = 1000 * cells["count"] / cells.groupby(unit)["count"].transform("sum")
    keys = [*DESIGN, "strategy", "decision", "true", "predicted"]
    return _summary(cells, keys, strategies, "share", ["share", "per_thousand"])


def gap_table(collected: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return how much better a strategy does on its own training rows than on test rows.

    Recall of the minority at the default threshold (binary) and average precision. Training rows
    are those before resampling.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``metric``, ``decision``, ``strategy``,
        ``level``, ``label``, ``training``, ``test``, ``gap`` (training minus test, with quartiles
        over families ``lower`` and ``upper``), ``n_datasets`` and ``share_imputed``.
    """
    measured = {"recall": "default", "average_precision": ""}
    readings = [
        Reading(metric, scores, prior, decision)
        for metric, decision in measured.items()
        for scores, prior in (("training", ""), ("raw", "matched"))
    ]
    values, imputed = (
        _long(table, strategies) for table in family_means(collected, strategies, readings)
    )
    values = values.droplevel("prior").unstack("scores").reindex(columns=["training", "raw"])
    shares = imputed.droplevel("prior").unstack("scores").reindex(columns=["raw"])
    cells = values.rename(columns={"raw": "test"}).assign(imputed=shares["raw"]).dropna()
    cells = cells.assign(gap=cells["training"] - cells["test"]).reset_index()
    keys = [*DESIGN, "metric", "decision", "strategy"]
    return _summary(cells, keys, strategies, "gap", ["training", "test", "gap"])


def _long(table: pd.DataFrame, strategies: pd.DataFrame) -> pd.Series:
    """Return a family x strategy table as one column, ranked strategies only, keys as text."""
    ranked = [name for name in table if strategies.loc[name, "ranked"]]
    long = table[ranked].stack().rename_axis([*table.index.names, "strategy"])
    levels = [long.index.get_level_values(name).astype(str) for name in long.index.names]
    return pd.Series(long.to_numpy(), pd.MultiIndex.from_arrays(levels, names=long.index.names))


def _summary(cells, keys, strategies, spread: str, means: list[str]) -> pd.DataFrame:
    groups = cells.groupby(keys, sort=True)
    table = groups[means].mean()
    table["lower"], table["upper"] = groups[spread].quantile(0.25), groups[spread].quantile(0.75)
    table["n_datasets"] = groups["family"].nunique()
    table["share_imputed"] = groups["imputed"].mean()
    table = table.reset_index().join(strategies[["level", "label"]], on="strategy")
    place = keys.index("strategy") + 1
    return table[[*keys[:place], "level", "label", *keys[place:], *table.columns[len(keys) : -2]]]
