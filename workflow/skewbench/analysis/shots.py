"""Long tails: accuracy on classes with many, a medium number of and few training rows."""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import CONTROL, DESIGN, family_means
from skewbench.metrics.shots import GROUPS, shot_metric

READINGS = {group: Reading(shot_metric(group), decision="default") for group in GROUPS}
READINGS["all"] = Reading("balanced_accuracy", decision="default")


def shot_table(collected: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy on groups of classes, as means over data-set families.

    Of multi-class data sets of which some class is few-shot or medium-shot, at the default decision
    (the largest score) of raw scores. Strategies that are not ranked are left out.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``strategy``, ``level``, ``label``; the mean
        recall of the classes that are ``many``-, ``medium``- and ``few``-shot (NaN where no data
        set has any) and of ``all``; ``few_gain`` and ``all_gain`` over the untouched model; and
        ``n_datasets``.
    """
    several = collected[collected["task"] == "multiclass"]
    values = family_means(several, strategies, READINGS.values()).values
    ranked = [name for name in values if strategies.loc[name, "ranked"]]
    keys = [*DESIGN, "strategy", "family"]
    group_of = {reading.metric: group for group, reading in READINGS.items()}
    long = values[ranked].stack().rename_axis([*values.index.names, "strategy"]).rename("value")
    long = long.reset_index().astype(dict.fromkeys([*keys, "metric"], str))
    wide = long.assign(group=long["metric"].map(group_of)).pivot(
        index=keys, columns="group", values="value"
    )
    wide = wide.reindex(columns=list(READINGS)).dropna(subset=["medium", "few"], how="all")
    control = wide[wide.index.get_level_values("strategy") == CONTROL].droplevel("strategy")
    places = wide.index.droplevel("strategy")
    for group in ("few", "all"):
        wide[f"{group}_gain"] = wide[group] - control[group].reindex(places).to_numpy()
    groups = wide.reset_index().groupby(keys[:-1], sort=True)
    table = groups[list(wide.columns)].mean()
    table["n_datasets"] = groups["family"].nunique()
    table = table.reset_index().join(strategies[["level", "label"]], on="strategy")
    return table[[*keys[:-1], "level", "label", *wide.columns, "n_datasets"]]
