"""Self-paced ensemble: the paper's schedule and bins by hand, balanced members, determinism."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.self_paced import (
    SelfPacedEnsembleClassifier,
    allocate,
    draw_by_hardness,
    hardness_bins,
    self_paced_factor,
)


@parametrize_with_checks(
    [
        SelfPacedEnsembleClassifier(n_estimators=3, k_bins=5),
        SelfPacedEnsembleClassifier(LogisticRegression(), n_estimators=2),
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(
        600, 5, n_informative=3, n_redundant=0, weights=[0.9], flip_y=0.02, random_state=0
    )


def test_self_paced_factor_grows_as_the_tangent():
    # tan(pi i / 8) for n = 4: 0, sqrt(2) - 1, 1, sqrt(2) + 1.
    expected = [0, np.sqrt(2) - 1, 1, np.sqrt(2) + 1]
    np.testing.assert_allclose([self_paced_factor(i, 4) for i in range(4)], expected, atol=1e-12)


def test_hardness_bins_by_hand():
    hardness = np.array([0.0, 0.1, 0.24, 0.25, 0.6, 0.74, 1.0])
    bins, populations, means = hardness_bins(hardness, 4)
    assert bins.tolist() == [0, 0, 0, 1, 2, 2, 3]
    assert populations.tolist() == [3, 1, 2, 1]
    np.testing.assert_allclose(means, [0.34 / 3, 0.25, 0.67, 1.0])


def test_bins_span_the_observed_hardness_and_empty_ones_have_no_weight():
    bins, populations, means = hardness_bins(np.array([0.5, 0.5, 0.9]), 2)
    assert bins.tolist() == [0, 0, 1]
    _, populations, means = hardness_bins(np.array([0.0, 1.0]), 3)
    assert populations.tolist() == [1, 0, 1]
    assert means[1] == 0


def test_draw_follows_the_bin_weights_by_hand():
    # Two bins of 100 rows, h = 0.1 and 0.7; alpha = 0.1: weights 5 and 1.25, so 8 and 2 of 10.
    hardness = np.repeat([0.1, 0.7], 100)
    drawn = draw_by_hardness(hardness, 10, 2, 0.1, np.random.RandomState(0))
    assert len(set(drawn)) == 10
    assert np.sum(drawn < 100) == 8
    # A huge alpha makes the bins equal.
    drawn = draw_by_hardness(hardness, 10, 2, 1e6, np.random.RandomState(0))
    assert np.sum(drawn < 100) == 5


def test_small_bins_pass_what_they_cannot_give_to_the_others():
    # 8 : 2 : 2 of 12 wanted, but the first bin has 3 rows: the other 9 go 1 : 1, the odd one first.
    assert allocate(12, np.array([4.0, 1.0, 1.0]), np.array([3, 50, 50])).tolist() == [3, 5, 4]
    assert allocate(3, np.array([1.0, 0.0, 1.0]), np.array([9, 0, 9])).tolist() == [2, 0, 1]


@given(
    bins=st.lists(
        st.tuples(st.integers(0, 30), st.floats(0.01, 100)), min_size=1, max_size=12
    ).filter(lambda bins: sum(capacity for capacity, _ in bins) > 0),
    share=st.floats(0, 1),
)
@settings(max_examples=200, deadline=None)
def test_allocation_is_exact_and_within_capacity(bins, share):
    capacities = np.array([capacity for capacity, _ in bins])
    weights = np.where(capacities > 0, [weight for _, weight in bins], 0.0)
    size = int(share * capacities.sum())
    quotas = allocate(size, weights, capacities)
    assert quotas.sum() == size
    assert (quotas >= 0).all()
    assert (quotas <= capacities).all()


def test_every_member_sees_all_positives_and_as_many_distinct_negatives(imbalanced):
    X, y = imbalanced
    model = SelfPacedEnsembleClassifier(n_estimators=5, random_state=0).fit(X, y)
    assert len(model.estimators_samples_) == 5
    for rows in model.estimators_samples_:
        assert len(set(rows)) == len(rows) == 2 * y.sum()
        assert set(np.flatnonzero(y == 1)) <= set(rows)


def test_second_member_draws_by_the_first_members_errors(imbalanced):
    """Counts per hardness bin, worked out here from the first member alone."""
    X, y = imbalanced
    model = SelfPacedEnsembleClassifier(
        LogisticRegression(), n_estimators=2, k_bins=4, random_state=0
    ).fit(X, y)
    negatives = np.flatnonzero(y == 0)
    hardness = model.estimators_[0].predict_proba(X)[negatives, 1]
    edges = np.linspace(hardness.min(), hardness.max(), 5)
    bins = np.clip(np.digitize(hardness, edges) - 1, 0, 3)
    alpha = np.tan(np.pi / 4)
    weights = np.array([1 / (hardness[bins == b].mean() + alpha) for b in range(4)])
    wanted = y.sum() * weights / weights.sum()
    drawn = bins[np.isin(negatives, model.estimators_samples_[1])]
    assert np.abs(np.bincount(drawn, minlength=4) - wanted).max() < 1


def test_probabilities_are_the_members_mean(imbalanced):
    X, y = imbalanced
    model = SelfPacedEnsembleClassifier(n_estimators=3, random_state=0).fit(X, y)
    mean = np.mean([member.predict_proba(X) for member in model.estimators_], axis=0)
    np.testing.assert_allclose(model.predict_proba(X), mean, rtol=1e-12)


def test_same_seed_same_bits_other_seed_other_model(imbalanced):
    X, y = imbalanced
    first, again, other = (
        SelfPacedEnsembleClassifier(random_state=seed).fit(X, y).predict_proba(X)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_differs_from_random_balanced_members(imbalanced):
    """One bin leaves nothing to pace by; many bins choose other rows."""
    X, y = imbalanced
    paced, unpaced = (
        SelfPacedEnsembleClassifier(
            DecisionTreeClassifier(max_depth=3), k_bins=bins, random_state=0
        ).fit(X, y)
        for bins in (20, 1)
    )
    negatives = [
        np.concatenate([rows[y[rows] == 0] for rows in m.estimators_samples_[1:]])
        for m in (paced, unpaced)
    ]
    p = [m.predict_proba(X)[:, 1] for m in (paced, unpaced)]
    assert p[1][negatives[0]].mean() > p[1][negatives[1]].mean() + 0.05  # harder rows


def test_multiclass_members_are_balanced_and_labels_may_be_strings():
    X, y = make_classification(
        500, 5, n_informative=4, n_redundant=0, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
    labels = np.array(["often", "rare", "rarest"])[y]
    model = SelfPacedEnsembleClassifier(n_estimators=3, random_state=0).fit(X, labels)
    smallest = np.bincount(y).min()
    for rows in model.estimators_samples_:
        assert np.bincount(y[rows]).tolist() == [smallest] * 3
    assert set(model.predict(X)) == set(labels)


@pytest.mark.parametrize("bad", [{"k_bins": 0}, {"n_estimators": 0}, {"estimator": 3}])
def test_bad_parameters_are_named(bad, imbalanced):
    with pytest.raises(ValueError, match=next(iter(bad))):
        SelfPacedEnsembleClassifier(**bad).fit(*imbalanced)
