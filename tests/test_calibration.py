"""Prior correction and recalibration: published numbers, Bayes' rule and reference fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from skewbench.calibration import Recalibrator, fit_sigmoid, prior_shift, recalibrate

priors = st.floats(0.001, 0.999)


def simulated(n=3000, positives=None, seed=0):
    """Return labels and unit Gaussian scores with means two apart."""
    generator = np.random.default_rng(seed)
    y = (generator.random(n) < 0.1).astype(int)
    if positives is not None:
        y = np.zeros(n, dtype=int)
        y[generator.choice(n, positives, replace=False)] = 1
    return y, generator.normal(2 * y)


def test_published_prior_shift():
    """50 : 950 undersampled to balance."""
    corrected = prior_shift(np.array([0.5, 0.9]), 0.5, 0.05)
    assert corrected == pytest.approx([0.05, 0.3214], abs=5e-5)


@given(st.floats(1e-9, 1 - 1e-9), priors, priors)
def test_prior_shift_moves_the_log_odds_by_the_change_of_the_prior(p, effective, original):
    corrected = prior_shift(np.array([p]), effective, original)
    expected = logit(p) + logit(original) - logit(effective)
    assert corrected == pytest.approx(expit(expected), rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), priors, priors)
def test_prior_shift_can_be_undone_and_keeps_order_and_ends(values, effective, original):
    p = np.sort(np.array([0.0, *values, 1.0]))
    corrected = prior_shift(p, effective, original)
    assert corrected[[0, -1]].tolist() == [0, 1]
    assert (np.diff(corrected) >= 0).all()
    assert prior_shift(corrected, original, effective) == pytest.approx(p, abs=1e-9)
    assert prior_shift(p, original, original) == pytest.approx(p)


def test_prior_shift_recovers_the_posterior_of_bayes():
    """Gaussian classes: a model at prior .5, corrected to .02, is the posterior at .02."""
    x = np.linspace(-3, 5, 50)
    at = {prior: expit(2 * x - 2 + logit(prior)) for prior in (0.5, 0.02)}
    assert prior_shift(at[0.5], 0.5, 0.02) == pytest.approx(at[0.02])


@given(st.integers(2, 5), st.integers(0, 10_000))
def test_multiclass_prior_shift_is_bayes_rule(n_classes, seed):
    generator = np.random.default_rng(seed)
    likelihood = generator.uniform(0.01, 1, (10, n_classes))
    effective, original = generator.dirichlet(np.full(n_classes, 5.0), 2)

    def posterior(prior):
        joint = likelihood * prior
        return joint / joint.sum(axis=1, keepdims=True)

    assert prior_shift(posterior(effective), effective, original) == pytest.approx(
        posterior(original)
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), priors, priors)
def test_both_forms_of_the_prior_shift_agree(values, effective, original):
    p = np.array(values)
    both = prior_shift(
        np.column_stack([1 - p, p]),
        np.array([1 - effective, effective]),
        np.array([1 - original, original]),
    )
    assert both[:, 1] == pytest.approx(prior_shift(p, effective, original))


@pytest.mark.parametrize("prior", [0.0, 1.0, np.nan])
def test_prior_shift_refuses_an_impossible_prior(prior):
    with pytest.raises(ValueError, match="between 0 and 1"):
        prior_shift(np.array([0.5]), prior, 0.5)


def test_sigmoid_is_the_logistic_regression_of_platts_targets():
    y, score = simulated(300)
    positives = y.sum()
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))
    x = np.concatenate([score, score])[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    model.fit(x, np.repeat([1, 0], len(y)), sample_weight=np.concatenate([target, 1 - target]))
    slope, intercept = fit_sigmoid(score, y)
    assert slope == pytest.approx(model.coef_[0, 0], rel=1e-4)
    assert intercept == pytest.approx(model.intercept_[0], rel=1e-4)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(-5, 5)), min_size=1, max_size=30),
    st.sampled_from([1e-200, 1e-3, 1.0, 1e300]),
)
def test_sigmoid_solves_its_score_equations_however_small_or_separable(rows, scale):
    y, steps = np.array(rows).T
    slope, intercept = fit_sigmoid(steps * scale, y)
    positives = y.sum()
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))
    p = expit(slope * (steps * scale) + intercept)
    assert p.mean() == pytest.approx(target.mean(), abs=1e-7)
    assert p @ steps == pytest.approx(target @ steps, abs=1e-5)


def test_constant_scores_become_the_smoothed_prior():
    y = np.repeat([0, 1], [90, 10])
    slope, intercept = fit_sigmoid(np.full(100, 0.3), y)
    assert slope == 0
    assert expit(intercept) == pytest.approx((90 / 92 + 10 * 11 / 12) / 100)


def test_separable_scores_stay_finite():
    y = np.repeat([0, 1], [50, 5])
    slope, intercept = fit_sigmoid(np.where(y == 1, 1.0, -1.0), y)
    p = expit(slope * np.array([-1, 1]) + intercept)
    assert p == pytest.approx([1 / 52, 6 / 7])


def test_recalibration_of_probabilities_undoes_any_sigmoid_distortion():
    y, score = simulated(20_000)
    truth = expit(2 * score - 2 + logit(0.1))
    distorted = expit(0.3 * logit(truth) + 2)
    recalibrated = Recalibrator("sigmoid", probabilistic=True).fit(distorted, y)
    assert recalibrated.transform(distorted) == pytest.approx(truth, abs=0.03)


def test_real_valued_scores_become_probabilities():
    y, score = simulated(20_000)
    truth = expit(2 * score - 2 + logit(0.1))
    p = Recalibrator("sigmoid", probabilistic=False).fit(score, y).transform(score)
    assert p == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize(("positives", "isotonic"), [(199, False), (200, True)])
def test_isotonic_from_200_positives(positives, isotonic):
    y, score = simulated(1000, positives)
    test = np.linspace(-5, 7, 40)
    expected = IsotonicRegression(out_of_bounds="clip").fit(score, y).predict(test)
    recalibrated = recalibrate(score, y, test, probabilistic=False)
    assert np.allclose(recalibrated, expected) == isotonic
    assert (np.diff(recalibrated) >= 0).all()
    assert recalibrated.min() >= 0
    assert recalibrated.max() <= 1


def test_multiclass_recalibration_is_one_sigmoid_per_class_normalised():
    generator = np.random.default_rng(0)
    y = generator.choice(3, 500, p=[0.7, 0.2, 0.1])
    p = generator.dirichlet(np.ones(3), 500) * 0.5 + 0.5 * np.eye(3)[y]
    recalibrated = recalibrate(p, y, p[:50], probabilistic=True)
    columns = []
    for code in range(3):
        slope, intercept = fit_sigmoid(logit(p[:, code]), y == code)
        columns.append(expit(slope * logit(p[:50, code]) + intercept))
    expected = np.column_stack(columns)
    expected /= expected.sum(axis=1, keepdims=True)
    assert recalibrated == pytest.approx(expected)


def test_a_class_without_out_of_fold_rows_gets_a_small_constant():
    p = np.full((30, 3), 1 / 3)
    y = np.repeat([0, 1], 15)
    recalibrated = recalibrate(p, y, p[:1], probabilistic=True)
    assert recalibrated.sum() == pytest.approx(1)
    assert recalibrated[0, 2] < 0.05
