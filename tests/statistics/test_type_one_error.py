"""The unit is the data set: what becomes of the error rate when it is not."""

import numpy as np
from scipy.stats import binom

from skewbench.statistics.multiple import holm
from skewbench.statistics.paired import signed_rank

STUDIES, DATASETS, SEEDS = 2000, 20, 10


def _differences(rng, methods=1):
    """Return (studies, methods, data sets, seeds) without a difference over all data sets.

    A method suits some data sets and not others (sd 1), and seeds scatter about that (sd 0.7).
    """
    suits = rng.normal(0, 1, (STUDIES, methods, DATASETS, 1))
    return suits + rng.normal(0, 0.7, (STUDIES, methods, DATASETS, SEEDS))


def test_the_primary_test_errs_as_often_as_it_says():
    differences = _differences(np.random.default_rng(1))[:, 0]
    rejected = (signed_rank(differences.mean(axis=2)).p <= 0.05).sum()
    low, high = binom.interval(0.99, STUDIES, 0.05)
    assert low <= rejected <= high


def test_seeds_as_blocks_err_far_more_often():
    differences = _differences(np.random.default_rng(1))[:, 0]
    blocks = differences.reshape(STUDIES, DATASETS * SEEDS)
    rejected = (signed_rank(blocks).p <= 0.05).mean()
    assert rejected > 0.3


def test_holm_keeps_the_error_of_a_whole_condition():
    differences = _differences(np.random.default_rng(2), methods=5).mean(axis=3)
    p = signed_rank(differences.reshape(-1, DATASETS)).p.reshape(STUDIES, 5)
    any_rejected = sum(holm(row).min() <= 0.05 for row in p)
    assert any_rejected <= binom.ppf(0.995, STUDIES, 0.05)
    assert (p.min(axis=1) <= 0.05).sum() > binom.ppf(0.995, STUDIES, 0.05)
