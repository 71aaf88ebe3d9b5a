"""Self-paced ensemble: under-sample by how hard the ensemble finds each majority row.

[Liu, Cao, Gao, Bian, Chen, Chang & Liu, "Self-paced ensemble for highly imbalanced massive data
classification", ICDE 2020, algorithm 1.] Hardness is the absolute error of the ensemble so far,
1 - P(true class). The majority rows are cut into ``k_bins`` bins of equal hardness width, and bin l
with mean hardness h_l gets a share of the draw proportional to 1 / (h_l + alpha). The self-paced
factor alpha = tan(pi i / (2 n)) grows from member to member: first every bin contributes equally
much hardness (few hard rows), in the end every bin contributes equally many rows (many hard rows).

Where the sources disagree: the paper trains a member 0 on a random draw, leaves it out of the
average, and takes alpha at i = 1..n (infinite at n); the authors' code counts member 0 as one of
the n and divides by n - 1. Here member 0 is one of the n and is averaged, and alpha is as in the
paper, at i = 1..n-1. The authors' code may exceed the minority's size by one row a bin; here draws
are exactly as large as the minority.
"""

from __future__ import annotations

from numbers import Integral
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skewbench.strategies.balanced_members import BalancedMembersClassifier


class SelfPacedEnsembleClassifier(BalancedMembersClassifier):
    """Self-paced ensemble of balanced members.

    With more than two classes, every class but the smallest is under-sampled by its own hardness
    bins; with two this is the paper's algorithm.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``, default=None
        The member; None is ``DecisionTreeClassifier()``.
    n_estimators : int, default=10
        Number of members, the first one (a random balanced draw) included; 10 as in the authors'
        code.
    k_bins : int, default=20
        Number of hardness bins, as in the paper's experiments.
    random_state : int, RandomState instance or None, default=None
        Seeds the draws and the members.

    Attributes
    ----------
    estimators_, estimators_samples_, classes_
        See :class:`~skewbench.strategies.balanced_members.BalancedMembersClassifier`.

    Notes
    -----
    Probabilities refer to a balanced prior.
    """

    _parameter_constraints: ClassVar[dict] = {
        **BalancedMembersClassifier._parameter_constraints,
        "k_bins": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, estimator=None, *, n_estimators=10, k_bins=20, random_state=None):
        super().__init__(estimator, n_estimators, random_state)
        self.k_bins = k_bins

    def _draw(self, index, rows_of_class, code, size, p_true, rng):
        rows = rows_of_class[code]
        if index == 0:
            return rng.choice(rows, size, replace=False)
        alpha = self_paced_factor(index, self.n_estimators)
        return rows[draw_by_hardness(1.0 - p_true[rows], size, self.k_bins, alpha, rng)]


def self_paced_factor(index: int, n_estimators: int) -> float:
    """Return alpha = tan(pi index / (2 n_estimators)) of member ``index`` (counted from 0)."""
    return float(np.tan(np.pi * index / (2 * n_estimators)))


def hardness_bins(hardness, k_bins: int):
    """Cut hardness values into bins of equal width between their extremes.

    Parameters
    ----------
    hardness : ndarray of shape (n,)
        Not all equal.
    k_bins : int
        Number of bins; the largest value belongs to the last.

    Returns
    -------
    bins : ndarray of int, shape (n,)
        Bin of each value.
    populations : ndarray of int, shape (k_bins,)
        Values in each bin.
    means : ndarray of float, shape (k_bins,)
        Mean hardness of each bin; 0 where it is empty.
    """
    lowest, highest = hardness.min(), hardness.max()
    position = (hardness - lowest) / (highest - lowest)
    bins = np.minimum((position * k_bins).astype(int), k_bins - 1)
    populations = np.bincount(bins, minlength=k_bins)
    sums = np.bincount(bins, weights=hardness, minlength=k_bins)
    return bins, populations, sums / np.maximum(populations, 1)


def draw_by_hardness(hardness, size: int, k_bins: int, alpha: float, rng):
    """Draw ``size`` positions without replacement, bins weighted by 1 / (mean hardness + alpha).

    Parameters
    ----------
    hardness : ndarray of shape (n,)
        n >= size. Equal values throughout make the draw uniform.
    size, k_bins : int
        Positions to draw; hardness bins.
    alpha : float
        Self-paced factor, > 0.
    rng : numpy.random.RandomState

    Returns
    -------
    ndarray of int, shape (size,)
    """
    order = rng.permutation(len(hardness))
    if hardness.min() == hardness.max():
        return order[:size]
    bins, populations, means = hardness_bins(hardness, k_bins)
    weights = np.where(populations > 0, 1.0 / (means + alpha), 0.0)
    quotas = allocate(size, weights, populations)
    order = order[np.argsort(bins[order], kind="stable")]
    first = np.concatenate([[0], np.cumsum(populations)[:-1]])
    rank = np.arange(len(order)) - first[bins[order]]
    return order[rank < quotas[bins[order]]]


def allocate(size: int, weights, capacities):
    """Share ``size`` units in proportion to weights, whole units, none above its capacity.

    What a full bin cannot take goes to the others, again in proportion; fractions are settled by
    largest remainder (lowest index first among equals).

    Parameters
    ----------
    size : int
        At most the sum of the capacities of positive weight.
    weights, capacities : ndarray of shape (k,)

    Returns
    -------
    ndarray of int, shape (k,), summing to ``size``
    """
    quotas = np.zeros(len(weights))
    open_ = weights > 0
    while True:
        left = size - quotas[~open_].sum()
        quotas[open_] = left * weights[open_] / weights[open_].sum()
        full = open_ & (quotas >= capacities)
        quotas[full] = capacities[full]
        open_ &= ~full
        if not full.any() or not open_.any():
            break
    whole = np.floor(quotas).astype(int)
    remainder = np.where(open_, quotas - whole, -1.0)
    whole[np.argsort(-remainder, kind="stable")[: size - whole.sum()]] += 1
    return whole
