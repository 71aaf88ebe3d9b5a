"""Balance cascade: the published keep schedule, what is dropped, balanced members."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.cascade import BalanceCascadeClassifier, kept_counts


@parametrize_with_checks(
    [
        BalanceCascadeClassifier(n_estimators=3),
        BalanceCascadeClassifier(LogisticRegression(), n_estimators=1),
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(
        600, 5, n_informative=3, n_redundant=0, weights=[0.9], flip_y=0.02, random_state=0
    )


def test_kept_counts_by_hand():
    # f = (10 / 1000)^(1/2) = 0.1; then (16 / 81)^(1/4) = 2/3.
    assert kept_counts(1000, 10, 3).tolist() == [1000, 100, 10]
    assert kept_counts(81, 16, 5).tolist() == [81, 54, 36, 24, 16]
    assert kept_counts(50, 50, 4).tolist() == [50, 50, 50, 50]
    assert kept_counts(50, 5, 1).tolist() == [50]


def test_members_are_balanced_and_the_last_sees_the_hardest_negatives(imbalanced):
    X, y = imbalanced
    model = BalanceCascadeClassifier(LogisticRegression(), n_estimators=4, random_state=0)
    model.fit(X, y)
    for rows in model.estimators_samples_:
        assert len(set(rows)) == len(rows) == 2 * y.sum()
        assert y[rows].sum() == y.sum()
    # Replay: round t keeps N f^t of what round t - 1 kept, hardest first by the mean so far.
    pool, total = np.flatnonzero(y == 0), np.zeros(len(X))
    share = (y.sum() / len(pool)) ** (1 / 3)
    for t in range(1, 4):
        total += model.estimators_[t - 1].predict_proba(X)[:, 1]
        pool = pool[np.argsort(-total[pool])][: round(np.sum(y == 0) * share**t)]
        drawn = model.estimators_samples_[t]
        assert set(drawn[y[drawn] == 0]) <= set(pool)
    assert set(drawn[y[drawn] == 0]) == set(pool)  # the last round has no choice left


def test_same_seed_same_bits_and_labels_may_be_strings(imbalanced):
    X, y = imbalanced
    named = np.array(["fine", "fraud"])[y]
    first, again = (
        BalanceCascadeClassifier(n_estimators=4, random_state=3).fit(X, labels)
        for labels in (y, named)
    )
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    np.testing.assert_array_equal(np.array(["fine", "fraud"])[first.predict(X)], again.predict(X))


def test_multiclass_members_are_balanced():
    X, y = make_classification(
        500, 5, n_informative=4, n_redundant=0, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
    model = BalanceCascadeClassifier(n_estimators=3, random_state=0).fit(X, y)
    for rows in model.estimators_samples_:
        assert np.bincount(y[rows]).tolist() == [np.bincount(y).min()] * 3


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="two classes"):
        BalanceCascadeClassifier().fit([[0.0], [1.0]], [1, 1])
