import numpy as np
import pytest
from scipy.stats import ttest_1samp
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from skewbench.statistics.resampled import corrected_resampled_t


@pytest.fixture(scope="module")
def differences():
    """Return scikit-learn's example: two kernels on noisy moons, AUC over 10 x 10 folds."""
    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel, random_state=0), X, y, scoring="roc_auc", cv=folds)
        for kernel in ("rbf", "linear")
    )
    return rbf - linear


def test_scikit_learns_example(differences):
    test = corrected_resampled_t(differences, n_train=90, n_test=10)
    assert test.t == pytest.approx(0.750, abs=5e-4)
    assert test.p == pytest.approx(0.227, abs=5e-4)
    assert test.p_better == pytest.approx(0.773, abs=5e-4)
    assert test.p_equivalent == 0


def test_scikit_learns_example_without_correction(differences):
    test = corrected_resampled_t(differences, n_train=90, n_test=0)
    assert test.t == pytest.approx(2.611, abs=5e-4)
    assert test.p == pytest.approx(0.005, abs=5e-4)


def test_without_test_rows_it_is_the_plain_t_test():
    values = np.random.default_rng(0).normal(0.1, 1, 20)
    expected = ttest_1samp(values, 0, alternative="greater")
    test = corrected_resampled_t(values, n_train=1, n_test=0)
    assert (test.t, test.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_the_region_takes_from_both_sides():
    values = np.random.default_rng(0).normal(0.0, 1, 20)
    test = corrected_resampled_t(values, 90, 10, rope=0.5)
    other = corrected_resampled_t(-values, 90, 10, rope=0.5)
    assert test.p_better + test.p_equivalent + test.p_worse == pytest.approx(1)
    assert test.p_better == pytest.approx(other.p_worse)
    assert 0 < test.p_equivalent < 1


@pytest.mark.parametrize("differences", [[0.1], [0.1, 0.1, 0.1]])
def test_no_spread_no_answer(differences):
    assert np.isnan(corrected_resampled_t(differences, 90, 10).t)


def test_agreement_with_baycomp(differences):
    baycomp = pytest.importorskip("baycomp", reason="a development oracle")
    worse, same, better = baycomp.two_on_single(np.zeros(100), differences, rope=0.01, runs=10)
    test = corrected_resampled_t(differences, 90, 10, rope=0.01)
    assert (test.p_better, test.p_equivalent, test.p_worse) == pytest.approx(
        (better, same, worse), abs=1e-6
    )
