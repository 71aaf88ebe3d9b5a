"""One neural classifier, scikit-learn compatible: a perceptron for tables, a small CNN for images.

Everything that neural strategies vary (loss, sampler, phases, head, augmentation, pre-training,
what is done to the fitted model) is a parameter, so a strategy is data: a catalogue entry's
``train`` is set on the learner by ``set_params``.
"""

from __future__ import annotations

from contextlib import contextmanager
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from skewbench.errors import Infeasible, InputError
from skewbench.imports import EXTRAS

try:
    import torch
except ModuleNotFoundError as error:
    _, need = EXTRAS["neural"]
    raise InputError(f"a neural network {need}") from error

from skewbench.strategies.neural.nets import Network, tau_normalised
from skewbench.strategies.neural.settings import TRAINING, check_training, chosen
from skewbench.strategies.neural.training import Plan, Rows, in_chunks, train

LEAST_TO_HOLD_OUT = 10  # rows of a class, of which some are held out of training


class NeuralClassifier(ClassifierMixin, BaseEstimator):
    """A network trained for a fixed number of optimiser steps.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(64, 64)
        Widths of the fully connected ReLU layers; empty gives (multinomial) logistic regression.
        The first layer on indicators of a category is that category's embedding table.
    image_shape : (channels, height, width) or None, default=None
        Of images whose pixels are the columns: two convolutions come first.
    steps : int, default=800
        Optimiser steps of all phases together (pre-training has its own).
    batch_size : int, default=128
    learning_rate : float, default=0.003
        Of AdamW, at the start of a phase; it falls to 0 along a cosine.
    weight_decay : float, default=3.0
        Of AdamW, which shrinks weights by learning rate times decay a step: by .009 at first.
    dropout : float, default=0.2
        Share of each fully connected layer's values left out at random while training.
    early_stopping : bool, default=False
        Hold ``validation_fraction`` of the training rows out and end a phase when their loss falls
        no more. With few minority rows that costs more than it gives.
    validation_fraction : float, default=0.2
        Also of the sampler ``dynamic``.
    loss : dict or None, default=None
        Parameters of :class:`skewbench.strategies.neural.losses.ClassLoss`; None: cross-entropy.
    sampler : str, default="instance"
        One of :mod:`skewbench.strategies.neural.samplers`.
    phases : list of dict or None, default=None
        One after another, each ``{share: ...}`` of the steps with, if wanted, its own ``sampler``,
        ``loss`` (over the one above), ``learning_rate_factor``, ``freeze: body`` and
        ``reset_head: true``. None: one phase.
    head : {"linear", "cosine"}, default="linear"
    augmentation, pretraining, posthoc : dict or None, default=None
        ``{name: ...}`` and options, see :mod:`skewbench.strategies.neural.settings`.
    device : str, default="auto"
        "auto" is the GPU if there is one; or as PyTorch names it.
    random_state : int, RandomState instance or None, default=None
        Seeds everything random. On the CPU the same seed gives the same bits.

    Attributes
    ----------
    parameters_ : dict of str to ndarray
        The network's parameters.
    classes_ : ndarray of shape (n_classes,)
        The labels.
    steps_ : list of int
        Optimiser steps done in each phase.

    Notes
    -----
    Columns should be standardised. PyTorch's global generator and number of threads are as before
    after every call; one thread is used (more only wait for each other in networks of this size).
    ``sample_weight`` is scaled to mean 1 and multiplies the loss of each row; the prior of ``tau``
    is that of the weighted rows, weights and margins by class come from the numbers of rows.
    """

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": ["array-like"],
        "image_shape": ["array-like", None],
        "steps": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "device": [str],
        "random_state": ["random_state"],
        **dict.fromkeys(TRAINING, "no_validation"),  # check_training does it
    }

    def __init__(
        self,
        *,
        hidden_layer_sizes=(64, 64),
        image_shape=None,
        steps=800,
        batch_size=128,
        learning_rate=0.003,
        weight_decay=3.0,
        dropout=0.2,
        early_stopping=False,
        validation_fraction=0.2,
        loss=None,
        sampler="instance",
        phases=None,
        head="linear",
        augmentation=None,
        pretraining=None,
        posthoc=None,
        device="auto",
        random_state=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.image_shape = image_shape
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.loss = loss
        self.sampler = sampler
        self.phases = phases
        self.head = head
        self.augmentation = augmentation
        self.pretraining = pretraining
        self.posthoc = posthoc
        self.device = device
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels; at least two classes.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        InputError
            A training parameter is unknown or impossible.
        Infeasible
            A class has too few rows to hold some out.
        """
        check_training({key: getattr(self, key) for key in TRAINING})
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("NeuralClassifier needs two classes; the data have one class.")
        self._check_image_shape()
        random = check_random_state(self.random_state)
        seed, order_seed = random.randint(np.iinfo(np.int32).max, size=2)
        generator, rng = torch.Generator().manual_seed(int(seed)), np.random.default_rng(order_seed)
        with _alone(), torch.enable_grad():
            self._train(X, codes, weights / weights.mean(), generator, rng)
        return self

    def _train(self, X, codes, weights, generator, rng):
        phases = [dict(phase) for phase in self.phases or [{"share": 1.0}]]
        samplers = {phase.get("sampler", self.sampler) for phase in phases}
        kept, held_out = np.arange(len(codes)), None
        if self.early_stopping or "dynamic" in samplers:
            kept, held_out = self._split(codes, rng)
        counts = np.bincount(codes[kept]).astype(float)
        prior = np.bincount(codes[kept], weights[kept]) / weights[kept].sum()
        plan = Plan(
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            early_stopping=self.early_stopping,
            loss=dict(self.loss or {}),
            sampler=self.sampler,
            phases=phases,
            augmentation=self.augmentation and chosen("augmentation", self.augmentation),
            pretraining=self.pretraining and chosen("pretraining", self.pretraining),
            image_shape=self.image_shape,
            counts=counts,
            prior=prior,
        )
        device = self._device()
        network = self._network(generator).to(device)
        rows = Rows(
            torch.tensor(X, dtype=torch.float32, device=device),
            torch.tensor(codes, dtype=torch.int64, device=device),
            torch.tensor(weights, dtype=torch.float32, device=device),
        )
        aside = None if held_out is None else rows.of(torch.as_tensor(held_out))
        rows = rows if held_out is None else rows.of(torch.as_tensor(kept))
        self.steps_ = train(network, rows, aside, plan, generator, rng)
        last = plan.loss_of(phases[-1])
        self._link, self._scale = last.link, last.scale
        self._offset = np.zeros(len(counts))
        self._finish(network, prior)
        state = network.state_dict().items()
        self.parameters_ = {name: value.cpu().numpy() for name, value in state}

    def _finish(self, network, prior):
        """Do to the trained network what ``posthoc`` says."""
        if self.posthoc is None:
            return
        posthoc = chosen("posthoc", self.posthoc)
        if posthoc["name"] == "logit_adjustment":
            self._offset = -posthoc["tau"] * np.log(np.maximum(prior, np.finfo(float).tiny))
            return
        with torch.no_grad():
            head = network.head
            head.weight.copy_(tau_normalised(head.weight, posthoc["tau"]))
            head.bias.zero_()

    def predict(self, X):
        """Return the label of each row, shape (n_samples,)."""
        scores = self.decision_function(X)
        codes = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[codes]

    def predict_proba(self, X):
        """Return class probabilities, shape (n_samples, n_classes)."""
        scores = self._scores(X)
        if self._link == "softmax":
            return softmax(scores, axis=1)
        p = expit(scores)
        return p / p.sum(axis=1, keepdims=True)

    def decision_function(self, X):
        """Return the outputs, shape (n_samples, n_classes), or their difference, (n_samples,)."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def _scores(self, X):
        """Scale and adjust the network's outputs.

        Those of tables are in double precision, alike for any batch; for images that takes seven
        times as long.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        device = self._device()
        precision = torch.float64 if self.image_shape is None else torch.float32
        state = {name: torch.as_tensor(value) for name, value in self.parameters_.items()}
        with _alone():
            network = self._network(None)
            network.load_state_dict(state)
            rows = torch.tensor(X, dtype=precision, device=device)
            outputs = in_chunks(network.to(device, precision), rows).cpu().double().numpy()
        return self._scale * outputs + self._offset

    def _network(self, generator):
        sizes, shape = list(self.hidden_layer_sizes), self.image_shape
        shape = None if shape is None else tuple(shape)
        return Network(
            self.n_features_in_,
            len(self.classes_),
            sizes,
            image_shape=shape,
            head=self.head,
            dropout=self.dropout,
            generator=generator,
        )

    def _split(self, codes, rng):
        """Return training rows and held-out ones, so many of each class."""
        parts = [rng.permutation(np.flatnonzero(codes == c)) for c in range(codes.max() + 1)]
        least = min(map(len, parts))
        if least < LEAST_TO_HOLD_OUT:
            raise Infeasible(
                f"{least} rows of the rarest class in a training part; at least "
                f"{LEAST_TO_HOLD_OUT} are needed to hold some out of training"
            )
        cuts = [max(1, round(self.validation_fraction * len(part))) for part in parts]
        held_out = [part[:cut] for part, cut in zip(parts, cuts, strict=True)]
        kept = [part[cut:] for part, cut in zip(parts, cuts, strict=True)]
        return np.sort(np.concatenate(kept)), np.sort(np.concatenate(held_out))

    def _check_image_shape(self):
        shape = self.image_shape
        if shape is None:
            if (self.pretraining or {}).get("name") == "simclr":
                raise Infeasible("SimCLR's views are of images; the learner has no image_shape")
        elif len(shape) != 3 or np.prod(shape) != self.n_features_in_:
            raise InputError(
                f"image_shape {list(shape)} should be [channels, height, width] with a product of "
                f"{self.n_features_in_}, the number of columns"
            )

    def _device(self):
        if self.device != "auto":
            return self.device
        return "cuda" if torch.cuda.is_available() else "cpu"


@contextmanager
def _alone():
    """One thread, and on a GPU convolutions that repeat; restored afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.backends.cudnn.flags(benchmark=False, deterministic=True, allow_tf32=False):
            yield
    finally:
        torch.set_num_threads(threads)
