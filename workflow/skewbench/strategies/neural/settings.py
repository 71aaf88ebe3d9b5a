"""What the key ``train`` of a strategy may say; checked without PyTorch, when a study is read.

loss          the numbers of :class:`skewbench.strategies.neural.losses.ClassLoss`
sampler       which rows a batch shows (:mod:`skewbench.strategies.neural.samplers`)
phases        a list: each has a share of the optimiser steps and may say its own sampler, loss
              (over the strategy's), factor on the learning rate, `freeze: body`, `reset_head`
head          linear, or cosine: normalised features times normalised weights
augmentation  mixup, remix (:mod:`skewbench.strategies.neural.augment`)
pretraining   scarf, simclr (:mod:`skewbench.strategies.neural.pretrain`)
posthoc       logit_adjustment, tau_norm: a change of the fitted model
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from skewbench.errors import InputError, nearest

Check = tuple[Callable[[Any], bool], str]
WEIGHTS = ("inverse", "sqrt", "effective_number", "pos_weight")
SAMPLERS = (
    "instance",
    "balanced",
    "square_root",
    "progressive",
    "curriculum",
    "dynamic",
    "undersampled",
)


def _number(low: float, high: float = math.inf, above: bool = False, below: bool = False) -> Check:
    """A number from ``low`` to ``high``; ``above`` and ``below`` leave the ends out."""

    def holds(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            return False
        return (low < value if above else low <= value) and (
            value < high if below else value <= high
        )

    text = f"a number {'above' if above else 'of at least'} {low:g}"
    if high < math.inf:
        text += f" and {'below' if below else 'at most'} {high:g}"
    return holds, text


def _among(*names: str) -> Check:
    return lambda value: isinstance(value, str) and value in names, " or ".join(names)


def _is_weights(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) > 1 and all(POSITIVE[0](number) for number in value)
    return value is None or (isinstance(value, str) and value in WEIGHTS)


POSITIVE = _number(0, above=True)
AT_LEAST_0 = _number(0)
COUNT: Check = (
    lambda value: isinstance(value, Integral) and not isinstance(value, bool) and value > 0,
    "a whole number above 0",
)
_BETWEEN = _number(0, 1, above=True, below=True)
LOSS: dict[str, Check] = {
    "weights": (_is_weights, f"{', '.join(WEIGHTS)} or a list of one number above 0 a class"),
    "beta": (lambda value: value == "auto" or _BETWEEN[0](value), f"{_BETWEEN[1]}, or auto"),
    "gamma": AT_LEAST_0,
    "scale": POSITIVE,
    "margin": AT_LEAST_0,
    "margin_power": AT_LEAST_0,
    "tau": AT_LEAST_0,
    "smoothing": _number(0, 1, below=True),
    "link": _among("softmax", "sigmoid"),
}
PHASE: dict[str, Check] = {
    "share": _number(0, 1, above=True),
    "sampler": _among(*SAMPLERS),
    "loss": (lambda value: isinstance(value, Mapping), "a mapping"),
    "learning_rate_factor": POSITIVE,
    "freeze": _among("body"),
    "reset_head": (lambda value: isinstance(value, bool), "true or false"),
}
# By name: what may be said, and what holds where nothing is said.
CHOICES: dict[str, dict[str, dict[str, tuple[Check, Any]]]] = {
    "augmentation": {
        "mixup": {"alpha": (POSITIVE, 1.0)},
        "remix": {
            "alpha": (POSITIVE, 1.0),
            "ratio": (_number(1), 3.0),
            "threshold": (_number(0, 1), 0.5),
        },
    },
    "pretraining": {
        "scarf": {
            "steps": (COUNT, 400),
            "rate": (_number(0, 1), 0.6),
            "temperature": (POSITIVE, 1.0),
        },
        "simclr": {
            "steps": (COUNT, 400),
            "shift": (COUNT, 1),
            "noise": (AT_LEAST_0, 0.1),
            "temperature": (POSITIVE, 0.5),
        },
    },
    "posthoc": {
        "logit_adjustment": {"tau": (AT_LEAST_0, 1.0)},
        "tau_norm": {"tau": (AT_LEAST_0, 0.5)},
    },
}
TRAINING: dict[str, Check] = {
    "loss": PHASE["loss"],
    "sampler": PHASE["sampler"],
    "phases": (
        lambda value: isinstance(value, (list, tuple)) and len(value) > 0,
        "a list of phases",
    ),
    "head": _among("linear", "cosine"),
    **dict.fromkeys(CHOICES, PHASE["loss"]),
}


def check_training(train: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` with one sentence unless ``train`` can be carried out.

    Parameters
    ----------
    train : mapping
        The key ``train`` of a strategy; None stands for what is not said.
    """
    train = {key: value for key, value in train.items() if value is not None}
    _check(train, TRAINING, "")
    _check_loss(train.get("loss", {}), "loss")
    for key in CHOICES:
        if key in train:
            chosen(key, train[key])
    phases = train.get("phases", [])
    for number, phase in enumerate(phases, 1):
        where = f"phase {number}"
        if not isinstance(phase, Mapping):
            raise InputError(f"{where}: should be a mapping of keys to values")
        _check(phase, PHASE, where)
        if "share" not in phase:
            raise InputError(f"{where}: the key 'share' is missing")
        _check_loss({**train.get("loss", {}), **phase.get("loss", {})}, f"{where}: loss")
    shares = sum(phase["share"] for phase in phases)
    if phases and abs(shares - 1) > 1e-6:
        raise InputError(f"phases: their shares sum to {shares:g}, not to 1")
    posthoc = train.get("posthoc", {}).get("name")
    if posthoc == "tau_norm" and train.get("head") == "cosine":
        raise InputError("posthoc: tau_norm rescales a linear head; a cosine head has no norms")


def chosen(key: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``said`` names among :data:`CHOICES` with its defaults filled in, checked."""
    choices, name = CHOICES[key], said.get("name")
    if not isinstance(name, str) or name not in choices:
        raise InputError(f"{key}: name: {name!r} is not allowed; {nearest(str(name), choices)}")
    options = choices[name]
    checks = {option: check for option, (check, _) in options.items()}
    _check({option: value for option, value in said.items() if option != "name"}, checks, key)
    return {option: default for option, (_, default) in options.items()} | dict(said)


def _check_loss(loss: Mapping[str, Any], where: str) -> None:
    _check(loss, LOSS, where)
    if loss.get("link") == "sigmoid" and loss.get("tau"):
        raise InputError(f"{where}: tau adjusts the logits of a softmax, not of sigmoids")


def _check(said: Mapping[str, Any], checks: Mapping[str, Check], where: str) -> None:
    prefix = f"{where}: " if where else ""
    for key, value in said.items():
        if key not in checks:
            raise InputError(f"{prefix}unknown key '{key}'; {nearest(str(key), checks)}")
        holds, allowed = checks[key]
        if not holds(value):
            raise InputError(f"{prefix}key '{key}': {value!r} is not allowed; it is {allowed}")
