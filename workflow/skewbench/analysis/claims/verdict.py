"""One rule for every claim: from effects per family to supported, contradicted or undecided.

Effects are oriented: positive where the advice is right. With the claim's margin m:

============  ======================  ====================
expectation   supported               contradicted
============  ======================  ====================
better        above 0                 below 0
enough        above -m                below -m
equivalent    above -m and below m    below -m or above m
============  ======================  ====================

The effects are above a boundary when the 95 % interval of their mean is (BCa) and the exact
signed-rank test agrees: two-sided p <= .05 for the effects minus the boundary. The interval alone
errs too often with few families: with five to ten it would decide some 15 % of null effects
(symmetric, Student's t with 3 degrees of freedom), with five of one sign always. The test cannot
reach .05 with fewer than six (2 / 2^5 = .06), so six are needed throughout. A correlation with a
measure has an interval alone.

Undecided is everything else, and any claim of which more than a tenth of the values were taken from
the control. Every verdict has an error of 5 % of its own: some 120 claims are judged without
correction for their number, so that up to six false verdicts are to be expected were no effect real
(:func:`multiplicity` counts a table's).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import bootstrap, rankdata

from skewbench.statistics.paired import bca_interval, signed_rank

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "undecided"
NOT_YET_RUN = "not yet run"
VERDICTS = (SUPPORTED, CONTRADICTED, UNDECIDED, NOT_YET_RUN)
SMALLEST_N = 6  # with fewer the exact test cannot reach .05
ERROR = 0.05
MOST_IMPUTED = 0.1
NORMAL = 1.959964  # 97.5 % quantile of the normal distribution
RESAMPLES = 2000


class Estimate(NamedTuple):
    """An effect with its interval, NaN with fewer than ``SMALLEST_N`` families."""

    effect: float
    lower: float
    upper: float
    n: int
    families: np.ndarray | None = None  # the families' effects; None for a correlation
    share_imputed: float = 0.0  # of the values under the effects


def mean_effect(effects: np.ndarray) -> Estimate:
    """Return the mean of the families' effects with its BCa interval."""
    effects = np.asarray(effects, dtype=float)
    n = len(effects)
    lower = upper = math.nan
    if n >= SMALLEST_N:
        lower, upper = bca_interval(effects, statistic="mean", n_resamples=RESAMPLES, seed=0)
    return Estimate(float(effects.mean()) if n else math.nan, lower, upper, n, effects)


def correlation_effect(y: np.ndarray, x: np.ndarray, instead: np.ndarray | None = None) -> Estimate:
    """Return Spearman's correlation of effects ``y`` with a measure ``x`` over families.

    With ``instead``, its excess over the correlation with another measure, both with their signs:
    an absolute value would be above 0 by chance. The interval resamples families (BCa).
    """
    data = [np.asarray(v, dtype=float) for v in (y, x, instead) if v is not None]
    n = len(data[0])
    if n < SMALLEST_N or any(np.ptp(values) == 0 for values in data):
        return Estimate(math.nan, math.nan, math.nan, n)
    effect = float(_correlation(*data))
    if abs(effect) > 1 - 1e-12 and len(data) == 2:
        return Estimate(effect, effect, effect, n)  # every resample agrees
    # A resample of one family many times over may have no correlation: it counts as none.
    result = bootstrap(
        data, _correlation, paired=True, vectorized=True, n_resamples=RESAMPLES, method="BCa",
        rng=np.random.default_rng(0),
    )  # fmt: skip
    interval = result.confidence_interval
    return Estimate(effect, float(interval.low), float(interval.high), n)


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
    effect, lower, upper, n = estimate[:4]
    if n < SMALLEST_N:
        return UNDECIDED, f"{n} of at least {SMALLEST_N} data-set families"
    if estimate.share_imputed > MOST_IMPUTED:
        return UNDECIDED, f"{estimate.share_imputed:.0%} of the values are the control's"
    if math.isnan(lower) or math.isnan(upper):
        return UNDECIDED, "no interval: the families do not differ in the measure or the effect"
    better = expect == "better"
    boundaries = (0.0,) if better else (-margin, margin) if expect == "equivalent" else (-margin,)
    sides = [side_of(estimate, boundary) for boundary in boundaries]
    if sides in ([1], [1, -1]):
        return SUPPORTED, f"but smaller than the margin of {margin:g}" * (better and upper < margin)
    if sides[0] < 0 or sides[-1] > 0:
        return CONTRADICTED, f"by less than {margin:g}" * (better and lower > -margin)
    if better and -margin < lower and upper < margin:
        return UNDECIDED, f"any effect is smaller than the margin of {margin:g}"
    if not any(lower <= boundary <= upper for boundary in boundaries):
        return UNDECIDED, "the interval alone would decide, but the signed-rank test has p > .05"
    return UNDECIDED, _needed(estimate, min(abs(effect - boundary) for boundary in boundaries))


def side_of(estimate: Estimate, boundary: float) -> int:
    """Return 1 where the effects lie above ``boundary``, -1 below, 0 where that is open."""
    side = int(estimate.lower > boundary) - int(estimate.upper < boundary)
    if side and estimate.families is not None:
        found = signed_rank(estimate.families - boundary)
        agrees = found.p <= ERROR and side * found.rank_biserial > 0
        return side if agrees else 0
    return side


def multiplicity(claims: pd.DataFrame) -> str:
    """Return how many claims were judged, and how many verdicts chance alone would give.

    Parameters
    ----------
    claims : DataFrame
        ``lower``: NaN where a claim could not be judged.
    """
    n = int(claims["lower"].notna().sum())
    return (
        f"{n} claim{'' if n == 1 else 's'} judged, without correction for their number: were no "
        f"effect real, chance would decide at most about {n * ERROR:.1f} of them ({n} x {ERROR:g})."
    )


def families_needed(estimate: Estimate, distance: float) -> float:
    """Return how many families would decide, were mean and spread those seen.

    A 95 % interval of a mean, mean +- 1.96 s / sqrt(n), clears a boundary at ``distance`` when
    n > (1.96 s / distance)^2. For Spearman's r it is 3 + (1 + r^2 / 2) (1.96 / atanh r)^2
    [Bonett & Wright 2000].
    """
    if distance <= 0:
        return math.inf
    if estimate.families is None:
        r = min(distance, 1 - 1e-9)
        return 3 + (1 + r * r / 2) * (NORMAL / math.atanh(r)) ** 2
    return (NORMAL * estimate.families.std(ddof=1) / distance) ** 2


def _needed(estimate: Estimate, distance: float) -> str:
    n = families_needed(estimate, distance)
    if n > 10_000:
        return "no number of families would decide an effect as near to the boundary as this"
    # The normal formula may say fewer than there are, where the bootstrap was not convinced.
    n = max(math.ceil(n), estimate.n + 1)
    formula = "(1.96 s / d)^2" if estimate.families is not None else "3 + (1 + r^2/2)(1.96/z)^2"
    return f"would take about {n} families at the effect and spread seen, {formula}"


def _correlation(y, x, instead=None, axis=-1):
    value = _spearman(y, x, axis)
    if instead is None:
        return value
    return value - _spearman(y, instead, axis)


def _spearman(y, x, axis):
    a, b = rankdata(y, axis=axis), rankdata(x, axis=axis)
    a, b = a - a.mean(axis=axis, keepdims=True), b - b.mean(axis=axis, keepdims=True)
    size = np.sqrt((a * a).sum(axis=axis) * (b * b).sum(axis=axis))
    covariance = (a * b).sum(axis=axis)
    return np.divide(covariance, size, out=np.zeros_like(covariance), where=size > 0)
