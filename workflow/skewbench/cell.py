"""One cell, top to bottom: a data set, ratio, strategy and seed.

    fold -> induce the ratio (training rows only) -> encode, resample once, fit each learner
         -> scores (test, training, out-of-fold) -> versions of the scores -> decisions -> metrics

Nothing travels back. Every decision rule and score version comes from the same fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skewbench import seeding
from skewbench.data.encode import Encoder
from skewbench.data.ratios import Ratio, induce, row_weights, training_prior
from skewbench.data.splits import inner_folds, outer_folds, row_groups
from skewbench.data.table import Table
from skewbench.decisions import decide, score_versions
from skewbench.errors import Infeasible, OverSizeLimit
from skewbench.feasibility import learners_of
from skewbench.fitting import Outcome, Scored, Setting, describe, fit_and_score
from skewbench.metrics.costs import cost_matrix
from skewbench.metrics.counts import confusion
from skewbench.metrics.probability import probability_metrics
from skewbench.metrics.ranking import multiclass_ranking_metrics, ranking_metrics
from skewbench.results import CellResult, MetricRow
from skewbench.strategies.resampling import resample

# Below this many test positives over a repeat's folds, ranking claims are not report-worthy.
FEW_POSITIVES = 50


@dataclass
class _Learner:
    """What one learner gathers over the folds of a cell."""

    rows: list[MetricRow] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    status: str = "ok"
    reason: str = ""


def run_cell(
    table: Table,
    facts: dict[str, Any],
    key: tuple[str, str, str, int],
    settings: dict[str, Any],
    folder: Path,
) -> list[CellResult]:
    """Run one cell.

    Parameters
    ----------
    table, facts
        The prepared data set.
    key : (dataset, ratio, strategy, seed)
    settings : dict
        ``strategy`` and ``learners`` (catalogue entries) and ``protocol``, as
        :meth:`skewbench.study.Study.block_settings` gives them.
    folder : Path
        Where the user's own modules are.

    Returns
    -------
    list of CellResult
        One per learner, each with its status: ok, infeasible or failed.
    """
    dataset, ratio_text, strategy_name, seed = key
    protocol, ratio = settings["protocol"], Ratio.parse(ratio_text)
    setting = Setting(
        dataset=dataset,
        table=table,
        strategy_name=strategy_name,
        strategy=settings["strategy"],
        learners=settings["learners"],
        split=facts["split"]["kind"],
        costs=cost_matrix(facts["cost"], len(table.classes), np.array(facts["class_counts"])),
        folder=folder,
    )
    gathered = {name: _Learner() for name in learners_of(setting.strategy, setting.learners)}
    try:
        prior = None
        if setting.strategy.get("resample_before_split"):
            setting, ratio, prior = _leaked(setting, ratio, seed, protocol)
        positives = 0
        for fold, rows, parts in _folds(setting, ratio, seed, protocol):
            _evaluate_fold(setting, ratio, seed, fold, rows, parts, prior, protocol, gathered)
            positives += int((setting.table.target[rows[1]] > 0).sum())
        if positives < FEW_POSITIVES:
            for learner in gathered.values():
                learner.flags.add("few_positives")
    except Infeasible as error:
        for learner in gathered.values():
            learner.status, learner.reason = "infeasible", describe(error)
    return [
        CellResult(
            seed=seed,
            learner=name,
            status=learner.status,
            reason=learner.reason,
            flags=tuple(sorted(learner.flags)),
            rows=learner.rows if learner.status == "ok" else [],
            scores=learner.scores if learner.status == "ok" else [],
        )
        for name, learner in gathered.items()
    ]


def _folds(
    setting: Setting, ratio: Ratio, seed: int, protocol: dict
) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray], list]]:
    """Yield (fold, (training rows at the ratio, test rows), inner folds of the training rows)."""
    table, dataset = setting.table, setting.dataset
    split = seeding.sequence(seeding.SPLIT, dataset, seed)
    groups = row_groups(table)
    outer = outer_folds(table, setting.split, protocol["folds"], split, groups)
    for fold, (train, test) in enumerate(outer):
        y = table.target[train]
        stream = seeding.generator(seeding.RATIO, dataset, seed, fold)
        least = protocol["min_positives"]
        train = train[induce(y, ratio, stream, least, n_classes=setting.n_classes)]
        inner = []
        if protocol["inner_folds"]:
            inner = inner_folds(
                table.target[train],
                groups[train],
                protocol["inner_folds"],
                seeding.sequence(seeding.INNER_SPLIT, dataset, seed, fold),
                time=None if table.time is None else table.time[train],
            )
        yield fold, (train, test), [(train[a], train[b]) for a, b in inner]


def _evaluate_fold(setting, ratio, seed, fold, rows, inner, prior, protocol, gathered) -> None:
    """Fit outer and inner parts, then judge every learner that came through them all."""
    train, test = rows
    outer = fit_and_score(setting, train, [test, train], (seed, fold, 0))
    passes = [
        (held_out, fit_and_score(setting, part, [held_out], (seed, fold, number)))
        for number, (part, held_out) in enumerate(inner, 1)
    ]
    y = setting.table.target
    n_classes = setting.n_classes
    trained = training_prior(y[train], n_classes)
    matched = prior if prior is not None else (None if ratio.arm == "natural" else trained)
    weights = {
        "matched": row_weights(y[test], matched, n_classes),
        "reference": row_weights(y[test], np.full(n_classes, 1 / n_classes), n_classes),
    }
    for name, learner in gathered.items():
        if learner.status != "ok":
            continue
        scored = outer[name]
        failed = _first_error(fold, scored, [outcomes[name] for _, outcomes in passes])
        if failed is not None:
            learner.status, learner.reason, over_limit = failed
            learner.flags = {"over_size_limit"} if over_limit else set()
            continue
        held_out = np.concatenate([r for r, _ in passes]) if passes else None
        oof = np.concatenate([o[name].scores[0] for _, o in passes]) if passes else None
        learner.flags |= scored.flags.union(*(o[name].flags for _, o in passes))
        if setting.strategy.get("correction") == "approximate":
            learner.flags.add("approximate_correction")
        judge = _Judge(fold, scored, y[test], weights, learner.rows)
        judge.versions(trained, oof, y[held_out] if passes else None, setting)
        judge.training(y[train])
        for metric, value in scored.resources.items():
            judge.add(metric, value)
        judge.add("oof_seconds", sum(_seconds(o[name]) for _, o in passes))
        if np.ptp(scored.scores[0]) == 0:
            learner.flags.add("constant_scores")
        if protocol["keep_scores"]:
            kept = [("test", test, scored.scores[0], weights["matched"])]
            if passes:
                kept.append(("oof", held_out, oof, np.ones(len(oof))))
            learner.scores += [
                {"fold": fold, "part": p, "row": r, "target": y[r], "weight": w, "score": s}
                for p, r, s, w in kept
            ]


class _Judge:
    """Writes the metric rows of one learner on one fold."""

    def __init__(self, fold, scored, y, weights, rows):
        self.fold, self.scored, self.y, self.weights, self.rows = fold, scored, y, weights, rows

    def add(self, metric, value, scores="", prior="", decision="") -> None:
        self.rows.append(MetricRow(self.fold, scores, prior, decision, metric, float(value)))

    def versions(self, prior, oof, y_oof, setting) -> None:
        """Metrics of each score version and decision, at both priors."""
        scored, binary = self.scored, setting.n_classes == 2
        ranking = ranking_metrics if binary else multiclass_ranking_metrics
        versions = score_versions(
            scored.scores[0],
            oof,
            y_oof,
            prior=prior,
            effective_prior=scored.effective_prior,
            correction=setting.strategy.get("correction", "approximate"),
            probabilistic=scored.probabilistic,
        )
        for version, scores in versions.items():
            if scores is None:
                continue
            for name, weight in self.weights.items():
                for metric, value in ranking(self.y, scores, weight).items():
                    self.add(metric, value, version, name)
            if scored.probabilistic or version != "raw":
                # At the matched prior only: a calibrated model is calibrated for one prior.
                measured = probability_metrics(self.y, scores, self.weights["matched"])
                for metric, value in measured.items():
                    self.add(metric, value, version, "matched")
        decided = decide(
            versions,
            oof,
            y_oof,
            self.y,
            effective_prior=scored.effective_prior,
            cost_matrix=setting.costs,
            probabilistic=scored.probabilistic,
        )
        for (version, rule), (labels, threshold) in decided.items():
            if binary:
                self.add("threshold", threshold, version, "", rule)
            for name, weight in self.weights.items():
                self._counts(self.y, labels, weight, setting.n_classes, version, name, rule)

    def training(self, y) -> None:
        """How well the model ranks and separates its own training rows (before resampling)."""
        scores, binary = self.scored.scores[1], self.scored.scores[1].ndim == 1
        ranking = ranking_metrics if binary else multiclass_ranking_metrics
        for metric, value in ranking(y, scores, None).items():
            self.add(metric, value, "training")
        cut = 0.5 if self.scored.probabilistic else 0.0
        labels = (scores >= cut).astype(int) if binary else scores.argmax(axis=1)
        n_classes = 2 if binary else scores.shape[1]
        self._counts(y, labels, None, n_classes, "training", "", "default")

    def _counts(self, y, labels, weight, n_classes, version, prior, rule) -> None:
        counts = confusion(y, labels, weight, n_classes)
        for true in range(n_classes):
            for predicted in range(n_classes):
                value = counts[true, predicted]
                self.add(f"count_{true}_{predicted}", value, version, prior, rule)


def _leaked(setting: Setting, ratio: Ratio, seed: int, protocol: dict):
    """Resample the whole table before any split: the mistake the notes warn of, made on purpose.

    Returns the setting with the resampled table and no resampler, the natural ratio (the table
    already has the asked one) and the prior before resampling, at which test folds are weighed so
    that the optimism is not an artefact of the prior.
    """
    table = setting.table
    stream = seeding.generator(seeding.RATIO, setting.dataset, seed, 0)
    rows = induce(table.target, ratio, stream, protocol["min_positives"])
    encoder = Encoder(table.categorical).fit(table.features.iloc[rows])
    matrix = encoder.one_hot(encoder.codes(table.features.iloc[rows]))
    state = seeding.random_state(seeding.RESAMPLE, setting.dataset, seed, setting.strategy_name)
    steps = setting.strategy["resample"]
    steps = steps if isinstance(steps, list) else [steps]
    matrix, y, _ = resample(steps, matrix, table.target[rows], state, setting.folder)
    names = [f"x{column}" for column in range(matrix.shape[1])]
    leaked = Table(pd.DataFrame(matrix, columns=names), y, table.classes, table.task)
    strategy = {k: v for k, v in setting.strategy.items() if k != "resample"}
    prior = training_prior(table.target[rows], setting.n_classes)
    return (
        replace(setting, table=leaked, strategy=strategy, split="stratified"),
        Ratio.parse("natural"),
        prior,
    )


def _first_error(fold: int, outer: Outcome, inner: list[Outcome]) -> tuple[str, str, bool] | None:
    """Return (status, reason, over the size limit) of the first pass that failed, or None."""
    for number, outcome in enumerate([outer, *inner]):
        if isinstance(outcome, Infeasible):
            return "infeasible", describe(outcome), isinstance(outcome, OverSizeLimit)
        if isinstance(outcome, Exception):
            where = f"fold {fold}" + (f", inner fold {number}" if number else "")
            return "failed", f"{where}: {describe(outcome)}", False
    return None


def _seconds(scored: Scored) -> float:
    return sum(scored.resources[f"{step}_seconds"] for step in ("resample", "fit", "score"))
