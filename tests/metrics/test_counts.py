"""Threshold metrics against scikit-learn and imbalanced-learn, and the edge table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score, specificity_score
from labelled import confusions, rows
from sklearn import metrics as sklearn_metrics

from skewbench.metrics.counts import confusion, threshold_metrics


def defined(value):
    return not np.isnan(value)


def test_published_mcc():
    counts = confusion(np.array([1, 1, 1, 0]), np.array([1, 0, 1, 1]), None, 2)
    assert counts.tolist() == [[0, 1], [1, 2]]
    assert threshold_metrics(counts)["mcc"] == pytest.approx(-1 / 3)


def test_published_multiclass_example_of_imbalanced_learn():
    y, predicted = np.array([0, 1, 2, 0, 1, 2]), np.array([0, 2, 1, 0, 0, 1])
    metrics = threshold_metrics(confusion(y, predicted, None, 3))
    assert metrics["gmean"] == 0
    assert metrics["f1_macro"] == pytest.approx(0.2667, abs=5e-5)


@given(st.integers(2, 4), st.integers(0, 10_000))
def test_confusion_agrees_with_scikit_learn(n_classes, seed):
    generator = np.random.default_rng(seed)
    y, predicted = generator.integers(0, n_classes, (2, 25))
    weight = generator.uniform(0.1, 5, 25)
    labels = np.arange(n_classes)
    for w in (None, weight):
        expected = sklearn_metrics.confusion_matrix(y, predicted, labels=labels, sample_weight=w)
        assert confusion(y, predicted, w, n_classes) == pytest.approx(expected)


@given(confusions())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_agrees_with_scikit_learn_and_imbalanced_learn(table):
    y, predicted = rows(table)
    metrics = threshold_metrics(table)
    labels = np.arange(len(table))
    undefined = {"labels": labels, "zero_division": np.nan}
    per_class = {
        "recall": sklearn_metrics.recall_score(y, predicted, average=None, **undefined),
        "precision": sklearn_metrics.precision_score(y, predicted, average=None, **undefined),
        "f1": sklearn_metrics.f1_score(y, predicted, average=None, labels=labels, zero_division=0),
    }
    share = table.sum(axis=1) / table.sum()
    for name, values in per_class.items():
        for code, value in enumerate(values):
            assert metrics[f"{name}_{code}"] == pytest.approx(value, nan_ok=True)
        assert metrics[f"{name}_macro"] == pytest.approx(values.mean(), nan_ok=True)
        assert metrics[f"{name}_weighted"] == pytest.approx(values @ share, nan_ok=True)
    for name, beta in (("f05_macro", 0.5), ("f2_macro", 2)):
        expected = sklearn_metrics.fbeta_score(
            y, predicted, beta=beta, average="macro", labels=labels, zero_division=0
        )
        assert metrics[name] == pytest.approx(expected)
    assert metrics["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(y, predicted))
    assert metrics["mcc"] == pytest.approx(sklearn_metrics.matthews_corrcoef(y, predicted))
    assert metrics["balanced_accuracy"] == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(y, predicted)
    )
    assert metrics["gmean"] == pytest.approx(
        geometric_mean_score(y, predicted, labels=labels, average="multiclass"), abs=1e-9
    )


@given(confusions(n_classes=2))
def test_binary_metrics_are_the_positive_class(table):
    y, predicted = rows(table)
    metrics = threshold_metrics(table)
    precision = sklearn_metrics.precision_score(y, predicted, zero_division=np.nan)
    assert metrics["precision"] == pytest.approx(precision, nan_ok=True)
    assert metrics["recall"] == pytest.approx(sklearn_metrics.recall_score(y, predicted))
    assert metrics["specificity"] == pytest.approx(specificity_score(y, predicted))
    assert metrics["predicted_positive_share"] == pytest.approx(predicted.mean())
    for name, beta in (("f1", 1), ("f05", 0.5), ("f2", 2)):
        expected = sklearn_metrics.fbeta_score(y, predicted, beta=beta, zero_division=0)
        assert metrics[name] == pytest.approx(expected)


@given(confusions(), st.floats(1e-6, 1e6))
def test_the_unit_of_the_weights_does_not_matter(table, unit):
    plain, scaled = threshold_metrics(table), threshold_metrics(unit * table)
    for name, value in plain.items():
        assert scaled[name] == pytest.approx(value, nan_ok=True, abs=1e-9)


@given(confusions(), st.data())
def test_relabelling_the_classes_leaves_the_overall_metrics(table, data):
    order = data.draw(st.permutations(range(len(table))))
    plain, relabelled = threshold_metrics(table), threshold_metrics(table[np.ix_(order, order)])
    for name in ("mcc", "gmean", "balanced_accuracy", "accuracy", "f1_macro", "f1_weighted"):
        assert relabelled[name] == pytest.approx(plain[name], nan_ok=True, abs=1e-12)


def test_mcc_changes_sign_when_predictions_are_swapped():
    table = np.array([[90.0, 10.0], [3.0, 7.0]])
    swapped = threshold_metrics(table[:, ::-1])["mcc"]
    assert swapped == pytest.approx(-threshold_metrics(table)["mcc"])


def test_mcc_survives_an_extreme_prior():
    """One positive in 100,000, found with one false alarm: sqrt(1/2), nearly."""
    table = np.array([[1e5 - 1, 1.0], [0.0, 1.0]])
    assert threshold_metrics(table)["mcc"] == pytest.approx(np.sqrt(0.5 * (1 - 1e-5)), rel=1e-9)


def test_leading_axes_are_batches():
    tables = np.array([[[8.0, 2.0], [1.0, 4.0]], [[5.0, 5.0], [5.0, 0.0]]])
    batch = threshold_metrics(tables[:, None])
    for i, table in enumerate(tables):
        for name, value in threshold_metrics(table).items():
            assert batch[name].shape == (2, 1)
            assert batch[name][i, 0] == pytest.approx(float(value))


def test_no_predicted_positives():
    metrics = threshold_metrics(np.array([[95.0, 0.0], [5.0, 0.0]]))
    assert np.isnan(metrics["precision"])
    assert metrics["predicted_positive_share"] == 0
    assert [metrics[name] for name in ("f1", "f2", "mcc", "gmean", "recall")] == [0] * 5
    assert metrics["accuracy"] == 0.95
    assert metrics["balanced_accuracy"] == 0.5


def test_no_test_positives():
    metrics = threshold_metrics(np.array([[95.0, 5.0], [0.0, 0.0]]))
    for name in ("recall", "precision", "f1", "f1_macro", "mcc", "gmean", "balanced_accuracy"):
        assert np.isnan(metrics[name])
    assert metrics["accuracy"] == 0.95
    assert metrics["specificity"] == 0.95


def test_only_test_positives():
    metrics = threshold_metrics(np.array([[0.0, 0.0], [1.0, 3.0]]))
    for name in ("precision", "f1", "mcc", "gmean", "balanced_accuracy", "specificity"):
        assert np.isnan(metrics[name])
    assert metrics["recall"] == 0.75


def test_a_class_absent_from_the_test_rows():
    metrics = threshold_metrics(np.array([[4.0, 1.0, 1.0], [2.0, 5.0, 0.0], [0.0, 0.0, 0.0]]))
    for name in ("recall_2", "precision_2", "f1_2", "f1_macro", "f1_weighted", "gmean"):
        assert np.isnan(metrics[name])
    assert metrics["f1_1"] == pytest.approx(10 / 13)
    assert defined(metrics["mcc"])


def test_a_class_never_predicted():
    metrics = threshold_metrics(np.array([[6.0, 0.0, 0.0], [2.0, 5.0, 0.0], [1.0, 1.0, 0.0]]))
    assert np.isnan(metrics["precision_2"])
    assert np.isnan(metrics["precision_macro"])
    assert metrics["f1_2"] == 0
    assert metrics["gmean"] == 0
    assert defined(metrics["f1_macro"])


def test_no_rows_at_all():
    metrics = threshold_metrics(np.zeros((2, 2)))
    assert np.isnan(list(metrics.values())).all()
