"""Ratios: exact counts, nestedness, infeasibility, weights."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skewbench.data.ratios import Ratio, induce, row_weights, training_prior
from skewbench.errors import Infeasible, InputError


def rng():
    return np.random.default_rng(7)


def binary(n_negatives, n_positives):
    y = np.repeat([0, 1], [n_negatives, n_positives])
    return np.random.default_rng(0).permutation(y)


def kept(y, ratio, **options):
    return np.bincount(y[induce(y, Ratio.parse(ratio), rng(), **options)], minlength=y.max() + 1)


@pytest.mark.parametrize("text", ["natural", "ir1", "ir10", "ir2.5", "ir10m50", "lt100"])
def test_parse_round_trips(text):
    assert str(Ratio.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "ir", "10", "ir0.9", "ir-3", "ir10m0", "ir10m", "ir10.0", "ir010", "lt", "Ir10", None],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InputError, match="no imbalance ratio"):
        Ratio.parse(text)


def test_fixed_total_counts_by_hand():
    # 800 negatives, 100 positives: N = min(800, 1100) = 800.
    y = binary(800, 100)
    assert kept(y, "ir10").tolist() == [727, 73]  # 800 / 11 = 72.7
    assert kept(y, "ir20").tolist() == [762, 38]  # 800 / 21 = 38.1
    assert kept(y, "ir79").tolist() == [790, 10]
    assert kept(binary(5000, 100), "ir10").tolist() == [1000, 100]  # N = 11 * 100


@pytest.mark.parametrize(
    ("y", "ratio", "reason"),
    [
        (binary(800, 100), "ir2", "267 positives, the training part has 100"),
        (binary(800, 100), "ir100", "8 positives at ir100, at least 10"),
        (binary(800, 100), "ir10m90", "900 negatives, the training part has 800"),
        (binary(800, 100), "ir2m120", "120 positives, the training part has 100"),
        (binary(800, 9), "natural", "9 positives in the training part"),
        (binary(800, 100), "lt10", "multi-class data only"),
        (np.arange(30) % 3, "ir10", "binary data only"),
        (np.array([0] * 50 + [1] * 20 + [2] * 5), "lt1000", "smallest class"),
    ],
)
def test_infeasible_states_its_reason(y, ratio, reason):
    with pytest.raises(Infeasible, match=reason):
        induce(y, Ratio.parse(ratio), rng())


def test_fixed_minority_counts_by_hand():
    y = binary(800, 100)
    assert kept(y, "ir10m50").tolist() == [500, 50]
    assert kept(y, "ir2.5m30").tolist() == [75, 30]


def test_long_tail_counts_by_hand():
    # Shape 1, 1/4, 1/16; 1000 : 200 : 40 rows allow n_max = min(1000, 800, 640) = 640.
    y = np.repeat([0, 1, 2], [1000, 200, 40])
    assert kept(y, "lt16").tolist() == [640, 160, 40]
    # Ten classes of 1000 at IR 100 (Cui et al. 2019's profile): 1000 * 100 ** (-c / 9).
    expected = [1000, 599, 359, 215, 129, 77, 46, 28, 17, 10]
    assert kept(np.repeat(np.arange(10), 1000), "lt100").tolist() == expected


def test_natural_keeps_all_rows_in_order():
    y = binary(30, 12)
    assert induce(y, Ratio.parse("natural"), rng()).tolist() == list(range(42))


def test_missing_last_class_is_infeasible_for_a_long_tail():
    with pytest.raises(Infeasible):
        induce(np.repeat([0, 1], 40), Ratio.parse("lt10"), rng(), n_classes=3)


sizes = st.tuples(st.integers(20, 400), st.integers(5, 60))
ratios = st.floats(1, 60).map(lambda value: round(value, 1))


@given(sizes=sizes, low=ratios, high=ratios, seed=st.integers(0, 99))
def test_fixed_total_is_nested(sizes, low, high, seed):
    y = binary(*sizes)
    low, high = sorted([low, high])
    rows = []
    for ratio in (low, high):
        try:
            generator = np.random.default_rng(seed)
            rows.append(induce(y, Ratio("fixed_total", ratio), generator, min_positives=1))
        except Infeasible:
            assume(False)
    skewed = {code: set(rows[1][y[rows[1]] == code]) for code in (0, 1)}
    milder = {code: set(rows[0][y[rows[0]] == code]) for code in (0, 1)}
    assert skewed[1] <= milder[1]
    assert milder[0] <= skewed[0]
    assert len(rows[0]) == len(rows[1]) == min(sizes[0], 11 * sizes[1])


@given(sizes=sizes, low=ratios, high=ratios, seed=st.integers(0, 99))
def test_fixed_minority_is_nested(sizes, low, high, seed):
    y = binary(*sizes)
    rows = []
    for ratio in sorted([low, high]):
        try:
            generator = np.random.default_rng(seed)
            rows.append(induce(y, Ratio("fixed_minority", ratio, 5), generator, min_positives=5))
        except Infeasible:
            assume(False)
    assert set(rows[0]) <= set(rows[1])
    assert (y[rows[0]] == 1).sum() == (y[rows[1]] == 1).sum() == 5


@given(st.lists(st.integers(2, 200), min_size=3, max_size=8), ratios)
def test_long_tail_never_exceeds_what_is_there(available, imbalance):
    available = sorted(available, reverse=True)
    y = np.repeat(np.arange(len(available)), available)
    try:
        rows = induce(y, Ratio("long_tail", imbalance), rng(), min_minority=1)
    except Infeasible:
        return
    counts = np.bincount(y[rows])
    assert (counts <= available).all()
    assert (np.diff(counts) <= 0).all()


def test_row_weights_give_the_prior():
    y = np.array([0, 0, 0, 1])
    weights = row_weights(y, np.array([0.9, 0.1]), 2)
    assert weights == pytest.approx([1.2, 1.2, 1.2, 0.4])  # .9 / .75 and .1 / .25
    assert row_weights(y, None, 2).tolist() == [1, 1, 1, 1]
    assert training_prior(y, 3).tolist() == [0.75, 0.25, 0]


def test_a_class_without_test_rows_gets_no_weight():
    weights = row_weights(np.array([0, 0, 1]), np.full(3, 1 / 3), 3)
    assert weights == pytest.approx([0.5, 0.5, 1.0])
