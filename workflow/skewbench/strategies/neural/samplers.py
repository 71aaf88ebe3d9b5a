"""Which rows a batch shows: class shares of batches, as formulas, and batches drawn by them.

With n_c the rows of a class, N all rows, C classes and t in [0, 1] the progress of the phase:

    instance      n_c / N: every row once an epoch
    balanced      1 / C [Kang et al., ICLR 2020, section 3: n_c^q with q = 0]
    square_root   sqrt(n_c) / sum_k sqrt(n_k) [the same with q = 1/2]
    progressive   (1 - t) n_c / N + t / C [Kang et al. 2020, section 3]
    curriculum    (1 - t) / C + t n_c / N: balanced first, as the data are at the end
    dynamic       (1 - F1_c) / sum_k (1 - F1_k) with the F1 of held-out rows after the last epoch
                  [Pouyanfar et al., MIPR 2018]
    undersampled  1 / C: as many rows of every class as the rarest has, drawn once a phase

The budget of a network is counted in steps, not in epochs: otherwise samplers that repeat rows
would be trained for longer.
"""

from __future__ import annotations

import numpy as np
import torch

SMALLEST_ERROR = 1e-3  # of 1 - F1: a class learnt perfectly is still shown


def class_shares(sampler, counts, progress=0.0, f1=None):
    """Return the expected share of each class in a batch.

    Parameters
    ----------
    sampler : str
        One of the names above.
    counts : ndarray of shape (n_classes,)
        Training rows per class.
    progress : float
        Steps done of those of the phase, from 0 to 1.
    f1 : ndarray of shape (n_classes,), optional
        Of ``dynamic``; None stands for no round yet, in which classes count alike.

    Returns
    -------
    ndarray of shape (n_classes,)
    """
    natural = counts / counts.sum()
    balanced = np.full(len(counts), 1 / len(counts))
    if sampler == "instance":
        return natural
    if sampler == "square_root":
        return np.sqrt(counts) / np.sqrt(counts).sum()
    if sampler == "progressive":
        return (1 - progress) * natural + progress * balanced
    if sampler == "curriculum":
        return (1 - progress) * balanced + progress * natural
    if sampler == "dynamic" and f1 is not None:
        error = np.maximum(1 - np.asarray(f1, dtype=float), SMALLEST_ERROR)
        return error / error.sum()
    return balanced


class Batches:
    """The rows of one batch after another.

    Parameters
    ----------
    sampler : str
    codes : int64 tensor of shape (n,)
        Classes of the training rows, each of which has some.
    size : int
        Rows of a batch. ``instance`` takes all rows in their order if there are no more.
    generator : torch.Generator
        Of the CPU.
    """

    def __init__(self, sampler, codes, size, generator):
        self.sampler, self.size, self.generator = sampler, size, generator
        counts = torch.bincount(codes)
        self.counts = counts.numpy().astype(float)
        self._by_class = torch.argsort(codes, stable=True)
        self._starts, self._n = counts.cumsum(0) - counts, counts
        self._pool = torch.arange(len(codes))
        if sampler == "undersampled":
            parts = torch.split(self._by_class, counts.tolist())
            least = int(counts.min())
            self._pool = torch.cat([self._shuffled(part)[:least] for part in parts])
        self._waiting = self._pool[:0]

    @property
    def per_epoch(self):
        """Number of batches that show about as many rows as there are."""
        return max(1, len(self._pool) // self.size)

    def draw(self, progress, f1=None):
        """Return the row numbers of the next batch, as :func:`class_shares` has them."""
        if self.sampler in ("instance", "undersampled"):
            return self._next_of_the_epoch()
        shares = torch.from_numpy(class_shares(self.sampler, self.counts, progress, f1))
        codes = torch.multinomial(shares, self.size, replacement=True, generator=self.generator)
        n = self._n[codes]
        within = (torch.rand(self.size, generator=self.generator) * n).long()
        return self._by_class[self._starts[codes] + torch.minimum(within, n - 1)]

    def _next_of_the_epoch(self):
        if len(self._pool) <= self.size:
            return self._pool
        if len(self._waiting) < self.size:
            self._waiting = self._shuffled(self._pool)
        batch, self._waiting = self._waiting[: self.size], self._waiting[self.size :]
        return batch

    def _shuffled(self, rows):
        return rows[torch.randperm(len(rows), generator=self.generator)]
