"""Scores into probabilities without another fit of the model.

Resampling and weighting shift the class prior that a model learns. When the shift is known it is
undone in closed form (Saerens et al. 2002; Dal Pozzolo et al. 2015); otherwise a sigmoid (Platt
1999) or isotonic map (Zadrozny & Elkan 2002) is fitted on out-of-fold scores.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from skewbench.metrics.probability import clip_probability, fit_logistic

ISOTONIC_FROM_POSITIVES = 200


def prior_shift(
    p: np.ndarray, effective: float | np.ndarray, original: float | np.ndarray
) -> np.ndarray:
    """Return probabilities corrected from the prior the model saw to the original one.

    Each class is multiplied by original / effective and the result normalised.

    Parameters
    ----------
    p : ndarray of shape (n,) or (n, C)
        Probability of the positive class, or of every class.
    effective, original : float or ndarray of shape (C,)
        Prior of the positive class, or of every class: after resampling or weighting, and before.

    Returns
    -------
    ndarray
        The shape of ``p``, float64.

    Raises
    ------
    ValueError
        A binary prior is not strictly between 0 and 1.
    """
    p, effective, original = (np.asarray(a, dtype=np.float64) for a in (p, effective, original))
    if p.ndim == 1:
        for prior in (effective, original):
            if not 0 < prior < 1:
                raise ValueError(f"priors must lie strictly between 0 and 1, not {prior}")
        positive = p * (original / effective)
        return positive / (positive + (1 - p) * ((1 - original) / (1 - effective)))
    # A class that the model was not shown has no probability to correct.
    factor = np.divide(original, effective, out=np.zeros_like(effective), where=effective > 0)
    weighted = p * factor
    return weighted / weighted.sum(axis=1, keepdims=True)


def fit_sigmoid(score: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of Platt's sigmoid, P(positive) = expit(slope score + intercept).

    The targets are Platt's: (N+ + 1) / (N+ + 2) for positives and 1 / (N- + 2) for negatives, so
    the fit is finite even when the scores separate the classes. Constant scores get slope 0.

    Parameters
    ----------
    score : ndarray of shape (n,)
        Finite.
    y : ndarray of shape (n,)
        1 for a positive row, 0 otherwise.
    """
    y = np.asarray(y)
    positives = np.count_nonzero(y)
    target = np.where(y, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))
    return fit_logistic(np.asarray(score, dtype=np.float64), target)


class Recalibrator:
    """A map from scores to probabilities, fitted on out-of-fold scores.

    Parameters
    ----------
    method : {"sigmoid", "isotonic"}
        Multi-class scores take one sigmoid per class, one against the rest, normalised to sum 1.
    probabilistic : bool
        Whether scores are probabilities, whose log-odds enter the sigmoid; else the scores do.
    """

    def __init__(self, method: str, probabilistic: bool):
        self.method = method
        self.probabilistic = probabilistic

    def fit(self, score: np.ndarray, y: np.ndarray) -> Recalibrator:
        """Fit on scores of shape (n,) or (n, C) and class codes of shape (n,)."""
        if self.method == "isotonic":
            from sklearn.isotonic import IsotonicRegression

            self.isotonic_ = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
            self.isotonic_.fit(np.asarray(score, dtype=np.float64), y)
        elif score.ndim == 1:
            self.sigmoid_ = np.array(fit_sigmoid(self._feature(score), y))
        else:
            columns = enumerate(self._feature(score).T)
            self.sigmoid_ = np.array([fit_sigmoid(x, y == code) for code, x in columns]).T
        return self

    def transform(self, score: np.ndarray) -> np.ndarray:
        """Return probabilities in the shape of ``score``."""
        if self.method == "isotonic":
            return self.isotonic_.predict(np.asarray(score, dtype=np.float64))
        slope, intercept = self.sigmoid_
        p = expit(slope * self._feature(score) + intercept)
        return p if p.ndim == 1 else p / p.sum(axis=1, keepdims=True)

    def _feature(self, score: np.ndarray) -> np.ndarray:
        if self.probabilistic:
            return logit(clip_probability(score))
        return np.asarray(score, dtype=np.float64)


def recalibrate(
    oof: np.ndarray, y_oof: np.ndarray, test: np.ndarray, probabilistic: bool
) -> np.ndarray:
    """Return ``test`` as probabilities, learnt from out-of-fold scores.

    Isotonic from 200 positives in ``y_oof``, else (and always for multi-class scores) a sigmoid.
    """
    enough = oof.ndim == 1 and np.count_nonzero(y_oof) >= ISOTONIC_FROM_POSITIVES
    method = "isotonic" if enough else "sigmoid"
    return Recalibrator(method, probabilistic).fit(oof, y_oof).transform(test)
