"""Ranks: who comes first on how many data sets, under every condition of the study.

Mean ranks over data sets as in Demsar (2006), with average ranks for ties. They describe; which
differences are more than chance is for the tests to say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from skewbench.analysis.readings import orientation
from skewbench.analysis.select import (
    CONDITION,
    CONTROL,
    OWN,
    Means,
    complete_block,
)

DECIMALS = 12


def rank_table(means: pd.DataFrame, metric: str, control: str | None = CONTROL) -> pd.DataFrame:
    """Return the ranks of one family x strategy table.

    Parameters
    ----------
    means : DataFrame (n_families, n_strategies)
        Scores, NaN where a strategy is absent; every row and column holds at least one.
    metric : str
        Decides whether large or small is good.
    control : str or None
        The strategy that never leaves the comparison.

    Returns
    -------
    DataFrame indexed by strategy, best first
        ``mean_rank``, ``rank_lower`` and ``rank_upper`` (quartiles over data sets), ``mean``,
        ``median`` and ``sd`` of the score, ``n_datasets`` (families ranked on), ``n_available``
        (families on which the strategy has a score), ``n_strategies`` (ranked together) and
        ``dropped``: absent so often that it was left out, with NaN ranks.
    """
    block, dropped = complete_block(means, control)
    scores = block.to_numpy(dtype=float)
    sign = -orientation(metric)
    ranks = rankdata(sign * scores.round(DECIMALS), axis=1)
    several = len(scores) > 1
    ranked = {
        "mean_rank": ranks.mean(axis=0),
        "rank_lower": np.quantile(ranks, 0.25, axis=0),
        "rank_upper": np.quantile(ranks, 0.75, axis=0),
        "mean": scores.mean(axis=0),
        "median": np.median(scores, axis=0),
        "sd": scores.std(axis=0, ddof=1) if several else np.full(scores.shape[1], np.nan),
    }
    order = np.lexsort((block.columns, ranked["mean_rank"]))
    absent = np.full(len(dropped), np.nan)
    names = pd.Index([*block.columns[order], *dropped], name="strategy")
    columns = {name: np.concatenate([values[order], absent]) for name, values in ranked.items()}
    columns["n_datasets"] = np.where(np.isin(names, dropped), 0, len(scores))
    columns["n_available"] = means.notna().sum()[names].to_numpy()
    columns["n_strategies"] = np.full(len(names), scores.shape[1])
    columns["dropped"] = np.isin(names, dropped)
    return pd.DataFrame(columns, index=names)


def all_rank_tables(means: Means, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`rank_table` for every condition that ``means`` holds.

    Strategies with ``ranked`` false (the leaking control) are left out.

    Parameters
    ----------
    means : Means
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``, ``anchor``.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``metric``, ``scores``, ``prior``,
        ``decision``, ``strategy``, ``level``, ``label``, the columns of :func:`rank_table` and
        ``share_imputed``: the share of cells whose value is the control's.
    """
    values, imputed = means
    ranked = [name for name in values if strategies.loc[name, "ranked"]]
    values, imputed = values[ranked], imputed[ranked]
    tables = {}
    for condition, block in values.groupby(level=CONDITION, observed=True, sort=True):
        table = block.dropna(axis="columns", how="all")
        if table.empty:
            continue
        names = dict(zip(CONDITION, condition, strict=True))
        control = None if names["learner"] == OWN else CONTROL
        tables[condition] = rank_table(table, names["metric"], control)
    columns = [*CONDITION, "strategy", "level", "label", *_RANK_COLUMNS]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, names=CONDITION)
    shares = imputed.groupby(level=CONDITION, observed=True).mean().stack()
    table["share_imputed"] = shares.reindex(table.index)
    table = table.reset_index()
    return table.join(strategies[["level", "label"]], on="strategy")[columns]


_RANK_COLUMNS = [
    "mean_rank",
    "rank_lower",
    "rank_upper",
    "mean",
    "median",
    "sd",
    "n_datasets",
    "n_available",
    "n_strategies",
    "share_imputed",
    "dropped",
]
