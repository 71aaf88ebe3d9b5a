import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import J48, NBC

from skewbench.statistics.bayes import bayesian_signed_rank


def test_baycomps_documented_example():
    # two_on_multiple(nbc, j48, rope=1): (0.23124, 0.00666, 0.7621) on its first page and
    # (0.23014, 0.00674, 0.76312) in its documentation of functions
    nbc, rope, j48 = bayesian_signed_rank(NBC - J48, rope=1)
    assert (nbc, rope, j48) == pytest.approx((0.23124, 0.00666, 0.7621), abs=0.02)
    assert (nbc, rope, j48) == pytest.approx((0.23014, 0.00674, 0.76312), abs=0.02)


def test_one_difference_far_from_zero_by_hand():
    # The prior's weight w is Beta(1/2, 1); the region holds w^2, the rest is better:
    # P(w^2 < 1/2) = P(w < 0.7071) = sqrt(0.7071)
    found = bayesian_signed_rank([0.5], rope=0.01, n_samples=100_000)
    assert found == pytest.approx((0.5**0.25, 1 - 0.5**0.25, 0), abs=0.005)


def test_one_difference_just_outside_by_hand():
    # 0 + d is inside, d + d outside: better holds (1 - w)^2, P(w < 1 - 0.7071) = sqrt(0.2929)
    found = bayesian_signed_rank([-0.015], rope=0.01, n_samples=100_000)
    worse = np.sqrt(1 - np.sqrt(0.5))
    assert found == pytest.approx((0, 1 - worse, worse), abs=0.005)


def test_mirrored_differences_are_as_likely_better_as_worse():
    # With zero on its mirror image too, both sides have the same distribution.
    better, _, worse = bayesian_signed_rank([-0.3, -0.1, -0.05, 0.05, 0.1, 0.3], 0.01, 100_000)
    assert better == pytest.approx(worse, abs=0.01)


def test_small_differences_are_equivalent():
    assert bayesian_signed_rank([0.001, -0.002, 0.0005, 0.003], 0.01) == (0, 1, 0)
    assert bayesian_signed_rank(np.zeros(5), 0.01) == (0, 1, 0)


def test_no_data_sets_leave_the_prior():
    assert bayesian_signed_rank([], 0.01) == (0, 1, 0)


def test_a_difference_on_the_border_is_half_inside():
    # d + d is on the border, 0 + d inside: the region holds 1 - (1 - w)^2 / 2 > 1/2 always
    assert bayesian_signed_rank([0.01], 0.01) == pytest.approx((0, 1, 0), abs=2e-3)


def test_a_missing_difference_is_an_error():
    with pytest.raises(ValueError, match="missing"):
        bayesian_signed_rank([0.1, np.nan], 0.01)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_probabilities_sum_to_one_whatever_the_order(differences, random):
    found = bayesian_signed_rank(differences, 0.01, n_samples=500)
    assert sum(found) == pytest.approx(1)
    shuffled = random.sample(differences, len(differences))
    assert bayesian_signed_rank(shuffled, 0.01, n_samples=500) == found


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=12))
def test_the_other_sign_swaps_better_and_worse(differences):
    better, same, worse = bayesian_signed_rank(differences, 0.01)
    other = bayesian_signed_rank(-np.array(differences), 0.01)
    assert other == pytest.approx((worse, same, better), abs=0.025)


def test_many_at_once_are_the_same_one_by_one():
    matrix = np.random.default_rng(0).normal(0.01, 0.05, (7, 12))
    together = np.transpose(bayesian_signed_rank(matrix, 0.01, n_samples=3000))
    one_by_one = [bayesian_signed_rank(row, 0.01, n_samples=3000) for row in matrix]
    np.testing.assert_allclose(together, one_by_one, atol=1e-3)


@pytest.mark.parametrize("shift", [0.0, 0.01, 0.03])
def test_agreement_with_baycomp(shift):
    baycomp = pytest.importorskip("baycomp", reason="a development oracle")
    differences = np.random.default_rng(3).normal(shift, 0.03, 20)
    worse, same, better = baycomp.SignedRankTest.probs(
        np.zeros(20), differences, 0.01, nsamples=20000, random_state=0
    )
    assert bayesian_signed_rank(differences, 0.01) == pytest.approx(
        (better, same, worse), abs=0.015
    )
