"""SMOTEBoost: a round of AdaBoost.M2 by hand, SMOTE in every round, early stops."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.smote_boost import SMOTEBoostClassifier


@parametrize_with_checks(
    [SMOTEBoostClassifier(n_estimators=3), SMOTEBoostClassifier(n_estimators=3, k_neighbors=None)]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


class FixedOpinion(ClassifierMixin, BaseEstimator):
    """Gives P(1) = high above 2.4 and low below, and remembers what it was fitted on."""

    def __init__(self, low=0.3, high=0.8):
        self.low = low
        self.high = high

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.sample_weight_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        p = np.where(X[:, 0] > 2.4, self.high, self.low)
        return np.column_stack([1 - p, p])


@pytest.fixture
def six_rows():
    return np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [1.5]]), np.array([0, 0, 0, 0, 1, 1])


def test_first_round_by_hand(six_rows):
    """P(true) = .7 .7 .7 .2 .8 .3, so e = 2.6/6 = 13/30, b = 13/17, factors b^P(true)."""
    X, y = six_rows
    model = SMOTEBoostClassifier(FixedOpinion(), n_estimators=2, random_state=0).fit(X, y)
    assert model.estimator_errors_[0] == pytest.approx(13 / 30)
    assert model.estimator_weights_[0] == pytest.approx(np.log(17 / 13))

    first, second = model.estimators_
    assert np.bincount(first.y_).tolist() == np.bincount(second.y_).tolist() == [4, 4]
    np.testing.assert_allclose(first.sample_weight_, 1.0)
    factor = (13 / 17) ** np.array([0.7, 0.7, 0.7, 0.2, 0.8, 0.3])
    np.testing.assert_allclose(
        second.sample_weight_[:6] / second.sample_weight_[0], factor / factor[0]
    )
    # Synthetic rows weigh what the positives weigh on average; all weights average 1.
    np.testing.assert_allclose(second.sample_weight_[6:], second.sample_weight_[4:6].mean())
    assert second.sample_weight_.mean() == pytest.approx(1.0)
    # Second pseudo-loss: mean of 1 - P(true) under the new weights.
    loss = np.average([0.3, 0.3, 0.3, 0.8, 0.2, 0.7], weights=factor)
    assert model.estimator_errors_[1] == pytest.approx(loss)


def test_multiclass_round_by_hand():
    """h = (.6, .3, .1) everywhere; D = 1/12 per wrong label of six rows, two of each class."""
    X, y = np.arange(6.0)[:, None], np.array([0, 0, 1, 1, 2, 2])

    class Constant(FixedOpinion):
        def predict_proba(self, X):
            return np.tile([0.6, 0.3, 0.1], (len(X), 1))

    model = SMOTEBoostClassifier(Constant(), n_estimators=1, k_neighbors=None).fit(X, y)
    # 1 - h_true + h_wrong: class 0: .7 .5; class 1: 1.3 .8; class 2: 1.5 1.2. Half the mean: .5,
    # no better than chance: the only member, at weight 1.
    assert model.estimator_errors_[0] == pytest.approx(0.5)
    assert model.estimator_weights_.tolist() == [1.0]
    np.testing.assert_allclose(model.predict_proba(X)[0], [0.6, 0.3, 0.1])


class ChangesItsMind(FixedOpinion):
    """The opposite opinion as soon as the weights are not all equal."""

    def predict_proba(self, X):
        p = super().predict_proba(X)
        return p if np.ptp(self.sample_weight_) < 1e-9 else p[:, ::-1]


def test_a_later_round_no_better_than_chance_is_discarded(six_rows):
    X, y = six_rows
    learner = ChangesItsMind()
    model = SMOTEBoostClassifier(learner, n_estimators=9, random_state=0).fit(X, y)
    assert len(model.estimators_) == 1
    assert model.estimator_errors_.tolist() == pytest.approx([13 / 30])
    alone = learner.fit(X, y, np.ones(6)).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X), alone)


def test_a_perfect_round_ends_boosting():
    X, y = np.arange(10.0)[:, None], np.repeat([0, 1], [7, 3])
    model = SMOTEBoostClassifier(n_estimators=20, random_state=0).fit(X, y)
    assert len(model.estimators_) == 1
    assert model.score(X, y) == 1.0


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(
        400, 5, n_informative=3, n_redundant=0, weights=[0.9], flip_y=0.02, random_state=0
    )


def test_differs_from_boosting_without_smote_and_from_adaboost(imbalanced):
    X, y = imbalanced
    smote, plain, adaboost = (
        model.fit(X, y).predict_proba(X)[:, 1]
        for model in (
            SMOTEBoostClassifier(n_estimators=10, random_state=0),
            SMOTEBoostClassifier(n_estimators=10, k_neighbors=None, random_state=0),
            AdaBoostClassifier(n_estimators=10, random_state=0),
        )
    )
    assert np.abs(smote - plain).max() > 0.05
    assert np.abs(plain - adaboost).max() > 0.01
    assert smote[y == 1].mean() > plain[y == 1].mean()  # balancing favours the positives


def test_every_round_draws_new_synthetic_rows(imbalanced):
    X, y = imbalanced
    model = SMOTEBoostClassifier(FixedOpinion(), n_estimators=2, random_state=0).fit(X, y)
    first, second = model.estimators_
    np.testing.assert_array_equal(first.X_[: len(X)], second.X_[: len(X)])
    assert not np.array_equal(first.X_, second.X_)


def test_neighbours_are_reduced_to_the_smallest_class():
    X = np.random.default_rng(0).normal(size=(30, 2))
    y = np.repeat([0, 1], [27, 3])
    assert SMOTEBoostClassifier(n_estimators=2).fit(X, y).k_neighbors_ == 2
    with pytest.raises(ValueError, match="two rows of each class"):
        SMOTEBoostClassifier(n_estimators=2).fit(X, np.repeat([0, 1], [29, 1]))


def test_same_seed_same_bits_and_labels_may_be_strings(imbalanced):
    X, y = imbalanced
    learner = DecisionTreeClassifier(max_depth=2, max_features=1)
    first, again = (
        SMOTEBoostClassifier(learner, n_estimators=5, random_state=7).fit(X, labels)
        for labels in (y, np.array(["a", "b"])[y])
    )
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    assert set(again.predict(X)) <= {"a", "b"}


def test_learners_need_weights_and_probabilities(imbalanced):
    with pytest.raises(ValueError, match="sample_weight"):
        SMOTEBoostClassifier(KNeighborsClassifier()).fit(*imbalanced)
    assert len(SMOTEBoostClassifier(GaussianNB(), n_estimators=2).fit(*imbalanced)) >= 1
