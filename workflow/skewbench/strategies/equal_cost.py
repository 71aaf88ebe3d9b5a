"""Plain ensembles cut down to the rows that an undersampling ensemble would have trained on.

An undersampling ensemble of m members fits each on 2 n_min rows (C n_min with C classes) where the
plain one uses all n, so the plain ensemble of equal cost has about m * C * n_min / n members. It is
the anchor that answers "would as many training rows without balancing have done as well?".
"""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


class EqualCostClassifier(ClassifierMixin, BaseEstimator):
    """An ensemble with its number of members scaled to an undersampling ensemble's cost.

    Parameters
    ----------
    estimator : classifier with ``n_estimators``, default RandomForestClassifier()
        The plain ensemble; its ``n_estimators`` is the size of the balanced one it stands beside.
    random_state : int, RandomState or None
        Handed to the ensemble.

    Attributes
    ----------
    estimator_ : classifier
        The fitted ensemble.
    classes_ : ndarray of shape (n_classes,)
    """

    def __init__(self, estimator=None, random_state=None):
        self.estimator = estimator
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Fit on ``X`` of shape (n_rows, n_features) and labels ``y``; return self."""
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        base = RandomForestClassifier() if self.estimator is None else self.estimator
        self.classes_, counts = np.unique(y, return_counts=True)
        share = len(counts) * counts.min() / counts.sum()
        members = max(1, round(base.n_estimators * share))
        self.estimator_ = clone(base).set_params(
            n_estimators=members, random_state=self.random_state
        )
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_.fit(X, y, **weights)
        return self

    def predict(self, X):
        """Return labels of shape (n_rows,)."""
        check_is_fitted(self)
        return self.estimator_.predict(validate_data(self, X, reset=False))

    @available_if(lambda self: self.estimator is None or hasattr(self.estimator, "predict_proba"))
    def predict_proba(self, X):
        """Return probabilities of shape (n_rows, n_classes)."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(validate_data(self, X, reset=False))
