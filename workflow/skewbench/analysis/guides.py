"""The two decision guides of the notes as data: branches by ratio and size, and what each names.

Note 002 has a table by imbalance ratio, note 004 a flowchart by ratio and minority rows (PROTOCOL
section 8; CLAIMS 30 and 31). A branch names strategies in the order of the note, in the words of
the strategy catalogue; a follower takes the first one that can be had. Both notes also say to tune
the threshold (CLAIM 28), so a follower's decisions are made at the tuned threshold.

Sizes are those of the training part (the table ``difficulty``): what a model is fitted on, known
at induced ratios too. A range holds its lower bound and not its upper one: where the notes name a
value twice (5 in "2-5" and "5-20"), or not at all (500 minority rows), it is in the higher range.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

Bounds = tuple[float | None, float | None]  # from, below
EVERY: Bounds = (None, None)
CLASS_WEIGHTS = ("weight_inverse", "weight_sqrt", "weight_effective")


@dataclass(frozen=True)
class Branch:
    """One piece of a guide: for which sizes it speaks, and the strategies it names in order."""

    name: str
    imbalance_ratio: Bounds
    named: tuple[str, ...]
    n_positive: Bounds = EVERY

    def limits(self) -> dict[str, list[float | None]]:
        """Return {size: [from, below]} of the sizes that the branch looks at."""
        bounds = {"imbalance_ratio": self.imbalance_ratio, "n_positive": self.n_positive}
        return {size: list(given) for size, given in bounds.items() if given != EVERY}

    def covers(self, imbalance_ratio: float, n_positive: float) -> bool:
        """Return whether a training part of this ratio and number of minority rows is inside."""
        return _inside(imbalance_ratio, self.imbalance_ratio) and _inside(
            n_positive, self.n_positive
        )


@dataclass(frozen=True)
class Guide:
    """A guide: at most one branch for every data set."""

    branches: tuple[Branch, ...]

    def __call__(self, imbalance_ratio: float, n_positive: float) -> tuple[str, ...]:
        """Return what the guide names for a training part, best first; () where it is silent."""
        covering = (b.named for b in self.branches if b.covers(imbalance_ratio, n_positive))
        return next(covering, ())


GUIDES: dict[str, Guide] = {
    "guide 002": Guide(
        (
            Branch("2 to 5", (2, 5), CLASS_WEIGHTS),
            Branch("5 to 20", (5, 20), ("smote", "cost_matrix")),
            Branch(
                "20 to 100",
                (20, 100),
                ("adasyn", "focal", "balanced_random_forest", "easy_ensemble", "rusboost"),
            ),
            Branch(
                "100 or more",
                (100, None),
                ("isolation_forest", "one_class_svm", "local_outlier_factor"),
            ),
        )
    ),
    "guide 004": Guide(
        (
            Branch("below 10", (None, 10), CLASS_WEIGHTS),
            Branch("10 to 100, many", (10, 100), ("smote", "smote_effective_weights"), (500, None)),
            Branch("10 to 100, few", (10, 100), CLASS_WEIGHTS, (None, 500)),
            Branch("100 or more", (100, None), ("smote_effective_weights",)),
        )
    ),
}


def first_available(named: Collection[str], available: Collection[str]) -> str | None:
    """Return the first of ``named`` that is among ``available``, None if none is."""
    return next((name for name in named if name in available), None)


def _inside(value: float, bounds: Bounds) -> bool:
    low, high = bounds
    return (low is None or low <= value) and (high is None or value < high)
