"""Class and example weights: by hand, as published, and as scikit-learn has them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skewbench.metrics.costs import cost_matrix
from skewbench.strategies.weighting import class_weights, example_weights

SCHEMES = ("inverse", "sqrt", "effective_number")
counts = st.lists(st.integers(1, 200), min_size=2, max_size=5).map(np.array)


def labels(n):
    return np.repeat(np.arange(len(n)), n)


def test_inverse_by_hand():
    """90 : 10 gives .5/.9 and .5/.1, so that both classes weigh 50 in all."""
    n = np.array([90, 10])
    w = example_weights(labels(n), class_weights(n, "inverse"))
    assert w[0] == pytest.approx(5 / 9)
    assert w[-1] == pytest.approx(5)
    assert w[:90].sum() == pytest.approx(50)


def test_square_root_by_hand():
    """100 : 4 gives 1/10 : 1/2, and (100 * .1 + 4 * .5) / 104 = 12 / 104 on average."""
    n = np.array([100, 4])
    np.testing.assert_allclose(class_weights(n, "sqrt"), [0.1, 0.5])
    w = example_weights(labels(n), class_weights(n, "sqrt"))
    assert w[0] == pytest.approx(104 / 120)
    assert w[-1] == pytest.approx(104 / 24)


@pytest.mark.parametrize(
    ("beta", "n", "effective"),
    [
        (0.9, 1, 1.0),
        (0.9, 2, 1.9),
        (0.9, 3, 2.71),
        (0.999, 2, 1.999),
        (0.999, 1000, 632.304575),  # (1 - .999^1000) / .001; .999^1000 = .367695425
        (0.99, 100, 63.396766),  # .99^100 = .366032341
    ],
)
def test_effective_number_is_the_geometric_sum(beta, n, effective):
    """E_n = 1 + beta + ... + beta^(n-1) [Cui et al. 2019]; the weight is its inverse."""
    assert sum(beta**i for i in range(n)) == pytest.approx(effective, abs=5e-7)
    weight = class_weights(np.array([n, 1]), "effective_number", beta=beta)
    assert weight[0] == pytest.approx(1 / effective, rel=1e-8)
    assert weight[1] == pytest.approx(1)


def test_effective_number_between_its_limits():
    """beta -> 0: all equal; beta -> 1: the inverse frequency."""
    n = np.array([5000, 40])
    weigh = [class_weights(n, "effective_number", beta=b) for b in (1e-12, 0.9, 0.999, 1 - 1e-12)]
    ratios = [w[1] / w[0] for w in weigh]
    assert ratios == sorted(ratios)
    assert ratios[0] == pytest.approx(1)
    # 1 - beta itself has but four digits this near to 1; the weights' ratio must not suffer.
    assert ratios[-1] == pytest.approx(125, rel=1e-6)


def test_default_beta_is_the_catalogues():
    n = np.array([300, 30])
    np.testing.assert_array_equal(
        class_weights(n, "effective_number"), class_weights(n, "effective_number", beta=0.999)
    )


def test_costs_by_hand():
    """A missed positive costs 10, a false alarm 1: 10 : 1, whatever the counts."""
    costs = cost_matrix({"false_negative": 10, "false_positive": 1}, 2)
    n = np.array([90, 10])
    np.testing.assert_array_equal(class_weights(n, "cost", costs=costs), [1, 10])
    w = example_weights(labels(n), class_weights(n, "cost", costs=costs))
    np.testing.assert_allclose(w[[0, -1]], [100 / 190, 1000 / 190])


def test_costs_of_several_classes_are_means_over_the_mistakes():
    costs = np.array([[0, 1, 3], [4, 0, 6], [10, 20, 0]], dtype=float)
    np.testing.assert_array_equal(
        class_weights(np.array([5, 5, 5]), "cost", costs=costs), [2, 5, 15]
    )


def test_default_multiclass_costs_are_the_inverse_frequencies():
    n = np.array([60, 30, 10])
    costs = cost_matrix({}, 3, n)
    by_cost = example_weights(labels(n), class_weights(n, "cost", costs=costs))
    inverse = example_weights(labels(n), class_weights(n, "inverse"))
    np.testing.assert_allclose(by_cost, inverse)


@given(counts)
def test_inverse_is_scikit_learns_balanced(n):
    y = labels(n)
    np.testing.assert_allclose(
        example_weights(y, class_weights(n, "inverse")), compute_sample_weight("balanced", y)
    )
    balanced = compute_class_weight("balanced", classes=np.arange(len(n)), y=y)
    np.testing.assert_allclose(class_weights(n, "inverse") * len(y) / len(n), balanced)


@given(counts, st.sampled_from(SCHEMES), st.floats(1e-6, 1 - 1e-6))
def test_weights_have_mean_one_and_rarer_classes_weigh_no_less(n, scheme, beta):
    w = class_weights(n, scheme, beta)
    rows = example_weights(labels(n), w)
    assert rows.mean() == pytest.approx(1)
    assert (w > 0).all()
    assert (np.diff(w[np.argsort(n)]) <= 1e-12 * w.max()).all()


@given(counts, st.floats(1e-3, 1 - 1e-6))
def test_effective_numbers_lie_between_equal_and_inverse_weights(n, beta):
    w = class_weights(n, "effective_number", beta)
    ratio, inverse = w.max() / w.min(), n.max() / n.min()
    assert 1 - 1e-9 <= ratio <= inverse * (1 + 1e-9)


@given(counts, st.sampled_from(SCHEMES), st.floats(0.1, 100))
def test_scaling_of_class_weights_cancels(n, scheme, factor):
    y, w = labels(n), class_weights(n, scheme)
    np.testing.assert_allclose(example_weights(y, w), example_weights(y, factor * w))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_class_without_rows_weighs_nothing(scheme):
    n = np.array([8, 0, 2])
    w = class_weights(n, scheme)
    assert w[1] == 0
    assert np.isfinite(w).all()
    np.testing.assert_allclose(w[[0, 2]], class_weights(np.array([8, 2]), scheme))


def test_unknown_scheme():
    with pytest.raises(ValueError, match="'inverted'"):
        class_weights(np.array([3, 1]), "inverted")
