"""A nearest-neighbour rule that learns from one more example at the cost of that example alone.

Condensed nearest neighbour (Hart 1968) adds one example at a time to its store and asks again for
the nearest of the whole majority class after each. imbalanced-learn takes the classifier that does
so as a parameter; scikit-learn's searches the whole store anew each time, this one compares with
what was added. The answers are those of an exhaustive search.
"""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import KNeighborsClassifier


class NearestExampleClassifier(KNeighborsClassifier):
    """The label of the nearest example in Euclidean distance, the earliest one if tied.

    A fit whose examples start with those of the fit before, and a prediction for the same array
    as the one before, cost what is new. Only ``fit`` and ``predict`` are its own; it has no
    parameter but scikit-learn's, of which it supports the values it sets.
    """

    def __init__(self) -> None:
        super().__init__(n_neighbors=1)

    def fit(self, X, y):
        """Learn examples ``X`` of shape (n, d) with labels ``y`` of shape (n,)."""
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
        known = getattr(self, "_examples", X[:0])
        if not np.array_equal(X[: len(known)], known):
            self._asked = None  # other examples: what was found near them does not hold
        self._examples, self._labels = X, y
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
        return self

    def predict(self, X):
        """Return the label of the example nearest to each row of ``X`` of shape (m, d)."""
        if len(X) == 1:  # the library's loop; keeps what is known of the large array
            return self._labels[[_squared_distances(self._examples, X).argmin()]]
        if getattr(self, "_asked", None) is not X:
            self._asked, self._compared = X, 0
            self._distance = np.full(len(X), np.inf)
            self._nearest = np.zeros(len(X), dtype=np.intp)
        for number in range(self._compared, len(self._examples)):
            distance = _squared_distances(X, self._examples[number])
            closer = distance < self._distance
            self._distance[closer] = distance[closer]
            self._nearest[closer] = number
        self._compared = len(self._examples)
        return self._labels[self._nearest]


def _squared_distances(rows: np.ndarray, row: np.ndarray) -> np.ndarray:
    difference = rows - row
    return np.einsum("ij,ij->i", difference, difference)
