from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import DEMSAR
from scipy.stats import PermutationMethod, rankdata, wilcoxon

from skewbench.statistics.paired import signed_rank

# Few distinct values, so that ties and zeros are common.
DIFFERENCES = st.lists(st.integers(-4, 4).map(lambda k: k / 10), min_size=1, max_size=10)


def _enumerated(differences):
    """Return the two-sided p-value over all signs of the ranked, nonzero differences."""
    ranks = rankdata(np.abs(differences))[differences != 0]
    signs = np.sign(differences[differences != 0])
    observed = abs((signs * ranks).sum())
    sums = [abs(np.dot(choice, ranks)) for choice in product([-1, 1], repeat=len(ranks))]
    return np.mean(np.array(sums) >= observed - 1e-9)


def test_demsars_wilcoxon_example():
    test = signed_rank(DEMSAR[:, 1] - DEMSAR[:, 0])
    # R+ = 93 and R- = 12 with zeros split: (93 - 12) / 105
    assert test.rank_biserial == pytest.approx(81 / 105)
    assert round(test.rank_biserial, 3) == 0.771
    assert (test.wins, test.ties, test.losses, test.n) == (10, 2, 2, 14)
    # Demsar rejects at .05 (the critical value for 14 data sets is 21)
    assert test.p < 0.05


def test_three_wins_by_hand():
    # Ranks 1, 2, 3 all positive: two of the eight choices of signs are as extreme.
    test = signed_rank([0.1, 0.2, 0.4])
    assert test == (0.25, 1.0, 3, 0, 0, 3)


def test_zeros_are_ranked_and_then_left_out():
    # |d| ranks 1.5 1.5 3 4; of +3 +4 -none, signs: {7, -1, 1, -7} -> 2 of 4
    test = signed_rank([0.0, 0.0, 0.1, 0.2])
    assert test.p == 0.5
    assert test.rank_biserial == pytest.approx(7 / 10)
    # with one sign against: |{1}| is reached by all four
    assert signed_rank([0.0, 0.0, -0.1, 0.2]).p == 1.0


def test_differences_beyond_the_twelfth_decimal_are_ties():
    assert signed_rank([1e-14, -1e-14, 0.3 - 0.2 - 0.1]).ties == 3
    assert signed_rank([0.3 - 0.2, -0.1, 0.5]) == signed_rank([0.1, -0.1, 0.5])


def test_nothing_but_zeros_is_no_evidence():
    assert signed_rank([0.0, 0.0]) == (1.0, 0.0, 0, 2, 0, 2)


def test_no_data_sets_no_answer():
    test = signed_rank([])
    assert np.isnan(test.p)
    assert np.isnan(test.rank_biserial)
    assert test.n == 0


def test_a_missing_difference_is_an_error():
    with pytest.raises(ValueError, match="missing"):
        signed_rank([0.1, np.nan])


@settings(deadline=None)
@given(DIFFERENCES)
def test_p_is_that_of_full_enumeration(differences):
    differences = np.array(differences)
    assert signed_rank(differences).p == pytest.approx(_enumerated(differences), abs=1e-12)


@settings(deadline=None)
@given(DIFFERENCES)
def test_the_other_sign_is_the_same_evidence(differences):
    one, other = signed_rank(differences), signed_rank(-np.array(differences))
    assert one.p == other.p
    assert one.rank_biserial == -other.rank_biserial
    assert (one.wins, one.losses) == (other.losses, other.wins)


@settings(deadline=None)
@given(DIFFERENCES, st.randoms(use_true_random=False))
def test_the_order_of_data_sets_does_not_matter(differences, random):
    shuffled = random.sample(differences, len(differences))
    assert signed_rank(differences) == signed_rank(shuffled)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1, 1).map(lambda d: round(d, 6)), min_size=2, max_size=9))
def test_agreement_with_scipys_permutation_test(differences):
    differences = np.array(differences)
    if not differences.any():
        differences[0] = 0.5
    method = PermutationMethod(n_resamples=10**4)
    expected = wilcoxon(differences, zero_method="pratt", method=method).pvalue
    assert signed_rank(differences).p == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [12, 50, 200])
def test_agreement_with_scipys_exact_distribution(n):
    differences = np.random.default_rng(n).normal(0.15, 1, n)
    expected = wilcoxon(differences, method="exact").pvalue
    assert signed_rank(differences).p == pytest.approx(expected, rel=1e-9)


def test_many_at_once_are_the_same_one_by_one():
    matrix = np.random.default_rng(0).integers(-5, 6, (40, 11)) / 10
    together = signed_rank(matrix)
    for i, row in enumerate(matrix):
        assert tuple(field[i] for field in together) == signed_rank(row)


@pytest.mark.parametrize("n", [2, 8, 13])
def test_smallest_possible_p(n):
    assert signed_rank(np.arange(1, n + 1)).p == pytest.approx(2 / 2**n)
