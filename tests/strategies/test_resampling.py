"""The declared policies of resampling: k reduced, no-ops named, partial targets, one seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.under_sampling import (
    EditedNearestNeighbours,
    InstanceHardnessThreshold,
    NearMiss,
    RandomUnderSampler,
)
from sklearn.base import BaseEstimator
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier

from skewbench.strategies.resampling import fix_randomness, prepare_sampler, resample
from small_cells import HERE

OVER, UNDER, COMBINE = (
    f"imblearn.{part}" for part in ("over_sampling", "under_sampling", "combine")
)


def data(*n_rows, seed=0):
    """Overlapping Gaussian classes of these sizes."""
    y = np.repeat(np.arange(len(n_rows)), n_rows)
    X = np.random.default_rng(seed).normal(size=(len(y), 3)) + 0.7 * y[:, None]
    return X, y


def counts_after(step, *n_rows, state=0):
    _, y, flags = resample(step if isinstance(step, list) else [step], *data(*n_rows), state, HERE)
    return np.bincount(y, minlength=len(n_rows)).tolist(), flags


@pytest.mark.parametrize(("minority", "k"), [(2, 1), (3, 2), (5, 4), (6, 5), (7, 5)])
def test_k_is_one_less_than_the_minority(minority, k):
    sampler = SMOTE(k_neighbors=5)
    flags = prepare_sampler(sampler, data(30, minority)[1])
    assert sampler.k_neighbors == k
    assert flags == ({"k_reduced"} if k < 5 else set())
    counts, flags = counts_after({f"{OVER}.SMOTE": {"k_neighbors": 5}}, 30, minority)
    assert counts == [30, 30]
    assert flags == ({"k_reduced"} if k < 5 else set())


@pytest.mark.parametrize(
    "step",
    [
        {f"{OVER}.ADASYN": {"n_neighbors": 5}},
        {f"{OVER}.BorderlineSMOTE": {"k_neighbors": 5, "m_neighbors": 10}},
        {f"{OVER}.SVMSMOTE": {"k_neighbors": 5, "m_neighbors": 10}},
        {f"{COMBINE}.SMOTETomek": {"smote": {f"{OVER}.SMOTE": {"k_neighbors": 5}}}},
        {f"{COMBINE}.SMOTEENN": {"smote": {f"{OVER}.SMOTE": {"k_neighbors": 5}}}},
    ],
    ids=lambda step: next(iter(step)).rpartition(".")[2],
)
def test_k_is_reduced_in_every_relative_of_smote(step):
    counts, flags = counts_after(step, 60, 4)
    assert "k_reduced" in flags
    assert counts[1] > 4 or "resampler_noop" in flags


def test_reduction_reaches_the_sampler_inside_and_spares_the_cleaner():
    sampler = SMOTEENN(smote=SMOTE(k_neighbors=5), enn=EditedNearestNeighbours(n_neighbors=3))
    assert prepare_sampler(sampler, data(40, 3)[1]) == {"k_reduced"}
    assert sampler.smote.k_neighbors == 2
    assert sampler.enn.n_neighbors == 3
    adasyn = ADASYN(n_neighbors=5)
    assert prepare_sampler(adasyn, data(40, 3)[1]) == {"k_reduced"}
    assert adasyn.n_neighbors == 2


@pytest.mark.parametrize("version", [1, 2, 3])
def test_near_miss_looks_for_neighbours_among_the_minority(version):
    sampler = NearMiss(version=version, n_neighbors=3)
    assert prepare_sampler(sampler, data(40, 2)[1]) == {"k_reduced"}
    assert sampler.n_neighbors == 1
    counts, flags = counts_after({f"{UNDER}.NearMiss": {"version": version}}, 40, 3)
    assert counts == [3, 3]
    assert flags == {"k_reduced"}
    assert counts_after({f"{UNDER}.NearMiss": {"version": version}}, 40, 4) == ([4, 4], set())


def test_cleaners_keep_their_k():
    """Their neighbours are of any class, so a small minority limits nothing."""
    sampler = EditedNearestNeighbours(n_neighbors=3)
    assert prepare_sampler(sampler, data(40, 2)[1]) == set()
    assert sampler.n_neighbors == 3


def test_one_minority_row_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="fewer than two rows of the smallest class"):
        counts_after({f"{OVER}.SMOTE": {}}, 20, 1)


def test_duplication_needs_no_neighbour():
    """Random oversampling has no k to reduce: one row can be repeated."""
    assert counts_after({f"{OVER}.RandomOverSampler": {}}, 6, 1) == ([6, 6], set())


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ({f"{OVER}.RandomOverSampler": {"sampling_strategy": 0.5}}, (21, 4), [21, 10]),
        ({f"{OVER}.SMOTE": {"sampling_strategy": 0.2}}, (59, 7), [59, 11]),
        ({f"{UNDER}.RandomUnderSampler": {"sampling_strategy": 0.5}}, (50, 7), [14, 7]),
        ({f"{UNDER}.RandomUnderSampler": {"sampling_strategy": 0.3}}, (50, 7), [23, 7]),
        # three classes: each against the largest, or the smallest
        ({f"{OVER}.RandomOverSampler": {"sampling_strategy": 0.5}}, (40, 30, 6), [40, 30, 20]),
        ({f"{UNDER}.RandomUnderSampler": {"sampling_strategy": 0.5}}, (40, 15, 6), [12, 12, 6]),
    ],
)
def test_partial_targets_by_hand(step, before, after):
    assert counts_after(step, *before) == (after, set())


def in_order(X):
    """Rows sorted: the order in which a sampler returns them says nothing."""
    return X[np.lexsort(X.T)]


@given(st.integers(12, 60), st.integers(2, 12), st.floats(0.05, 1.0), st.sampled_from([0, 1]))
@settings(max_examples=40, deadline=None)
def test_partial_targets_are_imbalanced_learns(majority, minority, share, which):
    """Where the library accepts the target, the rows are its own; else nothing changes."""
    kind = (RandomOverSampler, RandomUnderSampler)[which]
    module = (OVER, UNDER)[which]
    X, y = data(majority, minority)
    step = {f"{module}.{kind.__name__}": {"sampling_strategy": share}}
    got, _, flags = resample([step], X, y, 3, HERE)
    try:
        expected, _ = kind(sampling_strategy=share, random_state=3).fit_resample(X, y)
    except ValueError:  # the data have that share already, and more
        expected = X
    np.testing.assert_array_equal(in_order(got), in_order(expected))
    assert ("resampler_noop" in flags) == (len(expected) == len(X))


@pytest.mark.parametrize(
    "step",
    [
        {f"{OVER}.RandomOverSampler": {"sampling_strategy": 0.5}},
        {f"{OVER}.SMOTE": {"sampling_strategy": 0.5}},
        {f"{UNDER}.RandomUnderSampler": {"sampling_strategy": 0.5}},
        {f"{OVER}.RandomOverSampler": {}},
    ],
    ids=str,
)
def test_balanced_data_are_left_alone_and_flagged(step):
    X, y = data(15, 15)
    got, labels, flags = resample([step], X, y, 0, HERE)
    np.testing.assert_array_equal(in_order(got), in_order(X))
    assert np.bincount(labels).tolist() == [15, 15]
    assert flags == {"resampler_noop"}


def test_clean_data_have_no_tomek_links():
    X, y = data(20, 20)
    got, _, flags = resample([{f"{UNDER}.TomekLinks": {}}], X + 100 * y[:, None], y, 0, HERE)
    assert len(got) == 40
    assert flags == {"resampler_noop"}


class Moves(BaseEstimator):
    def fit_resample(self, X, y):
        return X + 1, y


class Relabels(BaseEstimator):
    def fit_resample(self, X, y):
        return X, np.where(np.arange(len(y)) == 0, 1, y)


@pytest.mark.parametrize("name", ["Moves", "Relabels"])
def test_as_many_other_rows_are_no_no_op(name):
    X, y = data(8, 4)
    assert resample([{f"{__name__}.{name}": {}}], X, y, 0, HERE)[2] == set()


def test_a_no_op_followed_by_a_change_is_none():
    steps = [
        {f"{OVER}.SMOTE": {"sampling_strategy": 0.2}},
        {f"{UNDER}.RandomUnderSampler": {}},
    ]
    assert counts_after(steps, 20, 8) == ([8, 8], set())


def test_steps_follow_each_other():
    steps = [
        {f"{OVER}.SMOTE": {"sampling_strategy": 0.5, "k_neighbors": 5}},
        {f"{OVER}.RandomOverSampler": {}},
    ]
    X, y = data(40, 6)
    got, labels, flags = resample(steps, X, y, 9, HERE)
    assert (np.bincount(labels).tolist(), flags) == ([40, 40], set())
    half, codes = SMOTE(k_neighbors=5, sampling_strategy=0.5, random_state=9).fit_resample(X, y)
    expected, _ = RandomOverSampler(random_state=9).fit_resample(half, codes)
    np.testing.assert_array_equal(got, expected)


def test_smote_interpolates_within_the_minority():
    """Every synthetic row lies on a segment between two minority rows [Chawla et al. 2002]."""
    X, y = data(30, 5)
    got, _, _ = resample([{f"{OVER}.SMOTE": {"k_neighbors": 2}}], X, y, 0, HERE)
    minority = X[y == 1]
    for row in got[len(X) :]:
        a, b = (row - minority)[:, None], (minority[None] - row)
        bent = np.abs(np.cross(a, b)).sum(axis=2)
        between = (a * b).sum(axis=2) >= -1e-12
        assert (bent[between] < 1e-9).any()


def test_same_state_same_rows_and_other_state_other_rows():
    X, y = data(40, 8)
    step = [{f"{OVER}.SMOTE": {}}]
    one, again, other = (resample(step, X, y, state, HERE)[0] for state in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_arguments_are_left_as_they_were():
    X, y = data(40, 8)
    before, step = (X.copy(), y.copy()), {f"{OVER}.SMOTE": {"sampling_strategy": 0.5}}
    resample([step], X, y, 1, HERE)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])
    assert step == {f"{OVER}.SMOTE": {"sampling_strategy": 0.5}}


def test_randomness_is_fixed_inside_and_out():
    nested = SMOTETomek(smote=SMOTE())
    fix_randomness(nested, 7)
    assert nested.random_state == nested.smote.random_state == 7
    hard = InstanceHardnessThreshold(estimator=RandomForestClassifier(n_jobs=8), n_jobs=4)
    fix_randomness(hard, 7)
    assert hard.random_state == hard.estimator.random_state == 7
    assert hard.n_jobs == hard.estimator.n_jobs == 1
    bag = fix_randomness(BaggingClassifier(RandomForestClassifier()), 3)
    assert bag.estimator.random_state == 3


def test_objects_without_parameters_are_left_alone():
    class Plain:
        pass

    thing = Plain()
    assert fix_randomness(thing, 1) is thing
    assert vars(thing) == {}
