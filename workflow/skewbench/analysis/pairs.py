"""All pairs of strategies under a few readings, for the multi-comparison matrix (PROTOCOL 7.4).

Each pair is tested on the data sets that both have, so that its mean, wins and ``p`` do not depend
on who else is in the table; Holm's correction is over all pairs of a condition.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import is_reading, verdict_of_tests
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import CONDITION, Means
from skewbench.statistics.multiple import holm, smallest_n
from skewbench.statistics.paired import signed_rank

PAIR_READINGS = (
    Reading("average_precision"),
    Reading("roc_auc"),
    Reading("mcc", decision="tuned_mcc"),
)
_COLUMNS = [*CONDITION, "strategy_a", "strategy_b", "mean", "wins", "ties", "losses"]
_COLUMNS += ["p", "p_holm", "n_datasets", "n_needed", "share_imputed", "verdict"]


def pair_table(
    means: Means, strategies: pd.DataFrame, readings: Iterable[Reading] = PAIR_READINGS
) -> pd.DataFrame:
    """Return every pair of ranked strategies, the control included, once.

    Parameters
    ----------
    means : Means
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``ranked`` is used.
    readings : iterable of Reading

    Returns
    -------
    DataFrame, tidy
        The condition, ``strategy_a`` and ``strategy_b`` (in alphabetical order), ``mean`` of a - b
        in the metric's own sign, ``wins`` (a is better), ``ties``, ``losses``, the exact ``p``,
        ``p_holm``, ``n_datasets``, ``n_needed`` (before any p_holm of the condition can reach
        .05), ``share_imputed`` (of both scores) and ``verdict`` on a: "better", "worse",
        "undecided" or "too few data sets".
    """
    ranked = sorted(name for name in means.values if strategies.loc[name, "ranked"])
    kept = means.values[ranked][is_reading(means.values.index.to_frame(), readings)]
    tables = []
    for condition, block in kept.groupby(level=CONDITION, observed=True, sort=True):
        names = dict(zip(CONDITION, map(str, condition), strict=True))
        block = block.dropna(axis="columns", how="all")
        imputed = means.imputed.loc[block.index, block.columns].to_numpy(dtype=float)
        scores = block.to_numpy(dtype=float)
        table = _pairs(scores, imputed, block.columns.to_numpy(), names["metric"])
        tables.append(table.assign(**names))
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def _pairs(
    scores: np.ndarray, imputed: np.ndarray, strategies: np.ndarray, metric: str
) -> pd.DataFrame:
    """Return one condition's pairs with a data set in common."""
    first, second = np.triu_indices(len(strategies), k=1)
    differences = (scores[:, first] - scores[:, second]).round(DECIMALS).T
    present = ~np.isnan(differences)
    sizes = present.sum(axis=1)
    sign = orientation(metric)
    shares = np.where(present, (imputed[:, first] + imputed[:, second]).T / 2, 0).sum(axis=1)
    found = np.full((len(first), 6), np.nan)
    for size in np.unique(sizes[sizes > 0]):
        rows = sizes == size
        shared = differences[rows][present[rows]].reshape(-1, size)
        test = signed_rank(sign * shared)
        found[rows] = np.column_stack([shared.mean(axis=1), *test[:5]])
    names = ["mean", "p", "rank_biserial", "wins", "ties", "losses"]
    table = pd.DataFrame(found, columns=names)
    table = table.assign(strategy_a=strategies[first], strategy_b=strategies[second])
    table = table.assign(n_datasets=sizes, share_imputed=shares / np.maximum(sizes, 1))[sizes > 0]
    table["p_holm"] = holm(table["p"])
    table["n_needed"] = smallest_n(len(table))
    table["verdict"] = verdict_of_tests(table)
    return table.astype(dict.fromkeys(("wins", "ties", "losses"), int))
