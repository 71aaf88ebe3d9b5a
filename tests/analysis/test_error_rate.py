"""From collected rows to the tables' p: no more errors than are said, as families count once."""

import numpy as np
import pandas as pd
from scipy.stats import binom
from small_tables import AP, described

from skewbench.analysis.comparisons import paired_tests
from skewbench.analysis.effects import effect_differences
from skewbench.analysis.select import family_means

STRATEGIES = described(none="control", smote="data")
STUDIES, FAMILIES = 600, 12


def studies_without_a_difference(family_of):
    """Return collected rows of two data sets a family and two seeds, a learner for every study.

    SMOTE suits some families and not others (sd 1), data sets and seeds scatter (sd .5).
    """
    axes = [range(STUDIES), range(FAMILIES), range(2), range(2)]
    rows = pd.MultiIndex.from_product(axes, names=["study", "family", "set", "seed"]).to_frame()
    rng = np.random.default_rng(3)
    suits = np.repeat(rng.normal(size=STUDIES * FAMILIES), 4)
    gain = 0.01 * (suits + rng.normal(0, 0.5, len(rows)))
    dataset = "d" + rows["family"].astype(str) + "_" + rows["set"].astype(str)
    rows = rows.assign(dataset=dataset, learner="s" + rows["study"].astype(str), **AP._asdict())
    rows = rows.assign(family=family_of(rows), task="binary", track="default", ratio="natural")
    rows = rows.assign(status="ok", reason="", flags="")
    both = [
        rows.assign(strategy="none", value=0.5),
        rows.assign(strategy="smote", value=0.5 + gain),
    ]
    return pd.concat(both, ignore_index=True).drop(columns=["study", "set"])


def rejected(collected):
    means = family_means(collected, STRATEGIES, [AP])
    table = paired_tests(effect_differences(means, STRATEGIES))
    assert len(table) == STUDIES
    return (table["p"] <= 0.05).sum(), set(table["n_datasets"])


def test_a_study_without_a_difference_finds_one_as_often_as_it_says():
    found, sizes = rejected(studies_without_a_difference(lambda rows: rows["family"].astype(str)))
    # Of the 2^12 choices of signs 87 have a rank sum of 13 at most, the largest with p <= .05.
    low, high = binom.interval(0.99, STUDIES, 2 * 87 / 2**FAMILIES)
    assert low <= found <= high
    assert sizes == {FAMILIES}


def test_near_identical_data_sets_that_count_apart_err_more_often():
    found, sizes = rejected(studies_without_a_difference(lambda rows: rows["dataset"]))
    assert found > 2 * 0.05 * STUDIES
    assert sizes == {2 * FAMILIES}
