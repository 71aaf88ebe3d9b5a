"""Many comparisons at once: Holm's step-down correction, and how many data sets it takes.

Source: Holm (1979), which Demsar (2006) and Garcia & Herrera (2008) recommend over data sets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

ALPHA = 0.05


def holm(p: ArrayLike) -> np.ndarray:
    """Return p-values adjusted by Holm's step-down procedure.

    Parameters
    ----------
    p : array-like (n_comparisons,)
        A NaN was no comparison: it stays NaN and does not count.

    Returns
    -------
    ndarray (n_comparisons,)
        Never smaller than ``p``, in the same order, at most 1.
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    (known,) = np.nonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return adjusted


def smallest_n(n_comparisons: int, alpha: float = ALPHA) -> int:
    """Return how many data sets it takes before any of the comparisons can be significant.

    With n data sets the smallest two-sided p-value of the signed-rank test is 2 / 2^n, when a
    method wins everywhere without a tie; Holm multiplies it by the number of comparisons.

    >>> smallest_n(1), smallest_n(30)
    (6, 11)
    """
    n = 1
    while n_comparisons * 2.0 ** (1 - n) > alpha:
        n += 1
    return n
