"""Does a verdict depend on missing cells, few positives or duplicates? (PROTOCOL 1, 7.9)

A cell that failed, timed out or was over the size limit takes its control's value. Three other
ways are set beside it, under the main readings; so are the tests without the data sets that have
too few positives to rank by, and without those that repeat rows. Where all agree, nothing hangs on
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import COMPARISON, MAIN_READINGS, is_reading, paired_tests
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import orientation
from skewbench.analysis.select import CONDITION

MOST_IMPUTED = 0.1
_COLUMNS = [*CONDITION, "strategy", "handling", "mean", "p", "p_holm", "n_datasets"]


def sensitivity_table(
    differences: pd.DataFrame, left_out: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Return the test against the control as the tables have it, and in other ways.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.
    left_out : mapping of str to collection of str
        Families that a handling of this name does without.

    Returns
    -------
    DataFrame, tidy
        The condition (main readings), ``strategy``, ``handling``, ``mean`` (strategy minus
        control), ``p``, ``p_holm``, ``n_datasets``. A handling is "fallback" (the control's
        value), "worst" (the worst score that the control or a strategy without missing cells has
        on that data set; a share of missing seeds counts by its share), "complete" (a strategy is
        judged on the data sets on which none of its cells is missing), "drop_over_10_percent"
        (as fallback, without strategies with more than 10 % missing) or a name in ``left_out``
        (as fallback, without its families).
    """
    kept = differences[is_reading(differences, MAIN_READINGS)]
    share = kept.groupby(COMPARISON, observed=True)["imputed"].transform("mean")
    handled = {
        "fallback": kept,
        "worst": kept.assign(difference=_with_worst(kept)),
        "complete": kept[kept["imputed"] == 0],
        "drop_over_10_percent": kept[share <= MOST_IMPUTED],
    }
    for name, families in left_out.items():
        handled[name] = kept[~kept["family"].isin(families)]
    tables = [
        paired_tests(frame).assign(handling=handling)
        for handling, frame in handled.items()
        if len(frame)
    ]
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def _with_worst(differences: pd.DataFrame) -> pd.Series:
    """Return the differences with the worst score in the place of the control's."""
    sign = differences["metric"].map(orientation).to_numpy(dtype=float)
    own = differences["score"].where(differences["imputed"] == 0)
    lowest = np.fmin(sign * own, sign * differences["control_score"])
    place = [differences[name] for name in [*CONDITION, "family"]]
    worst = sign * lowest.groupby(place, observed=True).transform("min")
    moved = differences["imputed"] * (worst - differences["control_score"])
    return (differences["difference"] + moved).round(DECIMALS)
