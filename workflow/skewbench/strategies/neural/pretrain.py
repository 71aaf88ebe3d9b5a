"""Contrastive pre-training of a body, without labels: two views of a row should be recognised.

SCARF for tables [Bahri et al., ICLR 2022]: a view has a share of its columns replaced by values of
other rows in the same columns. SimCLR for images [Chen et al., ICML 2020], with the small shifts
and noise that suit digits in place of crops and colours. Both are trained by NT-Xent on a
projection that is thrown away.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from skewbench.strategies.neural.nets import projection


def nt_xent(first, second, temperature):
    """Return the normalised, temperature-scaled cross-entropy [Chen et al. 2020, equation 1].

    Parameters
    ----------
    first, second : tensor of shape (n, width)
        The two views of each row. The positive of each of the 2n views is the other view; all
        others are its negatives.
    temperature : float

    Returns
    -------
    tensor
        The mean over the 2n views.
    """
    views = functional.normalize(torch.cat([first, second]), dim=1)
    similarity = (views @ views.T / temperature).fill_diagonal_(-math.inf)
    n = len(first)
    other = torch.arange(2 * n, device=first.device).roll(n)
    return functional.cross_entropy(similarity, other)


def corrupted(rows, pool, rate, generator):
    """Return ``rows`` with exactly floor(rate * n_columns) values each drawn from their columns.

    Parameters
    ----------
    rows : tensor of shape (n, n_columns)
    pool : tensor of shape (n_pool, n_columns)
        The training rows, whose columns are the empirical marginals. The indicators of a category
        are columns each of their own.
    rate : float
    generator : torch.Generator
        Of the CPU.

    Returns
    -------
    corrupted : tensor of shape (n, n_columns)
    mask : bool tensor of shape (n, n_columns)
        Where a value was drawn (it may be the same).
    """
    n, columns = rows.shape
    order = torch.rand(n, columns, generator=generator).argsort(dim=1)
    mask = (order < math.floor(rate * columns)).to(rows.device)
    donors = torch.randint(len(pool), (n, columns), generator=generator).to(rows.device)
    return torch.where(mask, pool.gather(0, donors), rows), mask


def shifted(rows, image_shape, shift, noise, generator):
    """Return images moved by up to ``shift`` pixels, edges repeated, with Gaussian noise added.

    Parameters
    ----------
    rows : tensor of shape (n, channels * height * width)
    image_shape : (channels, height, width)
    shift : int
        Pixels at most, in both directions.
    noise : float
        Standard deviation.
    generator : torch.Generator
        Of the CPU.
    """
    channels, height, width = image_shape
    padded = functional.pad(rows.unflatten(1, tuple(image_shape)), [shift] * 4, mode="replicate")
    down, right = torch.randint(2 * shift + 1, (2, len(rows), 1), generator=generator)
    y = (down + torch.arange(height)).to(rows.device)
    x = (right + torch.arange(width)).to(rows.device)
    image = torch.arange(len(rows), device=rows.device)[:, None, None, None]
    channel = torch.arange(channels, device=rows.device)[:, None, None]
    moved = padded[image, channel, y[:, None, :, None], x[:, None, None, :]].flatten(1)
    return moved + noise * torch.randn(moved.shape, generator=generator).to(rows.device)


def pretrain(network, rows, batches, optimiser_of, image_shape, *, name, steps, temperature, **how):
    """Train the body of ``network`` in place.

    Parameters
    ----------
    network : Network
    rows : tensor of shape (n, n_features)
        The training rows.
    batches : Batches
    optimiser_of : callable
        From a list of modules to their optimiser.
    image_shape : (channels, height, width) or None
    name : {"scarf", "simclr"}
    steps : int
    temperature : float
    **how
        ``rate`` of SCARF; ``shift`` and ``noise`` of SimCLR.
    """
    generator = batches.generator
    head = projection(network.width, generator).to(rows.device)
    optimiser = optimiser_of([network.body, head])
    for step in range(steps):
        batch = rows[batches.draw(step / steps).to(rows.device)]
        if name == "scarf":
            first, second = batch, corrupted(batch, rows, how["rate"], generator)[0]
        else:
            first, second = (
                shifted(batch, image_shape, how["shift"], how["noise"], generator) for _ in range(2)
            )
        optimiser.zero_grad()
        nt_xent(head(network.body(first)), head(network.body(second)), temperature).backward()
        optimiser.step()
