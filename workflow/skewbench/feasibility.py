"""What can be known of a cell before it runs: why the design rules it out, if it does.

Cells and the plan ask the same function, so that the plan cannot promise what a cell refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skewbench.data.ratios import Ratio, kept_counts
from skewbench.errors import Infeasible, OverSizeLimit

OWN = "own"


@dataclass(frozen=True)
class Size:
    """What decides feasibility: the task and the class counts of one training part."""

    task: str
    counts: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Number of training rows."""
        return sum(self.counts)


def training_size(facts: dict[str, Any], ratio: str, protocol: dict[str, Any]) -> Size:
    """Return the size of an outer training part at a ratio, up to a few rows per class.

    Of a time-ordered split it is the first, smallest part; of a fixed one, all rows.

    Raises
    ------
    Infeasible
        When the ratio cannot be induced.
    """
    folds = protocol["folds"]
    kind = facts["split"]["kind"]
    kept = [
        {"time": count // (folds + 1), "fixed": count}.get(kind, count - count // folds)
        for count in facts["class_counts"]
    ]
    if facts["task"] == "binary" and kept[1] < protocol["min_positives"]:
        raise Infeasible(
            f"about {kept[1]} positives in a training part, "
            f"fewer than min_positives ({protocol['min_positives']})"
        )
    counts = kept_counts(np.array(kept), Ratio.parse(ratio), protocol["min_positives"])
    return Size(facts["task"], tuple(counts.tolist()))


def check_task(strategy: dict[str, Any], ratio: str, task: str) -> None:
    """Raise :class:`Infeasible` if the ratio or the strategy is for another task: known at once."""
    Ratio.parse(ratio).check_task(task)
    tasks = strategy.get("tasks", [task])
    if task not in tasks:
        raise Infeasible(f"the strategy is for {' and '.join(tasks)} data only")


def check_size(strategy: dict[str, Any], size: Size) -> None:
    """Raise :class:`Infeasible` if a training part has one class, or more rows than allowed."""
    if sum(count > 0 for count in size.counts) < 2:
        raise Infeasible("only one class in the training part")
    _check_rows(strategy, "strategy", size)


def check_learner(
    strategy: dict[str, Any], learner: dict[str, Any], estimator: Any, size: Size
) -> None:
    """Raise :class:`Infeasible` if a learner (its entry, its unfitted estimator) cannot take it."""
    _check_rows(learner, "learner", size)
    name = type(estimator).__name__
    if "weight" in strategy:
        from sklearn.utils.validation import has_fit_parameter

        if not has_fit_parameter(estimator, "sample_weight"):
            raise Infeasible(f"{name} takes no example weights")
    if "objective" in strategy and "objective" not in estimator.get_params():
        raise Infeasible(f"{name} takes no custom objective")
    if "train" in strategy and "phases" not in estimator.get_params():
        raise Infeasible(f"{name} takes no neural training")
    if "wrap" in strategy:
        from skewbench.strategies.two_phase import TwoPhaseClassifier, can_continue

        wrapper = f"{TwoPhaseClassifier.__module__}.{TwoPhaseClassifier.__name__}"
        if wrapper in strategy["wrap"] and not can_continue(estimator):
            raise Infeasible(f"{name} cannot continue training")


def _check_rows(entry: dict[str, Any], kind: str, size: Size) -> None:
    limit = entry.get("max_rows")
    if limit is not None and size.rows > limit:
        raise OverSizeLimit(
            f"over the {kind}'s size limit: {size.rows} training rows, max_rows is {limit}"
        )


def learners_of(strategy: dict[str, Any], learners: dict[str, dict]) -> dict[str, dict]:
    """Return the learners a strategy runs with: the study's, or ``own`` if it brings its model."""
    if "model" in strategy:
        return {OWN: {"model": strategy["model"]}}
    return learners
