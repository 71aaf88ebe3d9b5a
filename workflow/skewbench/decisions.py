"""From scores to decisions: score versions and decision rules, none of which fits a model again.

A strategy moves scores as well as what a threshold means, so each fitted model is judged under
several rules (:func:`decide`) on several versions of its scores (:func:`score_versions`).
Thresholds are tuned on the pooled out-of-fold scores of the training part; a decision is always
``score >= threshold``. Only the rule ``oracle`` looks at test labels, and says so by its name.
"""

from __future__ import annotations

import numpy as np

from skewbench.calibration import prior_shift, recalibrate
from skewbench.metrics import counts
from skewbench.metrics.costs import bayes_threshold, smallest_expected_cost
from skewbench.metrics.ranking import cumulative_counts

CORRECTIONS = ("exact", "approximate", "not_applicable")
TUNED = ("f1", "f2", "mcc", "gmean", "balanced_accuracy")
OBJECTIVES = {
    "f1": lambda table: counts.f_measure(table, counts.BETAS["f1"])[..., 1],
    "f2": lambda table: counts.f_measure(table, counts.BETAS["f2"])[..., 1],
    "mcc": counts.matthews_correlation,
    "gmean": counts.geometric_mean,
    "balanced_accuracy": counts.balanced_accuracy,
}
# rounding makes equal MCC or G-mean values differ by a few units in the last place
TOLERANCE = 1e-12

Decision = tuple[np.ndarray, float]


def score_versions(
    test: np.ndarray,
    oof: np.ndarray | None,
    y_oof: np.ndarray | None,
    *,
    prior: np.ndarray,
    effective_prior: np.ndarray,
    correction: str,
    probabilistic: bool,
) -> dict[str, np.ndarray | None]:
    """Return the test scores as the model gave them, corrected and recalibrated.

    Parameters
    ----------
    test, oof : ndarray of shape (n,) or (n, C)
        Test scores, and out-of-fold scores of the training part; ``oof`` None without an inner
        pass (mode ``outer only``).
    y_oof : ndarray of shape (n_train,) or None
        Class codes of the rows of ``oof``.
    prior, effective_prior : ndarray of shape (C,)
        Training prior before and after resampling or weighting.
    correction : {"exact", "approximate", "not_applicable"}
        What the strategy says of the prior correction.
    probabilistic : bool
        Whether the scores are probabilities.

    Returns
    -------
    dict of str to ndarray or None
        ``raw``; ``corrected``, None unless the correction applies and scores are probabilities;
        ``recalibrated``, None without out-of-fold scores.
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction is one of {', '.join(CORRECTIONS)}, not {correction!r}")
    corrected = recalibrated = None
    if probabilistic and correction != "not_applicable":
        if test.ndim == 1:
            corrected = prior_shift(test, effective_prior[1], prior[1])
        else:
            corrected = prior_shift(test, effective_prior, prior)
    if oof is not None:
        recalibrated = recalibrate(oof, y_oof, test, probabilistic)
    return {"raw": test, "corrected": corrected, "recalibrated": recalibrated}


def decide(
    versions: dict[str, np.ndarray | None],
    oof: np.ndarray | None,
    y_oof: np.ndarray | None,
    y_test: np.ndarray,
    *,
    effective_prior: np.ndarray,
    cost_matrix: np.ndarray,
    probabilistic: bool,
    test_weight: np.ndarray | None = None,
) -> dict[tuple[str, str], Decision]:
    """Return the predicted classes of every decision rule that applies.

    Parameters
    ----------
    versions : dict
        From :func:`score_versions`; a version that is None has no decisions.
    oof, y_oof : ndarray or None
        Raw out-of-fold scores and their class codes; None leaves the tuned rules out.
    y_test : ndarray of shape (n,)
        Class codes of the test rows; only the oracle reads them.
    effective_prior : ndarray of shape (C,)
        Training prior after resampling or weighting.
    cost_matrix : ndarray of shape (C, C)
        [true, predicted].
    probabilistic : bool
        Whether raw scores are probabilities. If not, their default cut is 0, as for a signed
        distance, and the prior rule is absent.
    test_weight : ndarray of shape (n,), optional
        Prior weights of the test rows under which the oracle is optimal.

    Returns
    -------
    dict of (scores, decision) to (labels, threshold)
        ``labels`` of shape (n,); ``threshold`` a float, NaN for multi-class rules.
    """
    if versions["raw"].ndim == 2:
        return _decide_multiclass(versions, effective_prior, cost_matrix, probabilistic)
    threshold = {("raw", "default"): 0.5 if probabilistic else 0.0}
    if probabilistic:
        threshold["raw", "prior"] = effective_prior[1]
    if oof is not None:
        for metric, cut in tuned_thresholds(y_oof, oof).items():
            threshold["raw", f"tuned_{metric}"] = cut
    threshold["raw", "oracle"] = tuned_threshold(y_test, versions["raw"], "f1", test_weight)
    for version in ("corrected", "recalibrated"):
        if versions[version] is not None:
            threshold[version, "default"] = 0.5
            threshold[version, "cost"] = bayes_threshold(cost_matrix[1, 0], cost_matrix[0, 1])
    # float64, because NumPy would round the threshold to the precision of float32 scores
    scores = {name: np.asarray(versions[name], dtype=np.float64) for name, _ in threshold}
    return {
        (name, rule): ((scores[name] >= cut).astype(np.intp), float(cut))
        for (name, rule), cut in threshold.items()
    }


def tuned_threshold(
    y: np.ndarray, score: np.ndarray, metric: str, weight: np.ndarray | None = None
) -> float:
    """Return the threshold that maximises one of ``TUNED``; see :func:`tuned_thresholds`."""
    return tuned_thresholds(y, score, weight, metrics=(metric,))[metric]


def tuned_thresholds(
    y: np.ndarray,
    score: np.ndarray,
    weight: np.ndarray | None = None,
    metrics: tuple[str, ...] = TUNED,
) -> dict[str, float]:
    """Return, for each metric, the threshold that maximises it over every distinct cut.

    The cuts are those between unique scores, all rows negative and all positive. Among the best
    (within 1e-12) the longest run of neighbouring cuts is taken, the one of higher scores if tied,
    and the threshold is the middle of the scores that the run spans. At the two open ends that
    span reaches to 0 and 1 if all scores lie there, else one range of the scores further.

    Parameters
    ----------
    y : ndarray of shape (n,)
        1 for a positive row, 0 otherwise.
    score : ndarray of shape (n,)
        Finite.
    weight : ndarray of shape (n,), optional
        Positive row weights.
    metrics : tuple of str
        Names from ``TUNED``.

    Returns
    -------
    dict of str to float
        NaN, which predicts no row positive, when ``y`` holds fewer than two classes.
    """
    unique, true_positives, false_positives = cumulative_counts(y, score, weight)
    positives, negatives = true_positives[-1], false_positives[-1]
    if not (positives > 0 and negatives > 0):
        return dict.fromkeys(metrics, np.nan)
    table = np.array(
        [
            [negatives - false_positives, false_positives],
            [positives - true_positives, true_positives],
        ]
    )
    table = np.moveaxis(table, -1, 0)
    bottom, top = _open_ends(unique)
    # cut j holds for thresholds in (lower[j], upper[j]]
    lower, upper = np.append(unique, bottom), np.append(top, unique)
    return {metric: _middle(OBJECTIVES[metric](table), lower, upper) for metric in metrics}


def _decide_multiclass(
    versions: dict[str, np.ndarray | None],
    effective_prior: np.ndarray,
    cost_matrix: np.ndarray,
    probabilistic: bool,
) -> dict[tuple[str, str], Decision]:
    labels = {}
    for version, p in versions.items():
        if p is None:
            continue
        labels[version, "default"] = p.argmax(axis=1)
        if version == "raw" and probabilistic:
            shown = effective_prior > 0  # a class that resampling removed is never predicted
            relative = np.divide(p, effective_prior, out=np.zeros_like(p), where=shown)
            labels["raw", "prior"] = relative.argmax(axis=1)
        elif version != "raw":
            labels[version, "cost"] = smallest_expected_cost(p, cost_matrix)
    return {key: (predicted, np.nan) for key, predicted in labels.items()}


def _open_ends(unique: np.ndarray) -> tuple[float, float]:
    """Return scores below the smallest and above the greatest of descending ``unique``."""
    low, high = unique[-1], unique[0]
    if low >= 0 and high <= 1:
        bottom, top = 0.0, 1.0
    else:
        margin = high - low if high > low else 1.0
        bottom, top = low - margin, high + margin
    return min(bottom, np.nextafter(low, -np.inf)), max(top, np.nextafter(high, np.inf))


def _middle(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    best = value >= value.max() - TOLERANCE
    edges = np.flatnonzero(np.diff(best, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    longest = np.argmax(ends - starts)
    low, high = lower[ends[longest] - 1], upper[starts[longest]]
    middle = low / 2 + high / 2
    # neighbouring floats have no middle, and a threshold equal to low would admit one block more
    return float(middle if low < middle <= high else np.nextafter(low, np.inf))
