"""Every strategy against its control, with the words that the evidence allows (PROTOCOL 7.1-7.5).

The difference first (mean, median, bootstrap interval, wins), then the exact signed-rank test with
Holm's correction over the strategies of a condition, then the Bayesian signed-rank test, which
alone may say "equivalent". The unit is the family of data sets throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from skewbench.analysis.readings import Reading, lower_is_better, orientation
from skewbench.analysis.select import CONDITION, READING
from skewbench.statistics.bayes import bayesian_signed_rank
from skewbench.statistics.multiple import ALPHA, holm, smallest_n
from skewbench.statistics.paired import bca_interval, signed_rank

MAIN_READINGS = (
    Reading("average_precision"),
    Reading("average_precision", prior="reference"),
    Reading("roc_auc"),
    *(Reading("log_loss", scores) for scores in ("raw", "corrected", "recalibrated")),
    *(
        Reading(metric, decision=decision)
        for metric in ("mcc", "balanced_accuracy", "gmean", "f1")
        for decision in ("default", f"tuned_{metric}")
    ),
)
# Half the width of the region of practical equivalence (PROTOCOL 7.5).
ROPES = dict.fromkeys(("average_precision", "roc_auc", "balanced_accuracy", "gmean", "mcc"), 0.01)
ROPES["log_loss"] = 0.01
RELATIVE = ("log_loss",)  # Differences in units of the control's score.
EQUIVALENT = 0.95
COMPARISON = [*CONDITION, "strategy", "level", "label", "control"]
TOO_FEW, UNDECIDED = "too few data sets", "undecided"
_COLUMNS = [*COMPARISON, "mean", "median", "lower", "upper", "pivot", "mean_without_pivot"]
_COLUMNS += ["rank_biserial"]
_COLUMNS += ["wins", "ties", "losses", "p", "p_holm", "p_better", "p_equivalent", "p_worse"]
_COLUMNS += ["rope", "n_datasets", "n_needed", "share_imputed", "verdict"]


def comparison_table(differences: pd.DataFrame) -> pd.DataFrame:
    """Return effect, interval, test, posterior and verdict per condition and strategy.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.

    Returns
    -------
    DataFrame, tidy
        The condition, ``strategy``, ``level``, ``label``, ``control``; ``mean``, ``median`` and
        the BCa interval of the mean (``lower``, ``upper``, NaN below three data sets) of strategy
        minus control in the metric's own sign; ``pivot``, the data-set family that moves the mean
        most, and ``mean_without_pivot`` (neither below three data sets); ``rank_biserial``,
        ``wins``, ``ties``, ``losses`` and the posterior ``p_better``, ``p_equivalent``,
        ``p_worse``, in all of which better is positive, whatever the metric's sign; the exact
        ``p`` and, corrected over the strategies of the condition, ``p_holm``; ``rope`` (relative
        to the control's score for log-loss; NaN, like the posterior, for metrics without one);
        ``n_datasets``, ``n_needed`` (data sets before any p_holm of this condition can reach .05),
        ``share_imputed``, and ``verdict``: "too few data sets" (fewer than needed: nothing is
        claimed), "better" or "worse" (p_holm at most .05; ``p_equivalent`` still says if it
        matters), "equivalent" (posterior above .95) or "undecided".
    """
    if differences.empty:
        return pd.DataFrame(columns=_COLUMNS)
    table, groups = _tested(differences)
    lower = table["metric"].map(lower_is_better).to_numpy(dtype=bool)
    relative = table["metric"].isin(RELATIVE).to_numpy()
    rope = table["metric"].map(ROPES).to_numpy(dtype=float)
    difference = differences["difference"].to_numpy(dtype=float)
    control = differences["control_score"].to_numpy(dtype=float)
    posterior, interval = np.full((3, len(table)), np.nan), np.full((2, len(table)), np.nan)
    family = differences["family"].to_numpy(dtype=object)
    pivot, without = np.full(len(table), "", dtype=object), np.full(len(table), np.nan)
    for rows, at in groups:
        interval[:, rows] = bca_interval(difference[at])
        if at.shape[1] > 2:
            position, without[rows] = _without_pivot(difference[at])
            pivot[rows] = np.take_along_axis(family[at], position[:, None], axis=1)[:, 0]
        for width in np.unique(rope[rows][~np.isnan(rope[rows])]):
            judged = rope[rows] == width
            known, where = rows[judged], at[judged]
            scale = np.where(relative[known, None], control[where], 1.0)
            better = np.where(lower[known], -1, 1)[:, None] * difference[where] / scale
            posterior[:, known] = bayesian_signed_rank(better, width)
    table["lower"], table["upper"] = interval
    table["pivot"], table["mean_without_pivot"] = pivot, without
    table["p_better"], table["p_equivalent"], table["p_worse"] = posterior
    table["rope"] = rope
    equivalent = (table["verdict"] == UNDECIDED) & (table["p_equivalent"] > EQUIVALENT)
    table["verdict"] = table["verdict"].mask(equivalent, "equivalent")
    return table[_COLUMNS]


def _without_pivot(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return by row the position whose absence moves the mean most, and the mean without it."""
    n = values.shape[1]
    position = np.abs(values - values.mean(axis=1, keepdims=True)).argmax(axis=1)
    pivots = np.take_along_axis(values, position[:, None], axis=1)[:, 0]
    return position, (values.sum(axis=1) - pivots) / (n - 1)


def paired_tests(differences: pd.DataFrame) -> pd.DataFrame:
    """Return the frequentist half of :func:`comparison_table`, without intervals."""
    return _tested(differences)[0]


def _tested(differences: pd.DataFrame) -> tuple[pd.DataFrame, list]:
    """Return the tests per comparison, and the groups of :func:`by_size`."""
    codes = differences.groupby(COMPARISON, sort=True, observed=True).ngroup().to_numpy()
    groups = list(by_size(codes))
    first = np.unique(codes, return_index=True)[1]
    table = differences.iloc[first][COMPARISON].reset_index(drop=True)
    sign = table["metric"].map(orientation).to_numpy(dtype=float)
    difference = differences["difference"].to_numpy(dtype=float)
    found = np.full((len(table), 8), np.nan)
    for rows, at in groups:
        values = difference[at]
        test = signed_rank(sign[rows, None] * values)
        found[rows] = np.column_stack([values.mean(axis=1), np.median(values, axis=1), *test])
    names = ["mean", "median", "p", "rank_biserial", "wins", "ties", "losses", "n_datasets"]
    table[names] = found
    table = table.astype(dict.fromkeys(names[4:], int))
    imputed = np.bincount(codes, weights=differences["imputed"].to_numpy(dtype=float))
    table["share_imputed"] = imputed / np.bincount(codes)
    table["p_holm"] = table.groupby(CONDITION)["p"].transform(lambda p: holm(p))
    tests = table.groupby(CONDITION)["p"].transform("size")
    table["n_needed"] = tests.map({m: smallest_n(m) for m in tests.unique()})
    table["verdict"] = verdict_of_tests(table)
    return table, groups


def by_size(codes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield groups that have as many members each, so that they are computed at once.

    Parameters
    ----------
    codes : ndarray of int (n_rows,)
        The group of every row, from 0 without a gap.

    Yields
    ------
    groups : ndarray (n_groups,)
    positions : ndarray (n_groups, n_members)
        Of their rows.
    """
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        (groups,) = np.nonzero(sizes == size)
        yield groups, order[starts[groups, None] + np.arange(size)]


def is_reading(frame: pd.DataFrame, readings: Iterable[Reading]) -> np.ndarray:
    """Return which rows are one of ``readings``, as a boolean array."""
    return pd.MultiIndex.from_frame(frame[READING]).isin([tuple(r) for r in readings])


def verdict_of_tests(table: pd.DataFrame) -> np.ndarray:
    """Return what the tests alone say: too few data sets, better, worse or undecided.

    Parameters
    ----------
    table : DataFrame
        ``n_datasets``, ``n_needed``, ``p_holm`` and ``rank_biserial`` (positive is better).
    """
    significant = table["p_holm"] <= ALPHA
    return np.select(
        [
            table["n_datasets"] < table["n_needed"],
            significant & (table["rank_biserial"] > 0),
            significant & (table["rank_biserial"] < 0),
        ],
        [TOO_FEW, "better", "worse"],
        UNDECIDED,
    )
