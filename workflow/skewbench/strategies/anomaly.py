"""Outlier detectors as classifiers: the positives are what does not look like the majority.

A detector is fitted on the majority's rows (one-class learning) or on all rows without their
labels (unsupervised), and its score, turned round, ranks rows by how positive they look. There are
no probabilities: a study that wants them fits a sigmoid to out-of-fold scores.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    _fit_context,
    clone,
    is_outlier_detector,
)
from sklearn.ensemble import IsolationForest
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data


class AnomalyClassifier(ClassifierMixin, BaseEstimator):
    """Binary classifier on a scikit-learn outlier detector.

    Parameters
    ----------
    detector : outlier detector, default=None
        Any scikit-learn outlier detector with ``decision_function`` (``IsolationForest``,
        ``OneClassSVM``, ``LocalOutlierFactor(novelty=True)``, ``EllipticEnvelope``), or a pipeline
        that ends in one; None is ``IsolationForest()``.
    fit_on : {"majority", "all"}, default="majority"
        The rows the detector is fitted on: the most frequent class's (the first label in order
        among equals), or all of them.
    random_state : int, RandomState instance or None, default=None
        Given to every ``random_state`` parameter of the detector; None leaves them as they are.

    Attributes
    ----------
    detector_ : outlier detector
        The fitted clone.
    classes_ : ndarray of shape (2,)
        The labels.
    majority_class_ : label
        The most frequent class in ``fit``.

    Notes
    -----
    ``y`` chooses the rows to fit on and nothing else. Detectors see every such row: the kernel
    method costs O(n^2) time and memory, nearest neighbours about O(n log n) to O(n^2), so keep
    them off huge majorities.
    """

    _parameter_constraints: ClassVar[dict] = {
        "detector": [HasMethods(["fit"]), None],
        "fit_on": [StrOptions({"majority", "all"})],
        "random_state": ["random_state"],
    }

    def __init__(self, detector=None, *, fit_on="majority", random_state=None):
        self.detector = detector
        self.fit_on = fit_on
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True  # it does not learn from the labels
        return tags

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Fit the detector on the majority's rows, or on all.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels of two classes.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If ``detector`` is no outlier detector able to score new rows.
        ValueError
            If ``y`` does not have two classes.
        """
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        if type_of_target(y, input_name="y") != "binary":
            raise ValueError("Only binary classification is supported by AnomalyClassifier.")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("AnomalyClassifier needs two classes; the data have one class.")
        self.detector_ = self._seeded_detector()
        majority = np.argmax(np.bincount(codes))
        self.majority_class_ = self.classes_[majority]
        self.detector_.fit(X[codes == majority] if self.fit_on == "majority" else X)
        return self

    def decision_function(self, X):
        """Return how positive each row looks, shape (n_samples,).

        The negated score of the detector, whose own offset is the cut at 0: higher is more
        anomalous, hence more like the minority. (When the minority sorts first, as it never does
        with this project's codes, the sign turns, since scikit-learn's convention is that positive
        values mean ``classes_[1]``.)
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        normality = self.detector_.decision_function(X)
        return normality if self.majority_class_ == self.classes_[1] else -normality

    def predict(self, X):
        """Return the label of each row, shape (n_samples,): the minority's for outliers."""
        positive = self.decision_function(X) > 0
        return self.classes_[positive.astype(int)]

    def _seeded_detector(self):
        detector = IsolationForest() if self.detector is None else clone(self.detector)
        if not (is_outlier_detector(detector) and hasattr(detector, "decision_function")):
            raise TypeError(
                f"{detector} is no outlier detector that scores new rows; "
                "LocalOutlierFactor needs novelty=True."
            )
        if self.random_state is not None:
            rng = check_random_state(self.random_state)
            for name in sorted(detector.get_params()):
                if name.rpartition("__")[2] == "random_state":
                    detector.set_params(**{name: rng.randint(np.iinfo(np.int32).max)})
        return detector
