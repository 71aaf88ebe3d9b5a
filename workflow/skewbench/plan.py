"""What a study will run, before it runs: cells, those known to be infeasible, and CPU hours.

The estimate comes from measured costs per strategy and learner in the catalogues, scaled by rows,
columns and classes; it is meant to be right within a factor of two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

from skewbench.blocks import Block
from skewbench.errors import Infeasible
from skewbench.feasibility import (
    check_learner,
    check_size,
    check_task,
    learners_of,
    training_size,
)
from skewbench.forecast import BLOCK_SECONDS, cell_seconds
from skewbench.imports import build
from skewbench.study import Study

WORTHWHILE_SECONDS = 20  # of work in a job, so that start-up stays below a tenth


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


def plan(
    study: Study, facts: Mapping[str, dict[str, Any]], archived: Sequence[Block] = ()
) -> list[PlannedCells]:
    """Return every cell of ``study`` with its status as far as known beforehand.

    Parameters
    ----------
    study : Study
    facts : mapping of data set name to its facts
        Data sets that are absent here (not fetched yet) are planned as ``unknown``.
    archived : sequence of Block
        What earlier sittings have done; not planned.
    """
    estimators: dict[str, Any] = {}
    done = Counter()
    for block in archived:
        done[block.dataset, block.ratio, block.strategy] += block.last - block.first + 1
    rows = []
    for dataset in study.datasets:
        for ratio in study.ratios:
            size, refused = None, ("unknown", "the data set has not been fetched yet")
            if dataset in facts:
                try:
                    size, refused = training_size(facts[dataset], ratio, study.protocol), None
                except Infeasible as error:
                    refused = "infeasible", str(error)
            for name, strategy in study.strategies.items():
                seeds = study.seeds - done[dataset, ratio, name]
                if not seeds:
                    continue
                learners = learners_of(strategy, study.learners)
                statuses = {
                    learner: refused or _status(study, name, learner, ratio, size, estimators)
                    for learner in learners
                }
                running = {
                    learner: learners[learner]
                    for learner, (status, _) in statuses.items()
                    if status == "to run"
                }
                seconds = {}
                if running:
                    n_features = facts[dataset]["n_features"]
                    seconds = cell_seconds(strategy, running, study.protocol, n_features, size)
                rows += [
                    PlannedCells(
                        dataset,
                        ratio,
                        name,
                        learner,
                        seeds,
                        *status,
                        seeds * seconds.get(learner, 0.0),
                    )
                    for learner, status in statuses.items()
                ]
    return rows


def _status(study, name, learner, ratio, size, estimators) -> tuple[str, str]:
    """Return (status, reason) of one combination; ``estimators`` keeps those built before."""
    strategy = study.strategies[name]
    entry = learners_of(strategy, study.learners)[learner]
    try:
        check_task(strategy, ratio, size.task)
        check_size(strategy, size)
        key = f"{name}/{learner}" if "model" in strategy else learner
        if key not in estimators:
            estimators[key] = build(entry["model"], study.folder)
        check_learner(strategy, entry, estimators[key], size)
    except Infeasible as error:
        return "infeasible", str(error)
    return "to run", ""


def summary(study: Study, cells: list[PlannedCells], archived: Sequence[Block] = ()) -> str:
    """Return the plan as text for a person."""
    jobs = len(study.blocks()) - len(archived)
    running = [cell for cell in cells if cell.status == "to run"]
    hours = (sum(c.cpu_seconds for c in running) + jobs * BLOCK_SECONDS) / 3600
    lines = [
        f"Study '{study.name}' ({study.file}):",
        f"  {len(study.datasets)} data sets x {len(study.ratios)} ratios x "
        f"{len(study.strategies)} strategies x {study.seeds} seeds = "
        f"{len(study.datasets) * len(study.ratios) * len(study.strategies) * study.seeds} cells "
        f"in {jobs} jobs; learners: {', '.join(study.learners)}",
        *([f"  {len(archived)} more jobs are in {study.archive}"] if archived else []),
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
    blocks = defaultdict(float)
    for cell in running:
        per_seed = cell.cpu_seconds / cell.seeds
        blocks[cell.dataset, cell.ratio, cell.strategy] += per_seed * study.seeds_per_job
    if blocks and study.seeds_per_job < study.seeds:
        typical = median(blocks.values())
        if typical < WORTHWHILE_SECONDS:
            enough = min(study.seeds, ceil(study.seeds_per_job * WORTHWHILE_SECONDS / typical))
            lines.append(
                f"  Half of the jobs compute for less than {typical:.1f} s after "
                f"{BLOCK_SECONDS} s of start-up: seeds_per_job: {enough} would save time."
            )
    return "\n".join(lines)


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
