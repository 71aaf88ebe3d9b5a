"""Artificial data with a known difficulty: imbalance, overlap, decomposition, noise.

The two-dimensional shapes follow the literature on difficulty factors: sub-clusters, clover and
paw from Napierała, Stefanowski & Wilk (2010), "Learning from imbalanced data in presence of noisy
and borderline examples", with the shares of borderline and outlying minority rows of
Wojciechowski & Wilk (2017), "Difficulty factors and preprocessing in imbalanced data sets". The
minority class fills a region of the square [-1, 1]^2, the majority class the rest; of the minority,
the share ``overlap`` (the disturbance ratio) lies in a zone just outside its region, and the share
``noise`` deep in the majority's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
from sklearn.datasets import make_classification, make_moons

from skewbench.data.headers import nearest
from skewbench.errors import InputError

_ZONE = 0.5  # width of the boundary zone, in radii of the minority region


def make(
    shape: str,
    n_samples: int = 1000,
    imbalance_ratio: float = 10.0,
    n_features: int = 2,
    overlap: float = 0.0,
    noise: float = 0.0,
    seed: int = 0,
    **parameters: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return features (n_samples, n_features) and codes (1: minority) in random order.

    Parameters
    ----------
    shape : {"classification", "subclusters", "clover", "paw", "checkerboard", "moons"}
        ``classification`` is scikit-learn's ``make_classification``; there ``overlap`` shrinks
        the distance of the classes (``class_sep = 2 (1 - overlap)``) and ``noise`` is the share
        of labels drawn anew (``flip_y``).
    n_samples : int
    imbalance_ratio : float
        Majority : minority; the minority has exactly ``round(n_samples / (1 + ratio))`` rows.
    n_features : int
        At least 2. The two-dimensional shapes get standard normal columns of pure noise on top.
    overlap, noise : float in [0, 1]
        Shares of the minority, together at most 1.
    seed : int
    **parameters
        ``clusters`` of subclusters (default 5), ``cells`` per side of checkerboard (default 4),
        and ``n_informative`` and ``n_clusters_per_class`` of classification.

    Raises
    ------
    InputError
        For an unknown shape or parameter, or a value out of range.
    """
    if shape not in _SHAPES:
        raise InputError(
            f"Unknown synthetic shape '{shape}'{nearest(shape, _SHAPES)}; allowed are "
            f"{', '.join(_SHAPES)}."
        )
    _check_parameters(shape, parameters)
    n_minority = round(n_samples / (1 + imbalance_ratio)) if imbalance_ratio >= 1 else 0
    if n_minority < 1 or n_features < 2:
        raise InputError(
            f"Synthetic {shape}: n_samples {n_samples}, imbalance_ratio {imbalance_ratio} and "
            f"n_features {n_features} leave no data; a ratio of at least 1, a minority row and "
            "two features are needed."
        )
    if min(overlap, noise) < 0 or overlap + noise > 1:
        raise InputError(f"Synthetic {shape}: overlap and noise are shares, together at most 1.")
    rng = np.random.default_rng(seed)
    n_majority = n_samples - n_minority
    if shape == "classification":
        majority, minority = _classification(
            rng, n_majority, n_minority, n_features, overlap, noise, **parameters
        )
    else:
        n_noise, n_overlap = round(noise * n_minority), round(overlap * n_minority)
        parts = (n_majority, n_minority - n_noise - n_overlap, n_overlap, n_noise)
        majority, minority = _SHAPES[shape](rng, parts, **parameters)
    features = np.vstack([majority, minority])
    extra = rng.standard_normal((n_samples, n_features - features.shape[1]))
    target = np.repeat([0, 1], [n_majority, n_minority])
    order = rng.permutation(n_samples)
    return np.hstack([features, extra])[order], target[order]


def _check_parameters(shape: str, parameters: dict) -> None:
    allowed = [
        name
        for name, parameter in inspect.signature(_SHAPES[shape]).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    common = list(inspect.signature(make).parameters)[1:-1]
    for name, value in parameters.items():
        if name not in allowed:
            raise InputError(
                f"Synthetic {shape}: unknown key '{name}'{nearest(name, allowed + common)}; "
                f"allowed are {', '.join(allowed + common)}."
            )
        if not isinstance(value, int) or value < 1:
            raise InputError(f"Synthetic {shape}: '{name}' must be a whole number from 1 upwards.")


def _classification(
    rng: np.random.Generator,
    n_majority: int,
    n_minority: int,
    n_features: int,
    overlap: float,
    noise: float,
    *,
    n_informative: int | None = None,
    n_clusters_per_class: int = 2,
) -> tuple[np.ndarray, np.ndarray]:
    """Return majority and minority rows; a balanced pool makes their numbers exact."""
    try:
        features, target = make_classification(
            n_samples=3 * n_majority + 100,
            n_features=n_features,
            n_informative=n_informative or max(2, n_features // 2),
            n_redundant=0,
            n_clusters_per_class=n_clusters_per_class,
            class_sep=2 * (1 - overlap),
            flip_y=noise,
            random_state=int(rng.integers(2**31)),
        )
    except ValueError as error:
        raise InputError(f"Synthetic classification: {error}") from error
    return features[target == 0][:n_majority], features[target == 1][:n_minority]


def _moons(rng: np.random.Generator, parts: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return two half-moons; overlapping rows lie between them, noisy ones on the majority's."""
    n_majority, n_safe, n_overlap, n_noise = parts

    def moons(n_upper: int, n_lower: int) -> tuple[np.ndarray, np.ndarray]:
        state = int(rng.integers(2**31))
        points, lower = make_moons((n_upper, n_lower), noise=0.1, random_state=state)
        return points[lower == 0], points[lower == 1]

    majority, safe = moons(n_majority, n_safe)
    there, here = moons(n_overlap, n_overlap)
    between = here + rng.uniform(0.25, 0.75, (n_overlap, 1)) * (there - here)
    lost, _ = moons(n_noise, 0)
    return majority, np.vstack([safe, between, lost])


def _region(radius: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator, parts: tuple):
    """Return majority and minority rows around the region where ``radius`` is at most 1."""

    def draw(size: int, low: float, high: float) -> np.ndarray:
        kept, found = [np.empty((0, 2))], 0
        while found < size:
            points = rng.uniform(-1, 1, (4 * size + 64, 2))
            distance = radius(points)
            points = points[(distance > low) & (distance <= high)]
            kept.append(points)
            found += len(points)
        return np.vstack(kept)[:size]

    n_majority, n_safe, n_overlap, n_noise = parts
    minority = [
        draw(n_safe, -1, 1),
        draw(n_overlap, 1, 1 + _ZONE),
        draw(n_noise, 1 + _ZONE, np.inf),
    ]
    return draw(n_majority, 1, np.inf), np.vstack(minority)


def _ellipses(points: np.ndarray, ellipses: list[tuple[float, ...]]) -> np.ndarray:
    """Return the smallest normalised radius over ellipses (x, y, half-axes a and b, angle)."""
    radii = []
    for x, y, a, b, angle in ellipses:
        turned = (points - (x, y)) @ np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        radii.append(np.hypot(turned[:, 0] / a, turned[:, 1] / b))
    return np.min(radii, axis=0)


def _subclusters(rng: np.random.Generator, parts: tuple, *, clusters: int = 5):
    """Return upright rectangles side by side, as small disjuncts of the minority."""
    centres = (np.arange(clusters) + 0.5) * 2 / clusters - 1

    def radius(points: np.ndarray) -> np.ndarray:
        across = np.abs(points[:, :1] - centres).min(axis=1) / (0.5 / clusters)
        return np.maximum(across, np.abs(points[:, 1]) / 0.5)

    return _region(radius, rng, parts)


def _clover(rng: np.random.Generator, parts: tuple):
    """Return a flower of five elliptic petals."""
    angles = 2 * np.pi * np.arange(5) / 5 + np.pi / 2
    petals = [(0.45 * np.cos(t), 0.45 * np.sin(t), 0.4, 0.14, t) for t in angles]
    return _region(lambda points: _ellipses(points, petals), rng, parts)


def _paw(rng: np.random.Generator, parts: tuple):
    """Return three ellipses of unequal size: two that touch, and a smaller one apart."""
    ellipses = [
        (-0.35, -0.2, 0.3, 0.42, 0.0),
        (0.2, -0.2, 0.26, 0.36, 0.0),
        (0.4, 0.6, 0.2, 0.14, 0.3),
    ]
    return _region(lambda points: _ellipses(points, ellipses), rng, parts)


def _checkerboard(rng: np.random.Generator, parts: tuple, *, cells: int = 4):
    """Return a board whose dark cells hold the minority."""
    if cells < 2:
        raise InputError("Synthetic checkerboard: 'cells' must be at least 2.")

    def radius(points: np.ndarray) -> np.ndarray:
        position = (points + 1) * cells / 2
        cell = np.minimum(position.astype(np.int64), cells - 1)
        inner = np.arange(1, cells)  # lines between cells, without the rim
        edge = np.abs(position[..., None] - inner).min(axis=(1, 2))
        return np.where(cell.sum(axis=1) % 2 == 0, 0.0, 1 + 2 * edge)

    return _region(radius, rng, parts)


_SHAPES = {
    "classification": _classification,
    "subclusters": _subclusters,
    "clover": _clover,
    "paw": _paw,
    "checkerboard": _checkerboard,
    "moons": _moons,
}
