"""The anchor of equal cost: its size by hand, and that it is the plain ensemble of that size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.equal_cost import EqualCostClassifier

ENSEMBLES = [
    RandomForestClassifier(n_estimators=10),
    BaggingClassifier(n_estimators=10),
    AdaBoostClassifier(n_estimators=10),
]


@parametrize_with_checks(
    [EqualCostClassifier(), *(EqualCostClassifier(ensemble) for ensemble in ENSEMBLES)],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "so fail scikit-learn's own ensembles: "
        "repeated rows draw other bootstraps than weighted ones"
    },
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # AdaBoost, of zero weights
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def data(*n_rows):
    y = np.repeat(np.arange(len(n_rows)), n_rows)
    return np.random.default_rng(0).normal(size=(len(y), 3)) + y[:, None], y


@pytest.mark.parametrize(
    ("n_rows", "size", "members"),
    [
        ((90, 10), 50, 10),  # 2 * 10 of 100 rows a member
        ((50, 50), 50, 50),  # balanced already: nothing to save
        ((96, 4), 50, 4),
        ((199, 1), 50, 1),  # .5 rounds to 0; one member at least
        ((60, 30, 10), 40, 12),  # 3 * 10 of 100 rows
    ],
)
def test_members_by_hand(n_rows, size, members):
    X, y = data(*n_rows)
    model = EqualCostClassifier(RandomForestClassifier(n_estimators=size), random_state=0)
    assert len(model.fit(X, y).estimator_.estimators_) == members


@given(st.integers(2, 80), st.integers(2, 80), st.integers(1, 60))
@settings(max_examples=20, deadline=None)
def test_rows_seen_are_those_of_the_balanced_ensemble(majority, minority, size):
    """members * n = m * 2 n_min, up to half a member either way."""
    X, y = data(majority, minority)
    model = EqualCostClassifier(BaggingClassifier(GaussianNB(), n_estimators=size), random_state=0)
    model.fit(X, y)
    members = model.estimator_.n_estimators
    if members > 1:
        balanced = size * 2 * min(majority, minority)
        assert abs(members * len(y) - balanced) <= len(y) / 2 + 1e-9
    assert 1 <= members <= size


@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=lambda e: type(e).__name__)
def test_is_the_plain_ensemble_of_that_size(ensemble):
    X, y = data(70, 30)
    weight = np.where(y == 1, 2.0, 1.0)
    model = EqualCostClassifier(ensemble, random_state=4).fit(X, y, sample_weight=weight)
    plain = type(ensemble)(n_estimators=6, random_state=4).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    assert ensemble.n_estimators == 10
    assert not hasattr(ensemble, "estimators_")


def test_the_default_is_a_forest():
    X, y = data(45, 5)
    model = EqualCostClassifier(random_state=0).fit(X, y)
    assert isinstance(model.estimator_, RandomForestClassifier)
    assert model.estimator_.n_estimators == 20
