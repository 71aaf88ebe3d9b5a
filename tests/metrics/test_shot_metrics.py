"""Accuracy on many-, medium- and few-shot classes, by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from skewbench.metrics.shots import shot_accuracies

COUNTS = np.array(
    [
        [8, 2, 0, 0],  # recall .8
        [1, 5, 4, 0],  # .5
        [3, 3, 4, 0],  # .4
        [9, 0, 0, 1],  # .1
    ]
)


def test_groups_by_hand():
    found = shot_accuracies(COUNTS, np.array([500, 101, 100, 19]))
    assert found == {
        "accuracy_many_shot": pytest.approx((0.8 + 0.5) / 2),
        "accuracy_medium_shot": pytest.approx(0.4),
        "accuracy_few_shot": pytest.approx(0.1),
    }


def test_edges_are_medium_and_own_bounds_count():
    found = shot_accuracies(COUNTS, np.array([100, 50, 20, 20]))
    assert found["accuracy_medium_shot"] == pytest.approx(1.8 / 4)
    assert np.isnan(found["accuracy_many_shot"])
    assert np.isnan(found["accuracy_few_shot"])
    found = shot_accuracies(COUNTS, np.array([100, 50, 20, 20]), few=21, many=50)
    assert [found[f"accuracy_{group}_shot"] for group in ("many", "medium", "few")] == [
        pytest.approx(0.8),
        pytest.approx(0.5),
        pytest.approx(0.25),
    ]


def test_on_equal_classes_it_is_scikit_learns_accuracy_of_the_groups_rows():
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(5), 40)
    predicted = np.where(rng.random(200) < 0.6, y, rng.integers(0, 5, 200))
    rows = np.array([900, 300, 60, 15, 4])
    found = shot_accuracies(confusion_matrix(y, predicted), rows)
    for group, classes in (("many", [0, 1]), ("medium", [2]), ("few", [3, 4])):
        inside = np.isin(y, classes)
        expected = accuracy_score(y[inside], predicted[inside])
        assert found[f"accuracy_{group}_shot"] == pytest.approx(expected)


def test_unknown_rows_and_absent_classes_are_undefined():
    unknown = shot_accuracies(COUNTS, np.full(4, np.nan))
    assert np.isnan(list(unknown.values())).all()
    absent = COUNTS * np.array([1, 1, 1, 0])[:, None]
    found = shot_accuracies(absent, np.array([500, 101, 100, 19]))
    assert np.isnan(found["accuracy_few_shot"])
    assert found["accuracy_medium_shot"] == 0.4


def test_many_matrices_at_once_and_weights_of_classes_do_not_matter():
    rows = np.array([[500, 101, 100, 19], [10, 10, 500, 500]])
    weighted = COUNTS * np.array([1, 5, 0.2, 7])[:, None]
    found = shot_accuracies(np.stack([weighted, COUNTS]), rows)
    assert found["accuracy_few_shot"] == pytest.approx([0.1, 0.65])
    assert found["accuracy_many_shot"] == pytest.approx([0.65, 0.25])
