"""Focal loss as an XGBoost objective.

[Lin, Goyal, Girshick, He & Dollar, "Focal loss for dense object detection", ICCV 2017.] The loss of
one row is -(1 - p_t)^gamma log p_t, with p_t the probability of its true class: easy rows count
less, by .01 / .25 / .81 at p_t = .9 / .5 / .1 with gamma = 2, and gamma = 0 is cross-entropy. With
z the raw score, s = 2y - 1, p = sigmoid(s z) and q = 1 - p, the derivatives in z are

    gradient = s q^gamma (gamma p log p - q)
    Hessian  = p q^gamma (gamma (q - gamma p) log p + (2 gamma + 1) q)

The Hessian is negative for badly wrong rows; Newton boosting needs it positive, so it is floored.

``XGBClassifier(objective=FocalObjective())`` starts from ``base_score`` 0.5 (a built-in objective
starts from the prior) and applies the sigmoid in ``predict_proba`` as usual. Leave the start there:
from the prior, the majority's Hessian is about 0 and average precision collapses (measured: .915
to .735). The probabilities are on no prior: focal loss is minimised by under-confident ones.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from skewbench.errors import InputError

SMALLEST_HESSIAN = 1e-6


class FocalObjective:
    """Gradient and Hessian of the binary focal loss, for ``XGBClassifier(objective=...)``.

    Parameters
    ----------
    gamma : float, default=2.0
        Focusing parameter, >= 0.
    alpha : float or None, default=None
        Weight of the positives, in (0, 1); negatives get 1 - alpha. None weighs neither. The
        paper's .25 weighs positives *down*. As published, it is not scaled to mean 1: class weights
        that are belong in ``sample_weight``.

    Notes
    -----
    Objects can be pickled, copied and compared.
    """

    def __init__(self, gamma=2.0, alpha=None):
        if not (np.isfinite(gamma) and gamma >= 0):
            raise InputError(f"gamma of the focal loss is {gamma}; it must be a number >= 0.")
        if alpha is not None and not 0 < alpha < 1:
            raise InputError(f"alpha of the focal loss is {alpha}; it must lie between 0 and 1.")
        self.gamma = gamma
        self.alpha = alpha

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return gradient and Hessian of each row's loss in its raw score.

        Parameters
        ----------
        y_true : array of shape (n,)
            0 or 1.
        y_pred : array of shape (n,)
            Raw scores (log-odds).
        sample_weight : array of shape (n,) or None
            Multiplies both; XGBoost passes it by this name.

        Returns
        -------
        gradient, hessian : ndarray of float64, shape (n,)
        """
        if np.ndim(y_pred) != 1:
            raise InputError("The focal objective is binary; the data have more than two classes.")
        sign = 2.0 * np.asarray(y_true, dtype=float) - 1.0
        margin = sign * np.asarray(y_pred, dtype=float)
        p, q = expit(margin), expit(-margin)
        log_p = -np.logaddexp(0.0, -margin)
        gamma, focus = self.gamma, q**self.gamma
        gradient = sign * focus * (gamma * p * log_p - q)
        hessian = p * focus * (gamma * (q - gamma * p) * log_p + (2.0 * gamma + 1.0) * q)
        weight = self._weights(sign, sample_weight)
        return weight * gradient, weight * np.maximum(hessian, SMALLEST_HESSIAN)

    def _weights(self, sign, sample_weight):
        weight = 1.0 if sample_weight is None else np.asarray(sample_weight, dtype=float)
        if self.alpha is None:
            return weight
        return weight * np.where(sign > 0, self.alpha, 1.0 - self.alpha)

    def __repr__(self):
        return f"FocalObjective(gamma={self.gamma}, alpha={self.alpha})"

    def __eq__(self, other):
        return isinstance(other, FocalObjective) and vars(self) == vars(other)

    def __hash__(self):
        return hash((self.gamma, self.alpha))
