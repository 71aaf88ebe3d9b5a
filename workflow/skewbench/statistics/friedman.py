"""Friedman's test over data sets, with the Iman-Davenport correction: a screen, not a verdict.

It asks whether any two of k methods differ; which ones is for paired tests to say. Demsar (2006)
computes chi-square without a correction for ties (9.28 on his table 6), scipy with it (10.228).
Both are given; ``f`` and ``p`` follow from the corrected one, which is the right one with ties and
the same without.

Sources: Friedman (1937); Iman & Davenport (1980); ties: Conover (1999), section 5.8; the critical
difference of Nemenyi as in Demsar (2006).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f as f_distribution
from scipy.stats import rankdata, studentized_range

from skewbench.statistics.paired import DECIMALS


class Friedman(NamedTuple):
    """The answer of :func:`friedman`."""

    mean_ranks: np.ndarray
    chi2: float
    chi2_textbook: float
    f: float
    p: float


def friedman(scores: ArrayLike) -> Friedman:
    """Test whether methods have the same ranks over data sets.

    Parameters
    ----------
    scores : array-like (n_datasets, n_methods)
        Larger is better; rounded to 1e-12 before ranking.

    Returns
    -------
    Friedman
        ``mean_ranks`` (1 is best), ``chi2`` (corrected for ties), ``chi2_textbook`` (not), ``f``
        (Iman-Davenport, from ``chi2``) and its ``p``. NaN where there are fewer than two methods
        or data sets, or where every data set ties all methods.
    """
    scores = np.round(np.asarray(scores, dtype=float), DECIMALS)
    n, k = scores.shape
    ranks = rankdata(-scores, axis=1)
    mean_ranks = ranks.mean(axis=0) if n else np.full(k, np.nan)
    if n < 2 or k < 2:
        return Friedman(mean_ranks, *[math.nan] * 4)
    between = n * ((mean_ranks - (k + 1) / 2) ** 2).sum()
    textbook = 12 * between / (k * (k + 1))
    # Without ties the squared ranks of a data set deviate by k (k^2 - 1) / 12 in all.
    within = ((ranks - (k + 1) / 2) ** 2).sum()
    chi2 = n * (k - 1) * between / within if within else math.nan
    return Friedman(mean_ranks, float(chi2), float(textbook), *iman_davenport(chi2, n, k))


def iman_davenport(chi2: float, n_datasets: int, n_methods: int) -> tuple[float, float]:
    """Return Iman and Davenport's F for a Friedman chi-square, and its p-value.

    F has (k - 1) and (k - 1)(n - 1) degrees of freedom; it is infinite where all data sets agree.
    """
    n, k = n_datasets, n_methods
    rest = n * (k - 1) - chi2
    f = (n - 1) * chi2 / rest if rest > 1e-9 or math.isnan(rest) else math.inf
    return float(f), float(f_distribution.sf(f, k - 1, (k - 1) * (n - 1)))


def critical_difference(n_datasets: int, n_methods: int, alpha: float = 0.05) -> float:
    """Return Nemenyi's critical difference of mean ranks, for reference only.

    Whether it parts two methods depends on who else is ranked, so that it is no verdict here
    (Benavoli, Corani & Mangili 2016).
    """
    quantile = studentized_range.ppf(1 - alpha, n_methods, np.inf) / math.sqrt(2)
    return float(quantile * math.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets)))
