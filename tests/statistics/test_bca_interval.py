from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from skewbench.statistics.paired import bca_interval

STATISTICS = {"mean": np.mean, "median": np.median}


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("n", [3, 8, 30])
def test_agreement_with_scipy_on_the_same_resamples(statistic, n):
    values = np.sort(np.random.default_rng(n).lognormal(0, 1, n))
    draws = np.random.default_rng(4).multinomial(n, [1 / n] * n, 3000)
    of = STATISTICS[statistic]
    resampled = np.array([of(np.repeat(values, counts)) for counts in draws])
    expected = bootstrap(
        (values,),
        of,
        n_resamples=0,
        method="BCa",
        bootstrap_result=SimpleNamespace(bootstrap_distribution=resampled),
    ).confidence_interval
    assert bca_interval(values, statistic, n_resamples=3000, seed=4) == pytest.approx(
        tuple(expected), rel=1e-9
    )


def test_agreement_with_scipy_on_its_own_resamples():
    values = np.random.default_rng(1).gamma(2, 1, 25)
    expected = bootstrap((values,), np.mean, n_resamples=20000, rng=5).confidence_interval
    found = bca_interval(values, n_resamples=20000, seed=6)
    width = expected.high - expected.low
    assert found == pytest.approx((expected.low, expected.high), abs=0.03 * width)


def test_equal_values_have_no_width():
    assert bca_interval([0.2, 0.2, 0.2, 0.2]) == (pytest.approx(0.2), pytest.approx(0.2))
    assert bca_interval([0.0, 0.0, 0.0]) == (0.0, 0.0)


@pytest.mark.parametrize("values", [[], [0.1], [0.1, 0.3]])
def test_fewer_than_three_values_have_no_interval(values):
    assert np.isnan(bca_interval(values)).all()


def test_mostly_zeros_and_one_large_value():
    lower, upper = bca_interval([0.0] * 19 + [1.0])
    assert 0 <= lower <= 0.05 <= upper <= 1


@settings(deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=3, max_size=12),
    st.randoms(use_true_random=False),
    st.sampled_from(list(STATISTICS)),
)
def test_an_interval_is_ordered_inside_the_data_and_blind_to_their_order(values, random, statistic):
    lower, upper = bca_interval(values, statistic, n_resamples=200)
    assert min(values) - 1e-12 <= lower <= upper <= max(values) + 1e-12
    shuffled = random.sample(values, len(values))
    assert bca_interval(shuffled, statistic, n_resamples=200) == (lower, upper)


def test_many_at_once_are_the_same_one_by_one():
    matrix = np.random.default_rng(3).normal(size=(30, 9))
    lower, upper = bca_interval(matrix, n_resamples=500)
    one_by_one = [bca_interval(row, n_resamples=500) for row in matrix]
    np.testing.assert_allclose(np.transpose([lower, upper]), one_by_one, rtol=1e-12)


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match=r"'mode'.*mean, median"):
        bca_interval([1.0, 2.0, 3.0], "mode")
