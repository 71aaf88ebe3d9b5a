"""Random streams: fixed for good, keyed by names, independent of each other and of the process."""

import os
import subprocess
import sys
from itertools import combinations
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skewbench import seeding
from skewbench.seeding import INNER_SPLIT, MODEL, RATIO, RESAMPLE, SPLIT
from small_cells import ROOT

PURPOSES = (SPLIT, RATIO, INNER_SPLIT, RESAMPLE, MODEL)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


def test_streams_are_those_of_the_protocol():
    """SeedSequence([crc32(dataset), seed, fold]), one spawn key a purpose."""
    expected = np.random.SeedSequence([crc32(b"wine"), 3, 1], spawn_key=(1,))
    assert seeding.sequence(RATIO, "wine", 3, 1).generate_state(4).tolist() == (
        expected.generate_state(4).tolist()
    )
    drawn = seeding.generator(RATIO, "wine", 3, 1).random(3)
    np.testing.assert_array_equal(drawn, np.random.default_rng(expected).random(3))
    assert crc32(b"123456789") == 0xCBF43926  # the check value published with CRC-32


def test_values_do_not_change_between_versions():
    """A change here would make every published result a different one."""
    assert seeding.random_state(MODEL, "wine", 0, 0, 0, "smote", "xgboost") == 285140477
    assert seeding.generator(SPLIT, "wine", 0).integers(1000, size=3).tolist() == [972, 746, 894]


def test_purposes_are_distinct_streams():
    assert len(set(PURPOSES)) == 5
    states = [seeding.random_state(purpose, "wine", 0, 0) for purpose in PURPOSES]
    assert len(set(states)) == 5
    draws = [seeding.generator(purpose, "wine", 0, 0).normal(size=2000) for purpose in PURPOSES]
    for one, other in combinations(draws, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(2000)


def test_keys_of_a_study_never_share_a_model_state():
    keys = [
        ("d1", seed, fold, inner, strategy, learner)
        for seed in range(5)
        for fold in range(5)
        for inner in range(4)
        for strategy in ("none", "smote", "random_under")
        for learner in ("logistic_regression", "xgboost")
    ]
    states = {seeding.random_state(MODEL, *key) for key in keys}
    assert len(states) >= len(keys) - 1  # 600 of 2^31: a chance of 1 in 12,000 for one collision


@given(names, st.integers(0, 10_000), st.integers(0, 50))
def test_states_are_what_scikit_learn_accepts(name, seed, fold):
    state = seeding.random_state(RESAMPLE, name, seed, fold)
    assert isinstance(state, int)
    assert 0 <= state < 2**31
    assert state == seeding.random_state(RESAMPLE, name, seed, fold)
    np.random.RandomState(state)


@given(names, names, st.integers(0, 100))
def test_other_names_other_streams(one, other, seed):
    same = seeding.random_state(SPLIT, one, seed) == seeding.random_state(SPLIT, other, seed)
    assert same == (crc32(one.encode()) == crc32(other.encode()))


def test_order_of_the_key_matters():
    assert seeding.random_state(MODEL, "a", "b") != seeding.random_state(MODEL, "b", "a")
    assert seeding.random_state(SPLIT, "a", 1, 2) != seeding.random_state(SPLIT, "a", 2, 1)


def test_all_bits_of_a_state_vary():
    states = np.array([seeding.random_state(MODEL, "wine", seed) for seed in range(400)])
    ones = (states[:, None] >> np.arange(31) & 1).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 4.5 * 0.5 / np.sqrt(400)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_hash_randomisation_does_not_enter(hash_seed):
    code = "from skewbench.seeding import *; print(random_state(MODEL, 'wine', 1, 'smote'))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) == seeding.random_state(MODEL, "wine", 1, "smote")
