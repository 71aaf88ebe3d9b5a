"""Costs: orientation, published thresholds, and envelopes against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import labelled_probabilities, labelled_scores, weights

from skewbench.metrics.costs import (
    bayes_threshold,
    cost_curve,
    cost_matrix,
    expected_cost,
    net_benefit,
    normalised_cost,
    smallest_expected_cost,
)
from skewbench.metrics.counts import confusion

COST = {"false_negative": 10.0, "false_positive": 1.0}
BINARY = cost_matrix(COST, 2)


def test_published_threshold():
    assert bayes_threshold(10, 1) == pytest.approx(1 / 11)


def test_orientation_is_true_then_predicted():
    """Elkan writes [predicted, true]: his matrix is the transpose of ours."""
    missed = confusion(np.array([1]), np.array([0]), None, 2)
    false_alarm = confusion(np.array([0]), np.array([1]), None, 2)
    assert expected_cost(missed, BINARY) == 10
    assert expected_cost(false_alarm, BINARY) == 1
    assert expected_cost(missed, BINARY.T) == 1
    assert BINARY[1, 0] == COST["false_negative"]


def test_costs_by_hand():
    counts = np.array([[80.0, 10.0], [3.0, 7.0]])
    assert expected_cost(counts, BINARY) == pytest.approx(0.4)
    assert normalised_cost(counts, BINARY) == pytest.approx(0.4 / min(10 * 0.1, 1 * 0.9))
    assert net_benefit(counts, 1 / 11) == pytest.approx(0.07 - 0.1 * 0.1)


@given(st.floats(0.01, 0.99))
def test_net_benefit_falls_with_expected_cost(prior):
    """n c_FN (pi - net benefit) = cost: the two order decisions alike."""
    counts = np.array([[(1 - prior) * 0.8, (1 - prior) * 0.2], [prior * 0.3, prior * 0.7]])
    benefit = net_benefit(counts, bayes_threshold(10, 1))
    assert expected_cost(counts, BINARY) == pytest.approx(10 * (prior - benefit))


@pytest.mark.parametrize("predicted", [0, 1])
def test_the_better_constant_prediction_costs_one(predicted):
    y = np.repeat([0, 1], [90, 10])
    cost = normalised_cost(confusion(y, np.full(100, predicted), None, 2), BINARY)
    assert cost == pytest.approx([1 / 0.9, 1][predicted])


def test_undefined_costs():
    assert np.isnan(normalised_cost(np.array([[9.0, 1.0], [0.0, 0.0]]), BINARY))
    assert np.isnan(expected_cost(np.zeros((2, 2)), BINARY))
    assert np.isnan(net_benefit(np.zeros((2, 2)), 0.5))


def test_costs_take_batches():
    counts = np.array([[[80.0, 10.0], [3.0, 7.0]], [[90.0, 0.0], [10.0, 0.0]]])
    assert expected_cost(counts, BINARY) == pytest.approx([0.4, 1.0])
    assert normalised_cost(counts, BINARY) == pytest.approx([0.4 / 0.9, 1 / 0.9])
    assert net_benefit(counts, 0.5) == pytest.approx([-0.03, 0])


def test_multiclass_costs_follow_the_class_sizes():
    class_counts = np.array([60, 30, 10])
    matrix = cost_matrix(COST, 3, class_counts)
    assert matrix.tolist() == [[0, 1, 1], [2, 0, 2], [6, 6, 0]]
    constant = [
        confusion(np.repeat([0, 1, 2], class_counts), np.full(100, c), None, 3) for c in range(3)
    ]
    assert expected_cost(np.array(constant), matrix) == pytest.approx([1.2, 1.2, 1.2])
    assert normalised_cost(np.array(constant), matrix) == pytest.approx([1, 1, 1])
    with pytest.raises(ValueError, match="row"):
        cost_matrix(COST, 3, np.array([60, 40, 0]))


@given(labelled_probabilities(), st.floats(0.1, 50))
def test_smallest_expected_cost_is_the_bayes_threshold(rows, false_negative):
    _, p = rows
    matrix = cost_matrix({"false_negative": false_negative, "false_positive": 1}, 2)
    threshold = bayes_threshold(false_negative, 1)
    clear = np.abs(p - threshold) > 1e-9
    labels = smallest_expected_cost(np.column_stack([1 - p, p]), matrix)
    assert (labels == (p >= threshold))[clear].all()


def test_smallest_expected_cost_prefers_the_expensive_class():
    matrix = cost_matrix(COST, 3, np.array([60, 30, 10]))
    p = np.array([[0.7, 0.1, 0.2], [0.9, 0.05, 0.05], [0.2, 0.7, 0.1]])
    assert smallest_expected_cost(p, matrix).tolist() == [2, 0, 1]
    assert p.argmax(axis=1).tolist() == [0, 0, 1]


@given(labelled_scores(), st.data())
def test_cost_curve_is_the_envelope_over_every_threshold(rows, data):
    y, score = rows
    weight = data.draw(weights(len(y)))
    grid, curve = cost_curve(y, score, weight)
    cuts = np.append(np.unique(score), np.inf)
    lines = []
    for cut in cuts:
        predicted = score >= cut
        miss = weight[(y == 1) & ~predicted].sum() / weight[y == 1].sum()
        false_alarm = weight[(y == 0) & predicted].sum() / weight[y == 0].sum()
        lines.append(miss * grid + false_alarm * (1 - grid))
    assert curve == pytest.approx(np.min(lines, axis=0), abs=1e-12)
    assert (curve <= np.minimum(grid, 1 - grid) + 1e-12).all()


def test_cost_curve_of_perfect_scores_and_of_one_class():
    y = np.array([0, 0, 1])
    grid, curve = cost_curve(y, y.astype(float))
    assert grid[[0, 50, 100]].tolist() == [0, 0.5, 1]
    assert curve == pytest.approx(np.zeros(101))
    assert np.isnan(cost_curve(np.zeros(3), np.arange(3.0))[1]).all()
