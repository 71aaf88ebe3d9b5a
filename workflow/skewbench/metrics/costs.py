"""What mistakes cost: expected cost, net benefit, cost curves and the decisions that minimise cost.

Cost matrices are indexed [true, predicted], like the counts; Elkan (2001) writes [predicted, true].
Correct predictions cost nothing.

Sources: Elkan (2001); cost curves after Drummond & Holte (2006); net benefit after Vickers & Elkin
(2006).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from skewbench.metrics.ranking import cumulative_counts


def bayes_threshold(false_negative: float, false_positive: float) -> float:
    """Return c_FP / (c_FP + c_FN): the probability from which "positive" costs less."""
    return false_positive / (false_positive + false_negative)


def cost_matrix(
    cost: Mapping[str, float], n_classes: int, class_counts: np.ndarray | None = None
) -> np.ndarray:
    """Return the cost of each mistake, [true, predicted].

    Parameters
    ----------
    cost : mapping
        ``false_negative`` and ``false_positive``, the costs of the two binary mistakes.
    n_classes : int
        C.
    class_counts : ndarray of shape (C,), optional
        Rows of each class, needed when there are more than two: then ``cost`` has no meaning, and
        every mistake on a row of true class i costs n_max / n_i, so that missing a row of the
        largest class costs 1 and all constant predictions cost the same.

    Returns
    -------
    ndarray of shape (C, C)
        float64 with a zero diagonal.

    Raises
    ------
    ValueError
        A class of a multi-class problem has no row.
    """
    if n_classes == 2:
        return np.array([[0.0, cost["false_positive"]], [cost["false_negative"], 0.0]])
    class_counts = np.asarray(class_counts, dtype=np.float64)
    if (class_counts <= 0).any():
        raise ValueError("every class needs a row to have a cost")
    per_class = class_counts.max() / class_counts
    return per_class[:, None] * (1 - np.eye(n_classes))


def expected_cost(counts: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the mean cost per row of confusion counts (..., C, C); NaN for empty counts."""
    with np.errstate(invalid="ignore"):
        return (counts * matrix).sum(axis=(-2, -1)) / counts.sum(axis=(-2, -1))


def normalised_cost(counts: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the expected cost relative to the best constant prediction's.

    Binary: divided by min(c_FN pi, c_FP (1 - pi)). 1 means no better than ignoring the features.
    NaN with fewer than two classes in ``counts``, where a constant prediction costs nothing.
    """
    total = counts.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore"):
        constant = (counts.sum(axis=-1) @ matrix).min(axis=-1) / total
        ratio = expected_cost(counts, matrix) / np.where(constant > 0, constant, np.nan)
    return ratio


def net_benefit(counts: np.ndarray, threshold: float) -> np.ndarray:
    """Return TP / n - FP / n * t / (1 - t) of binary counts (..., 2, 2).

    ``threshold`` is the probability at which the costs balance, so t / (1 - t) = c_FP / c_FN.
    """
    odds = threshold / (1 - threshold)
    with np.errstate(invalid="ignore"):
        return (counts[..., 1, 1] - odds * counts[..., 0, 1]) / counts.sum(axis=(-2, -1))


def cost_curve(
    y: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None, points: int = 101
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower envelope of the cost lines of every threshold.

    A threshold's normalised expected cost is FNR PC(+) + FPR (1 - PC(+)), with the probability cost
    PC(+) = pi c_FN / (pi c_FN + (1 - pi) c_FP). The thresholds of the two constant predictions are
    among them, so no value exceeds min(PC(+), 1 - PC(+)).

    Parameters
    ----------
    y, score, weight
        As in :func:`skewbench.metrics.ranking.ranking_metrics`.
    points : int
        Number of equally spaced values of PC(+) from 0 to 1.

    Returns
    -------
    probability_cost, normalised_expected_cost : ndarray of shape (points,)
        The cost is NaN when ``y`` holds fewer than two classes.
    """
    probability_cost = np.linspace(0, 1, points)
    _, true_positives, false_positives = cumulative_counts(y, score, weight)
    if not (true_positives[-1] > 0 and false_positives[-1] > 0):
        return probability_cost, np.full(points, np.nan)
    # a cut touches the envelope only where the ROC curve has just risen and next moves right
    corner = np.ones(len(true_positives), dtype=bool)
    corner[1:-1] = (np.diff(true_positives)[:-1] > 0) & (np.diff(false_positives)[1:] > 0)
    miss = 1 - true_positives[corner] / true_positives[-1]
    false_alarm = false_positives[corner] / false_positives[-1]
    lines = np.outer(probability_cost, miss) + np.outer(1 - probability_cost, false_alarm)
    return probability_cost, lines.min(axis=1)


def smallest_expected_cost(p: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the class whose prediction has the smallest expected cost.

    Parameters
    ----------
    p : ndarray of shape (n, C)
        Class probabilities.
    matrix : ndarray of shape (C, C)
        [true, predicted].

    Returns
    -------
    ndarray of shape (n,)
        Class codes; the lowest code, the more frequent class, if tied.
    """
    return (p @ matrix).argmin(axis=1)
