from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skewbench.statistics.cliques import cliques


def _different(size, pairs):
    matrix = np.zeros((size, size), dtype=bool)
    for a, b in pairs:
        matrix[a, b] = matrix[b, a] = True
    return matrix


@pytest.mark.parametrize(
    ("pairs", "groups"),
    [
        ([], [[0, 1, 2, 3]]),
        ([(0, 3)], [[0, 1, 2], [1, 2, 3]]),
        ([(0, 2), (0, 3), (1, 3)], [[0, 1], [1, 2], [2, 3]]),
        # not an interval of the ranks: 1 differs from both of its neighbours
        ([(0, 1), (1, 2), (0, 3), (1, 3), (2, 3)], [[0, 2]]),
        (list(combinations(range(4), 2)), []),
    ],
)
def test_groups_by_hand(pairs, groups):
    assert cliques(_different(4, pairs)) == groups


def test_demsars_nemenyi_groups_of_two_clear_halves():
    # Demsar (2006), figure 1b's shape: ends differ, middles join both
    different = _different(5, [(0, 3), (0, 4), (1, 4)])
    assert cliques(different) == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]


@settings(deadline=None)
@given(st.integers(1, 7).flatmap(lambda k: st.tuples(st.just(k), st.sets(
    st.sampled_from(list(combinations(range(7), 2)))))))  # fmt: skip
def test_groups_are_all_maximal_sets_without_a_difference(case):
    size, pairs = case
    different = _different(7, pairs)[:size, :size]
    free = [
        set(group)
        for n in range(1, size + 1)
        for group in combinations(range(size), n)
        if not any(different[a, b] for a, b in combinations(group, 2))
    ]
    maximal = [group for group in free if not any(group < other for other in free)]
    assert cliques(different) == sorted(sorted(group) for group in maximal if len(group) > 1)
