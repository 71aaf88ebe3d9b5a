"""The decision guides of the notes: their branches, and each guide as a policy scored by regret.

A policy is the value a practitioner can expect on a family who follows it: the mean of the
strategies it names. With learner L at hand the options are the strategies that run with L; only
where a branch advises nothing of the kind (anomaly detection) is the learner replaced.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skewbench.analysis.claims.evidence import Evidence, orientation
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading
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
    data-set family it is scored on, or it would be the luckiest rather than the best.
    """
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


def policy_scores(test: dict[str, Any], evidence: Evidence) -> dict[str, pd.DataFrame]:
    """Return the score of every policy per learner, families x policies.

    Parameters
    ----------
    test : dict
        ``branches``: list of ``where`` (limits of the branch) and ``follow`` (its strategies);
        ``reading`` and ``ratio``. A family in no branch is left untouched: the guide says nothing.

    Returns
    -------
    dict of learner to DataFrame with the columns ``POLICIES``
        Families on which some policy has no score are left out. Oriented: larger is better.

    Raises
    ------
    Absent
        The study lacks an advised strategy, a size of the data, the ratio or the reading.
    """
    reading, ratio = Reading(**test["reading"]), test.get("ratio", "natural")
    sign = orientation(reading.metric)
    branches = [
        (evidence.families(ratio, branch["where"]), branch["follow"]) for branch in test["branches"]
    ]
    runs_with = {
        strategy: evidence.learners_of(strategy)
        for strategy in {CONTROL, *(name for _, follow in branches for name in follow)}
    }
    tables = {}
    for learner in evidence.learners:
        pool = evidence.ranked(reading, ratio, learner)
        if CONTROL not in pool:
            continue
        pool = pool[pool[CONTROL].notna()]
        guide = pool[CONTROL].copy()
        best = pool.max(axis=1) if sign > 0 else pool.min(axis=1)
        for families, follow in branches:
            here = pool.index.intersection(families)
            run = [name for name in follow if learner in runs_with[name]]
            if run:
                advised = pool.reindex(index=here, columns=run)
            else:
                own = {name: evidence.scores(name, reading, ratio, OWN) for name in follow}
                advised = pd.DataFrame(own).reindex(here)
                best[here] = sign * (sign * advised.assign(best=best[here])).max(axis=1)
            guide[here] = advised.mean(axis=1, skipna=False)
        policies = pd.DataFrame(
            {
                "guide": guide,
                "control": pool[CONTROL],
                "single best": leave_one_out_best(pool, reading.metric).reindex(pool.index),
                "random": pool.mean(axis=1),
                "oracle": best,
            }
        )
        tables[learner] = sign * policies.dropna()[list(POLICIES)]
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
