"""Does a verdict depend on missing cells, few positives or duplicates? (PROTOCOL 1, 7.9)

A cell that failed, timed out or was over the size limit takes its control's value. Three other
ways are set beside it, under the main readings; so are the tests without the data sets that have
too few positives to rank by, and without those that repeat rows. Where all agree, nothing hangs on
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import COMPARISON, MAIN_READINGS, is_reading, paired_tests
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import PROBABILITY_METRICS, orientation
from skewbench.analysis.select import CONDITION, TOO_FEW_POSITIVES, families_with

MOST_IMPUTED = 0.1
REPEATED = 0.01  # share of rows that equal an earlier one
_COLUMNS = [*CONDITION, "strategy", "handling", "mean", "p", "p_holm", "n_datasets", "n_needed"]
_COLUMNS += ["verdict"]


def sensitivity_table(
    differences: pd.DataFrame, collected: pd.DataFrame, datasets: Iterable[dict[str, Any]]
) -> pd.DataFrame:
    """Return the test against the control as the tables have it, and in other ways.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.
    collected : DataFrame
        The collected table, for its flags.
    datasets : iterable of dict
        The facts of the data sets.

    Returns
    -------
    DataFrame, tidy
        The condition (main readings), ``strategy``, ``handling``, ``mean`` (strategy minus
        control), ``p``, ``p_holm``, ``n_datasets``, ``n_needed`` and the ``verdict`` of the tests
        (:func:`~skewbench.analysis.comparisons.verdict_of_tests`). A handling is "fallback" (the
        control's value), "worst" (the worst score that the control or a strategy without missing
        cells has on that data set; a share of missing seeds counts by its share), "complete" (a
        strategy is judged on the data sets on which none of its cells is missing),
        "drop_over_10_percent" (as fallback, without strategies with more than 10 % missing); as
        fallback, but without families with too few positives for such a metric
        ("enough_positives"), or of which more than a hundredth of the rows repeat an earlier one
        ("unrepeated").
    """
    kept = differences[is_reading(differences, MAIN_READINGS)]
    share = kept.groupby(COMPARISON, observed=True)["imputed"].transform("mean")
    handled = {
        "fallback": kept,
        "worst": kept.assign(difference=_with_worst(kept)),
        "complete": kept[kept["imputed"] == 0],
        "drop_over_10_percent": kept[share <= MOST_IMPUTED],
        "enough_positives": kept[~_has_few_positives(kept, collected)],
        "unrepeated": kept[~_repeats(kept, datasets)],
    }
    tables = [
        paired_tests(frame).assign(handling=handling)
        for handling, frame in handled.items()
        if len(frame)
    ]
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def _has_few_positives(differences: pd.DataFrame, collected: pd.DataFrame) -> np.ndarray:
    """Return which rows are of a family with too few positives for the row's metric."""
    place = pd.MultiIndex.from_frame(differences[["task", "ratio", "family"]].astype(str))
    ranking, calibration = (
        place.isin(families_with(flag, collected)) for flag in TOO_FEW_POSITIVES
    )
    return np.where(differences["metric"].isin(PROBABILITY_METRICS), calibration, ranking)


def _repeats(differences: pd.DataFrame, datasets: Iterable[dict[str, Any]]) -> np.ndarray:
    """Return which rows are of a family with a data set of that task that repeats rows."""
    found = [
        (facts["task"], facts["family"])
        for facts in datasets
        if facts["n_duplicate_rows"] > REPEATED * facts["n_rows"]
    ]
    place = pd.MultiIndex.from_frame(differences[["task", "family"]].astype(str))
    return place.isin(found) if found else np.zeros(len(place), dtype=bool)


def _with_worst(differences: pd.DataFrame) -> pd.Series:
    """Return the differences with the worst score in the place of the control's."""
    sign = differences["metric"].map(orientation).to_numpy(dtype=float)
    own = differences["score"].where(differences["imputed"] == 0)
    lowest = np.fmin(sign * own, sign * differences["control_score"])
    place = [differences[name] for name in [*CONDITION, "family"]]
    worst = sign * lowest.groupby(place, observed=True).transform("min")
    moved = differences["imputed"] * (worst - differences["control_score"])
    return (differences["difference"] + moved).round(DECIMALS)
