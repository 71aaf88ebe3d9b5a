"""The decision guides of the notes: their branches, and each guide as a policy scored by regret.

A policy is the value a practitioner gets on a family who follows it: with learner L at hand, that
of the first strategy named that has a score with L there. Only where a branch names nothing that
runs with L at all (anomaly detection) is the learner replaced. What the guides name, and for which
data, is in :mod:`skewbench.analysis.guides`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from skewbench.analysis.claims.evidence import NATURAL, Absent, Evidence
from skewbench.analysis.guides import first_available
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import CONTROL, OWN

# Families of methods, of which the alternatives to a branch's advice are taken.
METHODS = {
    "untouched": ("none", "plain_forest", "plain_bagging", "plain_boosting"),
    "weights": ("weight_inverse", "weight_sqrt", "weight_effective"),
    "costs": ("cost_matrix",),
    "duplication": ("random_over", "rose"),
    "synthetic oversampling": ("smote", "borderline_smote_1", "adasyn", "svm_smote"),
    "undersampling": ("random_under", "near_miss_1", "near_miss_3"),
    "cleaning": ("tomek_links", "enn", "one_sided_selection", "neighbourhood_cleaning"),
    "oversampling and cleaning": ("smote_tomek", "smote_enn"),
    "focal losses": ("focal", "class_balanced_focal", "weighted_focal"),
    "SMOTE and weights": ("smote_effective_weights",),
    "balanced ensembles": (
        "balanced_random_forest",
        "easy_ensemble",
        "rusboost",
        "under_bagging",
        "self_paced_ensemble",
        "balance_cascade",
    ),
    "SMOTE and ensembles": ("smote_forest", "smote_xgboost"),
    "anomaly detection": ("isolation_forest", "one_class_svm", "local_outlier_factor"),
}
POLICIES = ("guide", "control", "single best", "random", "oracle")


def best_alternative(
    evidence: Evidence,
    advised: list[str],
    reading: Reading,
    ratio: str,
    learner: str,
    families: pd.Index,
) -> pd.Series:
    """Return per family the score of the family of methods that is best on the other families.

    Families of methods that hold an advised strategy are no alternative. The choice leaves out the
    data-set family it is scored on, or it would be the luckiest rather than the best. Where an
    alternative failed it is worth what its user falls back to, the control.
    """
    evidence = evidence.with_fallback
    columns = {}
    for name, strategies in METHODS.items():
        if set(strategies) & set(advised):
            continue
        known = [s for s in strategies if s in evidence.strategies.index]
        scores = [evidence.scores(s, reading, ratio, learner) for s in known]
        scores = [column for column in scores if len(column)]
        if scores:
            columns[name] = pd.concat(scores, axis=1).dropna().mean(axis=1)
    table = pd.DataFrame(columns)
    return leave_one_out_best(table[table.index.isin(families)], reading.metric)


def leave_one_out_best(table: pd.DataFrame, metric: str) -> pd.Series:
    """Return per row the value in the column that is best on average over the other rows.

    Parameters
    ----------
    table : DataFrame (n_families, n_options)
        NaN where an option is absent. A column counts only if it has a value in every row.
    metric : str
        Decides whether large or small is good.

    Returns
    -------
    Series, indexed as ``table``; empty with fewer than two rows or without a complete column.
    """
    complete = table.dropna(axis="columns")
    if len(complete) < 2 or complete.empty:
        return pd.Series(dtype=float)
    values = complete.to_numpy(dtype=float)
    sign = orientation(metric)
    others = (sign * (values.sum(axis=0) - values)).round(DECIMALS)
    return pd.Series(values[np.arange(len(values)), others.argmax(axis=1)], complete.index)


def followed(
    test: dict[str, Any], evidence: Evidence, learner: str, families: pd.Index
) -> pd.DataFrame:
    """Return the ``strategy``, and the ``learner`` it runs with, that a guide's reader takes.

    Parameters
    ----------
    test : dict
        ``branches``: list of ``where`` (limits of the branch) and ``follow`` (what it names, in
        order); ``reading`` and ``ratio``. A family in no branch, or on which nothing named has a
        score, is left untouched.

    Returns
    -------
    DataFrame, indexed by family
        Without families of which a size that a branch looks at is not known.

    Raises
    ------
    Absent
        The study has nothing that a branch names, or lacks a size of the data.
    """
    reading, ratio = Reading(**test["reading"]), test.get("ratio", NATURAL)
    sizes = sorted({size for branch in test["branches"] for size in branch["where"]})
    families = families.intersection(evidence.measure(sizes, ratio).dropna().index)
    taken = pd.DataFrame({"strategy": CONTROL, "learner": learner}, index=families)
    for branch in test["branches"]:
        here = families.intersection(evidence.families(ratio, branch["where"]))
        if here.empty:
            continue
        runs_with = _runs_with(branch["follow"], evidence)
        at = learner if any(learner in found for found in runs_with.values()) else OWN
        scored = {name: evidence.scores(name, reading, ratio, at).index for name in runs_with}
        for family in here:
            ready = [name for name, index in scored.items() if family in index]
            strategy = first_available(branch["follow"], ready)
            if strategy is not None:
                taken.loc[family] = strategy, at
    return taken


def policy_scores(test: dict[str, Any], evidence: Evidence) -> dict[str, pd.DataFrame]:
    """Return the score of every policy per learner, families x policies.

    Parameters
    ----------
    test : dict
        See :func:`followed`.

    Returns
    -------
    dict of learner to DataFrame with the columns ``POLICIES``
        Families of unknown size, or on which some policy has no score, are left out. Oriented:
        larger is better.

    Raises
    ------
    Absent
        As :func:`followed`; or the study lacks the ratio or the reading.
    """
    reading, ratio = Reading(**test["reading"]), test.get("ratio", NATURAL)
    sign = orientation(reading.metric)
    tables = {}
    for learner in evidence.learners:
        pool = evidence.ranked(reading, ratio, learner)
        if CONTROL not in pool:
            continue
        pool = pool[pool[CONTROL].notna()]
        taken = followed(test, evidence, learner, pool.index)
        pool = pool.loc[taken.index]
        guide = pd.Series(np.nan, pool.index)
        for (strategy, at), rows in taken.groupby(["strategy", "learner"]):
            guide[rows.index] = evidence.scores(strategy, reading, ratio, at)[rows.index]
        policies = sign * pd.DataFrame(
            {
                "guide": guide,
                "control": pool[CONTROL],
                "single best": leave_one_out_best(pool, reading.metric).reindex(pool.index),
                "random": pool.mean(axis=1),
            }
        )
        # A guide may name a model of its own, which is not among the learner's options.
        best = (sign * pool).max(axis=1)
        policies["oracle"] = np.maximum(best, policies["guide"])
        tables[learner] = policies.dropna()[list(POLICIES)]
    return tables


def advantage(tables: dict[str, pd.DataFrame], over: str) -> pd.DataFrame:
    """Return the guide's score minus another policy's, families x learners."""
    return pd.DataFrame({name: table["guide"] - table[over] for name, table in tables.items()})


def regrets(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return per policy its regret, the oracle's score minus its own, families x learners."""
    return {
        policy: pd.DataFrame({name: t["oracle"] - t[policy] for name, t in tables.items()})
        for policy in POLICIES
    }


def _runs_with(follow: list[str], evidence: Evidence) -> dict[str, set[str]]:
    """Return the learners of every strategy that the study has a result of."""
    found = {}
    for name in follow:
        with suppress(Absent):
            found[name] = evidence.learners_of(name)
    if not found:
        raise Absent(f"not in this study: any of {', '.join(follow)}")
    return found
