"""The incremental search keeps the rows that the library's exhaustive one keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.under_sampling import CondensedNearestNeighbour
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.neighbors import KNeighborsClassifier

from skewbench.strategies.nearest_example import NearestExampleClassifier


def test_the_nearest_example_gives_its_label_and_the_earliest_one_if_tied():
    model = NearestExampleClassifier().fit([[0.0, 0.0], [2.0, 0.0], [2.0, 0.0]], [7, 8, 9])
    asked = np.array([[0.4, 3.0], [1.0, 0.0], [1.9, -1.0]])
    assert model.predict(asked).tolist() == [7, 7, 8]
    assert [model.predict(row[None])[0] for row in asked] == [7, 7, 8]


def test_what_was_found_near_other_examples_is_forgotten():
    asked = np.array([[0.0], [5.0]])
    model = NearestExampleClassifier().fit([[0.0]], [1])
    assert model.predict(asked).tolist() == [1, 1]
    assert model.fit([[0.0], [4.0]], [1, 2]).predict(asked).tolist() == [1, 2]
    assert model.fit([[4.0]], [2]).predict(asked).tolist() == [2, 2]
    assert model.fit([[5.0], [0.0]], [3, 4]).predict(asked).tolist() == [4, 3]
    changed = asked + 4.9
    assert model.predict(changed).tolist() == [3, 3]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 20))
def test_answers_along_a_growing_store_are_those_of_the_library(seed, n_examples, n_features):
    random = np.random.default_rng(seed)
    examples, asked = (
        random.normal(size=(n_examples, n_features)),
        random.normal(size=(9, n_features)),
    )
    labels = random.integers(0, 3, n_examples)
    model = NearestExampleClassifier()
    for n in range(1, n_examples + 1):
        model.fit(examples[:n].copy(), labels[:n])
        library = KNeighborsClassifier(1, algorithm="brute").fit(examples[:n], labels[:n])
        assert (model.predict(asked) == library.predict(asked)).all()


@pytest.mark.parametrize("load", [load_breast_cancer, load_wine])
@pytest.mark.parametrize("random_state", range(3))
def test_condensing_keeps_the_same_rows_as_the_library(load, random_state):
    features, y = load(return_X_y=True)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    kept = [
        CondensedNearestNeighbour(random_state=random_state, n_neighbors=search).fit_resample(
            features, y
        )
        for search in (None, NearestExampleClassifier())
    ]
    assert np.array_equal(kept[0][0], kept[1][0])
    assert np.array_equal(kept[0][1], kept[1][1])
