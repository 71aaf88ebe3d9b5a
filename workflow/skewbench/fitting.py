"""One pass: encode, resample once, fit each learner, score. The same for outer and inner folds.

Everything is fitted on the given rows and nothing else, so nothing can travel back from the rows
that are scored.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from skewbench import seeding
from skewbench.data.encode import Encoder
from skewbench.data.table import Table
from skewbench.errors import Infeasible, InputError
from skewbench.feasibility import Size, check_learner, check_size, learners_of
from skewbench.imports import build
from skewbench.strategies.resampling import fix_randomness, resample
from skewbench.strategies.weighting import class_weights, example_weights


@dataclass(frozen=True)
class Setting:
    """What a cell's passes share: the data set, the strategy, the learners and the costs."""

    dataset: str
    table: Table
    split: str
    strategy_name: str
    strategy: dict[str, Any]
    learners: dict[str, dict[str, Any]]
    costs: np.ndarray
    folder: Path

    @property
    def n_classes(self) -> int:
        """Number of classes of the data set."""
        return len(self.table.classes)


@dataclass
class Scored:
    """One learner fitted on one training part.

    Attributes
    ----------
    scores : list of ndarray
        One array per set of rows scored: (n,) binary, (n, C) multi-class.
    probabilistic : bool
        False for margins and anomaly scores.
    effective_prior : ndarray of shape (C,)
        The class shares the learner was shown, after resampling and weighting.
    flags : set of str
    resources : dict of str to float
        ``resample_seconds``, ``fit_seconds``, ``score_seconds`` (CPU; of the first set of rows),
        ``training_score_seconds`` (of the other sets),
        ``n_train``, ``n_train_positive`` and ``n_resampled`` rows.
    """

    scores: list[np.ndarray]
    probabilistic: bool
    effective_prior: np.ndarray
    flags: set[str] = field(default_factory=set)
    resources: dict[str, float] = field(default_factory=dict)


Outcome = Scored | Exception


def fit_and_score(
    setting: Setting,
    rows: np.ndarray,
    scored: list[np.ndarray],
    stream: tuple[int, int, int],
    names: Collection[str],
) -> dict[str, Outcome]:
    """Fit the strategy with each learner on ``rows`` and score other rows.

    Parameters
    ----------
    setting : Setting
    rows : ndarray of int
        Training rows of the table.
    scored : list of ndarray of int
        Sets of rows to score.
    stream : (seed, fold, inner fold)
        Key of the random streams; inner fold 0 is the outer fit.
    names : collection of str
        The learners to fit.

    Returns
    -------
    dict of learner to :class:`Scored`, or to the exception that stopped it. One learner's failure
    costs no other; a resampler's failure is every learner's.
    """
    learners = learners_of(setting.strategy, setting.learners)
    y = setting.table.target[rows]
    size = Size(setting.table.task, tuple(np.bincount(y, minlength=setting.n_classes).tolist()))
    outcomes: dict[str, Outcome] = {}
    estimators = {}
    for name in names:
        try:
            check_size(setting.strategy, size)
            estimators[name] = _estimator(setting, learners[name], size)
        except Exception as error:
            outcomes[name] = error
    if not estimators:
        return outcomes
    try:
        part = _prepare(setting, rows, scored, stream)
    except Exception as error:
        return outcomes | dict.fromkeys(estimators, error)
    for name, estimator in estimators.items():
        try:
            outcomes[name] = _fit(setting, name, estimator, size, part, stream)
        except Exception as error:
            outcomes[name] = error
    return outcomes


@dataclass
class _Part:
    features: np.ndarray
    y: np.ndarray
    others: list[np.ndarray]
    flags: set[str]
    seconds: float


def _prepare(setting, rows, scored, stream) -> _Part:
    """Encode on the training rows, resample them once, encode the rows to score."""
    strategy, table = setting.strategy, setting.table
    y = table.target[rows]
    encoder = Encoder(table.categorical).fit(table.features.iloc[rows])
    codes = encoder.codes(table.features.iloc[rows])
    others = [encoder.one_hot(encoder.codes(table.features.iloc[r])) for r in scored]
    start = time.process_time()
    if "resample" in strategy:
        state = seeding.random_state(
            seeding.RESAMPLE, setting.dataset, *stream, setting.strategy_name
        )
        features, y, flags = resample_codes(strategy, encoder, codes, y, state, setting.folder)
    else:
        features, flags = encoder.one_hot(codes), set()
    return _Part(features, y, others, flags, time.process_time() - start)


def resample_codes(
    strategy: dict[str, Any],
    encoder: Encoder,
    codes: np.ndarray,
    y: np.ndarray,
    random_state: int,
    folder: Path,
) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """Resample encoded rows; return the one-hot matrix, the labels and the flags.

    SMOTENC and SMOTEN take category codes, which become one-hot afterwards; every other resampler
    takes the one-hot matrix.
    """
    steps, on_codes = _resampler(strategy, encoder)
    if on_codes:
        codes, y, flags = resample(steps, codes, y, random_state, folder)
        return encoder.one_hot(codes), y, flags
    return resample(steps, encoder.one_hot(codes), y, random_state, folder)


def _resampler(strategy: dict[str, Any], encoder: Encoder) -> tuple[list[dict], bool]:
    """Return the resampling steps for this table, and whether they take category codes."""
    categorical = list(encoder.categorical_indices)
    if categorical and encoder.n_numeric == 0 and "on_categorical" in strategy:
        return [strategy["on_categorical"]], True
    if categorical and encoder.n_numeric > 0 and "on_mixed" in strategy:
        ((path, parameters),) = strategy["on_mixed"].items()
        return [{path: {"categorical_features": categorical} | (parameters or {})}], True
    steps = strategy["resample"]
    return (steps if isinstance(steps, list) else [steps]), False


def _estimator(setting: Setting, learner: dict[str, Any], size: Size) -> Any:
    """Return the unfitted learner as the strategy wants it, or raise that it cannot be had."""
    strategy = setting.strategy
    estimator = build(learner["model"], setting.folder)
    check_learner(strategy, learner, estimator, size)
    if "objective" in strategy:
        estimator.set_params(objective=build(strategy["objective"], setting.folder))
    if "train" in strategy:
        estimator.set_params(**strategy["train"])
    if "wrap" in strategy:
        ((path, parameters),) = strategy["wrap"].items()
        estimator = build({path: (parameters or {}) | {"estimator": estimator}}, setting.folder)
    return estimator


def _fit(setting, name, estimator, size, part, stream) -> Scored:
    strategy = setting.strategy
    key = (setting.dataset, *stream, setting.strategy_name, name)
    fix_randomness(estimator, seeding.random_state(seeding.MODEL, *key))
    # Labels without gaps: a rare class can be absent from an inner training part.
    present, labels = np.unique(part.y, return_inverse=True)
    shown = np.bincount(part.y, minlength=setting.n_classes).astype(float)
    weighting = {}
    if "weight" in strategy:
        weights = class_weights(
            shown,
            strategy["weight"]["scheme"],
            strategy["weight"].get("beta", 0.999),
            setting.costs,
        )
        weighting["sample_weight"] = example_weights(part.y, weights)
        shown = shown * weights
    if strategy.get("effective_prior") == "balanced":
        shown = np.isin(np.arange(setting.n_classes), present).astype(float)
    start = time.process_time()
    estimator.fit(part.features, labels, **weighting)
    fitted = time.process_time()
    probabilistic = hasattr(estimator, "predict_proba")
    scores = [_scores(estimator, part.others[0], present, setting.n_classes)]
    done = time.process_time()
    scores += [_scores(estimator, other, present, setting.n_classes) for other in part.others[1:]]
    others_done = time.process_time()
    for array in scores:
        if not np.isfinite(array).all():
            raise ValueError(f"{type(estimator).__name__} gave scores that are not finite")
    resources = {
        "resample_seconds": part.seconds,
        "fit_seconds": fitted - start,
        "score_seconds": done - fitted,
        "training_score_seconds": others_done - done,
        "n_train": float(size.rows),
        "n_train_positive": float(size.counts[1] if size.task == "binary" else min(size.counts)),
        "n_resampled": float(len(part.y)),
    }
    return Scored(scores, probabilistic, shown / shown.sum(), set(part.flags), resources)


def _scores(estimator, features, present: np.ndarray, n_classes: int) -> np.ndarray:
    """Return (n,) scores of the positive class, or (n, C) scores with absent classes filled in."""
    probabilistic = hasattr(estimator, "predict_proba")
    predict = estimator.predict_proba if probabilistic else estimator.decision_function
    scores = np.asarray(predict(features), dtype=np.float64)
    if n_classes == 2:
        if len(present) < 2:
            raise ValueError("only one class in the training part")
        return scores[:, 1] if scores.ndim == 2 else scores
    if scores.ndim == 1:
        scores = np.column_stack([-scores, scores])
    filled = np.full((len(scores), n_classes), 0.0 if probabilistic else scores.min(initial=0.0))
    filled[:, present] = scores
    return filled


def describe(error: Exception) -> str:
    """Return one line saying what went wrong, for the ``reason`` of a cell."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, (Infeasible, InputError)):
        return text
    return f"{type(error).__name__}: {text}"[:300]
