"""Ranking metrics against published values, scikit-learn, and slow definitions in fractions."""

from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from labelled import labelled_scores, weights
from sklearn.metrics import average_precision_score, roc_auc_score

from skewbench.metrics.ranking import METRICS, multiclass_ranking_metrics, ranking_metrics


def test_documentation_example_of_scikit_learn():
    metrics = ranking_metrics(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    assert metrics["roc_auc"] == 0.75
    assert metrics["average_precision"] == pytest.approx(5 / 6)
    assert metrics["normalised_average_precision"] == pytest.approx(2 / 3)


def test_auprg_of_flach_and_kull():
    y = np.array([1, 1, 0, 0, 1, 0])
    score = np.array([0.8, 0.8, 0.6, 0.4, 0.4, 0.2])
    assert ranking_metrics(y, score)["auprg"] == pytest.approx(0.708333, abs=1e-6)


def test_average_precision_moves_with_the_prior_of_the_same_scores():
    """A curve with one threshold: at sensitivity .8 and false alarms .1, by Bayes' rule."""
    y = np.repeat([1, 1, 0, 0], [8, 2, 10, 90])
    score = np.repeat([1.0, 0.0, 1.0, 0.0], [8, 2, 10, 90])
    for prior in (0.5, 0.1, 0.01):
        weight = np.where(y == 1, prior / 0.0909, (1 - prior) / 0.9091)
        prior = weight[y == 1].sum() / weight.sum()
        precision = 0.8 * prior / (0.8 * prior + 0.1 * (1 - prior))
        expected = 0.8 * precision + 0.2 * prior
        metrics = ranking_metrics(y, score, weight)
        assert metrics["average_precision"] == pytest.approx(expected)
        assert metrics["normalised_average_precision"] == pytest.approx(
            (expected - prior) / (1 - prior)
        )
        assert metrics["roc_auc"] == pytest.approx(0.85)


@given(labelled_scores(), st.data())
def test_agrees_with_scikit_learn(rows, data):
    y, score = rows
    for weight in (None, data.draw(weights(len(y)))):
        metrics = ranking_metrics(y, score, weight)
        assert metrics["average_precision"] == pytest.approx(
            average_precision_score(y, score, sample_weight=weight)
        )
        assert metrics["roc_auc"] == pytest.approx(roc_auc_score(y, score, sample_weight=weight))
        assert metrics["partial_roc_auc"] == pytest.approx(
            roc_auc_score(y, score, sample_weight=weight, max_fpr=0.1)
        )


def slow_auprg(y, score):
    """Follow Flach & Kull point by point, in exact arithmetic."""
    positives = Fraction(int(y.sum()))
    negatives = Fraction(len(y)) - positives
    points = [(Fraction(0), Fraction(0))]
    for cut in sorted(set(score.tolist()), reverse=True):
        chosen = y[score >= cut]
        points.append((Fraction(int(chosen.sum())), Fraction(int((1 - chosen).sum()))))

    def gains(hits, false_alarms):
        odds = positives / negatives
        return 1 - odds * (positives - hits) / hits, 1 - odds * false_alarms / hits

    entry = positives**2 / (positives + negatives)
    area = Fraction(0)
    for (hits, false_alarms), (next_hits, next_false_alarms) in pairwise(points):
        if next_hits <= entry:
            continue
        if hits < entry:
            share = (entry - hits) / (next_hits - hits)
            false_alarms += share * (next_false_alarms - false_alarms)
            hits = entry
        (left, a), (right, b) = gains(hits, false_alarms), gains(next_hits, next_false_alarms)
        area += (right - left) * (a + b) / 2
    return float(area)


@given(labelled_scores())
def test_auprg_agrees_with_exact_arithmetic(rows):
    y, score = rows
    assert ranking_metrics(y, score)["auprg"] == pytest.approx(slow_auprg(y, score), abs=1e-9)


def test_auprg_of_the_extremes():
    y = np.array([1, 1, 0, 0, 0])
    assert ranking_metrics(y, y.astype(float))["auprg"] == pytest.approx(1)
    assert ranking_metrics(y, np.zeros(5))["auprg"] == pytest.approx(0)


def test_top_k_is_the_mean_over_every_breaking_of_the_ties():
    y = np.array([0, 1, 0, 1, 0])
    score = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    hits = [
        sum(y[list(order)][:2]) for order in permutations(range(5)) if is_sorted(score[list(order)])
    ]
    metrics = ranking_metrics(y, score)
    assert metrics["precision_at_npos"] == pytest.approx(np.mean(hits) / 2)
    assert metrics["recall_at_npos"] == pytest.approx(np.mean(hits) / 2)


def is_sorted(score):
    return bool((np.diff(score) <= 0).all())


@given(labelled_scores())
def test_top_k_of_untied_scores_counts_rows(rows):
    y, _ = rows
    y = np.tile(y, 8)
    score = np.random.default_rng(len(y)).permutation(len(y)).astype(float)
    ordered = y[np.argsort(-score)]
    metrics = ranking_metrics(y, score)
    sizes = {"1pct": max(1, round(0.01 * len(y))), "5pct": max(1, round(0.05 * len(y)))}
    for name, k in {**sizes, "npos": int(y.sum())}.items():
        assert metrics[f"precision_at_{name}"] == pytest.approx(ordered[:k].mean())
        assert metrics[f"recall_at_{name}"] == pytest.approx(ordered[:k].sum() / y.sum())


@given(labelled_scores(), st.integers(2, 5))
def test_equal_weights_and_repeated_rows_are_the_same_thing(rows, times):
    y, score = rows
    plain = ranking_metrics(y, score)
    same = ranking_metrics(y, score, np.full(len(y), 0.37))
    repeated = ranking_metrics(np.repeat(y, times), np.repeat(score, times))
    for name in METRICS:
        assert same[name] == pytest.approx(plain[name], abs=1e-9)
        if not name.endswith("pct"):  # k is rounded to rows, so it depends on their number
            assert repeated[name] == pytest.approx(plain[name], abs=1e-9)


@given(labelled_scores(), st.data())
def test_weights_act_like_repetition(rows, data):
    y, score = rows
    times = np.array(
        data.draw(st.lists(st.integers(1, 4), min_size=len(y), max_size=len(y))), dtype=int
    )
    weighted = ranking_metrics(y, score, times.astype(float))
    repeated = ranking_metrics(np.repeat(y, times), np.repeat(score, times))
    for name in METRICS:
        if not name.endswith("pct"):
            assert weighted[name] == pytest.approx(repeated[name], abs=1e-9)


@given(labelled_scores(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows, random):
    y, score = rows
    order = list(range(len(y)))
    random.shuffle(order)
    assert ranking_metrics(y[order], score[order]) == ranking_metrics(y, score)


@given(labelled_scores())
def test_strictly_monotone_transformations_change_nothing(rows):
    y, score = rows
    rank = np.unique(score, return_inverse=True)[1]
    for transformed in (rank.astype(float), np.exp(rank), -1 / (1 + rank)):
        assert ranking_metrics(y, transformed) == ranking_metrics(y, score)


@given(labelled_scores())
def test_reversed_scores_mirror_roc_auc(rows):
    y, score = rows
    total = ranking_metrics(y, score)["roc_auc"] + ranking_metrics(y, -score)["roc_auc"]
    assert total == pytest.approx(1)


def test_infinite_scores_rank_first_and_last():
    y = np.array([1, 0, 0])
    assert ranking_metrics(y, np.array([np.inf, 0, -np.inf]))["roc_auc"] == 1


@pytest.mark.parametrize("y", [[1, 1, 1], [0, 0], []])
def test_one_class_is_undefined(y):
    metrics = ranking_metrics(np.array(y, dtype=int), np.arange(float(len(y))))
    assert set(metrics) == set(METRICS)
    assert np.isnan(list(metrics.values())).all()


def test_nan_scores_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        ranking_metrics(np.array([0, 1]), np.array([0.5, np.nan]))


@given(st.integers(2, 5), st.integers(0, 10_000), st.booleans())
def test_multiclass_agrees_with_scikit_learn(n_classes, seed, weighted):
    generator = np.random.default_rng(seed)
    y = np.append(np.arange(n_classes), generator.integers(0, n_classes, 30))
    p = generator.integers(1, 6, (len(y), n_classes)).astype(float)
    p /= p.sum(axis=1, keepdims=True)
    weight = generator.uniform(0.1, 3, len(y)) if weighted else None
    metrics = multiclass_ranking_metrics(y, p, weight)
    indicator = np.eye(n_classes, dtype=int)[y]
    for name, oracle in (
        ("average_precision", average_precision_score),
        ("roc_auc", roc_auc_score),
    ):
        expected = oracle(indicator, p, average="macro", sample_weight=weight)
        assert metrics[name] == pytest.approx(expected)


def test_multiclass_averages_over_the_classes_present():
    y = np.array([0, 1, 0, 1])
    p = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.4, 0.5, 0.1], [0.1, 0.6, 0.3]])
    assert multiclass_ranking_metrics(y, p)["roc_auc"] == 1
    assert np.isnan(list(multiclass_ranking_metrics(np.zeros(4, dtype=int), p).values())).all()


@given(labelled_scores(min_size=3))
def test_two_columns_give_the_mean_of_both_sides(rows):
    y, score = rows
    assume(len(np.unique(score)) > 1)
    metrics = multiclass_ranking_metrics(y, np.column_stack([-score, score]))
    positive, negative = ranking_metrics(y, score), ranking_metrics(1 - y, -score)
    for name in ("average_precision", "roc_auc"):
        assert metrics[name] == pytest.approx((positive[name] + negative[name]) / 2)
