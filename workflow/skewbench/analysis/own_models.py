"""Strategies that bring their own model against each learner's control (PROTOCOL 7.8).

Such a strategy runs once, as learner ``own``, and its first control is its anchor (a balanced
random forest's is a random forest). Whoever has a learner already asks another question: does it
beat my untouched learner with a tuned threshold? Plain ensembles that bring a model are judged too:
what they win is not due to any treatment of the imbalance.
"""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.comparisons import comparison_table
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import RANKING_METRICS
from skewbench.analysis.select import CONTROL, OWN

_TUNED = "tuned_"


def own_model_table(
    values: pd.DataFrame, imputed: pd.DataFrame, strategies: pd.DataFrame
) -> pd.DataFrame:
    """Return own models compared with the untouched learners.

    Parameters
    ----------
    values, imputed : DataFrame
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label`` and ``ranked`` are used.

    Returns
    -------
    DataFrame, tidy
        Columns as in :func:`skewbench.analysis.comparisons.comparison_table`; ``learner`` is the
        one compared with, ``control`` its untouched model. Readings are the ranking metrics and
        decisions at tuned thresholds, the same rule on both sides.
    """
    index = values.index
    metric, decision = (index.get_level_values(name).astype(str) for name in ("metric", "decision"))
    comparable = metric.isin(RANKING_METRICS) | decision.str.startswith(_TUNED)
    own = index.get_level_values("learner") == OWN
    ranked = [name for name in values if strategies.loc[name, "ranked"]]
    scores = _long(values.loc[comparable & own, ranked], "score")
    shares = _long(imputed.loc[comparable & own, ranked], "imputed")
    place = [name for name in index.names if name != "learner"]
    scores = scores.merge(shares, on=[*place, "strategy"])
    controls = values.reindex(columns=[CONTROL])[comparable & ~own].dropna()
    controls = controls.rename(columns={CONTROL: "control_score"}).reset_index()
    controls[list(index.names)] = controls[list(index.names)].astype(str)
    pairs = controls.merge(scores, on=place).assign(control=CONTROL)
    pairs["difference"] = (pairs["score"] - pairs["control_score"]).round(DECIMALS)
    return comparison_table(pairs.join(strategies[["level", "label"]], on="strategy"))


def _long(own: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the values that exist, one per row, without the learner."""
    table = own.droplevel("learner").rename_axis(columns="strategy").stack().dropna()
    table = table.rename(name).reset_index()
    keys = [column for column in table if column != name]
    table[keys] = table[keys].astype(str)
    return table
