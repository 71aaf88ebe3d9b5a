"""How well scores order the rows: average precision, ROC-AUC and their relatives.

All metrics derive from one pair of curves, the cumulative weighted true and false positives at the
end of each block of tied scores in descending order, so one sort serves them all, ties are never
broken and the order of the rows does not matter.

Sources: average precision as the step-wise sum (Boyd et al. 2013; no trapezoidal area), partial AUC
standardised after McClish (1989), precision-recall-gain area after Flach & Kull (2015).
"""

from __future__ import annotations

import numpy as np

MAX_FALSE_POSITIVE_RATE = 0.1
TOP_SHARES = {"1pct": 0.01, "5pct": 0.05}
METRICS = (
    "average_precision",
    "normalised_average_precision",
    "roc_auc",
    "partial_roc_auc",
    "auprg",
    "precision_at_1pct",
    "recall_at_1pct",
    "precision_at_5pct",
    "recall_at_5pct",
    "precision_at_npos",
    "recall_at_npos",
)


def ranking_metrics(
    y: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None
) -> dict[str, float]:
    """Return every ranking metric of one binary score vector.

    Parameters
    ----------
    y : ndarray of shape (n,)
        1 for a positive (minority) row, 0 otherwise.
    score : ndarray of shape (n,)
        Real-valued; greater means more likely positive. Infinite values rank first or last.
    weight : ndarray of shape (n,), optional
        Positive prior weights; equal weights when absent.

    Returns
    -------
    dict of str to float
        The names of ``METRICS``; all NaN when ``y`` holds fewer than two classes. ``*_at_1pct`` and
        ``*_at_5pct`` look at the top k = max(1, round(share n)) rows, ``*_at_npos`` at as many rows
        as there are positives. With weights, k becomes the same share k / n of the total weight
        (the positives' weight for ``npos``). A block of ties that straddles the cut enters in
        proportion, which is the expected value under random tie-breaking.

    Raises
    ------
    ValueError
        A score is NaN.
    """
    _, true_positives, false_positives = cumulative_counts(y, score, weight)
    positives, negatives = true_positives[-1], false_positives[-1]
    if not (positives > 0 and negatives > 0):
        return dict.fromkeys(METRICS, np.nan)
    prior = positives / (positives + negatives)
    average_precision = _average_precision(true_positives, false_positives)
    return {
        "average_precision": average_precision,
        "normalised_average_precision": float((average_precision - prior) / (1 - prior)),
        "roc_auc": _roc_auc(true_positives, false_positives),
        "partial_roc_auc": _partial_roc_auc(true_positives, false_positives),
        "auprg": _auprg(true_positives, false_positives),
        **_at_top(true_positives, false_positives, len(score)),
    }


def multiclass_ranking_metrics(
    y: np.ndarray, scores: np.ndarray, weight: np.ndarray | None = None
) -> dict[str, float]:
    """Return the macro one-against-rest average precision and ROC-AUC.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Class codes 0..C-1.
    scores : ndarray of shape (n, C)
        One score per row and class.
    weight : ndarray of shape (n,), optional
        Positive prior weights.

    Returns
    -------
    dict of str to float
        ``average_precision`` and ``roc_auc``, unweighted means over the classes present in ``y``;
        NaN when fewer than two are.
    """
    present = np.flatnonzero(np.bincount(y, minlength=scores.shape[1]))
    if len(present) < 2:
        return {"average_precision": np.nan, "roc_auc": np.nan}
    curves = [cumulative_counts(y == code, scores[:, code], weight)[1:] for code in present]
    return {
        "average_precision": float(np.mean([_average_precision(*curve) for curve in curves])),
        "roc_auc": float(np.mean([_roc_auc(*curve) for curve in curves])),
    }


def cumulative_counts(
    y: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the unique scores, descending, and the true and false positives at each cut.

    Parameters
    ----------
    y, score, weight
        As in :func:`ranking_metrics`.

    Returns
    -------
    unique : ndarray of shape (m,)
        The distinct scores, greatest first.
    true_positives, false_positives : ndarray of shape (m + 1,)
        Weight of the positive and negative rows with ``score >= unique[j - 1]`` at index j; index 0
        is the cut that predicts no row positive.
    """
    score = np.asarray(score, dtype=np.float64)
    if np.isnan(score).any():
        raise ValueError("scores must not be NaN")
    order = np.argsort(-score)
    descending = score[order]
    positive = np.asarray(y)[order].astype(np.float64)
    ends = np.ones(len(score), dtype=bool)
    np.not_equal(descending[1:], descending[:-1], out=ends[:-1])
    last = np.flatnonzero(ends)
    counts = np.zeros((2, len(last) + 1))
    if weight is None:
        counts[0, 1:] = positive.cumsum()[last]
        counts[1, 1:] = last + 1 - counts[0, 1:]
    else:
        weight = np.asarray(weight, dtype=np.float64)[order]
        counts[0, 1:] = (weight * positive).cumsum()[last]
        counts[1, 1:] = (weight * (1 - positive)).cumsum()[last]
    return descending[last], counts[0], counts[1]


def _average_precision(true_positives: np.ndarray, false_positives: np.ndarray) -> float:
    precision = true_positives[1:] / (true_positives[1:] + false_positives[1:])
    return float((true_positives[1:] - true_positives[:-1]) @ precision / true_positives[-1])


def _roc_auc(true_positives: np.ndarray, false_positives: np.ndarray) -> float:
    area = _trapezoid(true_positives, false_positives)
    return float(area / (true_positives[-1] * false_positives[-1]))


def _partial_roc_auc(true_positives: np.ndarray, false_positives: np.ndarray) -> float:
    limit = MAX_FALSE_POSITIVE_RATE
    rate = false_positives / false_positives[-1]
    sensitivity = true_positives / true_positives[-1]
    inside = np.searchsorted(rate, limit, side="right")
    area = _trapezoid(
        np.append(sensitivity[:inside], np.interp(limit, rate, sensitivity)),
        np.append(rate[:inside], limit),
    )
    chance = limit**2 / 2
    return float((1 + (area - chance) / (limit - chance)) / 2)


def _auprg(true_positives: np.ndarray, false_positives: np.ndarray) -> float:
    """Linear area under precision gain over recall gain >= 0.

    With P positives and N negatives, recall gain is 1 - (P/N) FN/TP and precision gain
    1 - (P/N) FP/TP. Recall gain is zero at TP = P^2/(P+N); the curve is entered there by
    interpolating the counts, the crossing point of Flach & Kull. Crossings of the other axis leave
    a linear area unchanged.
    """
    positives, negatives = true_positives[-1], false_positives[-1]
    start = positives**2 / (positives + negatives)
    kept = true_positives > start
    hits = np.append(start, true_positives[kept])
    false_alarms = np.append(
        np.interp(start, true_positives, false_positives), false_positives[kept]
    )
    odds = positives / negatives
    recall_gain = 1 - odds * (positives - hits) / hits
    precision_gain = 1 - odds * false_alarms / hits
    return _trapezoid(precision_gain, recall_gain)


def _at_top(
    true_positives: np.ndarray, false_positives: np.ndarray, n_rows: int
) -> dict[str, float]:
    selected = true_positives + false_positives
    size = {
        name: selected[-1] * max(1, round(share * n_rows)) / n_rows
        for name, share in TOP_SHARES.items()
    }
    size["npos"] = true_positives[-1]
    hits = np.interp(list(size.values()), selected, true_positives)
    result = {}
    for (name, k), hit in zip(size.items(), hits, strict=True):
        result[f"precision_at_{name}"] = float(hit / k)
        result[f"recall_at_{name}"] = float(hit / true_positives[-1])
    return result


def _trapezoid(height: np.ndarray, position: np.ndarray) -> float:
    return float((position[1:] - position[:-1]) @ (height[1:] + height[:-1]) / 2)
