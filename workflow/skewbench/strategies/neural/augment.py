"""Mixup and Remix: rows mixed in pairs, and losses mixed likewise.

[Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018: one lambda ~ Beta(alpha,
alpha) a batch. Chou et al., "Remix: Rebalanced mixup", ECCV workshops 2020: labels lean
to the class that is rarer by a ratio.] Mixing is done on encoded rows, where categories are
indicators.
"""

from __future__ import annotations

import torch


def mixing(codes, counts, rng, generator, *, name, alpha, ratio=3.0, threshold=0.5):
    """Draw how a batch is mixed.

    Parameters
    ----------
    codes : int64 tensor of shape (n,)
    counts : tensor of shape (n_classes,)
        Training rows per class.
    rng : numpy.random.Generator
        Of lambda.
    generator : torch.Generator
        Of the partners.
    name : {"mixup", "remix"}
    alpha, ratio, threshold : float
        Of the Beta distribution, and of :func:`remix_share`.

    Returns
    -------
    partner : int64 tensor of shape (n,)
        With which row each is mixed.
    share : float
        Of the row itself in the mixed row.
    label_share : float or tensor of shape (n,)
        Of the row's own class in the mixed loss.
    """
    partner = torch.randperm(len(codes), generator=generator).to(codes.device)
    share = float(rng.beta(alpha, alpha))
    if name == "mixup":
        return partner, share, share
    own, other = counts[codes], counts[codes[partner]]
    return partner, share, remix_share(share, own, other, ratio, threshold)


def remix_share(share, own, other, ratio=3.0, threshold=0.5):
    """Return the share of each row's own class in its label [Chou et al. 2020].

    0 where the row's class is at least ``ratio`` times as frequent as its partner's and
    ``share < threshold``; 1 where it is as much rarer and ``1 - share < threshold``; else
    ``share``. ``own`` and ``other`` are counts, tensors of shape (n,).
    """
    label = torch.full_like(own, share)
    label[(own >= ratio * other) & (share < threshold)] = 0.0
    label[(ratio * own <= other) & (1 - share < threshold)] = 1.0
    return label
