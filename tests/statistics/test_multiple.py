import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import DEMSAR
from scipy.stats import norm

from skewbench.statistics.friedman import friedman
from skewbench.statistics.multiple import holm, smallest_n
from skewbench.statistics.paired import signed_rank

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_demsars_holm_example():
    # Against C4.5 on table 6, from mean ranks: z and p as published, then adjusted.
    ranks = friedman(DEMSAR).mean_ranks
    z = (ranks[0] - ranks[[3, 1, 2]]) / np.sqrt(4 * 5 / (6 * 14))
    # The published z and p come from ranks rounded to three decimals.
    np.testing.assert_allclose(z, [2.415, 2.342, 0.512], atol=2e-3)
    p = 2 * norm.sf(z)
    np.testing.assert_allclose(p, [0.0157, 0.0192, 0.608], atol=5e-4)
    np.testing.assert_allclose(holm([0.0157, 0.0192, 0.607]), [0.0471, 0.0471, 0.607], atol=1e-4)
    np.testing.assert_allclose(holm(p), [0.0472, 0.0472, 0.608], atol=5e-4)


def test_step_down_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.5, 0.9]), [1, 1])


def test_a_missing_comparison_does_not_count():
    np.testing.assert_array_equal(holm([np.nan, 0.02, 0.03]), [np.nan, 0.04, 0.04])
    assert holm([]).size == 0


@settings(deadline=None)
@given(P_VALUES)
def test_adjusted_is_monotone_and_never_smaller(p):
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    ordered = adjusted[np.argsort(p, kind="stable")]
    assert (np.diff(ordered) >= 0).all()


@settings(deadline=None)
@given(P_VALUES, st.randoms(use_true_random=False))
def test_order_of_comparisons_does_not_matter(p, random):
    positions = random.sample(range(len(p)), len(p))
    np.testing.assert_array_equal(holm(p)[positions], holm(np.array(p)[positions]))


def test_agreement_with_statsmodels():
    reason = "scikit-posthocs brings statsmodels, a development oracle"
    multitest = pytest.importorskip("statsmodels.stats.multitest", reason=reason)
    p = np.random.default_rng(0).uniform(0, 0.2, 30)
    np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1])


@pytest.mark.parametrize(("m", "n"), [(1, 6), (2, 7), (3, 7), (10, 9), (30, 11), (32, 11), (45, 11),
                                      (52, 12)])  # fmt: skip
def test_data_sets_needed_by_hand(m, n):
    assert smallest_n(m) == n


@settings(deadline=None)
@given(st.integers(1, 200), st.sampled_from([0.01, 0.05, 0.1]))
def test_the_number_needed_is_enough_and_one_less_is_not(m, alpha):
    n = smallest_n(m, alpha)
    smallest = [signed_rank(np.arange(1, size + 1)).p for size in (n, n - 1)]
    # one method wins everywhere, the others are level
    adjusted = [holm([p] + [1.0] * (m - 1))[0] for p in smallest]
    assert adjusted[0] <= alpha < adjusted[1]
