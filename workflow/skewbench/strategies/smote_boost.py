"""SMOTEBoost: AdaBoost.M2 whose weak learner sees fresh SMOTE rows in every round.

[Chawla, Lazarevic, Hall & Bowyer, "SMOTEBoost: improving prediction of the minority class in
boosting", PKDD 2003; AdaBoost.M2: Freund & Schapire, "Experiments with a new boosting algorithm",
ICML 1996.] With D the distribution over (row i, wrong label y) and h(x, y) the weak learner's
probability, a round

1. adds SMOTE rows until the classes are equally large, each with the mean weight of its class
   (a row weighs W_i = sum over y of D(i, y)), and fits the weak learner;
2. drops the synthetic rows and takes the pseudo-loss on the real ones,
   e = 1/2 sum over (i, y) of D(i, y) (1 - h(x_i, y_i) + h(x_i, y)), and b = e / (1 - e);
3. multiplies D(i, y) by b^(1/2 (1 + h(x_i, y_i) - h(x_i, y))) and normalises.

The ensemble is the mean of the h weighted by log(1/b). With two classes, e is the weighted mean
of 1 - p(true) and the factor is b^p(true).

Where the paper leaves it open or we depart: the paper adds a chosen percentage of synthetic rows,
here SMOTE balances the classes; their weight is our choice (equal to 1/n in round 1, as in other
implementations); the weak learner is a decision stump, not RIPPER.
"""

from __future__ import annotations

from numbers import Integral
from typing import ClassVar

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.ensemble import BaseEnsemble
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

SMALLEST_LOSS = 1e-10


class SMOTEBoostClassifier(ClassifierMixin, BaseEnsemble):
    """AdaBoost.M2 on SMOTE-balanced rounds; see the module's docstring.

    Parameters
    ----------
    estimator : classifier with ``predict_proba`` and ``sample_weight``, default=None
        The weak learner; None is ``DecisionTreeClassifier(max_depth=1)``.
    n_estimators : int, default=50
        Largest number of rounds. Boosting stops early at a perfect round, or at one no better than
        chance, which is discarded (unless it is the first: then it is the whole model).
    k_neighbors : int or None, default=5
        SMOTE's neighbours, reduced to the smallest class's size minus 1 (``k_neighbors_``). None
        boosts without SMOTE: plain AdaBoost.M2, the fair anchor.
    random_state : int, RandomState instance or None, default=None
        Seeds SMOTE and the weak learners.

    Attributes
    ----------
    estimators_ : list of classifiers
        Weak learners, fitted on class codes ``0..n_classes-1``.
    estimator_weights_, estimator_errors_ : ndarray of shape (n_members,)
        log(1/b) (1 for a single member no better than chance) and pseudo-losses.
    k_neighbors_ : int or None
        The neighbours used.
    classes_ : ndarray of shape (n_classes,)
        The labels.

    Notes
    -----
    Probabilities are neither on the training prior nor on a balanced one: the first round is fitted
    to balanced classes, the later ones to whatever the boosting weights make of them.
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict_proba"]), None],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "k_neighbors": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(self, estimator=None, *, n_estimators=50, k_neighbors=5, random_state=None):
        super().__init__(estimator=estimator, n_estimators=n_estimators)
        self.k_neighbors = k_neighbors
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Boost.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels of any kind, at least two rows of each class.

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        counts = np.bincount(codes)
        if len(counts) < 2:
            raise ValueError("SMOTEBoostClassifier needs two classes; the data have one class.")
        self._validate_estimator(default=DecisionTreeClassifier(max_depth=1))
        if not has_fit_parameter(self.estimator_, "sample_weight"):
            raise ValueError(f"{type(self.estimator_).__name__} does not support sample_weight.")
        self.k_neighbors_ = _reduced_neighbours(self.k_neighbors, counts)
        rng = check_random_state(self.random_state)
        true_label = codes[:, None] == np.arange(len(counts))
        distribution = np.where(true_label, 0.0, 1.0)
        distribution /= distribution.sum()
        self.estimators_, weights, losses = [], [], []
        for _ in range(self.n_estimators):
            row_weights = distribution.sum(axis=1)
            class_weights = np.bincount(codes, row_weights) / counts
            X_round, codes_round = self._add_synthetic_rows(X, codes, rng)
            fit_weights = np.concatenate([row_weights, class_weights[codes_round[len(X) :]]])
            # Mean weight 1, not sum 1: learners with absolute regularisation need it.
            fit_weights *= len(fit_weights) / fit_weights.sum()
            member = self._make_estimator(append=False, random_state=rng)
            member.fit(X_round, codes_round, sample_weight=fit_weights)

            hypothesis = member.predict_proba(X)
            margin = hypothesis[true_label][:, None] - hypothesis
            loss = max(0.5 * np.sum(distribution * (1.0 - margin)), SMALLEST_LOSS)
            worse_than_chance = loss >= 0.5
            if worse_than_chance and self.estimators_:
                break
            ratio = loss / (1.0 - loss)
            self.estimators_.append(member)
            weights.append(1.0 if worse_than_chance else -np.log(ratio))
            losses.append(loss)
            if worse_than_chance or loss == SMALLEST_LOSS:
                break
            distribution *= ratio ** (0.5 * (1.0 + margin))
            distribution /= distribution.sum()
        self.estimator_weights_, self.estimator_errors_ = np.array(weights), np.array(losses)
        return self

    def _add_synthetic_rows(self, X, codes, rng):
        if self.k_neighbors_ is None:
            return X, codes
        seed = rng.randint(np.iinfo(np.int32).max)
        return SMOTE(k_neighbors=self.k_neighbors_, random_state=seed).fit_resample(X, codes)

    def predict_proba(self, X):
        """Return the weighted mean of the members' probabilities, (n_samples, n_classes)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        weighted = zip(self.estimator_weights_, self.estimators_, strict=True)
        total = sum(weight * member.predict_proba(X) for weight, member in weighted)
        return total / self.estimator_weights_.sum()

    def predict(self, X):
        """Return the most probable label of each row, shape (n_samples,)."""
        codes = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[codes]


def _reduced_neighbours(k_neighbors, counts):
    if k_neighbors is None:
        return None
    if counts.min() < 2:
        raise ValueError("SMOTE needs two rows of each class; the smallest class has one.")
    return int(min(k_neighbors, counts.min() - 1))
