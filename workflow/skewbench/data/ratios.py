"""Imbalance ratios: which training rows stay, and how test rows are weighted.

Only training parts are subsampled, as prefixes of one seeded permutation per class, so that the
ratios of a data set are nested. Test parts stay whole and change their prior by weights
[Brabec et al. 2020, "On model evaluation under non-constant class imbalance"].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from skewbench.errors import Infeasible, InputError, shown

_NUMBER = r"(\d{1,7}(?:\.\d{1,7})?)"  # a ratio is also the name of a folder
_PATTERN = re.compile(rf"(?P<natural>natural)|ir{_NUMBER}(?:m(\d{{1,9}}))?|lt{_NUMBER}")


@dataclass(frozen=True)
class Ratio:
    """An imbalance ratio (majority : minority) and the way it is induced.

    Attributes
    ----------
    arm : {"natural", "fixed_total", "fixed_minority", "long_tail"}
    imbalance : float, optional
        Majority : minority, at least 1; of a long tail, largest : smallest class.
    minority : int, optional
        Minority rows of the arm with a fixed minority.
    """

    arm: str
    imbalance: float | None = None
    minority: int | None = None

    @classmethod
    def parse(cls, text: str) -> Ratio:
        """Read ``natural``, ``ir10`` (fixed total), ``ir10m50`` (50 minority rows) or ``lt100``."""
        match = _PATTERN.fullmatch(str(text))
        ratio = None
        if match:
            _, fixed, minority, tail = match.groups()
            if match["natural"]:
                ratio = cls("natural")
            elif tail:
                ratio = cls("long_tail", float(tail))
            elif minority:
                ratio = cls("fixed_minority", float(fixed), int(minority))
            else:
                ratio = cls("fixed_total", float(fixed))
        if (
            ratio is None
            or str(ratio) != str(text)
            or (ratio.imbalance is not None and ratio.imbalance < 1)
            or ratio.minority == 0
        ):
            raise InputError(
                f"{shown(text)} is no imbalance ratio; allowed are natural, ir<majority:minority> "
                "such as ir10 or ir2.5, ir10m50 (50 minority rows) and lt100 (long tail), with "
                "ratios of at least 1 and no needless zeros."
            )
        return ratio

    def check_task(self, task: str) -> None:
        """Raise :class:`Infeasible` unless the ratio is defined for the task."""
        needs = {"natural": task, "long_tail": "multiclass"}.get(self.arm, "binary")
        if task != needs:
            only = needs.replace("multiclass", "multi-class")
            raise Infeasible(f"the ratio {self} is defined for {only} data only")

    def __str__(self) -> str:
        if self.arm == "natural":
            return "natural"
        number = int(self.imbalance) if self.imbalance.is_integer() else self.imbalance
        if self.arm == "long_tail":
            return f"lt{number}"
        return f"ir{number}" + (f"m{self.minority}" if self.arm == "fixed_minority" else "")


def induce(
    y: np.ndarray,
    ratio: Ratio,
    rng: np.random.Generator,
    min_positives: int = 10,
    min_minority: int = 2,
    n_classes: int | None = None,
) -> np.ndarray:
    """Return the training rows that a ratio keeps, in ascending order.

    Parameters
    ----------
    y : ndarray of int of shape (n_rows,)
        Class codes of the training part.
    ratio : Ratio
    rng : Generator
        Must be seeded alike for all ratios of one fold; they are then nested.
    min_positives : int
        Positives a binary training part must keep, whatever the ratio.
    min_minority : int
        Rows the smallest class of a long tail must keep.
    n_classes : int, optional
        Classes of the data set, when the training part may lack the last ones.

    Raises
    ------
    Infeasible
        If the training part is too small for the ratio, or the ratio is for the other task.
    """
    n_classes = int(y.max()) + 1 if n_classes is None else n_classes
    # Every class draws its permutation first, so that all ratios use the same ones.
    order = [rng.permutation(np.flatnonzero(y == code)) for code in range(n_classes)]
    keep = kept_counts(np.array([len(rows) for rows in order]), ratio, min_positives, min_minority)
    if ratio.arm == "natural":
        return np.arange(len(y))
    return np.sort(np.concatenate([rows[:n] for rows, n in zip(order, keep, strict=True)]))


def kept_counts(
    available: np.ndarray, ratio: Ratio, min_positives: int = 10, min_minority: int = 2
) -> np.ndarray:
    """Return how many of the ``available`` rows of each class a ratio keeps; see :func:`induce`."""
    binary = len(available) == 2
    if ratio.arm == "natural":
        if binary:
            _require(available[1], min_positives, "positives in the training part")
        return np.asarray(available)
    ratio.check_task("binary" if binary else "multiclass")
    if binary:
        keep = _binary_counts(available, ratio)
        _require(keep[1], min_positives, f"positives at {ratio}")
    else:
        keep = _long_tail_counts(available, ratio.imbalance)
        _require(keep.min(), min_minority, f"rows of the smallest class at {ratio}")
    for code, name in enumerate(("negatives", "positives") if binary else ()):
        if keep[code] > available[code]:
            raise Infeasible(
                f"{ratio} needs {keep[code]} {name}, the training part has {available[code]}"
            )
    return keep


def training_prior(y: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the class shares of a training part, shape (n_classes,)."""
    return np.bincount(y, minlength=n_classes) / len(y)


def row_weights(y_test: np.ndarray, prior: np.ndarray | None, n_classes: int) -> np.ndarray:
    """Return weights that give the test rows the class shares ``prior``.

    w_c = prior_c / pi_c, with pi_c the share of class c among the test rows; without a prior all
    weights are one. The weights sum to the number of rows if every class with a prior occurs.
    """
    if prior is None:
        return np.ones(len(y_test))
    share = training_prior(y_test, n_classes)
    weights = np.divide(prior, share, out=np.zeros(n_classes), where=share > 0)
    return weights[y_test]


def _binary_counts(available: np.ndarray, ratio: Ratio) -> np.ndarray:
    """Return negatives and positives to keep."""
    n_negatives, n_positives = map(int, available)
    if ratio.arm == "fixed_minority":
        return np.array([round(ratio.minority * ratio.imbalance), ratio.minority])
    total = min(n_negatives, 11 * n_positives)
    positives = round(total / (1 + ratio.imbalance))
    return np.array([total - positives, positives])


def _long_tail_counts(available: np.ndarray, imbalance: float) -> np.ndarray:
    """Return n_c = round(n_max * IR^(-c / (C-1))) with the largest n_max the classes allow."""
    shape = imbalance ** (-np.arange(len(available)) / (len(available) - 1))
    largest = np.floor((available / shape).min() + 1e-9)
    return np.rint(largest * shape).astype(np.int64)


def _require(count: int, least: int, what: str) -> None:
    if count < least:
        raise Infeasible(f"{count} {what}, at least {least} are needed")
