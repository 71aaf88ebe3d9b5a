"""The networks: a body that makes features of a row, and a head that makes one output per class.

Every parameter is drawn from a given generator, never from PyTorch's global one.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import skip_init

CHANNELS = (32, 64)
PROJECTED = 64


class Network(nn.Module):
    """Body and head.

    Parameters
    ----------
    n_features, n_classes : int
    hidden_layer_sizes : sequence of int
        Widths of the fully connected ReLU layers; empty leaves a linear model.
    image_shape : (channels, height, width) or None
        None: a perceptron for tables. Else two convolutions (3 x 3, pooled by 2, ReLU) come first.
    head : {"linear", "cosine"}
    dropout : float
        Share of the values that each fully connected layer loses, while training only.
    generator : torch.Generator or None
        None leaves the parameters to be loaded.
    """

    def __init__(
        self,
        n_features,
        n_classes,
        hidden_layer_sizes,
        image_shape=None,
        head="linear",
        dropout=0.0,
        generator=None,
    ):
        super().__init__()
        convolutions, width = _convolutions(image_shape) if image_shape else ([], n_features)
        layers = _layers(width, hidden_layer_sizes, dropout, generator)
        self.body = nn.Sequential(*convolutions, *layers)
        width = hidden_layer_sizes[-1] if len(hidden_layer_sizes) else width
        kind = {"linear": LinearHead, "cosine": CosineHead}[head]
        self.head = kind(width, n_classes)
        self.width = width
        if generator is not None:
            initialise(self.body, generator)
            self.head.reset(generator)
        self.to(memory_format=torch.channels_last)  # of convolutions; others have no such thing

    def forward(self, rows):
        """Return outputs of shape (n, n_classes)."""
        return self.head(self.body(rows))


class Images(nn.Module):
    """Rows as images, channels innermost in memory: a step takes a quarter less time."""

    def __init__(self, shape):
        super().__init__()
        self.shape = tuple(shape)

    def forward(self, rows):
        """Return images of shape (n, channels, height, width)."""
        return rows.unflatten(1, self.shape).contiguous(memory_format=torch.channels_last)


class LinearHead(nn.Module):
    """Weights and a bias per class."""

    def __init__(self, width, n_classes):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_classes, width))
        self.bias = nn.Parameter(torch.zeros(n_classes))

    def reset(self, generator):
        """Start anew: uniform within 1 / sqrt(width), no bias."""
        nn.init.uniform_(self.weight, *_bounds(self.weight), generator=generator)
        nn.init.zeros_(self.bias)

    def forward(self, features):
        """Return outputs of shape (n, n_classes)."""
        return functional.linear(features, self.weight, self.bias)


class CosineHead(nn.Module):
    """The cosine of a row's features with each class's weights, without a bias."""

    def __init__(self, width, n_classes):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_classes, width))

    def reset(self, generator):
        """Start anew: directions drawn at random."""
        nn.init.uniform_(self.weight, *_bounds(self.weight), generator=generator)

    def forward(self, features):
        """Return cosines, shape (n, n_classes)."""
        return functional.linear(
            functional.normalize(features, dim=1), functional.normalize(self.weight, dim=1)
        )


class Dropout(nn.Module):
    """Dropout [Srivastava et al., JMLR 2014] that draws from a generator of the CPU."""

    def __init__(self, share, generator):
        super().__init__()
        self.share, self.generator = share, generator

    def forward(self, features):
        """Return features of which some are 0, while training."""
        if not self.training:
            return features
        kept = torch.rand(features.shape, generator=self.generator) >= self.share
        return features * kept.to(features) / (1 - self.share)


def projection(width, generator):
    """Return the small head that contrastive pre-training puts on a body and throws away."""
    return initialise(
        nn.Sequential(*_layers(width, [width]), skip_init(nn.Linear, width, PROJECTED)), generator
    )


def initialise(module, generator):
    """Draw He's uniform weights [He et al., ICCV 2015] and zero biases, in place; return it."""
    for name, parameter in module.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        else:
            nn.init.kaiming_uniform_(parameter, nonlinearity="relu", generator=generator)
    return module


def tau_normalised(weight, tau):
    """Return each class's weights divided by their norm to the power tau.

    [Kang et al., ICLR 2020, section 4.] ``weight`` has shape (n_classes, width).
    """
    return weight / torch.linalg.vector_norm(weight, dim=1, keepdim=True) ** tau


def _layers(width, sizes, dropout=0.0, generator=None):
    layers = []
    for size in sizes:
        layers += [skip_init(nn.Linear, width, size), nn.ReLU()]
        if dropout:
            layers.append(Dropout(dropout, generator))
        width = size
    return layers


def _convolutions(image_shape):
    channels, height, width = image_shape
    layers = [Images(image_shape)]
    for out in CHANNELS:
        layers.append(skip_init(nn.Conv2d, channels, out, 3, padding=1))
        # The same as ReLU first, on a quarter of the values.
        layers += [nn.MaxPool2d(2, ceil_mode=True), nn.ReLU()]
        channels, height, width = out, math.ceil(height / 2), math.ceil(width / 2)
    return [*layers, nn.Flatten()], channels * height * width


def _bounds(weight):
    bound = 1 / math.sqrt(weight.shape[1])
    return -bound, bound
