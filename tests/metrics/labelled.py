"""Hypothesis strategies for labelled scores: few rows, many ties, any scale."""

import numpy as np
from hypothesis import strategies as st

SCALES = (1.0, 0.125, 1e-300, 1e300)


@st.composite
def labelled_scores(draw, min_size=2, max_size=40):
    """Return y in {0, 1}, both present, and scores that often tie, down to 1e-300 apart."""
    n = draw(st.integers(min_size, max_size))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    y[0], y[-1] = 1, 0
    steps = draw(st.lists(st.integers(-8, 8), min_size=n, max_size=n))
    score = np.array(steps, dtype=float) * draw(st.sampled_from(SCALES))
    order = np.array(draw(st.permutations(range(n))))
    return y[order], score


@st.composite
def labelled_probabilities(draw, min_size=2, max_size=40):
    """Return y in {0, 1}, both present, and probabilities that tie often and include 0 and 1."""
    y, score = draw(labelled_scores(min_size, max_size))
    p = np.clip((score / (np.abs(score).max() or 1) + 1) / 2, 0, 1)
    return y, p


def weights(n):
    """Return positive row weights."""
    return st.lists(st.floats(0.05, 20), min_size=n, max_size=n).map(np.array)


@st.composite
def confusions(draw, n_classes=None, max_count=30):
    """Return integer confusion counts in which every class occurs."""
    c = n_classes or draw(st.integers(2, 5))
    table = np.array(
        draw(st.lists(st.integers(0, max_count), min_size=c * c, max_size=c * c)), dtype=float
    ).reshape(c, c)
    table[np.arange(c), np.arange(c)] += (table.sum(axis=1) == 0).astype(float)
    return table


def rows(table):
    """Return y and predicted whose confusion counts are ``table``."""
    true, predicted = np.indices(table.shape)
    repeat = table.astype(int).ravel()
    return np.repeat(true.ravel(), repeat), np.repeat(predicted.ravel(), repeat)
