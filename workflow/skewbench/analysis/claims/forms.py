"""Operational forms: how a claim becomes one effect per data-set family, positive as advised.

============  =====================================================================================
contrast      one side's score minus the other's, on the same families
level         a strategy's own score against a fixed value
gap           training score minus test score, one side's against the other's
disagreement  rank correlation (Kendall's tau-b) of two orders of the same strategies, compared
modifier      does a contrast or a level grow or fall with a measure of the data (Spearman's r)
============  =====================================================================================

Every form gives a frame of families x learners; the family is the unit and the mean over learners
its effect. A strategy with its own model is judged as learner ``own``. Scores that were taken from
the control are among the evidence or not: that is decided in :mod:`.imputed`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from skewbench.analysis.claims.evidence import NATURAL, Absent, Evidence
from skewbench.analysis.claims.guides import best_alternative
from skewbench.analysis.claims.registry import gap_readings
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import OWN

FEWEST_STRATEGIES = 5  # an order of fewer says little
RATIOS = ("observed_expected",)  # metrics that are ratios: their means are those of the logarithm
# Measures of easier data, with which scores are expected to grow; with the others they fall.
EASIER = ("n_positive", "n_rows", "positives_per_feature", "safe", "separability_auc")
Score = Callable[[str, str], pd.Series]  # (strategy, learner) -> score per family


def contrast(test: dict[str, Any], evidence: Evidence) -> pd.DataFrame:
    """Return score of the advised side minus that of the other, families x learners.

    Parameters
    ----------
    test : dict
        ``of`` and ``against``, lists of strategies of which the mean counts; instead of
        ``against``, ``baseline``: ``anchor`` (each strategy's own) or ``best_alternative`` (see
        :func:`.guides.best_alternative`). ``reading`` and ``ratio``, for the other side
        ``against_reading`` and ``against_ratio`` where they differ. ``scale``: ``difference``, or
        ``relative``, the natural logarithm of the ratio (.01 is one per cent). ``where``: the
        families, as {measure: [from, below]}. ``learners``: those that count; all by default.

    Raises
    ------
    Absent
    """
    reading = Reading(**test["reading"])
    other = Reading(**test.get("against_reading", test["reading"]))
    ratio = test.get("ratio", NATURAL)
    other_ratio = test.get("against_ratio", ratio)
    families = evidence.families(ratio, test.get("where", {}))
    sign = orientation(reading.metric)

    def reference(strategy: str, learner: str) -> pd.Series:
        baseline = test.get("baseline")
        if baseline == "best_alternative":
            return best_alternative(evidence, test["of"], other, other_ratio, learner, families)
        names = test.get("against", [])
        if baseline == "anchor":
            names = [evidence.strategies.loc[strategy, "anchor"]]
        return _mean([evidence.scores(name, other, other_ratio, learner) for name in names])

    def difference(strategy: str, learner: str) -> pd.Series:
        advised = evidence.scores(strategy, reading, ratio, learner)
        against = reference(strategy, learner)
        if test.get("scale") == "relative":
            advised, against = _logarithm(advised), _logarithm(against)
        return sign * (advised - against)

    return _per_learner(test["of"], evidence, difference, families, test.get("learners"))


def level(test: dict[str, Any], evidence: Evidence) -> pd.DataFrame:
    """Return by how much the score of ``of`` lies ``above`` or ``below`` a value.

    A metric that is a ratio is compared by its natural logarithm.
    """
    reading, ratio = Reading(**test["reading"]), test.get("ratio", NATURAL)
    side, value = next((side, test[side]) for side in ("above", "below") if side in test)
    sign = 1 if side == "above" else -1

    def beyond(strategy: str, learner: str) -> pd.Series:
        scores = evidence.scores(strategy, reading, ratio, learner)
        if reading.metric in RATIOS:
            return sign * (_logarithm(scores) - np.log(value))
        return sign * (scores - value)

    return _per_learner(
        test["of"], evidence, beyond, evidence.families(ratio, test.get("where", {}))
    )


def gap(test: dict[str, Any], evidence: Evidence) -> pd.DataFrame:
    """Return how much more the training score of ``of`` exceeds its test score than ``against``'s.

    Both are read at the default threshold if the metric has one; ``against_metric`` where the
    other side's differs.
    """
    ratio = test.get("ratio", NATURAL)

    def overfit(strategy: str, learner: str, metric: str) -> pd.Series:
        training, tested = gap_readings(metric)
        scores = [evidence.scores(strategy, at, ratio, learner) for at in (training, tested)]
        return scores[0] - scores[1]

    def more(strategy: str, learner: str) -> pd.Series:
        metric = test.get("against_metric", test["metric"])
        others = [overfit(name, learner, metric) for name in test["against"]]
        return overfit(strategy, learner, test["metric"]) - _mean(others)

    return _per_learner(test["of"], evidence, more, evidence.families(ratio, {}))


def disagreement(test: dict[str, Any], evidence: Evidence) -> pd.DataFrame:
    """Return by how much two orders of the ranked strategies disagree, families x learners.

    Parameters
    ----------
    test : dict
        ``between``: the two readings. Their tau-b is set against that of two other readings
        (``rather_than``, which should agree more), or of the same readings at a higher ratio
        (``against_ratio``, where they should agree less): never against a fixed value, which noise
        alone can keep it from.
    """
    ratio = test.get("ratio", NATURAL)

    def agreement(pair: list[dict], ratio: str, learner: str) -> pd.Series:
        one, other = (Reading(**reading) for reading in pair)
        orders = [
            evidence.ranked(reading, ratio, learner) * orientation(reading.metric)
            for reading in (one, other)
        ]
        found = {}
        for family in orders[0].index.intersection(orders[1].index):
            both = pd.concat([order.loc[family] for order in orders], axis=1).dropna()
            if len(both) >= FEWEST_STRATEGIES:
                found[family] = kendalltau(*both.round(DECIMALS).to_numpy().T).statistic
        return pd.Series(found, dtype=float).dropna()

    effects = {}
    for learner in evidence.learners:
        seen = agreement(test["between"], ratio, learner)
        if "rather_than" in test:
            effects[learner] = agreement(test["rather_than"], ratio, learner) - seen
        else:
            effects[learner] = seen - agreement(test["between"], test["against_ratio"], learner)
    return pd.DataFrame(effects)


def modifier(
    test: dict[str, Any], evidence: Evidence
) -> tuple[pd.DataFrame, pd.Series, pd.Series | None]:
    """Return effects with the measure they should depend on, oriented so that they should grow.

    Parameters
    ----------
    test : dict
        A contrast, or without ``against`` and ``baseline`` the score of ``of`` itself; ``grows`` or
        ``falls``: the measures, summed, with which it does; ``rather_than``: a rival measure, with
        which the score should be correlated less in the direction expected of it (``EASIER``).

    Returns
    -------
    effects : DataFrame, families x learners
    measure : Series, by family
    instead : Series or None
        The rival, oriented as ``measure`` is.
    """
    ratio = test.get("ratio", NATURAL)
    if "against" in test or "baseline" in test:
        effects = contrast(test, evidence)
    else:
        zero = {"above": 0.0}
        effects = level(test | zero, evidence)
    way, names = next((way, test[way]) for way in ("grows", "falls") if way in test)
    sign = 1 if way == "grows" else -1
    measure = sign * evidence.measure(names, ratio)
    instead = None
    if "rather_than" in test:
        easier = set(test["rather_than"]) <= set(EASIER)
        instead = (1 if easier else -1) * evidence.measure(test["rather_than"], ratio)
    return effects, measure, instead


def _per_learner(
    strategies: list[str],
    evidence: Evidence,
    difference: Score,
    families: pd.Index,
    only: list[str] | None = None,
) -> pd.DataFrame:
    """Return the mean difference over ``strategies`` per family and learner.

    Strategies that do not run with a learner at all leave that learner's mean; one that is absent
    from a single family leaves the family out.
    """
    learners = {strategy: evidence.learners_of(strategy) for strategy in strategies}
    counted = [*evidence.learners, OWN]
    for learner in only or ():
        if learner not in counted:
            raise Absent(f"not in this study: learner '{learner}'")
    effects = {}
    for learner in only or counted:
        columns = [difference(s, learner) for s in strategies if learner in learners[s]]
        effect = _mean(columns).round(DECIMALS)
        effect = effect[effect.index.isin(families)]
        if len(effect):
            effects[learner] = effect
    return pd.DataFrame(effects)


def _mean(columns: list[pd.Series]) -> pd.Series:
    """Return the mean over the columns on the families that all of them have."""
    if not columns:
        return pd.Series(dtype=float)
    return pd.concat(columns, axis=1).dropna().mean(axis=1)


def _logarithm(values: pd.Series) -> pd.Series:
    return np.log(values.where(values > 0)).dropna()
