"""One rule for every claim: from effects per family to supported, contradicted or undecided.

Effects are oriented: positive where the advice is right. With the mean over families, its 95 %
interval [lower, upper] and the claim's margin m:

============  =====================  =====================================
expectation   supported              contradicted
============  =====================  =====================================
better        lower > 0              upper < 0
enough        lower > -m             upper < -m
equivalent    lower > -m, upper < m  upper < -m or lower > m
============  =====================  =====================================

Everything else, and every claim with fewer than five families, is undecided.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import bootstrap, rankdata

from skewbench.statistics.paired import bca_interval

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
NOT_YET_RUN = "not yet run"
VERDICTS = (SUPPORTED, CONTRADICTED, UNDECIDED, NOT_YET_RUN)
SMALLEST_N = 5
NORMAL = 1.959964  # 97.5 % quantile of the normal distribution
RESAMPLES = 2000


class Estimate(NamedTuple):
    """An effect with its interval; NaN without, and with fewer than five families."""

    effect: float
    lower: float
    upper: float
    n: int
    spread: float  # per-family standard deviation; NaN for correlations


def mean_effect(effects: np.ndarray) -> Estimate:
    """Return the mean of the families' effects with its BCa interval."""
    effects = np.asarray(effects, dtype=float)
    n = len(effects)
    lower = upper = spread = math.nan
    if n >= SMALLEST_N:
        lower, upper = bca_interval(effects, statistic="mean", n_resamples=RESAMPLES, seed=0)
        spread = float(effects.std(ddof=1))
    return Estimate(float(effects.mean()) if n else math.nan, lower, upper, n, spread)


def correlation_effect(y: np.ndarray, x: np.ndarray, instead: np.ndarray | None) -> Estimate:
    """Return Spearman's correlation of effects ``y`` with a measure ``x`` over families.

    With ``instead``, its excess over the absolute correlation with another measure. The interval
    resamples families (BCa).
    """
    data = [np.asarray(v, dtype=float) for v in (y, x, instead) if v is not None]
    n = len(data[0])
    if n < SMALLEST_N or any(np.ptp(values) == 0 for values in data):
        return Estimate(math.nan, math.nan, math.nan, n, math.nan)
    effect = float(_correlation(*data))
    if abs(effect) > 1 - 1e-12 and len(data) == 2:
        return Estimate(effect, effect, effect, n, math.nan)  # every resample agrees
    # A resample of one family many times over may have no correlation: it counts as none.
    result = bootstrap(
        data, _correlation, paired=True, vectorized=True, n_resamples=RESAMPLES, method="BCa",
        rng=np.random.default_rng(0),
    )  # fmt: skip
    interval = result.confidence_interval
    return Estimate(effect, float(interval.low), float(interval.high), n, math.nan)


def judge(estimate: Estimate, expect: str, margin: float) -> tuple[str, str]:
    """Return the verdict and a note: what it would take, or how small the effect is.

    Parameters
    ----------
    estimate : Estimate
        Oriented: positive where the advice is right.
    expect : {"better", "enough", "equivalent"}
    margin : float

    Returns
    -------
    verdict, note : str
    """
    effect, lower, upper, n, _ = estimate
    if n < SMALLEST_N:
        return UNDECIDED, f"{n} of at least {SMALLEST_N} data-set families"
    if math.isnan(lower) or math.isnan(upper):
        return UNDECIDED, "no interval: the families do not differ in the measure or the effect"
    if expect == "better":
        if lower > 0:
            small = "" if upper >= margin else f"but smaller than the margin of {margin:g}"
            return SUPPORTED, small
        if upper < 0:
            return CONTRADICTED, "" if lower <= -margin else f"by less than {margin:g}"
        if -margin < lower and upper < margin:
            return UNDECIDED, f"any effect is smaller than the margin of {margin:g}"
        return UNDECIDED, _needed(estimate, abs(effect))
    if lower > -margin and (expect == "enough" or upper < margin):
        return SUPPORTED, ""
    if upper < -margin or (expect == "equivalent" and lower > margin):
        return CONTRADICTED, ""
    distance = effect + margin if expect == "enough" else margin - abs(effect)
    return UNDECIDED, _needed(estimate, abs(distance))


def families_needed(estimate: Estimate, distance: float) -> float:
    """Return how many families would decide, were mean and spread those seen.

    A 95 % interval of a mean, mean +- 1.96 s / sqrt(n), clears a boundary at ``distance`` when
    n > (1.96 s / distance)^2. For Spearman's r it is 3 + (1 + r^2 / 2) (1.96 / atanh r)^2
    [Bonett & Wright 2000].
    """
    if distance <= 0:
        return math.inf
    if math.isnan(estimate.spread):
        r = min(distance, 1 - 1e-9)
        return 3 + (1 + r * r / 2) * (NORMAL / math.atanh(r)) ** 2
    return (NORMAL * estimate.spread / distance) ** 2


def _needed(estimate: Estimate, distance: float) -> str:
    n = families_needed(estimate, distance)
    if n > 10_000:
        return "no number of families would decide an effect as near to the boundary as this"
    # The normal formula may say fewer than there are, where the bootstrap was not convinced.
    n = max(math.ceil(n), estimate.n + 1)
    formula = "(1.96 s / d)^2" if not math.isnan(estimate.spread) else "3 + (1 + r^2/2)(1.96/z)^2"
    return f"would take about {n} families at the effect and spread seen, {formula}"


def _correlation(y, x, instead=None, axis=-1):
    value = _spearman(y, x, axis)
    if instead is None:
        return value
    return value - np.abs(_spearman(y, instead, axis))


def _spearman(y, x, axis):
    a, b = rankdata(y, axis=axis), rankdata(x, axis=axis)
    a, b = a - a.mean(axis=axis, keepdims=True), b - b.mean(axis=axis, keepdims=True)
    size = np.sqrt((a * a).sum(axis=axis) * (b * b).sum(axis=axis))
    covariance = (a * b).sum(axis=axis)
    return np.divide(covariance, size, out=np.zeros_like(covariance), where=size > 0)
