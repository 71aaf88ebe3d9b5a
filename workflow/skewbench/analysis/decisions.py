"""How much of a strategy is its threshold: default and tuned decisions on the same data sets."""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import CONTROL, DESIGN, OWN, Means, at_readings, complete_block


def decision_table(means: Means, strategies: pd.DataFrame, metric: str = "f1") -> pd.DataFrame:
    """Return every strategy's score at the default and at the tuned threshold, and the control's.

    Both columns, for all strategies of one table, are means over the same data-set families.

    Parameters
    ----------
    means : Means
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``, ``anchor``.
    metric : str
        A metric with a ``tuned_<metric>`` decision rule; larger is better.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``metric``, ``strategy``, ``level``,
        ``label``, ``default``, ``tuned``, ``control_default`` and ``control_tuned`` (NaN for
        learner ``own``, whose strategies have controls of their own), ``wins``: on how many data
        sets the tuned strategy beats the tuned control, ``n_datasets`` and ``share_imputed``.
    """
    tuned = f"tuned_{metric}"
    readings = [Reading(metric, decision=decision) for decision in ("default", tuned)]
    values, imputed = (at_readings(table, readings) for table in means)
    ranked = [name for name in values if strategies.loc[name, "ranked"]]
    tables = []
    for design, block in values[ranked].groupby(level=DESIGN, observed=True, sort=True):
        names = dict(zip(DESIGN, map(str, design), strict=True))
        block = block.dropna(axis="columns", how="all")
        sides = block.droplevel([*DESIGN, "metric", "scores", "prior"])
        if set(sides.index.get_level_values("decision")) != {"default", tuned}:
            continue
        default, best = (sides.xs(rule, level="decision") for rule in ("default", tuned))
        control = None if names["learner"] == OWN else CONTROL
        both, _ = complete_block(default.where(best.notna()), control)
        if both.empty:
            continue
        default, best = default.loc[both.index, both.columns], best.loc[both.index, both.columns]
        table = pd.DataFrame({"default": default.mean(), "tuned": best.mean()})
        if control in both:
            table["control_default"] = table.loc[control, "default"]
            table["control_tuned"] = table.loc[control, "tuned"]
            table["wins"] = (best.round(12).gt(best[control].round(12), axis=0)).sum()
        else:
            table[["control_default", "control_tuned", "wins"]] = float("nan")
        table["n_datasets"] = len(both)
        table["share_imputed"] = imputed.loc[block.index, both.columns].mean()
        tables.append(table.reset_index().assign(**names))
    columns = [*DESIGN, "metric", "strategy", "level", "label", "default", "tuned"]
    columns += ["control_default", "control_tuned", "wins", "n_datasets", "share_imputed"]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True).assign(metric=metric)
    return table.join(strategies[["level", "label"]], on="strategy")[columns]
