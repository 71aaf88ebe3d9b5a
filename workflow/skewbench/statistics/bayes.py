"""The Bayesian signed-rank test with a region of practical equivalence (ROPE).

The differences of new data sets are drawn from a Dirichlet process with the observed ones and one
pseudo-observation at zero. Of each draw, the test asks where the mean of two differences lies most
often: above, within or below the region. Only such a posterior may call two methods equivalent; a
large p-value may not.

Source: Benavoli, Corani, Mangili, Zaffalon & Ruggeri (2014); with the region, Benavoli, Corani,
Demsar & Zaffalon (2017), whose prior strength of 0.5 is taken over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skewbench.statistics.paired import DECIMALS

PRIOR_STRENGTH = 0.5
_DRAWS = 500  # Posterior draws held at once: their products of weights stay in the cache.
_ROWS = 1000  # Comparisons held at once.


def bayesian_signed_rank(
    differences: ArrayLike, rope: float, n_samples: int = 20000, seed: int = 0
) -> tuple[float | np.ndarray, float | np.ndarray, float | np.ndarray]:
    """Return the posterior probabilities of better, practically equivalent and worse.

    Parameters
    ----------
    differences : array-like (n,) or (n_comparisons, n)
        Positive where the method is better.
    rope : float
        Half the width of the region of practical equivalence, in units of the differences.
    n_samples : int
        Posterior draws; a probability of .95 is then known to about .0015.
    seed : int
        All comparisons share the same draws.

    Returns
    -------
    p_better, p_equivalent, p_worse : float, or array (n_comparisons,)
        They sum to 1. A draw without one likeliest region counts as equivalent.

    Raises
    ------
    ValueError
        When a difference is not a number.
    """
    given = np.asarray(differences, dtype=float)
    values = np.sort(np.atleast_2d(given), axis=1)
    if np.isnan(values).any():
        raise ValueError("a difference is NaN; leave out the data sets that are missing")
    wins = np.zeros((3, len(values)))
    for start in range(0, len(values), _ROWS):
        rows = slice(start, start + _ROWS)
        wins[:, rows] = _wins(values[rows], rope, n_samples, np.random.default_rng(seed))
    p = wins / n_samples
    return tuple(p) if given.ndim > 1 else tuple(p[:, 0].tolist())


def _wins(values: np.ndarray, rope: float, n_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return how many draws each region wins, shape (3, n_comparisons)."""
    count, size = values.shape
    atoms = np.hstack([np.zeros((count, 1)), values])
    first, second = np.triu_indices(size + 1)
    sums = np.round(atoms[:, first] + atoms[:, second], DECIMALS)
    # A sum on the border of the region is worth half to either side.
    above, below = (_step(side, 2 * rope).astype(np.float32).T for side in (sums, -sums))
    pairs = np.where(first == second, 1, 2).astype(np.float32)
    strength = np.r_[PRIOR_STRENGTH, np.ones(size)]
    wins = np.zeros((3, count))
    for done in range(0, n_samples, _DRAWS):
        weights = rng.dirichlet(strength, min(_DRAWS, n_samples - done)).astype(np.float32)
        mass = weights[:, first] * weights[:, second] * pairs
        better, worse = mass @ above, mass @ below
        inside = 1 - better - worse
        wins[0] += np.count_nonzero(better > np.maximum(inside, worse), axis=0)
        wins[2] += np.count_nonzero(worse > np.maximum(inside, better), axis=0)
    wins[1] = n_samples - wins[0] - wins[2]
    return wins


def _step(x: np.ndarray, edge: float) -> np.ndarray:
    """Return 1 above the edge, 0 below, 0.5 on it."""
    return np.heaviside(np.round(x - edge, DECIMALS), 0.5)
