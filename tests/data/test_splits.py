"""Folds: every row tested once, groups whole, strata even, time in order."""

import time as clock
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from skewbench.data.splits import (
    _pour,
    duplicate_groups,
    inner_folds,
    outer_folds,
    row_groups,
)
from skewbench.data.table import Table
from skewbench.errors import Infeasible, InputError

SEED = np.random.SeedSequence(3)


def table(x, y, **extras):
    frame = pd.DataFrame(x if isinstance(x, dict) else {"x": np.asarray(x, dtype=float)})
    return Table(frame, np.asarray(y), ("a", "b", "c")[: max(y) + 1], "binary", **extras)


def counts(y, folds):
    return np.array([np.bincount(y[test], minlength=y.max() + 1) for _, test in folds])


labels = st.lists(st.integers(0, 2), min_size=12, max_size=80).map(np.array)


@given(y=labels, n_folds=st.integers(2, 6), seed=st.integers(0, 50))
def test_without_groups_it_is_an_exactly_stratified_k_fold(y, n_folds, seed):
    folds = inner_folds(y, None, n_folds, np.random.SeedSequence(seed))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
    assert (np.ptp(counts(y, folds), axis=0) <= 1).all()
    assert np.ptp([len(test) for _, test in folds]) <= 1
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(len(y)))
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()


@given(y=labels, data=st.data(), n_folds=st.integers(2, 5))
def test_groups_are_never_split(y, data, n_folds):
    groups = np.array(data.draw(st.lists(st.integers(0, 15), min_size=len(y), max_size=len(y))))
    if len(set(groups)) < n_folds:
        with pytest.raises(Infeasible, match="groups of rows cannot fill"):
            inner_folds(y, groups, n_folds, SEED)
        return
    folds = inner_folds(y, groups, n_folds, SEED)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])


@given(
    level=st.lists(st.integers(0, 12), min_size=1, max_size=6),
    amount=st.integers(0, 30),
    data=st.data(),
)
def test_pouring_equals_placing_one_by_one(level, amount, data):
    k = len(level)
    size = np.array(data.draw(st.lists(st.integers(0, 9), min_size=k, max_size=k)))
    priority = np.random.default_rng(amount).permutation(k)
    expected = np.zeros(k, dtype=int)
    for _ in range(amount):
        keys = [(level[f] + expected[f], size[f] + 2 * expected[f], priority[f]) for f in range(k)]
        expected[keys.index(min(keys))] += 1
    poured = _pour(np.array(level, dtype=float), amount, size, 2, priority)
    assert poured.tolist() == expected.tolist()


def test_pairs_and_singles_fill_up_to_even_strata():
    rng = np.random.default_rng(0)
    y = (rng.random(4000) < 0.05).astype(int)
    groups = np.arange(4000)
    groups[:600] = np.repeat(np.arange(300), 2)
    y[:600:2] = y[1:600:2]
    got = counts(y, inner_folds(y, groups, 5, SEED))
    assert (np.ptp(got, axis=0) <= 1).all()
    assert np.ptp(got.sum(axis=1)) <= 1


def test_uneven_patients_are_as_even_as_scikit_learn_makes_them():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), rng.integers(1, 40, 60))
    risk = rng.beta(0.5, 2, 60)
    y = (rng.random(len(groups)) < risk[groups]).astype(int)
    reference = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    theirs = counts(y, list(reference.split(groups[:, None], y, groups)))
    ours = counts(y, inner_folds(y, groups, 5, SEED))
    share = y.mean()
    assert (ours / ours.sum(axis=1, keepdims=True))[:, 1] == pytest.approx(share, abs=0.05)
    assert ours.std(axis=0)[1] <= 1.5 * theirs.std(axis=0)[1] + 1


def test_the_seed_alone_decides():
    y = np.arange(200) % 2
    first, again = (inner_folds(y, None, 5, np.random.SeedSequence(1)) for _ in range(2))
    other = inner_folds(y, None, 5, np.random.SeedSequence(2))
    assert all((a[1] == b[1]).all() for a, b in zip(first, again, strict=True))
    assert any((a[1] != b[1]).any() for a, b in zip(first, other, strict=True))


def test_duplicates_are_equal_rows_with_nan_equal_to_nan():
    features = pd.DataFrame(
        {
            "x": [1.0, 1.0, np.nan, np.nan, 1.0, 0.0, -0.0],
            "c": pd.Categorical(["a", "a", None, None, "b", "a", "a"]),
        }
    )
    codes = duplicate_groups(features)
    assert codes.tolist() == [0, 0, 1, 1, 2, 3, 3]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1))
def test_duplicate_groups_agree_with_pandas(rows):
    frame = pd.DataFrame(rows, columns=list("abc"), dtype=float).replace(2, np.nan)
    expected = frame.groupby(list("abc"), dropna=False, sort=False).ngroup()
    assert duplicate_groups(frame).tolist() == expected.tolist()


def test_duplicates_and_groups_bind_in_chains():
    # Rows 0 and 1 are equal, 1 and 2 one patient, 2 and 3 equal; row 4 stands alone.
    data = table([5, 5, 6, 6, 7], [0, 0, 0, 0, 1], group=np.array([9, 3, 3, 8, 4]))
    assert row_groups(data).tolist() == [0, 0, 0, 0, 1]


def test_duplicates_share_an_outer_fold():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 300, 1000)
    folds = outer_folds(table(x, rng.integers(0, 2, 1000)), "stratified", 5, SEED)
    for train, test in folds:
        assert not set(x[train]) & set(x[test])


@given(st.lists(st.integers(0, 12), min_size=4, max_size=60), st.integers(1, 5))
def test_time_trains_strictly_before_it_tests(times, n_folds):
    times = np.array(times, dtype=float)
    data = table(np.arange(len(times)), [0] * len(times), time=times)
    if len(set(times)) <= n_folds:
        with pytest.raises(Infeasible, match="distinct times"):
            outer_folds(data, "time", n_folds, SEED)
        return
    folds = outer_folds(data, "time", n_folds, SEED)
    assert len(folds) == n_folds
    tested = np.concatenate([test for _, test in folds])
    assert len(tested) == len(set(tested)) == len(times) - len(folds[0][0])
    for train, test in folds:
        assert times[train].max() < times[test].min()
    for (train, test), (later, _) in pairwise(folds):
        assert set(later) == {*train, *test}


def test_time_blocks_are_even():
    data = table(np.arange(600), [0] * 600, time=np.arange(600.0)[::-1])
    folds = outer_folds(data, "time", 5, SEED)
    assert [len(test) for _, test in folds] == [100] * 5
    assert folds[0][0].min() == 500  # the earliest times are the last rows
    inner = inner_folds(np.zeros(600, dtype=int), None, 3, SEED, time=data.time)
    assert [len(train) for train, _ in inner] == [150, 300, 450]


def test_fixed_split_is_the_one_given():
    data = table([1, 2, 3], [0, 1, 0], test=np.array([False, True, False]))
    [(train, test)] = outer_folds(data, "fixed", 5, SEED)
    assert (train.tolist(), test.tolist()) == ([0, 2], [1])


@pytest.mark.parametrize("kind", ["grouped", "time", "fixed", "random"])
def test_a_split_without_its_column_is_refused(kind):
    with pytest.raises(InputError, match=kind):
        outer_folds(table([1, 2, 3], [0, 1, 0]), kind, 2, SEED)


def test_many_groups_take_no_time():
    rng = np.random.default_rng(0)
    groups = np.concatenate([np.arange(8000), rng.integers(0, 8000, 2000)])
    y = (rng.random(10_000) < 0.1).astype(int)
    start = clock.process_time()
    inner_folds(y, groups, 5, SEED)
    assert clock.process_time() - start < 0.3  # 0.01 s measured; leaves room for a busy machine
