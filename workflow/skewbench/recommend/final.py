"""One strategy, learner and decision rule, trained on every row of a table.

The pieces are a cell's own: the encoder, the resampler, the weights and the learner of an outer
fit, and a threshold from the pooled out-of-fold scores of the inner folds. What a cell does with
the training part of fold 0 of seed 0 happens here with the whole table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skewbench import fitting, seeding
from skewbench.calibration import ISOTONIC_FROM_POSITIVES, Recalibrator, prior_shift
from skewbench.data.encode import Encoder
from skewbench.data.ratios import training_prior
from skewbench.data.splits import inner_folds, row_groups
from skewbench.decisions import decide, score_versions
from skewbench.errors import Infeasible, InputError, nearest
from skewbench.feasibility import Size, check_size, learners_of

SEED = FOLD = 0


@dataclass(frozen=True)
class FinalModel:
    """A trained model and how its scores become decisions.

    Attributes
    ----------
    encoder : Encoder
    estimator : classifier
    version, decision : str
        The score version and the decision rule.
    threshold : float
        A row is positive if its score in that version is at least this.
    prior, effective_prior : float
        Share of the positive class in the table, and as the model was shown it.
    recalibrator : Recalibrator or None
        Of the version ``recalibrated``.
    flags : tuple of str
        What happened while training, as ``k_reduced``.
    """

    encoder: Encoder
    estimator: Any
    version: str
    decision: str
    threshold: float
    prior: float
    effective_prior: float
    recalibrator: Recalibrator | None
    flags: tuple[str, ...] = ()

    def scores(self, features: pd.DataFrame) -> np.ndarray:
        """Return the score of each row in the model's version, shape (n_rows,)."""
        matrix = self.encoder.one_hot(self.encoder.codes(features))
        raw = fitting._scores(self.estimator, matrix, np.array([0, 1]), 2)
        if self.version == "corrected":
            return prior_shift(raw, self.effective_prior, self.prior)
        if self.version == "recalibrated":
            return self.recalibrator.transform(raw)
        return raw


def train(
    setting: fitting.Setting, learner: str, version: str, decision: str, n_inner: int = 3
) -> FinalModel:
    """Train a strategy with a learner on all rows, and find its threshold.

    Parameters
    ----------
    setting : Setting
        The table, the strategy and the learners; two classes.
    learner : str
        One of ``setting.learners``; ignored by a strategy that brings its own model.
    version, decision : str
        A score version (``raw``, ``corrected``, ``recalibrated``) and a decision rule of
        :mod:`skewbench.decisions`.
    n_inner : int
        Inner folds whose out-of-fold scores tune the threshold.

    Raises
    ------
    InputError
        If the strategy or learner cannot be trained on the table, or has no such decision rule.
    """
    table = setting.table
    name = learner if learner in learners_of(setting.strategy, setting.learners) else "own"
    rows = np.arange(len(table.target))
    encoder, estimator, scored = _fit(setting, name, rows)
    oof, held_out = _out_of_fold(setting, name, n_inner)
    y_oof = table.target[held_out]
    prior = training_prior(table.target, 2)
    versions = score_versions(
        scored.scores[0],
        oof,
        y_oof,
        prior=prior,
        effective_prior=scored.effective_prior,
        correction=setting.strategy.get("correction", "approximate"),
        probabilistic=scored.probabilistic,
    )
    decided = decide(
        versions,
        oof,
        y_oof,
        table.target,
        effective_prior=scored.effective_prior,
        cost_matrix=setting.costs,
        probabilistic=scored.probabilistic,
    )
    rules = {key: cut for key, (_, cut) in decided.items() if key[1] != "oracle"}
    if (version, decision) not in rules:
        names = [rule if v == "raw" else f"{v}/{rule}" for v, rule in rules]
        asked = decision if version == "raw" else f"{version}/{decision}"
        raise InputError(
            f"'{setting.strategy_name}' has no decision rule '{asked}'; {nearest(asked, names)}"
        )
    recalibrator = None
    if version == "recalibrated":
        enough = np.count_nonzero(y_oof) >= ISOTONIC_FROM_POSITIVES
        method = "isotonic" if enough else "sigmoid"
        recalibrator = Recalibrator(method, scored.probabilistic).fit(oof, y_oof)
    return FinalModel(
        encoder=encoder,
        estimator=estimator,
        version=version,
        decision=decision,
        threshold=rules[version, decision],
        prior=float(prior[1]),
        effective_prior=float(scored.effective_prior[1]),
        recalibrator=recalibrator,
        flags=tuple(sorted(scored.flags)),
    )


def _fit(setting, name, rows) -> tuple[Encoder, Any, fitting.Scored]:
    """Return the encoder and estimator of an outer fit on ``rows``, and their scores of them."""
    table, stream = setting.table, (SEED, FOLD, 0)
    counts = np.bincount(table.target[rows], minlength=2)
    size = Size(table.task, tuple(counts.tolist()))
    try:
        check_size(setting.strategy, size)
        learner = learners_of(setting.strategy, setting.learners)[name]
        estimator = fitting._estimator(setting, learner, size)
        part = fitting._prepare(setting, rows, [rows], stream)
        scored = fitting._fit(setting, name, estimator, size, part, stream)
    except (Infeasible, ValueError) as error:
        raise InputError(
            f"'{setting.strategy_name}' with {name} cannot be trained on this table: "
            f"{fitting.describe(error)}"
        ) from error
    # The encoder that `_prepare` used: it depends on nothing but these rows.
    return Encoder(table.categorical).fit(table.features.iloc[rows]), estimator, scored


def _out_of_fold(setting, name, n_inner) -> tuple[np.ndarray, np.ndarray]:
    """Return out-of-fold scores of the whole table, and the rows that they belong to."""
    table = setting.table
    try:
        folds = inner_folds(
            table.target,
            row_groups(table),
            n_inner,
            seeding.sequence(seeding.INNER_SPLIT, setting.dataset, SEED, FOLD),
        )
    except Infeasible as error:
        raise InputError(f"no threshold can be tuned on this table: {error}") from error
    scores, rows = [], []
    for number, (part, held_out) in enumerate(folds, 1):
        outcomes = fitting.fit_and_score(setting, part, [held_out], (SEED, FOLD, number), [name])
        outcome = outcomes[name]
        if isinstance(outcome, Exception):
            raise InputError(
                f"'{setting.strategy_name}' with {name}, inner fold {number}: "
                f"{fitting.describe(outcome)}"
            ) from outcome
        scores.append(outcome.scores[0])
        rows.append(held_out)
    return np.concatenate(scores), np.concatenate(rows)
