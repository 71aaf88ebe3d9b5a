"""One loss with six numbers, of which a dozen published ones are special cases.

    loss = w_y (1 - p_t)^gamma CE_eps( s (z - m_y 1_y) + tau log pi, y )

with z the network's outputs, y the class, p_t its probability, and, every number at its default,
cross-entropy. What the literature calls by a name:

    weights (w)        inverse, square-root and effective-number weights [Cui et al., CVPR 2019]
    gamma              focal loss [Lin et al., ICCV 2017, equation 4]
    weights, gamma     class-balanced focal loss [Cui et al. 2019]
    scale, margin (m)  LMCL or CosFace [Wang et al., CVPR 2018]; with
                       margins that grow for rare classes LDAM [Cao et al., NeurIPS 2019]
    tau                logit adjustment [Menon et al., ICLR 2021, equation 10], with tau = 1
                       balanced softmax [Ren et al., NeurIPS 2020]
    smoothing (eps)    label smoothing [Szegedy et al., CVPR 2016, section 7]
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from skewbench.errors import InputError
from skewbench.strategies.weighting import class_weights

SMALLEST_DOUBT = 1e-12  # of 1 - p_t: below one, its power gamma has no finite derivative at 0


def loss_weights(counts, scheme, beta=0.999):
    """Return the weight of each class.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        Training rows per class, each at least 1.
    scheme : {"inverse", "sqrt", "effective_number", "pos_weight"}, list of float or None
        Of :func:`skewbench.strategies.weighting.class_weights`, scaled to mean 1 over the training
        rows; ``pos_weight``, the largest count over n_c, and a list are taken as they are.
    beta : float or "auto"
        Of the effective number; "auto" is (N - 1) / N.

    Returns
    -------
    ndarray of shape (n_classes,)
    """
    if scheme is None:
        return np.ones(len(counts))
    if scheme == "pos_weight":
        return counts.max() / counts
    if not isinstance(scheme, str):
        if len(scheme) != len(counts):
            raise InputError(f"loss: {len(scheme)} weights for {len(counts)} classes")
        return np.asarray(scheme, dtype=float)
    rows = counts.sum()
    weights = class_weights(counts, scheme, (rows - 1) / rows if beta == "auto" else beta)
    return weights * rows / (counts @ weights)


def class_margins(counts, margin, power):
    """Return margin (n_min / n_c)^power: the rarest class has the whole margin.

    Cao et al. 2019 have power 1/4 and margin .5, CosFace power 0.
    """
    return margin * (counts.min() / counts) ** power


class ClassLoss:
    """The loss of each row, from a network's outputs.

    Parameters
    ----------
    counts : ndarray of shape (n_classes,)
        Training rows per class: what weights and margins come from.
    prior : ndarray of shape (n_classes,), optional
        Class shares pi, by default those of ``counts``.
    weights, beta
        As in :func:`loss_weights`.
    gamma : float, default=0.0
        Focusing parameter, >= 0. No alpha: the paper's .25 weighs positives *down*; it would be
        ``weights=[.75, .25]``.
    scale : float, default=1.0
        Factor s on the outputs; also at prediction. Of a cosine head: about 30.
    margin, margin_power : float, default=0.0
        As in :func:`class_margins`. At training only.
    tau : float, default=0.0
        Strength of the logit adjustment; at training only, so that tau = 1 predicts at a uniform
        prior.
    smoothing : float, default=0.0
        Share of the target that is spread over all classes.
    link : {"softmax", "sigmoid"}, default="softmax"
        ``sigmoid``: one output against the rest each, the terms of a row summed and all multiplied
        by its class's weight, as Cui et al. have their focal loss.
    dtype, device
        Of the outputs.
    """

    def __init__(
        self,
        counts,
        *,
        prior=None,
        weights=None,
        beta=0.999,
        gamma=0.0,
        scale=1.0,
        margin=0.0,
        margin_power=0.0,
        tau=0.0,
        smoothing=0.0,
        link="softmax",
        dtype=torch.float32,
        device="cpu",
    ):
        counts = np.asarray(counts, dtype=float)
        prior = counts / counts.sum() if prior is None else np.asarray(prior, dtype=float)
        log_prior = np.log(np.maximum(prior, np.finfo(float).tiny))

        def tensor(values):
            return torch.as_tensor(values, dtype=dtype, device=device)

        self.weights = None if weights is None else tensor(loss_weights(counts, weights, beta))
        self.margins = tensor(class_margins(counts, margin, margin_power)) if margin else None
        self.adjustment = tensor(tau * log_prior) if tau else None
        self.gamma, self.scale, self.smoothing, self.link = gamma, scale, smoothing, link

    def __call__(self, outputs, codes):
        """Return the loss of each row.

        Parameters
        ----------
        outputs : tensor of shape (n, n_classes)
        codes : int64 tensor of shape (n,)

        Returns
        -------
        tensor of shape (n,)
        """
        if self.margins is not None:
            own = functional.one_hot(codes, outputs.shape[1])
            outputs = outputs - self.margins[codes, None] * own
        outputs = self.scale * outputs
        if self.adjustment is not None:
            outputs = outputs + self.adjustment
        of_link = self._softmax if self.link == "softmax" else self._sigmoid
        losses = of_link(outputs, codes)
        return losses if self.weights is None else self.weights[codes] * losses

    def _softmax(self, outputs, codes):
        log_p = functional.log_softmax(outputs, dim=1)
        log_true = log_p.gather(1, codes[:, None])[:, 0]
        entropy = -log_true
        if self.smoothing:
            entropy = (1 - self.smoothing) * entropy - self.smoothing * log_p.mean(dim=1)
        return self._focus(log_true) * entropy

    def _sigmoid(self, outputs, codes):
        hard = functional.one_hot(codes, outputs.shape[1]).to(outputs.dtype)
        soft = (1 - self.smoothing) * hard + self.smoothing / outputs.shape[1]
        yes, no = functional.logsigmoid(outputs), functional.logsigmoid(-outputs)
        entropy = -(soft * yes + (1 - soft) * no)
        return (self._focus(torch.where(hard > 0, yes, no)) * entropy).sum(dim=1)

    def _focus(self, log_true):
        if not self.gamma:
            return 1.0
        return (-torch.expm1(log_true)).clamp_min(SMALLEST_DOUBT) ** self.gamma
