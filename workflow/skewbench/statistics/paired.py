"""One method against another over data sets: the exact signed-rank test and the BCa interval.

Both take one comparison (a vector of differences, one per data set) or many with as many data sets
each (a matrix, one comparison per row), and both depend on the differences, not on their order.

Sources: Wilcoxon (1945); zeros as in Pratt (1959); the matched-pairs rank-biserial correlation of
Kerby (2014), zeros split as in Demsar (2006); BCa as in Efron & Tibshirani (1993), chapter 14.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

DECIMALS = 12  # Differences that agree this far are ties: sums of folds are not exact.
SMALLEST = 3  # Fewer values than this have no acceleration, and their interval would mean nothing.
_NEAR = 1e-12
_ROWS = 2000  # Comparisons bootstrapped at once: 32 MB with 2,000 resamples.


class SignedRank(NamedTuple):
    """The answer of :func:`signed_rank`; every field an array where many comparisons went in."""

    p: float | np.ndarray
    rank_biserial: float | np.ndarray
    wins: int | np.ndarray
    ties: int | np.ndarray
    losses: int | np.ndarray
    n: int | np.ndarray


def signed_rank(differences: ArrayLike) -> SignedRank:
    """Test whether paired differences are symmetric about zero, exactly.

    The p-value is two-sided and comes from the permutation distribution of the signed ranks: each
    of the 2^n choices of signs is equally likely, ties share their average rank, and zeros are
    ranked and then left out (Pratt). Differences are rounded to 1e-12 first.

    Parameters
    ----------
    differences : array-like (n,) or (n_comparisons, n)
        Positive where the method is better.

    Returns
    -------
    SignedRank
        ``p`` (NaN for n = 0), ``rank_biserial`` = (R+ - R-) / (n (n + 1) / 2) in [-1, 1], and the
        number of ``wins``, ``ties`` (zeros), ``losses`` and ``n`` data sets.

    Raises
    ------
    ValueError
        When a difference is not a number: who is missing is for the caller to decide.
    """
    given = np.asarray(differences, dtype=float)
    values = np.round(np.atleast_2d(given), DECIMALS)
    if np.isnan(values).any():
        raise ValueError("a difference is NaN; leave out the data sets that are missing")
    size = values.shape[1]
    sign = np.sign(values)
    # Twice the average rank is a whole number.
    doubled = np.rint(2 * rankdata(np.abs(values), axis=1)).astype(int)
    doubled[sign == 0] = 0
    positive = np.where(sign > 0, doubled, 0).sum(axis=1)
    total = doubled.sum(axis=1)
    smaller = np.minimum(positive, total - positive)
    tails = (_null(ranks)[at] for ranks, at in zip(_keys(doubled), smaller, strict=True))
    p = np.minimum(1.0, 2 * np.fromiter(tails, dtype=float, count=len(values)))
    # Zeros are worth half to either side, hence nothing to the difference, but count in the total.
    effect = (2 * positive - total) / max(size * (size + 1), 1)
    known = 1.0 if size else np.nan
    fields = (
        known * p,
        known * effect,
        (sign > 0).sum(axis=1),
        (sign == 0).sum(axis=1),
        (sign < 0).sum(axis=1),
        np.full(len(values), size),
    )
    return SignedRank(*(field if given.ndim > 1 else field[0].item() for field in fields))


def _keys(doubled: np.ndarray) -> list[bytes]:
    """Return each row's ranks in order, as a hashable key."""
    return [row.tobytes() for row in np.sort(doubled, axis=1)]


@lru_cache(maxsize=4096)
def _null(ranks: bytes) -> np.ndarray:
    """Return P(twice R+ <= s) for s = 0, 1, ... when every sign is a fair coin.

    One rank at a time: its sum is either as before or larger by the rank.
    """
    doubled = np.frombuffer(ranks, dtype=int)
    doubled = doubled[doubled > 0]
    density = np.zeros(doubled.sum() + 1)
    density[0] = 1.0
    reached = 1
    for rank in doubled:
        reached += rank
        density[rank:reached] = (density[rank:reached] + density[: reached - rank]) / 2
        density[: min(rank, reached)] /= 2
    return np.cumsum(density)


def bca_interval(
    values: ArrayLike,
    statistic: str = "mean",
    level: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Return the bias-corrected and accelerated bootstrap interval over data sets.

    Parameters
    ----------
    values : array-like (n,) or (n_comparisons, n)
    statistic : {"mean", "median"}
    level : float
        Of confidence.
    n_resamples : int
    seed : int
        All comparisons share the same resamples.

    Returns
    -------
    lower, upper : float, or array (n_comparisons,)
        NaN for fewer than three values, where the acceleration is not defined. Equal values have
        an interval of no width: the bootstrap has seen no spread, which is not certainty.
    """
    given = np.asarray(values, dtype=float)
    ordered = np.sort(np.atleast_2d(given), axis=1)
    count, size = ordered.shape
    bounds = np.full((count, 2), np.nan)
    if size >= SMALLEST:
        draws = np.random.default_rng(seed).multinomial(size, [1 / size] * size, n_resamples)
        once = np.ones((1, size), dtype=int)
        weights = [_weights(c, statistic) for c in (draws, once, 1 - np.eye(size, dtype=int))]
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        for start in range(0, count, _ROWS):
            rows = ordered[start : start + _ROWS]
            bounds[start : start + _ROWS] = _bca(*(rows @ w.T for w in weights), tails)
    lower, upper = bounds.T
    return (lower, upper) if given.ndim > 1 else (lower[0].item(), upper[0].item())


def _weights(counts: np.ndarray, statistic: str) -> np.ndarray:
    """Return the weights of sorted values in the statistic of samples that hold ``counts`` each."""
    size = counts.sum(axis=1, keepdims=True)
    if statistic == "mean":
        return counts / size
    if statistic != "median":
        raise ValueError(f"statistic '{statistic}': allowed are mean, median")
    reached = counts.cumsum(axis=1)
    weights = np.zeros(counts.shape)
    for middle in ((size - 1) // 2, size // 2):
        weights[np.arange(len(counts)), (reached > middle).argmax(axis=1)] += 0.5
    return weights


def _bca(
    resampled: np.ndarray, estimate: np.ndarray, jackknife: np.ndarray, tails: np.ndarray
) -> np.ndarray:
    """Return the interval of every row, shape (n_comparisons, 2)."""
    scale = np.abs(resampled).max(axis=1, keepdims=True)
    scale[scale == 0] = 1.0
    # Equal sums in another order differ in the last digits.
    away = (resampled - estimate) / scale
    below = (away < -_NEAR).mean(axis=1, keepdims=True)
    equal = (np.abs(away) <= _NEAR).mean(axis=1, keepdims=True)
    bias = ndtri(below + equal / 2)
    left_out = (jackknife.mean(axis=1, keepdims=True) - jackknife) / scale
    spread = (left_out**2).sum(axis=1, keepdims=True)
    cubes = (left_out**3).sum(axis=1, keepdims=True)
    # Where leaving one out changes nothing there is nothing to accelerate.
    moves = spread > _NEAR**2
    acceleration = np.where(moves, cubes / (6 * np.where(moves, spread, 1) ** 1.5), 0)
    normal = bias + ndtri(tails)
    position = ndtr(bias + normal / (1 - acceleration * normal)) * (resampled.shape[1] - 1)
    resampled = np.sort(resampled, axis=1)
    left = np.floor(position).astype(int)
    right = np.ceil(position).astype(int)
    low, high = (np.take_along_axis(resampled, at, axis=1) for at in (left, right))
    return low + (high - low) * (position - left)
