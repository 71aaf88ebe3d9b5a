from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from knowledge_base import measures_at, study

from skewbench.recommend.expectation import (
    distances,
    expected_gains,
    kernel,
    overall_gains,
    point_gains,
    usable,
)
from skewbench.recommend.knowledge import MEASURES, Cases, Option, gather

SMOTE, WEIGHTS, NONE = Option("smote"), Option("weight_inverse"), Option("none")


def query(imbalance):
    return pd.DataFrame([measures_at(imbalance)])


def made(families, ratios, gains, imbalance):
    """Return cases with the given gains of SMOTE beside an untouched learner."""
    index = pd.MultiIndex.from_arrays([families, ratios], names=["family", "ratio"])
    columns = pd.MultiIndex.from_tuples([SMOTE, NONE], names=Option._fields)
    table = pd.DataFrame(np.column_stack([gains, np.zeros(len(gains))]), index, columns)
    measures = pd.DataFrame([measures_at(value) for value in imbalance], index=index)
    return Cases("xgboost", "average_precision", table, measures, anchors={})


def one_measure(cases, values):
    """Return ``cases`` with a single measure that is not missing."""
    measures = pd.DataFrame(np.nan, cases.measures.index, list(MEASURES))
    measures["safe"] = values
    return replace(cases, measures=measures)


def test_by_hand():
    # Standard deviation of (0, 2): 1. From 0 the distances are 0 and 2, the weights 1 and
    # exp(-(2 / 0.7)^2 / 2) = 0.016880; the prior 5 at the mean 0.2.
    cases = one_measure(made(["a", "b"], ["natural"] * 2, [0.1, 0.3], [2, 3]), [0.0, 2.0])
    asked = pd.DataFrame([dict.fromkeys(MEASURES, np.nan) | {"safe": 0.0}])
    assert distances(cases.measures, asked)[0] == pytest.approx([0, 2])
    by_hand = (0.1 + 0.016880 * 0.3 + 5 * 0.2) / (1 + 0.016880 + 5)
    found = expected_gains(cases, asked)
    assert found.loc[SMOTE, "expected"] == pytest.approx(by_hand, abs=1e-6)
    assert found.loc[SMOTE, "overall"] == pytest.approx(0.2)
    assert found.loc[SMOTE, ["n_datasets", "n_better"]].tolist() == [2, 2]
    # A bootstrap of two families draws (a, a), (a, b), (b, b): its 5 % quantile is a alone.
    assert found.loc[SMOTE, "lower"] == pytest.approx(0.1)
    assert found.loc[SMOTE, "upper"] == pytest.approx(0.3)
    assert found.loc[NONE, ["expected", "lower", "upper"]].tolist() == [0, 0, 0]


def test_far_from_everything_only_the_overall_mean_is_left():
    cases = gather(*study()[:2], "xgboost", "average_precision")
    found = expected_gains(cases, query(1e9))
    assert found["expected"].to_numpy() == pytest.approx(overall_gains(cases), abs=1e-9)


def test_near_data_sets_decide():
    cases = gather(*study(noise=0)[:2], "xgboost", "average_precision")
    for imbalance, better, worse in ((3, WEIGHTS, SMOTE), (40, SMOTE, WEIGHTS)):
        found = expected_gains(cases, query(imbalance))
        assert found.loc[better, "lower"] > 0 > found.loc[worse, "upper"]


def test_point_gains_are_the_expected_ones():
    cases = gather(*study()[:2], "xgboost", "average_precision")
    found = point_gains(cases, pd.concat([query(3), query(40)]))
    for row, imbalance in zip(found, (3, 40), strict=True):
        assert row == pytest.approx(expected_gains(cases, query(imbalance))["expected"].to_numpy())


@given(st.floats(-1, 1), st.floats(1.5, 500), st.integers(2, 6))
def test_what_gains_the_same_everywhere_is_expected_to_gain_that(gain, imbalance, n):
    names = [f"f{i}" for i in range(n)]
    cases = made(names, ["natural"] * n, [gain] * n, np.linspace(2, 60, n))
    found = expected_gains(cases, query(imbalance)).loc[SMOTE, ["expected", "lower", "upper"]]
    assert found.to_numpy(float) == pytest.approx([gain] * 3)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=6), st.floats(2, 60), st.randoms())
def test_order_and_repeated_ratios_of_a_family_change_nothing(gains, imbalance, random):
    n = len(gains)
    names, hardness = [f"f{i}" for i in range(n)], np.linspace(2, 60, n)
    plain = point_gains(made(names, ["natural"] * n, gains, hardness), query(imbalance))
    order = random.sample(range(n), n)
    shuffled = made(
        [names[i] for i in order],
        ["natural"] * n,
        [gains[i] for i in order],
        hardness[order],
    )
    assert point_gains(shuffled, query(imbalance)) == pytest.approx(plain)
    twice = made(names * 2, ["natural"] * n + ["ir10"] * n, gains * 2, np.tile(hardness, 2))
    assert point_gains(twice, query(imbalance)) == pytest.approx(plain)


def test_a_missing_score_is_no_gain_of_zero():
    cases = made(["a", "b", "c"], ["natural"] * 3, [0.2, 0.2, np.nan], [2, 10, 50])
    found = expected_gains(cases, query(50)).loc[SMOTE]
    assert found[["expected", "n_datasets"]].tolist() == pytest.approx([0.2, 2])
    assert usable(cases).tolist() == [True, True]
    rare = made(["a", "b", "c"], ["natural"] * 3, [0.2, np.nan, np.nan], [2, 10, 50])
    assert usable(rare).tolist() == [False, True]


def test_the_kernel_falls_from_one():
    assert kernel(np.array([0.0, 0.7, 1e3])) == pytest.approx([1, np.exp(-0.5), 0])
