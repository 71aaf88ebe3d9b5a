"""Running a resampler of imbalanced-learn's kind under the study's declared policies.

Policies, each flagged on the cell where it acts: too few minority rows for k neighbours among them
(oversampling, NearMiss) reduces k (``k_reduced``); a resampler that leaves the class counts and
rows as they were is named (``resampler_noop``). A partial target such as 0.5 (minority to half the
majority) that the data already meet asks for nothing, so it is a no-op and not an error; with
several classes it applies to each class against the largest (oversampling) or smallest
(undersampling) one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator

from skewbench.imports import build

NEIGHBOUR_PARAMETERS = ("k_neighbors", "n_neighbors")


def resample(
    steps: list[dict], features: np.ndarray, y: np.ndarray, random_state: int, folder: Path
) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """Apply resamplers one after another.

    Parameters
    ----------
    steps : list of {import path: parameters}
        Each names a class with ``fit_resample``.
    features : ndarray of shape (n_rows, n_columns)
        One-hot matrix, or category codes for SMOTENC and SMOTEN.
    y : ndarray of shape (n_rows,)
        Class codes.
    random_state : int
        Given to every ``random_state`` of the resampler, nested ones included.
    folder : Path
        Where the user's own modules are.

    Returns
    -------
    features, y : ndarrays
        The resampled rows.
    flags : set of str
        Which policies acted.

    Raises
    ------
    ValueError
        With the reason, when the minority has fewer than two rows or the resampler refuses.
    """
    flags: set[str] = set()
    before = features, y
    for step in steps:
        sampler = build(step, folder)
        flags |= prepare_sampler(sampler, y)
        fix_randomness(sampler, random_state)
        features, y = sampler.fit_resample(features, y)
    if _same_rows(features, y, *before):
        flags.add("resampler_noop")
    return np.asarray(features, dtype=float), np.asarray(y), flags


def _same_rows(features, y, features_before, y_before) -> bool:
    """Whether two sets of labelled rows are the same, in whatever order."""
    if len(y) != len(y_before):
        return False
    first = np.column_stack([features, y])
    second = np.column_stack([features_before, y_before])
    return np.array_equal(first[np.lexsort(first.T)], second[np.lexsort(second.T)])


def fix_randomness(estimator: BaseEstimator, random_state: int) -> BaseEstimator:
    """Set every ``random_state`` of an estimator to one value, every ``n_jobs`` to one thread."""
    parameters = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    fixed = {}
    for key, value in parameters.items():
        prefix, _, name = key.rpartition("__")
        owner = parameters[prefix] if prefix else estimator
        if name == "random_state":
            fixed[key] = random_state
        # scikit-learn's own None is one thread already, and logistic regression warns of a number.
        elif name == "n_jobs" and (value or not type(owner).__module__.startswith("sklearn.")):
            fixed[key] = 1
    return estimator.set_params(**fixed) if fixed else estimator


def prepare_sampler(sampler: BaseEstimator, y: np.ndarray) -> set[str]:
    """Fit a sampler's settings to the class counts at hand, in place; return the flags."""
    counts = np.bincount(y)
    counts = counts[counts > 0]
    parameters = sampler.get_params(deep=True) if hasattr(sampler, "get_params") else {}
    kind = getattr(sampler, "_sampling_type", "")
    for key, target in parameters.items():
        prefix, _, name = key.rpartition("__")
        if name == "sampling_strategy" and isinstance(target, float):
            part = getattr(parameters[prefix] if prefix else sampler, "_sampling_type", "")
            sampler.set_params(**{key: _partial_target(y, target, part)})
    neighbours = {
        key: value
        for key, value in parameters.items()
        if key.split("__")[-1] in NEIGHBOUR_PARAMETERS and not key.startswith(("enn", "tomek"))
    }
    bases = {base.__name__ for base in type(sampler).__mro__}  # not imported where none is used
    among_minority = "over" in kind or "NearMiss" in bases
    if not neighbours or not (among_minority or any(k.startswith("smote") for k in neighbours)):
        return set()
    if counts.min() < 2:
        raise ValueError("fewer than two rows of the smallest class: no neighbour among them")
    most = int(counts.min() - 1)
    reduced = {
        k: most for k, value in neighbours.items() if isinstance(value, int) and value > most
    }
    if reduced:
        sampler.set_params(**reduced)
    return {"k_reduced"} if reduced else set()


def _partial_target(y: np.ndarray, share: float, kind: str) -> dict[int, int]:
    """Rows per class that ``share`` asks for, in imbalanced-learn's own rounding."""
    classes, counts = np.unique(y, return_counts=True)
    if "under" in kind:
        wanted = np.minimum(counts, int(counts.min() / share))
    else:
        wanted = np.maximum(counts, int(counts.max() * share))
    return dict(zip(classes.tolist(), wanted.tolist(), strict=True))
