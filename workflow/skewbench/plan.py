"""What a study will run, before it runs: cells, those known to be infeasible, and CPU hours.

The estimate comes from measured costs per strategy and learner in the catalogues, scaled by rows,
columns and classes; it is meant to be right within a factor of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skewbench.errors import Infeasible
from skewbench.feasibility import (
    check_learner,
    check_size,
    check_task,
    learners_of,
    training_size,
)
from skewbench.imports import build
from skewbench.study import Study

REFERENCE_ROWS, REFERENCE_COLUMNS = 1000, 20
BLOCK_START_SECONDS = 1.6  # a fresh interpreter with the libraries
FOLD_SECONDS = 0.01  # encoding, decisions and metrics of one learner and fold
DEFAULT_COST = {"seconds": 0.004, "exponent": 1.0}


@dataclass(frozen=True)
class PlannedCells:
    """The cells of one data set, ratio, strategy and learner."""

    dataset: str
    ratio: str
    strategy: str
    learner: str
    seeds: int
    status: str
    reason: str
    cpu_seconds: float


def plan(study: Study, facts: Mapping[str, dict[str, Any]]) -> list[PlannedCells]:
    """Return every cell of ``study`` with its status as far as known beforehand.

    Parameters
    ----------
    study : Study
    facts : mapping of data set name to its facts
        Data sets that are absent here (not fetched yet) are planned as ``unknown``.
    """
    estimators: dict[str, Any] = {}
    rows = []
    for dataset in study.datasets:
        for ratio in study.ratios:
            size, refused = None, None
            try:
                if dataset in facts:
                    size = training_size(facts[dataset], ratio, study.protocol)
                else:
                    refused = "unknown", "the data set has not been fetched yet"
            except Infeasible as error:
                refused = "infeasible", str(error)
            for name, strategy in study.strategies.items():
                for learner, entry in learners_of(strategy, study.learners).items():
                    status, reason, seconds = "to run", "", 0.0
                    if refused is not None:
                        status, reason = refused
                    else:
                        try:
                            check_task(strategy, ratio, size.task)
                            check_size(strategy, size)
                            key = f"{name}/{learner}" if "model" in strategy else learner
                            if key not in estimators:
                                estimators[key] = build(entry["model"], study.folder)
                            check_learner(strategy, entry, estimators[key], size)
                            seconds = _seconds(study, strategy, entry, facts[dataset], size)
                        except Infeasible as error:
                            status, reason = "infeasible", str(error)
                    rows.append(
                        PlannedCells(
                            dataset, ratio, name, learner, study.seeds, status, reason, seconds
                        )
                    )
    return rows


def _seconds(study: Study, strategy: dict, learner: dict, facts: dict, size) -> float:
    """CPU seconds of all seeds: an outer fit and the inner ones per fold."""
    protocol = study.protocol
    folds, inner = protocol["folds"], protocol["inner_folds"]
    fits = folds * (1 + inner * ((inner - 1) / inner if inner else 0))
    columns = max(1.0, facts["n_features"] / REFERENCE_COLUMNS) ** 0.5
    classes = max(1, len(size.counts) - 1)
    costs = [strategy.get("cost_model", DEFAULT_COST)]
    if "model" not in strategy:
        costs.append(learner.get("cost_model", DEFAULT_COST))
    one = sum(c["seconds"] * (size.rows / REFERENCE_ROWS) ** c["exponent"] for c in costs)
    return study.seeds * (fits * one * columns * classes + folds * FOLD_SECONDS)


def summary(study: Study, cells: list[PlannedCells]) -> str:
    """Return the plan as text for a person."""
    jobs = len(study.blocks())
    running = [cell for cell in cells if cell.status == "to run"]
    hours = (sum(c.cpu_seconds for c in running) + jobs * BLOCK_START_SECONDS) / 3600
    lines = [
        f"Study '{study.name}' ({study.file}):",
        f"  {len(study.datasets)} data sets x {len(study.ratios)} ratios x "
        f"{len(study.strategies)} strategies x {study.seeds} seeds = "
        f"{len(study.datasets) * len(study.ratios) * len(study.strategies) * study.seeds} cells "
        f"in {jobs} jobs; learners: {', '.join(study.learners)}",
        "",
        f"  {'data set':<24}{'ratio':<10}{'to run':>8}{'infeasible':>12}{'unknown':>9}{'CPU s':>9}",
    ]
    for dataset in study.datasets:
        for ratio in study.ratios:
            here = [c for c in cells if (c.dataset, c.ratio) == (dataset, ratio)]
            n = {
                s: sum(c.seeds for c in here if c.status == s)
                for s in ("to run", "infeasible", "unknown")
            }
            seconds = sum(c.cpu_seconds for c in here)
            lines.append(
                f"  {dataset:<24}{ratio:<10}{n['to run']:>8}{n['infeasible']:>12}"
                f"{n['unknown']:>9}{seconds:>9.0f}"
            )
    reasons: dict[str, int] = {}
    for cell in cells:
        if cell.reason:
            reasons[cell.reason] = reasons.get(cell.reason, 0) + cell.seeds
    if reasons:
        lines += ["", "  Known beforehand (cells x learners):"]
        lines += [f"    {n:>6}  {reason}" for reason, n in sorted(reasons.items(), key=_by_count)]
    lines += ["", f"  Estimate: {hours:.2f} CPU hours ({hours * 60:.0f} minutes on one core)."]
    return "\n".join(lines)


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
