"""One cell, top to bottom: a data set, ratio, strategy and seed.

    fold -> induce the ratio (training rows only) -> encode, resample once, fit each learner
         -> scores (test, training, out-of-fold) -> versions of the scores -> decisions -> metrics

With more than one trial, hyperparameters are chosen on the inner folds before that.

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
from skewbench.errors import Infeasible, OverSizeLimit
from skewbench.feasibility import learners_of
from skewbench.fitting import (
    Outcome,
    Scored,
    Setting,
    describe,
    fit_and_score,
    resample_codes,
)
from skewbench.judging import FoldJudge
from skewbench.metrics.costs import cost_matrix
from skewbench.results import CellResult, MetricRow
from skewbench.tuning import Choice, choose

# Test positives over a repeat's folds (of the rarest class) that claims about it want.
REPORT_WORTHY = {"few_positives": 50, "few_positives_for_calibration": 100}


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
            list(_folds(setting, ratio, seed, protocol))  # infeasible where its anchor is
            setting, ratio, prior, flags = _leaked(setting, ratio, seed, protocol)
            for learner in gathered.values():
                learner.flags |= flags
            # Its thresholds and calibrators would be tuned at the prior of the resampled rows and
            # judged at the original one; what leaks shows in the raw scores.
            protocol = protocol | {"inner_folds": 0}
        tested = np.zeros(setting.n_classes)
        for fold, rows, parts in _folds(setting, ratio, seed, protocol):
            _evaluate_fold(setting, ratio, seed, fold, rows, parts, prior, protocol, gathered)
            tested += np.bincount(setting.table.target[rows[1]], minlength=setting.n_classes)
        for flag, bar in REPORT_WORTHY.items():
            if tested[1:].min() < bar:
                for learner in gathered.values():
                    learner.flags.add(flag)
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
    names = [name for name, learner in gathered.items() if learner.status == "ok"]
    choices = choose(setting, inner, (seed, fold), names, protocol.get("trials", 1))
    outer, passes = _fit(choices, rows, inner, (seed, fold))
    y = setting.table.target
    n_classes = setting.n_classes
    trained = training_prior(y[train], n_classes)
    matched = prior if prior is not None else (None if ratio.arm == "natural" else trained)
    weights = {
        "matched": row_weights(y[test], matched, n_classes),
        "reference": row_weights(y[test], np.full(n_classes, 1 / n_classes), n_classes),
    }
    for name in names:
        learner, scored = gathered[name], outer[name]
        fitted = isinstance(scored, Scored)
        held_outs = [outcomes[name] for _, outcomes in passes] if fitted else []
        failed = _first_error(fold, scored, held_outs)
        if failed is not None:
            learner.status, learner.reason, over_limit = failed
            learner.flags = {"over_size_limit"} if over_limit else set()
            continue
        try:
            judge = FoldJudge(fold, scored, weights)
            if protocol.get("trials", 1) > 1:
                for word, share in choices[name].shares().items():
                    judge.add("chosen", share, decision=word)
                judge.add("search_seconds", choices[name].seconds)
                if choices[name].failed:
                    learner.flags.add("trial_failed")
            _judge(learner, name, setting, judge, rows, passes, protocol)
        except Exception as error:
            learner.status, learner.reason = "failed", f"fold {fold}: {describe(error)}"


def _fit(choices: dict[str, Choice], rows, inner, stream: tuple[int, int]):
    """Fit what was chosen; return the outer outcomes, and (held-out rows, outcomes) by inner fold.

    Learners that go on with the same trial share its resampled rows.
    """
    train, test = rows
    groups: dict[int, list[str]] = {}
    for name, choice in choices.items():
        groups.setdefault(id(choice.setting), []).append(name)
    outer: dict[str, Outcome] = {}
    passes: list[tuple[np.ndarray, dict[str, Outcome]]] = [(held_out, {}) for _, held_out in inner]
    for names in groups.values():
        setting = choices[names[0]].setting
        outer |= fit_and_score(setting, train, [test, train], (*stream, 0), names)
        fitted = [name for name in names if isinstance(outer[name], Scored)]
        for number, (part, held_out) in enumerate(inner, 1):
            found = fit_and_score(setting, part, [held_out], (*stream, number), fitted)
            passes[number - 1][1].update(found)
    return outer, passes


def _judge(learner, name, setting, judge, rows, passes, protocol) -> None:
    """Add one learner's metric rows, flags and kept scores of one fold."""
    train, test = rows
    y, scored = setting.table.target, judge.scored
    held_out = oof = None
    if passes:
        held_out = np.concatenate([r for r, _ in passes])
        oof = np.concatenate([outcomes[name].scores[0] for _, outcomes in passes])
    correction = setting.strategy.get("correction", "approximate")
    judge.test(
        y[test],
        oof,
        None if oof is None else y[held_out],
        training_prior(y[train], setting.n_classes),
        correction,
        setting.costs,
    )
    judge.training(y[train])
    for metric, value in scored.resources.items():
        judge.add(metric, value)
    inner = [outcomes[name].resources for _, outcomes in passes]
    judge.add("oof_resample_seconds", sum(spent["resample_seconds"] for spent in inner))
    judge.add("oof_seconds", sum(spent["fit_seconds"] + spent["score_seconds"] for spent in inner))
    learner.rows += judge.rows
    learner.flags |= scored.flags.union(*(outcomes[name].flags for _, outcomes in passes))
    if correction == "approximate":
        learner.flags.add("approximate_correction")
    if np.ptp(scored.scores[0], axis=0).max() == 0:
        learner.flags.add("constant_scores")
    if protocol["keep_scores"]:
        kept = [("test", test, scored.scores[0], judge.weights["matched"])]
        if oof is not None:
            kept.append(("oof", held_out, oof, np.ones(len(oof))))
        learner.scores += [
            {"fold": judge.fold, "part": part, "row": row, "target": y[row]}
            | {"weight": w, "score": score}
            for part, row, score, w in kept
        ]


def _leaked(setting: Setting, ratio: Ratio, seed: int, protocol: dict):
    """Resample the whole table before any split: the mistake the notes warn of, made on purpose.

    Returns the setting with the resampled table and no resampler, the natural ratio (the table
    already has the asked one), the prior before resampling, at which test folds are weighed so that
    the optimism is not an artefact of the prior, and the resampler's flags. Groups, time order and
    a fixed test part do not survive, as they do not for those who make the mistake.
    """
    table = setting.table
    stream = seeding.generator(seeding.RATIO, setting.dataset, seed, 0)
    rows = induce(table.target, ratio, stream, protocol["min_positives"])
    encoder = Encoder(table.categorical).fit(table.features.iloc[rows])
    codes = encoder.codes(table.features.iloc[rows])
    state = seeding.random_state(seeding.RESAMPLE, setting.dataset, seed, setting.strategy_name)
    matrix, y, flags = resample_codes(
        setting.strategy, encoder, codes, table.target[rows], state, setting.folder
    )
    names = [f"x{column}" for column in range(matrix.shape[1])]
    leaked = Table(pd.DataFrame(matrix, columns=names), y, table.classes, table.task)
    strategy = {k: v for k, v in setting.strategy.items() if k != "resample"}
    prior = training_prior(table.target[rows], setting.n_classes)
    return (
        replace(setting, table=leaked, strategy=strategy, split="stratified"),
        Ratio.parse("natural"),
        prior,
        flags,
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
