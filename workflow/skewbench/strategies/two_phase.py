"""Two-phase training: learn from balanced data first, then continue on the data as they are.

[Lee, Park & Kim, "Plankton classification on imbalanced large scale database via convolutional
neural networks with transfer learning", ICIP 2016; Havaei et al., "Brain tumor segmentation with
deep neural networks", Medical Image Analysis 35, 2017.] The papers pre-train a network on balanced
data and fine-tune it on the original. Here the idea is carried to every learner that can go on
training the *same* model: its usual budget of rounds is split between the phases, so that the whole
costs no more rounds than the plain learner.
"""

from __future__ import annotations

import sys
from numbers import Real
from typing import ClassVar

import numpy as np
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


def can_continue(estimator) -> bool:
    """Say whether :class:`TwoPhaseClassifier` can train ``estimator`` in two phases.

    True for ``xgboost.XGBClassifier``, for ``HistGradientBoostingClassifier`` without categorical
    features, and for classifiers with ``partial_fit`` and a budget of passes ``max_iter``
    (``SGDClassifier``, ``Perceptron``, ``MLPClassifier``).
    """
    return _trainer(estimator) is not None


class TwoPhaseClassifier(ClassifierMixin, BaseEstimator):
    """One model, trained on resampled data and then further on the original data.

    Parameters
    ----------
    estimator : classifier, default=None
        A learner that :func:`can_continue`; None is ``SGDClassifier(loss="log_loss")``. Boosting
        splits its number of rounds between the phases; learners with ``partial_fit`` split the
        number of passes that their plain ``fit`` took to converge, which costs that one more fit.
    sampler : object with ``fit_resample``, default=None
        Makes phase 1's data; None is ``RandomUnderSampler()``. It must keep every class.
    first_share : float, default=0.5
        Share of the rounds spent in phase 1, between 0 and 1; both phases get at least one round.
    random_state : int, RandomState instance or None, default=None
        Seeds the sampler and the learner.

    Attributes
    ----------
    estimator_ : classifier
        The model after both phases, fitted on class codes ``0..n_classes-1``.
    rounds_ : tuple of int
        Rounds (trees or passes) given to the two phases.
    classes_ : ndarray of shape (n_classes,)
        The labels.

    Notes
    -----
    Probabilities move from phase 1's prior towards the training prior in phase 2; how far depends
    on the learner and its budget, so no closed-form prior correction applies.
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict"]), None],
        "sampler": [HasMethods(["fit_resample"]), None],
        "first_share": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, estimator=None, *, sampler=None, first_share=0.5, random_state=None):
        self.estimator = estimator
        self.sampler = sampler
        self.first_share = first_share
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Train in two phases.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels of any kind.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If the estimator cannot continue training.
        ValueError
            If its budget is below two rounds, or the sampler loses a class.
        """
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("TwoPhaseClassifier needs two classes; the data have one class.")
        estimator = clone(self._plain_estimator())
        train = _trainer(estimator)
        if train is None:
            raise TypeError(f"{type(estimator).__name__} cannot continue training.")
        rng = check_random_state(self.random_state)
        sampler = RandomUnderSampler() if self.sampler is None else clone(self.sampler)
        for part in (sampler, estimator):
            if "random_state" in part.get_params():
                part.set_params(random_state=rng.randint(np.iinfo(np.int32).max))
        X_first, codes_first = sampler.fit_resample(X, codes)
        if len(np.unique(codes_first)) < len(self.classes_):
            raise ValueError(f"{type(sampler).__name__} left no row of some class for phase 1.")
        first, original = (X_first, codes_first), (X, codes)
        self.estimator_, self.rounds_ = train(estimator, first, original, self.first_share)
        return self

    def predict(self, X):
        """Return the label of each row, shape (n_samples,)."""
        codes = self._ask(X, "predict")
        return self.classes_[codes]

    @available_if(lambda self: hasattr(self._plain_estimator(), "predict_proba"))
    def predict_proba(self, X):
        """Return the learner's class probabilities, shape (n_samples, n_classes)."""
        return self._ask(X, "predict_proba")

    @available_if(lambda self: hasattr(self._plain_estimator(), "decision_function"))
    def decision_function(self, X):
        """Return the learner's scores, shape (n_samples,) or (n_samples, n_classes)."""
        return self._ask(X, "decision_function")

    def _ask(self, X, method):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return getattr(self.estimator_, method)(X)

    def _plain_estimator(self):
        return SGDClassifier(loss="log_loss") if self.estimator is None else self.estimator


def _trainer(estimator):
    """Return the function that trains such an estimator in two phases, or None."""
    xgboost = sys.modules.get("xgboost")  # loaded if the estimator is XGBoost's; else not needed
    if (
        xgboost is not None
        and isinstance(estimator, xgboost.XGBClassifier)
        and not isinstance(estimator, xgboost.XGBRFClassifier)
    ):
        return _train_xgboost
    if isinstance(estimator, HistGradientBoostingClassifier):
        no_categories = estimator.categorical_features in (None, "from_dtype")
        return _train_histogram_boosting if no_categories else None
    if hasattr(estimator, "partial_fit") and hasattr(estimator, "max_iter"):
        return _train_by_passes
    return None


def _split(budget, first_share):
    if budget < 2:
        raise ValueError(f"Two phases need two rounds; the estimator's budget is {budget}.")
    first = int(np.clip(round(first_share * budget), 1, budget - 1))
    return first, budget - first


def _train_xgboost(estimator, first, original, first_share):
    total = estimator.get_num_boosting_rounds()
    rounds = _split(total, first_share)
    start = clone(estimator).set_params(n_estimators=rounds[0]).fit(*first)
    estimator.set_params(n_estimators=rounds[1])
    estimator.fit(*original, xgb_model=start.get_booster())
    return estimator.set_params(n_estimators=total), rounds


def _train_by_passes(estimator, first, original, first_share):
    rounds = _split(clone(estimator).fit(*original).n_iter_, first_share)
    # A generator, not a seed: with a seed every pass would see the rows in the same order.
    estimator.set_params(random_state=np.random.RandomState(estimator.random_state))
    classes = np.unique(original[1])
    for (X, codes), passes in zip((first, original), rounds, strict=True):
        for _ in range(passes):
            estimator.partial_fit(X, codes, classes=classes)
    return estimator, rounds


def _train_histogram_boosting(estimator, first, original, first_share):
    rounds = _split(estimator.max_iter, first_share)
    bins = clone(estimator).set_params(max_iter=1, early_stopping=False).fit(*original)
    model = _HistogramBoostingOnFixedBins(**estimator.get_params(deep=False))
    model.fixed_bin_mapper = bins._bin_mapper
    model.set_params(warm_start=True, max_iter=rounds[0]).fit(*first)
    # Phase 1's validation losses are of other data: early stopping must not compare with them.
    model.train_score_ = model.validation_score_ = np.array([])
    return model.set_params(max_iter=model.n_iter_ + rounds[1]).fit(*original), rounds


class _HistogramBoostingOnFixedBins(HistGradientBoostingClassifier):
    """Histogram boosting that bins both phases' rows alike.

    scikit-learn's warm start bins the new data afresh, yet sends them down the old trees by the old
    bin numbers: on other data than before it would continue from wrong predictions.
    """

    def _bin_data(self, X, sample_weight, is_training_data):
        self._bin_mapper = self.fixed_bin_mapper
        binned = self._bin_mapper.transform(X)
        return binned if is_training_data else np.ascontiguousarray(binned)
