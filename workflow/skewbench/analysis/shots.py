"""Long tails: accuracy on classes with many, a medium number of and few training rows."""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import DESIGN, control_of, family_means
from skewbench.metrics.shots import GROUPS, shot_metric

METRICS = {group: shot_metric(group) for group in GROUPS} | {"all": "balanced_accuracy"}
DECISIONS = ("default", "prior")
READINGS = [Reading(name, decision=rule) for name in METRICS.values() for rule in DECISIONS]
GAINS = ("few", "medium", "all")


def shot_table(collected: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy on groups of classes, family of data sets by family.

    Of multi-class data whose classes fall into at least two of the groups, for raw scores: the
    largest decides (``default``), or the largest after division by the effective training prior
    (``prior``), which refits nothing. Families are not averaged, as not all have the same groups.
    Strategies that are not ranked are left out.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``decision``, ``family``, ``strategy``,
        ``level``, ``label``, ``control``; the mean recall of the classes that are ``many``-,
        ``medium``- and ``few``-shot (NaN where none is) and of ``all``; ``few_gain``,
        ``medium_gain`` and ``all_gain`` over the control under the same decision; and ``imputed``,
        the share of seeds whose values are the control's.
    """
    several = collected[collected["task"] == "multiclass"]
    ranked = strategies[strategies["ranked"].astype(bool)]
    values, imputed = (
        _wide(table, ranked.index) for table in family_means(several, strategies, READINGS)
    )
    table = values.assign(imputed=imputed.max(axis=1))
    table = table[table[list(GROUPS)].notna().sum(axis=1) >= 2].reset_index()
    controls = {learner: control_of(ranked, learner) for learner in table["learner"].unique()}
    table["control"] = [
        controls[learner][strategy]
        for learner, strategy in zip(table["learner"], table["strategy"], strict=True)
    ]
    place = [*DESIGN, "decision", "family"]
    theirs = table.set_index([*place, "strategy"])[list(GAINS)]
    wanted = pd.MultiIndex.from_frame(table[[*place, "control"]])
    gains = table[list(GAINS)] - theirs.reindex(wanted).to_numpy()
    table = table.join(gains.add_suffix("_gain")).join(ranked[["level", "label"]], on="strategy")
    columns = [*place, "strategy", "level", "label", "control", *METRICS]
    return table[[*columns, *gains.add_suffix("_gain"), "imputed"]]


def _wide(table: pd.DataFrame, strategies: pd.Index) -> pd.DataFrame:
    """Return a family x strategy table with a row per cell and a column per group."""
    names = [name for name in table if name in strategies]
    long = table[names].stack().rename_axis([*table.index.names, "strategy"]).rename("value")
    keys = [*DESIGN, "decision", "family", "strategy"]
    long = long.reset_index().astype(dict.fromkeys([*keys, "metric"], str))
    group_of = {metric: group for group, metric in METRICS.items()}
    wide = long.assign(group=long["metric"].map(group_of)).pivot(
        index=keys, columns="group", values="value"
    )
    return wide.reindex(columns=list(METRICS))
