"""What is left of a strategy's gain once the untouched model may decide as well (PROTOCOL 7.7).

A gain over the untouched model at its default threshold mixes three things: another threshold,
other probabilities, and a better ranking of the rows. Step by step the untouched model gets what
costs no other treatment (a threshold tuned on out-of-fold training scores, recalibration), and what
remains is the strategy's own. A strategy with its own model is set against its anchor.

Corrected and recalibrated scores keep the order of the rows, so a tuned threshold decides on them
as before. They show in decisions at a fixed cut: the cost-optimal one for expected cost, 0.5
otherwise, which suits accuracy and neither F1 nor the like.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import by_size
from skewbench.analysis.ranking import DECIMALS
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import DESIGN, READING, Means, at_readings, control_of
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
_COLUMNS = [*KEYS[:-2], "level", "label", "control", *KEYS[-2:]]
_COLUMNS += ["gain", "lower", "upper", "wins", "n_datasets", "share_imputed"]


def decomposition_table(means: Means, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return every strategy's gain over its control, step by step.

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
        ``control`` (the untouched model; the anchor of a strategy with its own model),
        ``metric``, ``step``, ``gain`` (mean over data sets of strategy minus control, turned so
        that more is better), ``lower`` and ``upper`` (95 % BCa over data sets), ``wins``,
        ``n_datasets`` and ``share_imputed`` (of the strategy's values).
    """
    learners = means.values.index.get_level_values("learner").astype(str)
    parts = []
    for learner in sorted(set(learners)):
        controls = _controls(means.values, strategies, learner)
        block = Means(*(table[learners == learner] for table in means))
        if len(controls):
            parts += [_gains(block, controls, *metric_steps) for metric_steps in STEPS.items()]
    gains = pd.concat(parts) if parts else pd.DataFrame()
    if gains.empty:
        return pd.DataFrame(columns=_COLUMNS)
    codes = gains.groupby(KEYS, sort=True, observed=True).ngroup().to_numpy()
    first = np.unique(codes, return_index=True)[1]
    table = gains.iloc[first][[*KEYS, "control"]].reset_index(drop=True)
    found = np.empty((6, len(table)))
    for rows, at in by_size(codes):
        gain, imputed = (gains[name].to_numpy()[at] for name in ("gain", "imputed"))
        size = np.full(len(rows), at.shape[1])
        wins = (gain > 0).sum(axis=1)
        found[:, rows] = (
            *(gain.mean(axis=1), *bca_interval(gain)),
            *(wins, size, imputed.mean(axis=1)),
        )
    table[_COLUMNS[-6:]] = found.T
    table = table.astype({"wins": int, "n_datasets": int})
    return table.join(strategies[["level", "label"]], on="strategy")[_COLUMNS]


def _controls(values: pd.DataFrame, strategies: pd.DataFrame, learner: str) -> pd.Series:
    """Return the control of every ranked strategy that has one, itself excepted."""
    controls = control_of(strategies, learner).reindex(values.columns).dropna()
    controls = controls[controls.isin(values.columns) & (controls != controls.index)]
    return controls[strategies.loc[controls.index, "ranked"].astype(bool)]


def _gains(means: Means, controls: pd.Series, metric: str, steps: tuple[Step, ...]) -> pd.DataFrame:
    """Return the gain per design, strategy, step and family, long, on shared families only."""
    sign, names = orientation(metric), list(controls.index)
    gains, imputed = {}, {}
    for step in steps:
        treated, control = (
            at_readings(means.values, [reading]).droplevel(READING) for reading in step[1:]
        )
        if len(treated) and len(control):
            untouched = control[controls].set_axis(names, axis=1).reindex(treated.index)
            gains[step.name] = (sign * (treated[names] - untouched)).round(DECIMALS)
            imputed[step.name] = at_readings(means.imputed, [step.strategy]).droplevel(READING)
    core = [gains[name].notna() for name in CORE if name in gains]
    shared = reduce(lambda one, other: one & other, core) if core else None
    parts = []
    for step, gain in gains.items():
        long = gain.where(shared).rename_axis(columns="strategy").stack().dropna()
        part = long.rename("gain").reset_index().assign(metric=metric, step=step)
        part["imputed"] = imputed[step].stack().reindex(long.index).to_numpy()
        parts.append(part.assign(control=part["strategy"].map(controls.astype(str))))
    columns = [*DESIGN, "family", "strategy", "metric", "step", "control", "gain", "imputed"]
    table = pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)
    return table.astype({name: str for name in columns[:-2]})
