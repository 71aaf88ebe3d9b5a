"""How hard a training part is, so that results can be explained (PROTOCOL section 6).

Sizes; the kind of place minority rows are in [Napierala & Stefanowski 2016, "Types of minority
class examples"]; N1, N3 and Fisher's ratio [Ho & Basu 2002, "Complexity measures of supervised
classification problems"; F1 as mapped by Lorena et al. 2019]; and what a strong model attains. All
by hand, for libraries disagree on N1 and on what ties and duplicates count.

Ties. Distances are Euclidean and compared in single precision, so that rounding breaks no tie.
Among equally near neighbours the expected value under random tie-breaking is taken; duplicates are
neighbours at distance zero. Of equally long edges of the spanning tree those within a class come
first, then those whose row comes first; rows are sorted by their values, so that their order on
entry changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from scipy.special import comb
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from skewbench.data.ratios import Ratio
from skewbench.data.splits import duplicate_groups, inner_folds
from skewbench.data.table import Table
from skewbench.data.training import training_parts
from skewbench.errors import Infeasible

SIZES = ("n_rows", "n_features", "n_positive", "imbalance_ratio", "positives_per_feature")
TYPES = ("safe", "borderline", "rare", "outlier")
MEASURES = (*SIZES, *TYPES, "n1", "n3", "fisher_f1", "separability_auc")
N_NEIGHBOURS = 5
TREE_ROWS = 10_000  # of the spanning tree, which is quadratic
ASKED_ROWS = 3000  # whose neighbours are looked up, and which the model sees
FOLDS = 5  # of the separability; fewer with fewer rows of a class
_CHUNK = 2**22  # distances held at once


def measure(X: np.ndarray, y: np.ndarray, random_state: int = 0) -> dict[str, float]:
    """Return the difficulty of a training part.

    Parameters
    ----------
    X : ndarray of float of shape (n_rows, n_features)
        Encoded and scaled, finite.
    y : ndarray of int of shape (n_rows,)
        1 for the minority class, 0 for all others.
    random_state : int
        Of the samples of a large part, and of the model.

    Returns
    -------
    dict
        - ``n_rows``, ``n_features`` (columns of ``X``), ``n_positive``, ``imbalance_ratio``
          (negatives : positives), ``positives_per_feature``;
        - ``safe``, ``borderline``, ``rare``, ``outlier``: shares of the minority rows with 5 or 4,
          3 or 2, 1, no rows of their own class among their 5 nearest others;
        - ``n1``: share of rows that the minimum spanning tree joins to a row of the other class;
        - ``n3``: leave-one-out error of the nearest neighbour;
        - ``fisher_f1``: 1 / (1 + max_f r_f) with Fisher's ratio of a feature,
          r_f = (mean_1 - mean_0)^2 / (variance_1 + variance_0), population variances: 0 if one
          feature's means differ and neither class varies, 1 if no feature tells the classes apart;
        - ``separability_auc``: mean ROC-AUC over stratified folds of a random forest with 100
          trees and scikit-learn's defaults; identical rows share a fold;
        - ``measured_rows``: rows of the spanning tree.

        Larger is harder for ``n1``, ``n3`` and ``fisher_f1``.

    Notes
    -----
    Fisher's ratio and the AUC do not depend on the class shares. The types, N1 and N3 do: where
    classes mix, a higher ratio makes most minority rows outliers, and N1 and N3 fall with the
    share of the minority. Compare these between data sets at one ratio, not between ratios.

    Above 10,000 rows the tree is that of a stratified sample of 10,000, a sparser cloud whose
    ``n1`` is larger. Above 3,000 rows neighbours are looked up, among all rows, for at most 1,500
    rows of each class, and classes are weighted by their size; the same rows serve the model.

    Below 6 rows, without features, or with one class, all but sizes is NaN; ratios by zero are
    NaN too. ``separability_auc`` is NaN when no fold can hold both classes.
    """
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y).astype(np.int64)
    n_rows, n_features = X.shape
    n_positive = int(y.sum())
    sizes = {
        "n_rows": n_rows,
        "n_features": n_features,
        "n_positive": n_positive,
        "imbalance_ratio": (n_rows - n_positive) / n_positive if n_positive else np.nan,
        "positives_per_feature": n_positive / n_features if n_features else np.nan,
    }
    if n_rows <= N_NEIGHBOURS or n_features == 0 or n_positive in (0, n_rows):
        return sizes | dict.fromkeys(MEASURES[len(SIZES) :], np.nan) | {"measured_rows": 0}
    order = np.lexsort((y, *X.T[::-1]))
    X, y = X[order], y[order]
    rng = np.random.default_rng(random_state)
    tree, asked = _proportional(y, rng), _even(y, rng)
    types, n3 = _neighbour_measures(X, y, asked)
    return sizes | {
        **dict(zip(TYPES, types, strict=True)),
        "n1": _joined_to_other_class(X[tree], y[tree]),
        "n3": n3,
        "fisher_f1": _fisher(X, y),
        "separability_auc": _separability(X[asked], y[asked], random_state),
        "measured_rows": len(tree),
    }


def at_ratios(table: Table, facts: dict, ratios: Iterable[str], protocol: dict) -> list[dict]:
    """Return the difficulty of a data set at every ratio: means over the folds of seed 0.

    Parameters
    ----------
    table, facts
        The prepared data set.
    ratios : iterable of str
    protocol : dict
        ``folds`` and ``min_positives`` of the study.

    Returns
    -------
    list of dict
        One per ratio: ``dataset``, ``family``, ``task``, ``ratio``, the measures (None where
        undefined), ``measured_rows`` and ``reason``: why the ratio is infeasible, or "".
    """
    rows = []
    for ratio in ratios:
        names = {"dataset": facts["name"], "family": facts["family"]}
        names |= {"task": table.task, "ratio": ratio}
        values, reason = dict.fromkeys((*MEASURES, "measured_rows")), ""
        try:
            parts = training_parts(table, facts, Ratio.parse(ratio), protocol)
            means = pd.DataFrame([measure(X, y) for X, y in parts]).mean()
            values = {name: None if np.isnan(mean) else mean for name, mean in means.items()}
        except Infeasible as error:
            reason = str(error)
        rows.append(names | values | {"reason": reason})
    return rows


def _proportional(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return at most ``TREE_ROWS`` rows with the class shares of all."""
    if len(y) <= TREE_ROWS:
        return np.arange(len(y))
    positives = min(max(round(TREE_ROWS * y.mean()), 1), TREE_ROWS - 1)
    return _drawn(y, (TREE_ROWS - positives, positives), rng)


def _even(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return all rows, or above ``ASKED_ROWS`` at most half as many of each class."""
    if len(y) <= ASKED_ROWS:
        return np.arange(len(y))
    return _drawn(y, np.minimum(np.bincount(y), ASKED_ROWS // 2), rng)


def _drawn(y: np.ndarray, counts: Iterable[int], rng: np.random.Generator) -> np.ndarray:
    classes = [np.flatnonzero(y == label) for label in (0, 1)]
    kept = [rng.permutation(rows)[:n] for rows, n in zip(classes, counts, strict=True)]
    return np.sort(np.concatenate(kept))


def _squared_distances(rows: np.ndarray, X: np.ndarray) -> np.ndarray:
    return cdist(rows, X, "sqeuclidean").astype(np.float32).astype(np.float64)


def _neighbour_measures(
    X: np.ndarray, y: np.ndarray, asked: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the shares of the four types, and N3, from the neighbours of the ``asked`` rows."""
    step = max(_CHUNK // len(y), 1)
    wrong, own = [], []
    for chunk in (asked[start : start + step] for start in range(0, len(asked), step)):
        distances = _squared_distances(X[chunk], X)
        distances[np.arange(len(chunk)), chunk] = np.inf
        other = y != y[chunk, None]
        nearest = distances == distances.min(axis=1, keepdims=True)
        wrong.append((nearest & other).sum(axis=1) / nearest.sum(axis=1))
        minority = y[chunk] == 1
        own.append(_own_class_counts(distances[minority], ~other[minority]))
    wrong, chances = np.concatenate(wrong), np.concatenate(own).mean(axis=0)
    shares = np.bincount(y) / len(y)
    n3 = sum(share * wrong[y[asked] == label].mean() for label, share in enumerate(shares))
    types = [chances[4] + chances[5], chances[2] + chances[3], chances[1], chances[0]]
    return np.array(types), float(n3)


def _own_class_counts(distances: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return the chances of 0 to 5 own-class rows among the 5 nearest, shape (n_rows, 6).

    All rows nearer than the fifth are among them; the places left are drawn from those as far as
    the fifth, so that their own-class rows follow a hypergeometric distribution.
    """
    fifth = np.partition(distances, N_NEIGHBOURS - 1, axis=1)[:, N_NEIGHBOURS - 1, None]
    nearer, tied = distances < fifth, distances == fifth
    places = N_NEIGHBOURS - nearer.sum(axis=1, keepdims=True)
    own_tied = (tied & own).sum(axis=1, keepdims=True)
    n_tied = tied.sum(axis=1, keepdims=True)
    drawn = np.arange(N_NEIGHBOURS + 1) - (nearer & own).sum(axis=1, keepdims=True)
    ways = comb(own_tied, drawn) * comb(n_tied - own_tied, places - drawn)
    return ways / comb(n_tied, places)


def _joined_to_other_class(X: np.ndarray, y: np.ndarray) -> float:
    """Return N1, by Prim's algorithm.

    Libraries give .022 and .074 for scikit-learn's breast cancer data; both come out with features
    scaled to [0, 1]. problexity halves the share of edges between classes (25 of 569 rows), pymfe
    takes the share of rows with Gower's distance (42 of 569). Rows on Euclidean edges, as Ho & Basu
    count, are 41 of 569 (.072) so scaled, and 47 (.083) on standardised features, which learners
    see here. scipy's tree would take the distance zero of duplicates for no edge.
    """
    length, parent = np.full(len(y), np.inf), np.zeros(len(y), dtype=np.int64)
    waiting, joined = np.ones(len(y), dtype=bool), np.zeros(len(y), dtype=bool)
    row = 0
    for _ in range(len(y) - 1):
        waiting[row] = False
        distances = _squared_distances(X[[row]], X)[0]
        other = y != y[row]
        # The next number is longer than any tie, and shorter than whatever is longer.
        distances[other] = np.nextafter(distances[other], np.inf)
        closer = waiting & (distances < length)
        length[closer], parent[closer] = distances[closer], row
        row = int(np.argmin(np.where(waiting, length, np.inf)))
        if y[row] != y[parent[row]]:
            joined[[row, parent[row]]] = True
    return float(joined.mean())


def _fisher(X: np.ndarray, y: np.ndarray) -> float:
    means, variances = [], []
    for label in (0, 1):
        part = X[y == label]
        shifted = part - part[0]  # of a constant column nothing is left, not even rounding
        means.append(part[0] + shifted.mean(axis=0))
        variances.append(shifted.var(axis=0))
    within = sum(variances)
    total = within + (means[1] - means[0]) ** 2
    return float(np.divide(within, total, out=np.ones(len(total)), where=total > 0).min())


def _separability(X: np.ndarray, y: np.ndarray, random_state: int) -> float:
    n_folds = min(FOLDS, np.bincount(y).min())
    if n_folds < 2:
        return np.nan
    groups = duplicate_groups(pd.DataFrame(X))
    try:
        folds = inner_folds(y, groups, n_folds, np.random.SeedSequence(random_state))
    except Infeasible:  # fewer distinct rows than folds
        return np.nan
    areas = []
    for train, test in folds:
        if len(np.unique(y[train])) == len(np.unique(y[test])) == 2:
            model = RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=random_state)
            scores = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
            areas.append(roc_auc_score(y[test], scores))
    return float(np.mean(areas)) if areas else np.nan
