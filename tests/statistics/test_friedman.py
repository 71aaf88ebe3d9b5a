import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from published import DEMSAR
from scipy.stats import friedmanchisquare

from skewbench.statistics.friedman import critical_difference, friedman, iman_davenport

SCORES = arrays(int, st.tuples(st.integers(2, 8), st.integers(3, 6)), elements=st.integers(0, 5))


def test_demsars_example():
    test = friedman(DEMSAR)
    np.testing.assert_allclose(test.mean_ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)
    assert test.chi2_textbook == pytest.approx(9.28, abs=0.01)
    f, p = iman_davenport(9.28, 14, 4)
    assert f == pytest.approx(3.69, abs=0.005)
    # the critical value of F(3, 39) at .05 is 2.85
    assert p < 0.05 < iman_davenport(6.9, 14, 4)[1]
    assert critical_difference(14, 4) == pytest.approx(1.25, abs=0.005)


def test_the_table_statistic_is_corrected_for_ties():
    test = friedman(DEMSAR)
    assert test.chi2 == pytest.approx(10.228, abs=5e-4)
    assert test.f == pytest.approx(13 * test.chi2 / (14 * 3 - test.chi2))


@settings(deadline=None)
@given(SCORES)
def test_agreement_with_scipy(scores):
    test = friedman(scores)
    if (scores == scores[:, :1]).all():
        assert np.isnan(test.chi2)
        assert np.isnan(test.p)
    else:
        assert test.chi2 == pytest.approx(friedmanchisquare(*scores.T).statistic, abs=1e-9)


@settings(deadline=None)
@given(SCORES)
def test_ranks_add_up_and_data_sets_have_no_order(scores):
    test = friedman(scores)
    assert test.mean_ranks.mean() == pytest.approx((scores.shape[1] + 1) / 2)
    assert friedman(scores[::-1]).p == pytest.approx(test.p, nan_ok=True)


def test_full_agreement_is_infinite_evidence():
    test = friedman([[1, 2, 3]] * 4)
    assert (test.chi2, test.f, test.p) == (8.0, np.inf, 0.0)


@pytest.mark.parametrize("scores", [np.zeros((0, 3)), np.ones((1, 3)), np.ones((4, 1))])
def test_too_small_a_table_has_no_answer(scores):
    assert np.isnan(friedman(scores)[1:]).all()


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_nemenyis_quantiles_as_in_demsars_table_5(k, q):
    assert critical_difference(30, k) == pytest.approx(q * np.sqrt(k * (k + 1) / 180), rel=5e-4)


def test_agreement_with_autorank():
    autorank = pytest.importorskip("autorank", reason="a development oracle")
    scores = np.random.default_rng(0).gamma(1, 1, (25, 5)) + np.arange(5)
    frame = pd.DataFrame(scores, columns=list("abcde"))
    result = autorank.autorank(frame, force_mode="nonparametric", verbose=False)
    assert result.cd == pytest.approx(critical_difference(25, 5), rel=2e-3)
    ranks = dict(zip("abcde", friedman(scores).mean_ranks, strict=True))
    assert result.rankdf["meanrank"].to_dict() == pytest.approx(ranks)
