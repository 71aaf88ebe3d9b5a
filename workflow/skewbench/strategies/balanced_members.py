"""Ensembles whose every member is trained on equally many rows of each class.

The loop that self-paced ensembles and balance cascades share: member after member, draw as many
rows of every class as the smallest class has, fit, and add the member's probabilities to the
ensemble's; what the ensemble says of the training rows so far may steer the next draw. Members
know balanced classes only, so the averaged probabilities refer to a *balanced* prior, whatever the
training data's was.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral
from typing import ClassVar

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.ensemble import BaseEnsemble
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


class BalancedMembersClassifier(ClassifierMixin, BaseEnsemble, ABC):
    """Base of the ensembles of balanced members; see the module's docstring.

    Attributes
    ----------
    estimators_ : list of classifiers
        The members, fitted on class codes ``0..n_classes-1``.
    estimators_samples_ : list of ndarray of int
        The training rows of each member.
    classes_ : ndarray of shape (n_classes,)
        The labels, in the order of the columns of ``predict_proba``.
    class_counts_ : ndarray of int, shape (n_classes,)
        Training rows of each class.
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict_proba"]), None],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    @abstractmethod
    def __init__(self, estimator, n_estimators, random_state):
        super().__init__(estimator=estimator, n_estimators=n_estimators)
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Fit the members one after another.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels of any kind.

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} needs two classes; the data have one class.")
        self._validate_estimator(default=DecisionTreeClassifier())
        rng = check_random_state(self.random_state)
        rows_of_class = [np.flatnonzero(codes == c) for c in range(len(self.classes_))]
        self.class_counts_ = np.bincount(codes)
        size = self.class_counts_.min()
        total = np.zeros(len(X))
        self.estimators_, self.estimators_samples_ = [], []
        for index in range(self.n_estimators):
            p_true = total / index if index else None
            drawn = [
                self._draw(index, rows_of_class, c, size, p_true, rng)
                for c in range(len(self.classes_))
            ]
            rows = np.concatenate(drawn)
            member = self._make_estimator(random_state=rng).fit(X[rows], codes[rows])
            self.estimators_samples_.append(rows)
            if index + 1 < self.n_estimators:
                total += member.predict_proba(X)[np.arange(len(X)), codes]
        return self

    @abstractmethod
    def _draw(self, index, rows_of_class, code, size, p_true, rng):
        """Return ``size`` rows of class ``code`` for member ``index``.

        ``p_true`` holds, per training row, the probability that the members so far give to its own
        class (None for the first). A cascade shrinks ``rows_of_class`` in place.
        """

    def predict_proba(self, X):
        """Return the members' mean probabilities, shape (n_samples, n_classes)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return sum(member.predict_proba(X) for member in self.estimators_) / len(self.estimators_)

    def predict(self, X):
        """Return the most probable label of each row, shape (n_samples,)."""
        codes = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[codes]
