"""Probability metrics against scikit-learn, a hand-worked table and their defining equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import labelled_probabilities, weights
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from skewbench.metrics.probability import (
    BINARY_METRICS,
    METRICS,
    clip_probability,
    fit_logistic,
    probability_metrics,
)


def simulated(n=4000, slope=1.0, shift=0.0, seed=0):
    """Return labels and predictions whose log-odds are the truth's, times slope, plus shift."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-2, 1.5, n)
    y = (generator.random(n) < expit(log_odds)).astype(int)
    return y, expit(slope * log_odds + shift)


def test_documentation_example_of_scikit_learn():
    metrics = probability_metrics(np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.8, 0.3]))
    assert metrics["brier"] == pytest.approx(0.0375)
    assert metrics["brier_skill"] == pytest.approx(1 - 0.0375 / 0.25)
    assert metrics["observed_expected"] == pytest.approx(2 / 2.1)


@given(labelled_probabilities(), st.data())
def test_losses_agree_with_scikit_learn(rows, data):
    y, p = rows
    for weight in (None, data.draw(weights(len(y)))):
        metrics = probability_metrics(y, p, weight)
        clipped = clip_probability(p)
        assert metrics["log_loss"] == pytest.approx(log_loss(y, clipped, sample_weight=weight))
        assert metrics["brier"] == pytest.approx(
            brier_score_loss(y, clipped, sample_weight=weight), abs=1e-12
        )


def test_a_hard_mistake_costs_the_same_in_float32_and_float64():
    y = np.array([1, 0])
    single = probability_metrics(y, np.array([0, 0.5], dtype=np.float32))
    double = probability_metrics(y, np.array([0, 0.5]))
    assert single["log_loss"] == double["log_loss"]
    assert double["log_loss"] == pytest.approx((-np.log(1e-6) + np.log(2)) / 2)


@given(st.integers(2, 5), st.integers(0, 10_000), st.booleans())
def test_multiclass_agrees_with_scikit_learn(n_classes, seed, weighted):
    generator = np.random.default_rng(seed)
    y = np.append(np.arange(n_classes), generator.integers(0, n_classes, 20))
    p = generator.dirichlet(np.ones(n_classes), len(y))
    p = np.clip(p, 1e-3, None)
    p /= p.sum(axis=1, keepdims=True)
    weight = generator.uniform(0.1, 3, len(y)) if weighted else None
    metrics = probability_metrics(y, p, weight)
    assert set(metrics) == set(METRICS)
    assert metrics["log_loss"] == pytest.approx(log_loss(y, p, sample_weight=weight))
    expected = brier_score_loss(
        y, p, sample_weight=weight, labels=np.arange(n_classes), scale_by_half=False
    )
    assert metrics["brier"] == pytest.approx(expected)


@given(labelled_probabilities(), st.data())
def test_two_columns_agree_with_the_binary_form(rows, data):
    y, p = rows
    weight = data.draw(weights(len(y)))
    binary = probability_metrics(y, p, weight)
    both = probability_metrics(y, np.column_stack([1 - p, p]), weight)
    for name in ("log_loss", "log_loss_skill", "brier_skill"):
        assert both[name] == pytest.approx(binary[name], rel=1e-6, abs=1e-9)
    assert both["brier"] == pytest.approx(2 * binary["brier"])


@given(labelled_probabilities(), st.data())
def test_the_prior_has_no_skill_and_is_calibrated(rows, data):
    y, _ = rows
    weight = data.draw(weights(len(y)))
    prior = weight @ y / weight.sum()
    metrics = probability_metrics(y, np.full(len(y), prior), weight)
    assert metrics["log_loss_skill"] == pytest.approx(0, abs=1e-9)
    assert metrics["brier_skill"] == pytest.approx(0, abs=1e-9)
    assert metrics["calibration_intercept"] == pytest.approx(0, abs=1e-9)
    assert metrics["observed_expected"] == pytest.approx(1)
    assert metrics["ece"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(metrics["calibration_slope"])


@pytest.mark.parametrize(("slope", "shift"), [(1, 0), (2, 0), (0.5, 1), (-1, 0.3)])
def test_calibration_slope_is_the_unpenalised_logistic_regression(slope, shift):
    y, p = simulated(slope=slope, shift=shift)
    weight = np.where(y == 1, 3.0, 0.5)
    metrics = probability_metrics(y, p, weight)
    x = logit(clip_probability(p))[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, y, sample_weight=weight)
    assert metrics["calibration_slope"] == pytest.approx(model.coef_[0, 0], rel=1e-5)


@given(labelled_probabilities(), st.data())
def test_calibration_intercept_equates_observed_and_expected(rows, data):
    y, p = rows
    weight = data.draw(weights(len(y)))
    intercept = probability_metrics(y, p, weight)["calibration_intercept"]
    shifted = expit(logit(clip_probability(p)) + intercept)
    assert weight @ shifted == pytest.approx(weight @ y, rel=1e-9)


@given(labelled_probabilities(min_size=4))
def test_calibration_slope_solves_its_score_equations_or_is_undefined(rows):
    y, p = rows
    slope = probability_metrics(y, p)["calibration_slope"]
    x = logit(clip_probability(p))
    separable = x[y == 1].min() >= x[y == 0].max() or x[y == 1].max() <= x[y == 0].min()
    assert np.isnan(slope) == separable
    if not separable:
        _, intercept = fit_logistic(x, y)
        residual = y - expit(slope * x + intercept)
        assert residual.sum() == pytest.approx(0, abs=1e-6)
        assert residual @ x == pytest.approx(0, abs=1e-5)


def test_calibrated_predictions_have_slope_one_and_intercept_zero():
    y, p = simulated(n=200_000)
    metrics = probability_metrics(y, p)
    assert metrics["calibration_slope"] == pytest.approx(1, abs=0.02)
    assert metrics["calibration_intercept"] == pytest.approx(0, abs=0.03)
    assert metrics["observed_expected"] == pytest.approx(1, abs=0.02)
    assert metrics["ece"] < 0.005


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_logistic_regression_knows_no_unit(scale, origin):
    y, p = simulated(n=200)
    x = logit(p)
    slope, intercept = fit_logistic(x, y)
    scaled, moved = fit_logistic(scale * x + origin, y)
    assert scaled * scale == pytest.approx(slope, rel=1e-6)
    assert moved + scaled * origin == pytest.approx(intercept, rel=1e-6, abs=1e-6)


def test_ece_by_hand():
    """Twenty rows, two a bin: only the bin of .3, .3 with one positive of two is off, by .2."""
    p = np.repeat([0.0, 0.3, 1.0], [10, 2, 8])
    y = np.repeat([0, 1, 0, 1], [10, 1, 1, 8])
    assert probability_metrics(y, p)["ece"] == pytest.approx(0.1 * 0.2, abs=1e-5)


def test_ece_keeps_ties_in_the_bin_of_their_middle():
    """Of 50 rows, .5 covers 0-6 % and .75 covers 6-12 %: both middles lie in the first bin."""
    p = np.repeat([0.5, 0.75, 1.0], [3, 3, 44])
    y = np.repeat([1, 0, 1], [5, 1, 44])
    assert probability_metrics(y, p)["ece"] == pytest.approx((1.5 - 0.25) / 50, abs=1e-5)


@given(labelled_probabilities(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows, random):
    y, p = rows
    order = list(range(len(y)))
    random.shuffle(order)
    one, other = probability_metrics(y, p), probability_metrics(y[order], p[order])
    for name, value in one.items():
        assert other[name] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True)


@given(labelled_probabilities(), st.integers(2, 4))
def test_prior_weights_are_repetition(rows, times):
    y, p = rows
    weighted = probability_metrics(y, p, np.where(y == 1, float(times), 1.0))
    repeat = np.where(y == 1, times, 1)
    repeated = probability_metrics(np.repeat(y, repeat), np.repeat(p, repeat))
    for name, value in weighted.items():
        assert repeated[name] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True)


def test_one_class_is_undefined():
    binary = probability_metrics(np.ones(3, dtype=int), np.array([0.1, 0.5, 0.9]))
    assert set(binary) == set(METRICS + BINARY_METRICS)
    assert np.isnan(list(binary.values())).all()
    several = probability_metrics(np.ones(3, dtype=int), np.full((3, 3), 1 / 3))
    assert np.isnan(list(several.values())).all()


def test_nan_probabilities_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        probability_metrics(np.array([0, 1]), np.array([np.nan, 0.5]))
