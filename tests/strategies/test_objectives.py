"""Focal objective: derivatives by complex step, published factors, behaviour inside XGBoost."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_classification
from xgboost import XGBClassifier

from skewbench.errors import InputError
from skewbench.strategies.objectives import SMALLEST_HESSIAN, FocalObjective

GRID = np.linspace(-12, 12, 97)


def focal_loss(y, z, gamma):
    """Lin 2017, for real or complex z."""
    p_true = 1 / (1 + np.exp(-z if y else z))
    return -((1 - p_true) ** gamma) * np.log(p_true)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("y", [0, 1])
def test_gradient_by_complex_step(gamma, y):
    gradient, _ = FocalObjective(gamma)(np.full(len(GRID), y), GRID)
    exact = focal_loss(y, GRID + 1e-200j, gamma).imag / 1e-200
    np.testing.assert_allclose(gradient, exact, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("y", [0, 1])
def test_hessian_by_finite_differences_of_the_gradient(gamma, y):
    focal, step = FocalObjective(gamma), 1e-5
    labels = np.full(len(GRID), y)
    _, hessian = focal(labels, GRID)
    up, down = focal(labels, GRID + step)[0], focal(labels, GRID - step)[0]
    numeric = np.maximum((up - down) / (2 * step), SMALLEST_HESSIAN)
    np.testing.assert_allclose(hessian, numeric, rtol=1e-5, atol=1e-9)


def test_hessian_is_floored_where_focal_loss_is_concave():
    _, hessian = FocalObjective(2.0)(np.ones(1), np.array([-6.0]))
    assert hessian.tolist() == [SMALLEST_HESSIAN]


def test_published_values():
    """DEEP.md section 4, item 5: y = 1, gamma 2; y = 0 mirrors the gradient's sign."""
    z = np.array([0.0, 2.0, -2.0])
    gradient, hessian = FocalObjective(2.0)(np.ones(3), z)
    np.testing.assert_allclose(gradient, [-0.298287, -0.004871, -1.076714], atol=5e-7)
    np.testing.assert_allclose(hessian, [0.399143, 0.012678, 0.154563], atol=5e-7)
    mirrored, same = FocalObjective(2.0)(np.zeros(3), -z)
    np.testing.assert_allclose(mirrored, -gradient)
    np.testing.assert_allclose(same, hessian)


@pytest.mark.parametrize(("p_true", "factor"), [(0.9, 0.01), (0.5, 0.25), (0.1, 0.81)])
def test_easy_rows_count_less_by_the_published_factors(p_true, factor):
    """The loss, recovered by integrating the gradient from z to infinity, over cross-entropy."""
    z = np.linspace(np.log(p_true / (1 - p_true)), 60, 200_001)
    gradient, _ = FocalObjective(2.0)(np.ones(len(z)), z)
    loss = -np.trapezoid(gradient, z)
    assert loss / -np.log(p_true) == pytest.approx(factor, rel=1e-5)


@given(st.floats(-30, 30), st.integers(0, 1))
def test_gamma_zero_is_cross_entropy(z, y):
    gradient, hessian = FocalObjective(0.0)(np.array([y]), np.array([z]))
    p = 1 / (1 + np.exp(-z))
    assert gradient[0] == pytest.approx(p - y, abs=1e-12)
    assert hessian[0] == pytest.approx(max(p * (1 - p), SMALLEST_HESSIAN), abs=1e-12)


def test_alpha_weighs_positives_and_weights_multiply():
    y, z, w = np.array([1, 0]), np.array([0.5, 0.5]), np.array([2.0, 4.0])
    plain = np.array(FocalObjective(2.0)(y, z))
    np.testing.assert_allclose(FocalObjective(2.0, alpha=0.25)(y, z), plain * [0.25, 0.75])
    np.testing.assert_allclose(FocalObjective(2.0)(y, z, sample_weight=w), plain * w)
    np.testing.assert_allclose(FocalObjective(2.0, alpha=0.25)(y, z, w), plain * w * [0.25, 0.75])


@pytest.mark.parametrize("z", [-800.0, 800.0])
def test_extreme_scores_stay_finite(z):
    for y in (0, 1):
        values = FocalObjective(2.0)(np.array([y]), np.array([z], dtype=np.float32))
        assert np.isfinite(values).all()


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(800, 6, weights=[0.95], flip_y=0.03, random_state=0)


def booster(objective, **parameters):
    settings = {"n_estimators": 20, "max_depth": 3, "n_jobs": 1, "random_state": 0, **parameters}
    return XGBClassifier(objective=objective, **settings)


def test_xgboost_starts_from_one_half_and_applies_the_sigmoid(imbalanced):
    X, y = imbalanced
    model = booster(FocalObjective()).fit(X, y)
    start = json.loads(model.get_booster().save_config())
    base_score = start["learner"]["learner_model_param"]["base_score"]
    assert float(base_score.strip("[]")) == 0.5  # not the prior, 0.05
    margin = model.predict(X, output_margin=True).astype(float)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-margin)), atol=1e-6)


def test_gamma_zero_is_xgboosts_own_logistic_loss(imbalanced):
    X, y = imbalanced
    own = booster("binary:logistic", base_score=0.5).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(
        booster(FocalObjective(0.0)).fit(X, y).predict_proba(X), own, atol=1e-5
    )


def test_focal_differs_from_the_plain_booster_and_from_its_variants(imbalanced):
    X, y = imbalanced
    p = [
        booster(objective).fit(X, y).predict_proba(X)[:, 1]
        for objective in ("binary:logistic", FocalObjective(), FocalObjective(alpha=0.25))
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(p[one] - p[other]).max() > 0.01
    assert p[2].mean() < p[1].mean()  # alpha = .25 weighs positives down


def test_sample_weights_reach_the_objective(imbalanced):
    """An integer weight is a repeated row."""
    X, y = imbalanced
    weight = np.where(y == 1, 3, 1)
    weighted = booster(FocalObjective(), tree_method="exact").fit(X, y, sample_weight=weight)
    rows = np.repeat(np.arange(len(y)), weight)
    repeated = booster(FocalObjective(), tree_method="exact").fit(X[rows], y[rows])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


def test_pickles_copies_and_compares(imbalanced):
    X, y = imbalanced
    model = clone(booster(FocalObjective(1.5, alpha=0.3))).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert again.objective == FocalObjective(1.5, alpha=0.3) != FocalObjective(1.5)
    assert repr(again.objective) == "FocalObjective(gamma=1.5, alpha=0.3)"
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    "bad", [{"gamma": -1}, {"gamma": float("nan")}, {"alpha": 0}, {"alpha": 1.0}]
)
def test_bad_parameters_are_named(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        FocalObjective(**bad)


def test_binary_only():
    X = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(InputError, match="binary"):
        booster(FocalObjective()).fit(X, np.arange(60) % 3)
