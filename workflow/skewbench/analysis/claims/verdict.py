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
JUDGED = (SUPPORTED, CONTRADICTED, UNDECIDED)
TOO_FEW = "too few families"
SMALLEST_N = 6  # with fewer the exact test cannot reach .05
ERROR = 0.05
MOST_IMPUTED = 0.1
NORMAL = 1.959964  # 97.5 % quantile of the normal distribution
RESAMPLES = 2000
MOST_FAMILIES = 10_000  # more than that is no number to ask for


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


def judge(estimate: Estimate, expect: str, margin: float, population: str = "") -> tuple[str, str]:
    """Return the verdict and a note: what it would take, or how small the effect is.

    Parameters
    ----------
    estimate : Estimate
        Oriented: positive where the advice is right.
    expect : {"better", "enough", "equivalent"}
    margin : float
    population : str
        Which families the claim is about, to follow the word: "with imbalance ratio below 10".

    Returns
    -------
    verdict, note : str
    """
    lower, upper, n = estimate[1:4]
    if n < SMALLEST_N:
        families = " ".join(filter(None, ("families", population)))
        return UNDECIDED, f"needs at least {SMALLEST_N} {families}; this study can judge it on {n}"
    if estimate.share_imputed > MOST_IMPUTED:
        share = f"{estimate.share_imputed:.0%} of the values are the control's, of failed cells"
        return UNDECIDED, f"{share}; needs at most {MOST_IMPUTED:.0%}"
    if math.isnan(lower) or math.isnan(upper):
        return UNDECIDED, "needs families that differ in the measure and the effect; these do not"
    better = expect == "better"
    boundaries = (0.0,) if better else (-margin, margin) if expect == "equivalent" else (-margin,)
    sides = [side_of(estimate, boundary) for boundary in boundaries]
    if sides in ([1], [1, -1]):
        return SUPPORTED, f"but smaller than the margin of {margin:g}" * (better and upper < margin)
    if sides[0] < 0 or sides[-1] > 0:
        return CONTRADICTED, f"by less than {margin:g}" * (better and lower > -margin)
    if better and -margin < lower and upper < margin:
        settled = f"an effect beyond the margin of {margin:g} is excluded"
        return UNDECIDED, f"{settled}; more families could only tell the sign of a smaller one"
    needed = [_needed(estimate, b) for b, side in zip(boundaries, sides, strict=True) if not side]
    return UNDECIDED, max(needed)[1]


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
        f"{n} claim{'' if n == 1 else 's'} judged, without correction for their number: were every "
        "effect just at the boundary that it is held against, chance would decide at most about "
        f"{n * ERROR:.1f} of them ({n} x {ERROR:g})."
    )


def standing(claims: pd.DataFrame) -> pd.Series:
    """Return the verdict of every claim; ``TOO_FEW`` where an undecided one has no interval.

    Parameters
    ----------
    claims : DataFrame
        ``verdict``; ``lower``: NaN where a claim could not be judged.
    """
    verdicts = claims["verdict"].astype(str)
    return verdicts.mask((verdicts == UNDECIDED) & claims["lower"].isna(), TOO_FEW)


def families_for_interval(estimate: Estimate, boundary: float) -> float:
    """Return with how many families the interval would clear ``boundary``, as the effects are.

    A 95 % interval of a mean, mean +- 1.96 s / sqrt(n), clears a boundary at the distance d when
    n > (1.96 s / d)^2. For Spearman's r it is 3 + (1 + r^2 / 2) (1.96 / atanh r)^2
    [Bonett & Wright 2000].
    """
    distance = abs(estimate.effect - boundary)
    if distance <= 0:
        return math.inf
    if estimate.families is None:
        r = min(distance, 1 - 1e-9)
        return 3 + (1 + r * r / 2) * (NORMAL / math.atanh(r)) ** 2
    return (NORMAL * estimate.families.std(ddof=1) / distance) ** 2


def families_for_test(estimate: Estimate, boundary: float) -> float:
    """Return with how many families the signed-rank test would agree with the mean.

    Noether's approximation [1987, JASA 82, 645]: n = z^2 / (3 (p - 1/2)^2), where p is the
    probability that the sum of two effects is positive and z = 1.96 for p <= .05, with no reserve
    for power, as in :func:`families_for_interval`. The rank-biserial correlation r estimates
    2 p - 1, so that n = 4/3 (1.96 / r)^2. Infinite where mean and ranks lie on different sides of
    ``boundary``; 0 for a correlation, which is not tested.
    """
    if estimate.families is None:
        return 0.0
    r = signed_rank(estimate.families - boundary).rank_biserial
    if r * (estimate.effect - boundary) <= 0:
        return math.inf
    return 4 / 3 * (NORMAL / r) ** 2


def _needed(estimate: Estimate, boundary: float) -> tuple[float, str]:
    """Return how many families would decide on which side of ``boundary``, and a sentence."""
    interval, test = (f(estimate, boundary) for f in (families_for_interval, families_for_test))
    start = ""
    if not estimate.lower <= boundary <= estimate.upper:
        start = "the interval alone would decide, but the signed-rank test has p > .05: "
        interval = 0.0
    n = max(interval, test)
    if interval <= MOST_FAMILIES and math.isinf(test):
        said = "mean and signed ranks point to different sides: more such families would not decide"
        return n, start + said
    if n > MOST_FAMILIES:
        said = (
            f"an effect as near to the boundary as this needs more than {MOST_FAMILIES:,} families"
        )
        return n, start + said
    if test > interval:
        how = "signed ranks seen, 4/3 (1.96 / r)^2"
    elif estimate.families is not None:
        how = "effect and spread seen, (1.96 s / d)^2"
    else:
        how = "effect and spread seen, 3 + (1 + r^2/2)(1.96/z)^2"
    # The normal formulas may say fewer than there are, where bootstrap or test was not convinced.
    shown = max(math.ceil(n), estimate.n + 1)
    return n, f"{start}would take about {shown} families at the {how}"


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
