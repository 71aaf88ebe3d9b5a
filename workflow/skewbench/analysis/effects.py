"""Effects: how far a strategy moves its control, data set by data set (PROTOCOL 7.1).

A difference is paired: the same data set, ratio, learner, reading and decision rule on both sides,
so that the untouched model is judged under the same threshold rule as the strategy.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import lower_is_better
from skewbench.analysis.select import CONDITION, Means, control_of


def effect_differences(means: Means, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return strategy minus control on every data-set family, for every ranked strategy.

    Returns
    -------
    DataFrame, tidy
        The condition, ``family``, ``strategy``, ``level``, ``label``, ``control``, ``score``,
        ``control_score``, ``difference`` (rounded to 1e-12) and ``imputed`` (share of seeds).
    """
    ranked = strategies[strategies["ranked"].astype(bool)]
    return _paired(*means, ranked, lambda learner: control_of(ranked, learner))


def leaking_differences(means: Means, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return the optimism of unranked (leaking) strategies: the difference from the honest twin.

    The twin is the strategy's ``anchor``. Values taken from a control are left out, since they
    leak nothing. Columns as in :func:`effect_differences`.
    """
    leaking = strategies[~strategies["ranked"].astype(bool)]
    values = means.values.where(means.imputed == 0)
    return _paired(values, means.imputed, leaking, lambda learner: leaking["anchor"].astype(object))


def effect_table(differences: pd.DataFrame) -> pd.DataFrame:
    """Return per condition and strategy the distribution of the differences over data sets.

    Parameters
    ----------
    differences : DataFrame
        From :func:`effect_differences` or :func:`leaking_differences`.

    Returns
    -------
    DataFrame, tidy
        ``mean``, ``median``, ``min``, ``max``, ``lower`` and ``upper`` (quartiles) of the
        difference, ``wins``, ``ties``, ``losses`` (a win is a better score, whatever the sign),
        ``n_datasets`` and ``share_imputed``.
    """
    lower = differences["metric"].map(lower_is_better).astype(bool)
    better = np.sign(differences["difference"]) * np.where(lower, -1, 1)
    # Without any row the columns have no type of their own to compute with.
    numbers = differences.astype({"difference": float, "imputed": float})
    marked = numbers.assign(wins=better > 0, ties=better == 0, losses=better < 0)
    keys = [*CONDITION, "strategy", "level", "label", "control"]
    groups = marked.groupby(keys, sort=True, observed=True)
    difference = groups["difference"]
    table = difference.agg(["mean", "median", "min", "max"])
    table["lower"] = difference.quantile(0.25)
    table["upper"] = difference.quantile(0.75)
    table[["wins", "ties", "losses"]] = groups[["wins", "ties", "losses"]].sum()
    table["n_datasets"] = difference.size()
    table["share_imputed"] = groups["imputed"].mean()
    return table.reset_index()


def _paired(values, imputed, strategies, controls_of) -> pd.DataFrame:
    """Return the long table of paired differences, strategies against their controls."""
    learners = values.index.get_level_values("learner").astype(str)
    parts = []
    for learner in sorted(set(learners)):
        rows = values[learners == learner]
        shares = imputed.loc[rows.index]
        for strategy, control in controls_of(learner).items():
            if strategy == control or strategy not in rows or control not in rows:
                continue
            pair = pd.DataFrame(
                {
                    "strategy": strategy,
                    "control": control,
                    "score": rows[strategy],
                    "control_score": rows[control],
                    "imputed": shares[strategy],
                }
            )
            parts.append(pair.dropna(subset=["score", "control_score"]))
    columns = [*CONDITION, "family", "strategy", "level", "label", "control"]
    columns += ["score", "control_score", "difference", "imputed"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts)
    table["difference"] = (table["score"] - table["control_score"]).round(DECIMALS)
    table = table.reset_index().join(strategies[["level", "label"]], on="strategy")
    names = [*CONDITION, "family"]
    table[names] = table[names].astype(str)
    return table.sort_values([*CONDITION, "strategy", "family"], ignore_index=True)[columns]
