"""Threshold metrics from confusion counts: the one place where they are computed.

Counts are pooled over the folds of a repeat before any metric is taken (Forman & Scholz 2010), so
every function works on arrays ``(..., C, C)`` of weighted counts indexed [true, predicted].

Libraries disagree on the edges. Here a class absent from ``y`` leaves its own metrics, and every
average over the classes, undefined (NaN); so does ``y`` with a single class, but for accuracy, the
recall of that class and the predicted share. A class never predicted has precision NaN, as has the
macro and weighted precision, while its F-measure, the G-mean and a binary MCC are 0.
"""

from __future__ import annotations

import numpy as np

BETAS = {"f1": 1.0, "f05": 0.5, "f2": 2.0}


def confusion(
    y: np.ndarray, predicted: np.ndarray, weight: np.ndarray | None, n_classes: int
) -> np.ndarray:
    """Return the weighted confusion counts.

    Parameters
    ----------
    y, predicted : ndarray of shape (n,)
        Class codes 0..C-1.
    weight : ndarray of shape (n,) or None
        Prior weights; None counts rows.
    n_classes : int
        C; classes may be absent from both arrays.

    Returns
    -------
    ndarray of shape (C, C)
        float64, [true, predicted]; binary [[TN, FP], [FN, TP]].
    """
    cell = np.asarray(y, dtype=np.intp) * n_classes + predicted
    counts = np.bincount(cell, weight, minlength=n_classes**2)
    return counts.astype(np.float64).reshape(n_classes, n_classes)


def threshold_metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return every threshold metric of each confusion matrix.

    Parameters
    ----------
    counts : ndarray of shape (..., C, C)
        Weighted counts, [true, predicted].

    Returns
    -------
    dict of str to ndarray of shape (...)
        ``accuracy``, ``balanced_accuracy``, ``mcc``, ``gmean``, ``recall_<i>``, ``precision_<i>``
        and ``f1_<i>`` of each class, ``*_macro`` and ``*_weighted``. Binary also ``precision``,
        ``recall``, ``f1``, ``f05``, ``f2`` of the positive class, ``specificity`` and
        ``predicted_positive_share``.
    """
    counts = np.asarray(counts, dtype=np.float64)
    true, total = counts.sum(axis=-1), counts.sum(axis=(-2, -1))
    by_class = {"recall": recall(counts), "precision": precision(counts)}
    by_class |= {name: f_measure(counts, beta) for name, beta in BETAS.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        result = {"accuracy": np.trace(counts, axis1=-2, axis2=-1) / total}
        share = true / total[..., None]
    result["balanced_accuracy"] = balanced_accuracy(counts)
    result["mcc"] = matthews_correlation(counts)
    result["gmean"] = geometric_mean(counts)
    if counts.shape[-1] == 2:
        result |= {name: values[..., 1] for name, values in by_class.items()}
        result["specificity"] = by_class["recall"][..., 0]
        with np.errstate(invalid="ignore"):
            result["predicted_positive_share"] = counts[..., 1].sum(axis=-1) / total
    for name in ("recall", "precision", "f1"):
        for code in range(counts.shape[-1]):
            result[f"{name}_{code}"] = by_class[name][..., code]
        result[f"{name}_weighted"] = (by_class[name] * share).sum(axis=-1)
    for name, values in by_class.items():
        result[f"{name}_macro"] = values.mean(axis=-1)
    return result


def recall(counts: np.ndarray) -> np.ndarray:
    """Return the recall of each class, shape (..., C); NaN for an absent class."""
    with np.errstate(invalid="ignore"):
        return _diagonal(counts) / counts.sum(axis=-1)


def precision(counts: np.ndarray) -> np.ndarray:
    """Return the precision of each class, shape (..., C); NaN for one absent or never predicted."""
    with np.errstate(invalid="ignore"):
        return np.where(_defined(counts), _diagonal(counts) / counts.sum(axis=-2), np.nan)


def f_measure(counts: np.ndarray, beta: float) -> np.ndarray:
    """Return the F-measure of each class, shape (..., C).

    (1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP): 0, not undefined, for a class that is
    never predicted.
    """
    hits = (1 + beta**2) * _diagonal(counts)
    with np.errstate(invalid="ignore"):
        value = hits / (beta**2 * counts.sum(axis=-1) + counts.sum(axis=-2))
    return np.where(_defined(counts), value, np.nan)


def balanced_accuracy(counts: np.ndarray) -> np.ndarray:
    """Return the mean recall of the classes, shape (...)."""
    return recall(counts).mean(axis=-1)


def geometric_mean(counts: np.ndarray) -> np.ndarray:
    """Return the geometric mean of the recalls of the classes, shape (...)."""
    return recall(counts).prod(axis=-1) ** (1 / counts.shape[-1])


def matthews_correlation(counts: np.ndarray) -> np.ndarray:
    """Return Matthews' correlation, multi-class Gorodkin's R_K (2004), shape (...).

    0 when a single class is predicted, NaN when ``y`` holds fewer than two classes.
    """
    true, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    total = true.sum(axis=-1)
    covariance = _diagonal(counts).sum(axis=-1) * total - (true * predicted).sum(axis=-1)
    # s^2 - sum t^2 as sum t (s - t): nothing cancels when one class holds nearly all the weight
    spread_true = (true * (total[..., None] - true)).sum(axis=-1)
    spread_predicted = (predicted * (total[..., None] - predicted)).sum(axis=-1)
    several = (true > 0).sum(axis=-1) > 1
    informative = (predicted > 0).sum(axis=-1) > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        value = covariance / (np.sqrt(spread_true) * np.sqrt(spread_predicted))
    return np.where(several, np.where(informative, value, 0.0), np.nan)


def _diagonal(counts: np.ndarray) -> np.ndarray:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _defined(counts: np.ndarray) -> np.ndarray:
    present = counts.sum(axis=-1) > 0
    return present & (present.sum(axis=-1, keepdims=True) > 1)
