"""Straight lines through the values of one data set, as a summary that may then be averaged.

A slope per data set, and a mean over data sets with its bootstrap interval, keeps the data set as
the unit: points of one line are never pooled with those of another (PROTOCOL.md section 7.6).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def slopes(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return the least-squares slope of every row of ``y`` on ``x``.

    Parameters
    ----------
    x : array-like (n_points,)
    y : array-like (n_rows, n_points)
        NaN where a row has no value.

    Returns
    -------
    ndarray (n_rows,)
        NaN where a row has fewer than two values at different ``x``.
    """
    y = np.asarray(y, dtype=float)
    present = ~np.isnan(y)
    count = np.maximum(present.sum(axis=1, keepdims=True), 1)
    x = np.where(present, np.asarray(x, dtype=float), 0.0)
    x = np.where(present, x - x.sum(axis=1, keepdims=True) / count, 0.0)
    y = np.where(present, y, 0.0)
    spread = (x**2).sum(axis=1)
    defined = spread > 0
    return np.where(defined, (x * y).sum(axis=1) / np.where(defined, spread, 1.0), np.nan)
