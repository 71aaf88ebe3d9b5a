"""What is left of a strategy's gain once the untouched model may decide as well (PROTOCOL 7.7).

A gain over the untouched model at its default threshold mixes three things: another threshold,
other probabilities, and a better ranking of the rows. Step by step the untouched model gets what
costs no other treatment (a threshold tuned on out-of-fold training scores, recalibration), and what
remains is the strategy's own. Learner ``own`` has other controls and is not decomposed.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import by_size
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import CONTROL, DESIGN, OWN, READING, Means, at_readings
from skewbench.statistics.paired import bca_interval

KEYS = [*DESIGN, "strategy", "metric", "step"]


class Step(NamedTuple):
    """One comparison: how the strategy is read, and how the untouched model."""

    name: str
    strategy: Reading
    control: Reading


def _threshold_steps(metric: str) -> tuple[Step, ...]:
    default, tuned = (Reading(metric, decision=rule) for rule in ("default", f"tuned_{metric}"))
    corrected, recalibrated = (
        Reading(metric, scores, decision="default") for scores in ("corrected", "recalibrated")
    )
    return (
        Step("default", default, default),
        Step("control_tuned", default, tuned),
        Step("both_tuned", tuned, tuned),
        Step("both_corrected", corrected, corrected),
        Step("both_recalibrated", recalibrated, recalibrated),
    )


def _score_steps(metric: str, raw: str, other: str) -> tuple[Step, ...]:
    """Steps by score version; the decision is ``raw`` on raw scores and ``other`` on the rest."""
    readings = {
        "default": Reading(metric, decision=raw),
        "both_corrected": Reading(metric, "corrected", decision=other),
        "both_recalibrated": Reading(metric, "recalibrated", decision=other),
    }
    return tuple(Step(step, reading, reading) for step, reading in readings.items())


STEPS: dict[str, tuple[Step, ...]] = {
    "f1": _threshold_steps("f1"),
    "mcc": _threshold_steps("mcc"),
    "balanced_accuracy": _threshold_steps("balanced_accuracy"),
    "gmean": _threshold_steps("gmean"),
    "expected_cost": _score_steps("expected_cost", "default", "cost"),
    "log_loss": _score_steps("log_loss", "", ""),
}
CORE = ("default", "control_tuned", "both_tuned", "both_recalibrated")


def decomposition_table(means: Means, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return every strategy's gain over the untouched model, step by step.

    All steps but ``both_corrected`` (which not every strategy has) are means over the same
    data-set families.

    Parameters
    ----------
    means : Means
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``, ``anchor``.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``strategy``, ``level``, ``label``,
        ``metric``, ``step``, ``gain`` (mean over data sets of strategy minus control, turned so
        that more is better), ``lower`` and ``upper`` (95 % BCa over data sets), ``wins`` and
        ``n_datasets``.
    """
    columns = [*KEYS[:-2], "level", "label", *KEYS[-2:]]
    columns += ["gain", "lower", "upper", "wins", "n_datasets"]
    parts = [_gains(means.values, strategies, metric, steps) for metric, steps in STEPS.items()]
    gains = pd.concat(parts)
    if gains.empty:
        return pd.DataFrame(columns=columns)
    codes = gains.groupby(KEYS, sort=True, observed=True).ngroup().to_numpy()
    table = gains.iloc[np.unique(codes, return_index=True)[1]][KEYS].reset_index(drop=True)
    found = np.empty((5, len(table)))
    for rows, at in by_size(codes):
        gain = gains["gain"].to_numpy()[at]
        size = np.full(len(rows), at.shape[1])
        found[:, rows] = (gain.mean(axis=1), *bca_interval(gain), (gain > 0).sum(axis=1), size)
    table[columns[-5:]] = found.T
    table = table.astype({"wins": int, "n_datasets": int})
    return table.join(strategies[["level", "label"]], on="strategy")[columns]


def _gains(
    values: pd.DataFrame, strategies: pd.DataFrame, metric: str, steps: tuple[Step, ...]
) -> pd.DataFrame:
    """Return the gain per design, strategy, step and family, long, on shared families only."""
    values = values[(values.index.get_level_values("learner") != OWN)]
    ranked = [name for name in values if strategies.loc[name, "ranked"] and name != CONTROL]
    sign = orientation(metric)
    gains = {}
    for step in steps:
        treated, control = (
            at_readings(values, [reading]).droplevel(READING) for reading in step[1:]
        )
        if CONTROL in values and len(treated) and len(control):
            untouched = control[CONTROL].reindex(treated.index)
            gains[step.name] = (sign * treated[ranked].sub(untouched, axis=0)).round(DECIMALS)
    core = [gains[name].notna() for name in CORE if name in gains]
    shared = reduce(lambda one, other: one & other, core) if core else None
    parts = [
        gain.where(shared).stack().rename("gain").reset_index().assign(metric=metric, step=step)
        for step, gain in gains.items()
    ]
    names = [*DESIGN, "family", "strategy", "metric", "step", "gain"]
    table = pd.concat(parts)[names] if parts else pd.DataFrame(columns=names)
    return table.astype({name: str for name in names[:-1]}).dropna()
