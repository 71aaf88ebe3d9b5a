"""Nearest neighbours with less work: what an exact shortcut gains, and whether rows stay the same.

Condensed nearest neighbour with the library's own search and with one that compares with what was
added; and, for the methods that search once, exhaustive search in place of the library's choice
between a tree and exhaustive search. Only a shortcut that always keeps the same rows is used.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.over_sampling import ADASYN, BorderlineSMOTE
from imblearn.under_sampling import CondensedNearestNeighbour, EditedNearestNeighbours
from sklearn.neighbors import NearestNeighbors
from studies import ROOT, synthetic

from skewbench.data import sources
from skewbench.data.encode import Encoder
from skewbench.strategies.nearest_example import NearestExampleClassifier

DATASETS = {
    "breast_cancer": {"source": "bundled", "sklearn_name": "breast_cancer"},
    "2000 rows, 8 columns": synthetic(2000, n_features=8),
    "2000 rows, 20 columns": synthetic(2000),
    "5000 rows, 8 columns": synthetic(5000, n_features=8),
    "5000 rows, 20 columns": synthetic(5000),
}


def _exhaustive(k: int) -> NearestNeighbors:
    return NearestNeighbors(n_neighbors=k, algorithm="brute")


WAYS = {
    "condensed nearest neighbour": (
        lambda: CondensedNearestNeighbour(random_state=0),
        lambda: CondensedNearestNeighbour(random_state=0, n_neighbors=NearestExampleClassifier()),
    ),
    "edited nearest neighbours": (
        EditedNearestNeighbours,
        lambda: EditedNearestNeighbours(n_neighbors=_exhaustive(4)),
    ),
    "Borderline-SMOTE": (
        lambda: BorderlineSMOTE(random_state=0),
        lambda: BorderlineSMOTE(
            random_state=0, k_neighbors=_exhaustive(6), m_neighbors=_exhaustive(11)
        ),
    ),
    "ADASYN": (
        lambda: ADASYN(random_state=0),
        lambda: ADASYN(random_state=0, n_neighbors=_exhaustive(6)),
    ),
}


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per data set and method: CPU seconds of both ways, and equality."""
    rows = []
    for name, entry in DATASETS.items():
        entry = {"cost": {"false_negative": 1, "false_positive": 1}, "family": name} | entry
        table, _ = sources.load(name, entry, ROOT, folder)
        encoder = Encoder(table.categorical).fit(table.features)
        x, y = encoder.one_hot(encoder.codes(table.features)), table.target
        for method, ways in WAYS.items():
            seconds, made = zip(*(_timed(way, x, y) for way in ways), strict=True)
            same = all(np.array_equal(a, b) for a, b in zip(*made, strict=True))
            row = {"data": name, "method": method, "library_seconds": round(seconds[0], 3)}
            row |= {"shortcut_seconds": round(seconds[1], 3)}
            rows.append(row | {"gain": round(seconds[0] / seconds[1], 1), "same_rows": same})
    return pd.DataFrame(rows)


def _timed(way, x, y):
    start = time.process_time()
    made = way().fit_resample(x, y)
    return time.process_time() - start, made
