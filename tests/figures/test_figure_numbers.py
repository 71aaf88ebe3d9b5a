"""The numbers behind curves, fronts and labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from skewbench.figures import wording
from skewbench.figures.curves import (
    _areas,
    cuts,
    precision_at_recall,
    recall_at_false_positive_rate,
)
from skewbench.figures.labels import spread
from skewbench.figures.times import pareto_front

# scikit-learn's documented example: AP 5/6, AUC .75
Y, SCORE, ONES = [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [1, 1, 1, 1]


def test_precision_is_a_step_function_of_recall():
    recall = [0, 0.25, 0.5, 0.5001, 0.75, 1]
    expected = [1, 1, 1, 2 / 3, 2 / 3, 2 / 3]
    assert precision_at_recall(Y, SCORE, ONES, recall) == pytest.approx(expected)


def test_roc_is_straight_between_cuts():
    # cuts: (0, .5), (.5, .5), (.5, 1), (1, 1)
    rates = np.array([0, 0.25, 0.5, 0.75, 1])
    expected = [0.5, 0.5, 1, 1, 1]
    assert recall_at_false_positive_rate(Y, SCORE, ONES, rates) == pytest.approx(expected)


def test_ties_are_one_cut_and_a_diagonal():
    true, false = cuts([1, 0, 1, 0], [0.5] * 4, ONES)
    assert (true.tolist(), false.tolist()) == ([2], [2])
    rates = np.array([0, 0.3, 1])
    assert recall_at_false_positive_rate([1, 0], [0, 0], [1, 1], rates) == pytest.approx(rates)
    assert precision_at_recall([1, 0], [0, 0], [1, 1], rates) == pytest.approx([0.5] * 3)


def test_weights_move_precision_and_not_the_roc_curve():
    weight = np.where(np.array(Y) == 1, 2.0, 1.0)
    assert precision_at_recall(Y, SCORE, weight, [1]) == pytest.approx([4 / 5])
    rates = np.linspace(0, 1, 11)
    assert recall_at_false_positive_rate(Y, SCORE, weight, rates) == pytest.approx(
        recall_at_false_positive_rate(Y, SCORE, ONES, rates)
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_areas_below_the_curves_are_average_precision_and_auc(seed):
    rng = np.random.default_rng(seed)
    y = np.r_[0, 1, rng.integers(0, 2, 30)]
    score, weight = rng.integers(0, 12, 32) / 4, rng.uniform(0.5, 2, 32)
    average_precision = average_precision_score(y, score, sample_weight=weight)
    auc = roc_auc_score(y, score, sample_weight=weight)
    assert _areas(y, score, weight) == pytest.approx((average_precision, auc))
    middles = (np.arange(20_000) + 0.5) / 20_000
    curves = (precision_at_recall, recall_at_false_positive_rate)
    means = [curve(y, score, weight, middles).mean() for curve in curves]
    assert means == pytest.approx((average_precision, auc), abs=2e-3)


def test_pareto_front_by_hand():
    seconds = [1, 2, 3, 3, 4, 1]
    scores = [0.5, 0.4, 0.7, 0.6, 0.7, 0.5]
    assert pareto_front(seconds, scores).tolist() == [True, False, True, False, False, True]


def test_spread_centres_touching_labels():
    assert spread(np.array([1.0, 1.0, 5.0]), 1.0) == pytest.approx([0.5, 1.5, 5.0])
    assert spread(np.array([]), 1.0).size == 0


@pytest.mark.parametrize(
    ("heights", "placed"),
    [
        ([0.0, 0.0, 9.0], [0.5, 1.5, 9.0]),  # unbounded: -0.5, 0.5, 9.0
        ([9.9, 9.9], [8.5, 9.5]),
        ([0.0], [0.5]),
        ([5.0, 5.0], [4.5, 5.5]),
    ],
)
def test_spread_stays_between_its_bounds(heights, placed):
    assert spread(np.array(heights), 1.0, 0.5, 9.5) == pytest.approx(placed)


def test_spread_without_room_is_even():
    assert spread(np.array([1.0, 1.0, 1.0]), 1.0, 0.0, 1.0) == pytest.approx([0.0, 0.5, 1.0])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12))
def test_spread_keeps_the_gap_and_the_order(heights):
    placed = spread(np.array(heights), 0.5)
    order = np.argsort(heights, kind="stable")
    assert np.all(np.diff(placed[order]) >= 0.5 - 1e-9)
    assert placed.mean() == pytest.approx(np.mean(heights))


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (("average_precision", "raw", "matched", ""), "average precision (AP)"),
        (
            ("average_precision", "raw", "reference", ""),
            "average precision (AP), at the reference prior 0.5",
        ),
        (("log_loss", "corrected", "matched", ""), "log-loss, corrected scores"),
        (("gmean", "raw", "matched", "tuned_f1"), "G-mean at the threshold tuned for F1"),
        (("recall", "raw", "matched", "default"), "recall at the default threshold"),
    ],
)
def test_readings_in_words(reading, words):
    assert wording.reading_label(*reading) == words


def test_learners_are_called_as_the_study_calls_them():
    assert wording.learner_label("random_forest_8") == "Random forest 8"
    with wording.learners_called({"random_forest_8": "Random forest, depth 8", "x": "XGBoost"}):
        assert wording.learner_label("random_forest_8") == "Random forest, depth 8"
        assert wording.learner_words("random_forest_8") == "random forest, depth 8"
        assert wording.learner_words("x") == "XGBoost"
        assert wording.learner_label("decision_tree") == "Decision tree"
        assert wording.learner_words("own") == "strategies with their own model"
    assert wording.learner_label("random_forest_8") == "Random forest 8"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.0123, 3, "+0.012"), (-0.0004, 3, "0.000"), (0.004, 2, "0.00"), (-0.5, 1, "-0.5")],
)
def test_a_change_of_nothing_has_no_sign(value, digits, text):
    assert wording.change(value, digits) == text


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        ("natural", "natural imbalance ratio"),
        ("ir10", "imbalance ratio 10"),
        ("ir10m50", "imbalance ratio 10, 50 minority rows"),
        ("lt100", "long tail, imbalance ratio 100"),
    ],
)
def test_ratios_in_words(ratio, words):
    assert wording.ratio_label(ratio) == words


@pytest.mark.parametrize(
    ("share", "label"),
    [
        (0.0, "SMOTE"),
        (np.nan, "SMOTE"),
        (0.5, "SMOTE (50% filled in)"),
        (0.003, "SMOTE (<1% filled in)"),
    ],
)
def test_a_label_says_what_is_filled_in(share, label):
    assert wording.filled_in("SMOTE", share) == label
