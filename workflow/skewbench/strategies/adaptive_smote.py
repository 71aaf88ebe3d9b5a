"""SMOTE that reduces k where the minority is small, for samplers that sit inside an ensemble.

A resampler that a strategy names gets its k reduced for the training part, by
``skewbench.strategies.resampling``. Inside a bagging ensemble each bag has its own minority.
"""

from __future__ import annotations

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.base import clone


class AdaptiveSMOTE(SMOTE):
    """SMOTE with k = min(``k_neighbors``, rows of the smallest class - 1)."""

    def _fit_resample(self, X, y):
        smallest = np.unique(y, return_counts=True)[1].min()
        if not isinstance(self.k_neighbors, int) or self.k_neighbors < smallest or smallest < 2:
            return super()._fit_resample(X, y)
        return clone(self).set_params(k_neighbors=int(smallest - 1)).fit_resample(X, y)
