"""Artificial data: exact counts, the stated overlap, and a difficulty that follows it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skewbench.data.synthetic import make
from skewbench.errors import InputError

SHAPES = ["classification", "subclusters", "clover", "paw", "checkerboard", "moons"]


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=8)
@given(
    n_samples=st.integers(30, 300),
    ratio=st.sampled_from([1, 2.5, 9]),
    n_features=st.integers(2, 6),
    overlap=st.sampled_from([0, 0.3]),
    noise=st.sampled_from([0, 0.2]),
)
def test_counts_are_exact(shape, n_samples, ratio, n_features, overlap, noise):
    x, y = make(shape, n_samples, ratio, n_features, overlap, noise, seed=1)
    assert x.shape == (n_samples, n_features)
    assert np.isfinite(x).all()
    assert (y == 1).sum() == round(n_samples / (1 + ratio))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_seed_decides(shape):
    first, again, other = (make(shape, 200, overlap=0.2, seed=seed)[0] for seed in (4, 4, 5))
    assert (first == again).all()
    assert (first != other).any()


def nearest_neighbour_auc(x, y):
    model = KNeighborsClassifier(15)
    return cross_val_score(model, x, y, scoring="roc_auc", cv=4).mean()


@pytest.mark.parametrize("shape", SHAPES)
def test_overlap_and_noise_make_it_harder(shape):
    options = {"n_samples": 2000, "imbalance_ratio": 5, "n_features": 2, "seed": 0}
    if shape == "classification":
        options["n_clusters_per_class"] = 1
    clean = nearest_neighbour_auc(*make(shape, **options))
    overlapping = nearest_neighbour_auc(*make(shape, overlap=0.6, **options))
    noisy = nearest_neighbour_auc(*make(shape, noise=0.5, **options))
    assert clean > 0.9
    assert overlapping < clean - 0.02
    assert noisy < clean - 0.05


def test_the_share_of_borderline_rows_is_the_overlap():
    # One sub-cluster is the rectangle |x| <= 1/2, |y| <= 1/2; its zone reaches to 3/4.
    x, y = make("subclusters", 1100, 10, overlap=0.3, noise=0.1, seed=0, clusters=1)
    radius = np.abs(x).max(axis=1) / 0.5
    assert (radius[y == 1] <= 1).sum() == 60
    assert ((radius[y == 1] > 1) & (radius[y == 1] <= 1.5)).sum() == 30
    assert (radius[y == 0] > 1).all()


def test_checkerboard_cells_alternate():
    x, y = make("checkerboard", 2000, 1, seed=0, cells=3)
    cell = np.floor((x + 1) * 1.5).astype(int).sum(axis=1)
    assert ((cell % 2 == 0) == (y == 1)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": "clovr"}, "did you mean 'clover'"),
        ({"shape": "clover", "n_sample": 10}, "did you mean 'n_samples'"),
        ({"shape": "paw", "clusters": 3}, "unknown key 'clusters'"),
        ({"shape": "paw", "imbalance_ratio": 0.5}, "at least 1"),
        ({"shape": "paw", "n_samples": 3}, "leave no data"),
        ({"shape": "paw", "n_features": 1}, "two features"),
        ({"shape": "paw", "overlap": 0.8, "noise": 0.4}, "at most 1"),
        ({"shape": "subclusters", "clusters": 0}, "whole number"),
        ({"shape": "classification", "n_informative": 9}, "n_informative|informative"),
    ],
)
def test_wrong_parameters_are_explained(options, message):
    with pytest.raises(InputError, match=message):
        make(**options)
