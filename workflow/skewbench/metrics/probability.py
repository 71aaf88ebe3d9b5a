"""How good scores are as probabilities: log-loss, Brier score, skill and calibration.

Probabilities are float64 and clipped to [1e-6, 1 - 1e-6] for every model, because one hard mistake
otherwise costs 15.9 in float32 and 36.0 in float64.

Sources: calibration intercept and slope after Cox (1958) and Van Calster et al. (2019). ECE is
secondary and never ranks: a constant predictor can score better than the true model.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, xlogy

CLIP = 1e-6
BINS = 10
METRICS = ("log_loss", "brier", "log_loss_skill", "brier_skill", "ece")
BINARY_METRICS = ("calibration_slope", "calibration_intercept", "observed_expected")


def probability_metrics(
    y: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None
) -> dict[str, float]:
    """Return the probability metrics of one set of predictions.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Class codes 0..C-1; binary: 1 is the positive class.
    p : ndarray of shape (n,) or (n, C)
        Probability of the positive class, or of every class.
    weight : ndarray of shape (n,), optional
        Positive prior weights.

    Returns
    -------
    dict of str to float
        ``log_loss`` (nats); ``brier``, the mean of (p - y)^2, multi-class summed over the classes;
        their skills 1 - loss / loss of the constant prediction of the weighted prior of ``y``;
        ``ece`` over ten bins of equal mass in which ties stay together, multi-class the mean over
        one-against-rest. Binary only: ``calibration_slope`` of the logistic regression of ``y`` on
        logit p (NaN when p separates the classes or is constant), ``calibration_intercept``, its
        intercept with the slope fixed to 1 (calibration in the large), and ``observed_expected``,
        the ratio of the observed to the predicted share of positives. All are NaN when ``y`` holds
        fewer than two classes.

    Raises
    ------
    ValueError
        A probability is NaN.
    """
    if np.isnan(p).any():
        raise ValueError("probabilities must not be NaN")
    binary = p.ndim == 1
    weight = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    weight = weight / weight.sum()
    prior = np.bincount(y, weight, minlength=2 if binary else p.shape[1])
    if np.count_nonzero(prior) < 2:
        return dict.fromkeys(METRICS + (BINARY_METRICS if binary else ()), np.nan)
    p = clip_probability(p)
    if binary:
        given = np.where(y == 1, p, 1 - p)
        brier = weight @ (1 - given) ** 2
        brier_of_prior = prior[0] * prior[1]
        ece = _ece(y, p, weight)
    else:
        indicator = np.eye(p.shape[1])[y]
        given = p[np.arange(len(y)), y]
        brier = weight @ ((p - indicator) ** 2).sum(axis=1)
        brier_of_prior = 1 - prior @ prior
        ece = np.mean([_ece(*pair, weight) for pair in zip(indicator.T, p.T, strict=True)])
    log_loss = -(weight @ np.log(given))
    result = {
        "log_loss": log_loss,
        "brier": brier,
        "log_loss_skill": 1 - log_loss / -xlogy(prior, prior).sum(),
        "brier_skill": 1 - brier / brier_of_prior,
        "ece": ece,
    }
    if binary:
        log_odds = logit(p)
        result["calibration_slope"] = _calibration_slope(y, log_odds, weight)
        result["calibration_intercept"] = _calibration_intercept(prior[1], log_odds, weight)
        result["observed_expected"] = prior[1] / (weight @ p)
    return {name: float(value) for name, value in result.items()}


def clip_probability(p: np.ndarray) -> np.ndarray:
    """Return ``p`` as float64 within [1e-6, 1 - 1e-6]."""
    return np.clip(np.asarray(p, dtype=np.float64), CLIP, 1 - CLIP)


def fit_logistic(
    x: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None
) -> tuple[float, float]:
    """Return slope and intercept of the logistic regression of ``target`` on ``x``.

    Newton steps on the weighted log-likelihood, halved while it falls, on ``x`` mapped to
    [-1, 1] so that no unit matters.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Finite.
    target : ndarray of shape (n,)
        Labels or probabilities in [0, 1], not all 0 or all 1. The maximum must exist: with hard
        labels the classes must overlap in ``x``.
    weight : ndarray of shape (n,), optional
        Positive weights.

    Returns
    -------
    slope, intercept : float
        An ``x`` constant to 1e-12 of its size gives slope 0 and the log-odds of the mean target.
    """
    weight = np.full(len(x), 1 / len(x)) if weight is None else weight / weight.sum()
    mean = logit(weight @ target)
    low, high = float(x.min()), float(x.max())
    centre, scale = low / 2 + high / 2, high / 2 - low / 2
    if scale <= max(1e-12 * max(abs(low), abs(high)), 1e-290):
        return 0.0, float(mean)
    z = (x - centre) / scale
    slope, intercept = 0.0, mean
    loss, margin = _logistic_loss(z, target, weight, slope, intercept)
    for _ in range(100):
        mu = expit(margin)
        residual = weight * (target - mu)
        gradient = residual @ z, residual.sum()
        curvature = weight * mu * (1 - mu)
        weighted = curvature * z
        a, b, c = weighted @ z, weighted.sum(), curvature.sum()
        determinant = a * c - b * b
        if determinant <= 0:
            break
        step = (
            (c * gradient[0] - b * gradient[1]) / determinant,
            (a * gradient[1] - b * gradient[0]) / determinant,
        )
        fraction = 1.0
        while fraction > 1e-6:
            trial = slope + fraction * step[0], intercept + fraction * step[1]
            new_loss, new_margin = _logistic_loss(z, target, weight, *trial)
            if new_loss <= loss * (1 + 1e-12):  # the last steps change less than rounding does
                break
            fraction /= 2
        else:
            break
        (slope, intercept), loss, margin = trial, new_loss, new_margin
        if abs(step[0]) + abs(step[1]) < 1e-9 * (1 + abs(slope) + abs(intercept)):
            break
    return float(slope / scale), float(intercept - slope * (centre / scale))


def _logistic_loss(z, target, weight, slope, intercept) -> tuple[float, np.ndarray]:
    margin = slope * z + intercept
    softplus = np.maximum(margin, 0) + np.log1p(np.exp(-np.abs(margin)))
    return weight @ (softplus - target * margin), margin


def _calibration_slope(y: np.ndarray, log_odds: np.ndarray, weight: np.ndarray) -> float:
    negative, positive = log_odds[y == 0], log_odds[y == 1]
    overlap = negative.max() > positive.min() and positive.max() > negative.min()
    return fit_logistic(log_odds, y, weight)[0] if overlap else np.nan


def _calibration_intercept(observed: float, log_odds: np.ndarray, weight: np.ndarray) -> float:
    """Solve weighted mean expit(log_odds + b) = observed for b: Newton, kept inside a bracket."""
    low = logit(observed) - log_odds.max()
    high = logit(observed) - log_odds.min()
    shift = (low + high) / 2
    for _ in range(100):
        mu = expit(log_odds + shift)
        excess = weight @ mu - observed
        if abs(excess) < 1e-15:
            break
        low, high = (low, shift) if excess > 0 else (shift, high)
        slope = weight @ (mu * (1 - mu))
        newton = shift - excess / slope if slope > 0 else np.inf
        previous, shift = shift, newton if low < newton < high else (low + high) / 2
        if abs(shift - previous) < 1e-14:
            break
    return shift


def _ece(y: np.ndarray, p: np.ndarray, weight: np.ndarray) -> float:
    """Expected calibration error; ``weight`` sums to 1, ties enter the bin of their middle."""
    unique, block = np.unique(p, return_inverse=True)
    mass = np.bincount(block, weight, minlength=len(unique))
    gap = np.bincount(block, weight * (y - p), minlength=len(unique))
    middle = mass.cumsum() - mass / 2
    # 1e-9: a middle on the edge of two bins must not fall by the rounding of the sum
    bins = np.minimum((middle * BINS + 1e-9).astype(int), BINS - 1)
    return np.abs(np.bincount(bins, gap)).sum()
