"""Networks and class shares: logit adjustment, balanced softmax and what they leave calibrated."""

import numpy as np
import pytest
from scipy.special import logit
from sklearn.datasets import load_digits, make_classification
from sklearn.metrics import balanced_accuracy_score, log_loss

pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from small_networks import TRAININGS, fitted

from skewbench.strategies.neural.classifier import NeuralClassifier


def test_logit_adjustment_is_a_threshold_at_the_prior(imbalanced):
    X, y = imbalanced
    plain = fitted(imbalanced).predict_proba(X)[:, 1]
    adjusted = fitted(imbalanced, posthoc={"name": "logit_adjustment", "tau": 1.0})
    np.testing.assert_array_equal(adjusted.predict(X), plain > y.mean())
    offset = logit(adjusted.predict_proba(X)[:, 1]) - logit(plain)
    np.testing.assert_allclose(offset, -logit(y.mean()), rtol=1e-6)


def test_without_strength_nothing_is_adjusted(imbalanced):
    plain = fitted(imbalanced).predict_proba(imbalanced[0])
    for kind in ({"posthoc": {"name": "logit_adjustment", "tau": 0}}, {"loss": {"tau": 0}}):
        found = fitted(imbalanced, **kind).predict_proba(imbalanced[0])
        np.testing.assert_array_equal(found, plain)


def test_adjustment_by_hand_of_three_classes():
    """z = (2, 1, 0) and n = (100, 10, 1): the adjusted choice is the rarest class."""
    model = NeuralClassifier(posthoc={"name": "logit_adjustment"})
    model._finish(None, np.array([100, 10, 1]) / 111)
    assert (np.array([2.0, 1.0, 0.0]) + model._offset).argmax() == 2


def test_balanced_softmax_with_the_prior_put_back_is_calibrated_as_cross_entropy():
    X, y = make_classification(
        6000, 8, n_informative=4, n_redundant=0, weights=[0.95], flip_y=0.02, random_state=1
    )
    train, test = (X[:3000], y[:3000]), (X[3000:], y[3000:])
    plain, balanced = (
        fitted(train, steps=300, loss=loss).predict_proba(test[0])[:, 1]
        for loss in ({}, {"tau": 1.0})
    )
    put_back = 1 / (1 + np.exp(-logit(balanced) - logit(y[:3000].mean())))
    assert balanced.mean() > 2 * plain.mean()
    expected = log_loss(test[1], plain)
    assert log_loss(test[1], put_back) == pytest.approx(expected, rel=0.1)
    assert log_loss(test[1], balanced) > 1.2 * expected


def test_balanced_training_finds_more_of_the_minority(imbalanced):
    recall = {
        name: fitted(imbalanced, steps=200, **kind)
        .predict(imbalanced[0])[imbalanced[1] == 1]
        .mean()
        for name, kind in TRAININGS.items()
    }
    for name in ("balanced", "balanced_softmax", "crt", "logit_adjustment"):
        assert recall[name] > recall["plain"], name


@pytest.mark.slow
def test_balanced_softmax_beats_cross_entropy_on_long_tailed_digits():
    """100 down to 2 rows a class: better balanced accuracy in at least four of five seeds."""
    X, y = load_digits(return_X_y=True)
    X = X / 8 - 1
    wins = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        tail = (100 * 0.02 ** (np.arange(10) / 9)).astype(int)
        parts = [rng.permutation(np.flatnonzero(y == c)) for c in range(10)]
        train = np.concatenate([part[:n] for part, n in zip(parts, tail, strict=True)])
        test = np.concatenate([part[100:] for part in parts])
        plain, balanced = (
            balanced_accuracy_score(
                y[test],
                NeuralClassifier(image_shape=[1, 8, 8], steps=200, loss=loss, random_state=seed)
                .fit(X[train], y[train])
                .predict(X[test]),
            )
            for loss in (None, {"tau": 1.0})
        )
        wins += balanced > plain
    assert wins >= 4
