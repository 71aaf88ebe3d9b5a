"""The training loop: phases of optimiser steps on tensors that are held in memory as a whole.

A phase has its own sampler, loss and optimiser (AdamW [Loshchilov & Hutter, ICLR 2019]; the
learning rate falls to 0 along a cosine), so two-phase training, deferred re-weighting and decoupled
heads are lists of phases and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from skewbench.strategies.neural.augment import mixing
from skewbench.strategies.neural.losses import ClassLoss
from skewbench.strategies.neural.pretrain import pretrain
from skewbench.strategies.neural.samplers import Batches, class_shares

CHECKS = 40  # of the held-out loss in a phase with early stopping,
PATIENCE = 10  # of which so many without a better one end the phase
# Rows, and values of rows, that pass a network at once outside training: an image is many values,
# and ten to thirty times as many after a convolution.
CHUNK, CHUNK_VALUES = 65_536, 2**22


@dataclass
class Rows:
    """Encoded rows, their classes and weights of mean 1, on the network's device."""

    features: torch.Tensor
    codes: torch.Tensor
    weights: torch.Tensor

    def of(self, chosen: torch.Tensor) -> Rows:
        """Return the chosen rows."""
        chosen = chosen.to(self.codes.device)
        return Rows(self.features[chosen], self.codes[chosen], self.weights[chosen])


@dataclass
class Plan:
    """How a network is trained; the names are those of :class:`.classifier.NeuralClassifier`.

    ``counts`` (rows per class) and ``prior`` (class shares by weight) are of the training rows.
    """

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    early_stopping: bool
    loss: dict[str, Any]
    sampler: str
    phases: list[dict[str, Any]]
    augmentation: dict[str, Any] | None
    pretraining: dict[str, Any] | None
    image_shape: tuple[int, int, int] | None
    counts: np.ndarray
    prior: np.ndarray

    def loss_of(self, phase, **where):
        """Return the loss of a phase: the strategy's, with the phase's own numbers over it."""
        said = {**self.loss, **phase.get("loss", {})}
        return ClassLoss(self.counts, prior=self.prior, **said, **where)

    def optimiser(self, modules, factor=1.0):
        """Return AdamW on the modules' parameters; biases do not decay."""
        named = [pair for module in modules for pair in module.named_parameters()]
        groups = [
            {"params": [p for name, p in named if name.endswith("weight")]},
            {"params": [p for name, p in named if name.endswith("bias")], "weight_decay": 0.0},
        ]
        groups = [group for group in groups if group["params"]]
        rate = self.learning_rate * factor
        return torch.optim.AdamW(groups, lr=rate, weight_decay=self.weight_decay, fused=True)


def phase_steps(steps, shares):
    """Return the steps of each phase: they sum to ``steps``."""
    ends = np.round(np.cumsum(shares) / np.sum(shares) * steps).astype(int)
    return np.diff(ends, prepend=0).tolist()


def train(network, rows, held_out, plan, generator, rng):
    """Train ``network`` in place.

    Parameters
    ----------
    network : Network
    rows, held_out : Rows
        Training rows, and those set aside for early stopping and dynamic sampling (or None).
    plan : Plan
    generator : torch.Generator
        Of the CPU.
    rng : numpy.random.Generator

    Returns
    -------
    list of int
        The steps done in each phase.
    """
    codes = rows.codes.cpu()
    if plan.pretraining:
        batches = Batches("instance", codes, plan.batch_size, generator)
        shape = plan.image_shape
        pretrain(network, rows.features, batches, plan.optimiser, shape, **plan.pretraining)
    budget = phase_steps(plan.steps, [phase["share"] for phase in plan.phases])
    done = []
    for phase, steps in zip(plan.phases, budget, strict=True):
        batches = Batches(phase.get("sampler", plan.sampler), codes, plan.batch_size, generator)
        done.append(_train_phase(network, rows, held_out, plan, phase, steps, batches, rng))
    return done


def _train_phase(network, rows, held_out, plan, phase, steps, batches, rng):
    model, mixes = network, plan.augmentation
    if phase.get("reset_head"):
        network.head.reset(batches.generator)
    if phase.get("freeze") == "body":  # its features stay the same: they are computed once
        rows, held_out = (_through(network.body, part) for part in (rows, held_out))
        model, mixes = network.head, None
    factor = phase.get("learning_rate_factor", 1.0)
    optimiser = plan.optimiser([model], factor)
    loss = plan.loss_of(phase, device=rows.codes.device)
    counts = torch.as_tensor(plan.counts, dtype=torch.float32, device=rows.codes.device)
    watch = _Watch(model, loss, held_out, plan, batches) if held_out is not None else None
    for step in range(steps):
        progress = step / steps
        rate = plan.learning_rate * factor * (1 + math.cos(math.pi * progress)) / 2
        for group in optimiser.param_groups:
            group["lr"] = rate
        if watch and watch.says_stop(step, steps):
            break
        batch = rows.of(batches.draw(progress, watch and watch.f1))
        if mixes:
            losses = _mixed_losses(
                model, loss, batch, mixing(batch.codes, counts, rng, batches.generator, **mixes)
            )
        else:
            losses = batch.weights * loss(model(batch.features), batch.codes)
        optimiser.zero_grad()
        losses.mean().backward()
        optimiser.step()
    else:
        step = steps
    if watch:
        watch.restore()
    return step


def _mixed_losses(model, loss, batch, mix):
    partner, share, label_share = mix
    other = batch.of(partner)
    outputs = model(share * batch.features + (1 - share) * other.features)
    own = batch.weights * loss(outputs, batch.codes)
    return label_share * own + (1 - label_share) * other.weights * loss(outputs, other.codes)


def _through(body, rows):
    if rows is None:
        return None
    return Rows(in_chunks(body, rows.features), rows.codes, rows.weights)


@torch.no_grad()
def in_chunks(module, features):
    """Return the module's outputs for all rows, without gradients and dropout."""
    before = module.training
    module.eval()
    rows = max(1, min(CHUNK, CHUNK_VALUES // features.shape[1]))
    outputs = torch.cat([module(part) for part in torch.split(features, rows)])
    module.train(before)
    return outputs


class _Watch:
    """The held-out rows of a phase: F1 per class after each epoch, and when to stop.

    The held-out loss is weighed to the classes' shares that the sampler shows at the time.
    """

    def __init__(self, model, loss, held_out, plan, batches):
        self.model, self.loss, self.held_out, self.plan = model, loss, held_out, plan
        self.batches = batches
        self.f1 = self.best = None
        self.least, self.since = math.inf, 0

    def says_stop(self, step, steps):
        """Look at the held-out rows if it is time to; return whether the phase should end."""
        if self.batches.sampler == "dynamic" and step and step % self.batches.per_epoch == 0:
            outputs = in_chunks(self.model, self.held_out.features)
            codes = self.held_out.codes.cpu().numpy()
            self.f1 = class_f1(codes, outputs.argmax(dim=1).cpu().numpy(), len(self.plan.counts))
        if not self.plan.early_stopping or step % max(1, steps // CHECKS):
            return False
        loss = self._loss(step / steps)
        self.since = 0 if loss < self.least else self.since + 1
        if loss < self.least:
            self.least = loss
            state = self.model.state_dict()
            self.best = {name: value.clone() for name, value in state.items()}
        return self.since >= PATIENCE

    def restore(self):
        """Give the model the parameters that were best on the held-out rows."""
        if self.best is not None:
            self.model.load_state_dict(self.best)

    def _loss(self, progress):
        held_out, counts = self.held_out, self.plan.counts
        shares = class_shares(self.batches.sampler, counts, progress, self.f1)
        shown = torch.as_tensor(shares / (counts / counts.sum()), dtype=torch.float32)
        weights = held_out.weights * shown.to(held_out.codes.device)[held_out.codes]
        losses = self.loss(in_chunks(self.model, held_out.features), held_out.codes)
        return float((weights * losses).mean())


def class_f1(codes, predicted, n_classes):
    """Return F1 of each class against the rest; 0 for one neither present nor predicted."""
    right = np.bincount(codes[codes == predicted], minlength=n_classes)
    shown = np.bincount(codes, minlength=n_classes) + np.bincount(predicted, minlength=n_classes)
    return 2 * right / np.maximum(shown, 1)
