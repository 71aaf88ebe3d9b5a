"""Configuration names, metrics and conditions in words, the same in every figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_METRICS = {
    "cpu_seconds": "CPU seconds",
    "f1_0": "F1 of the majority class",
    "gini": "Gini coefficient (2 AUC - 1)",
    "observed_expected": "observed to expected positives (O/E)",
    "average_precision": "average precision (AP)",
    "roc_auc": "ROC-AUC",
    "auprg": "area under the precision-recall-gain curve",
    "log_loss": "log-loss",
    "brier": "Brier score",
    "f1": "F1",
    "f2": "F2",
    "f1_macro": "macro F1",
    "mcc": "Matthews correlation (MCC)",
    "gmean": "G-mean",
    "expected_cost": "expected cost per row",
    "normalised_cost": "normalised expected cost",
}
_DECISIONS = {
    "": "",
    "default": "at the default threshold",
    "prior": "at the training-prior threshold",
    "cost": "at the cost-optimal threshold",
    "oracle": "at the test-optimal threshold (oracle)",
}
_LEARNERS: ContextVar[Mapping[str, str] | None] = ContextVar("learners", default=None)


@contextmanager
def learners_called(labels: Mapping[str, str]) -> Iterator[None]:
    """Let figures call learners by the labels of a study while they are drawn."""
    token = _LEARNERS.set(labels)
    try:
        yield
    finally:
        _LEARNERS.reset(token)


def learner_label(learner: str) -> str:
    """Return how a learner is called where its name stands alone: "Logistic regression"."""
    called = (_LEARNERS.get() or {}).get(learner) or words(learner)
    return called[:1].upper() + called[1:]


def learner_words(learner: str) -> str:
    """Return how a learner is called inside a sentence: "logistic regression"."""
    return in_sentence(learner_label(learner))


def in_sentence(label: str) -> str:
    """Return a learner's label inside a sentence: "logistic regression", but "XGBoost"."""
    first, *rest = label.split(" ")
    return " ".join([first.lower() if first[1:].islower() else first, *rest])


def change(value: float, digits: int = 3) -> str:
    """Return a change with its sign, a zero without one.

    >>> change(0.02), change(-0.0002)
    ('+0.020', '0.000')
    """
    written = f"{value:+.{digits}f}"
    return written if written.strip("+-0.") else written.lstrip("+-")


def filled_in(label: str, share: float) -> str:
    """Return a label with the share of values that are filled in with the control's, if any.

    >>> filled_in("SMOTE", 0.0), filled_in("SMOTE", 0.5), filled_in("SMOTE", 0.001)
    ('SMOTE', 'SMOTE (50% filled in)', 'SMOTE (<1% filled in)')
    """
    if not share > 0:
        return label
    return f"{label} ({share:.0%} filled in)" if share >= 0.01 else f"{label} (<1% filled in)"


def words(name: str) -> str:
    """Return a configuration name as words: ``logistic_regression`` as "logistic regression"."""
    if name == "own":
        return "strategies with their own model"
    spelt = {"xgboost": "XGBoost", "svm": "SVM", "rbf": "RBF"}
    return " ".join(spelt.get(part, part) for part in name.split("_"))


def count(number: int, noun: str) -> str:
    """Return "1 data set", "2 data sets", "2 strategies"."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def metric_label(metric: str) -> str:
    """Return the name of a metric as the field writes it."""
    return _METRICS.get(metric, metric.replace("_", " "))


def reading_label(metric: str, scores: str, prior: str, decision: str) -> str:
    """Return a reading in words: metric, then score version, prior and threshold if unusual."""
    parts = [metric_label(metric)]
    if decision.startswith("tuned_"):
        tuned = metric_label(decision.removeprefix("tuned_"))
        parts.append(f"at the threshold tuned for {tuned}")
    else:
        parts.append(_DECISIONS.get(decision, decision))
    if scores not in ("", "raw"):
        parts.append(f"{scores} scores")
    if prior == "reference":
        parts.append("at the reference prior 0.5")
    return ", ".join([" ".join(part for part in parts[:2] if part), *parts[2:]])


def ratio_label(ratio: str) -> str:
    """Return a ratio in words: ``ir10`` as "imbalance ratio 10"."""
    if ratio == "natural":
        return "natural imbalance ratio"
    kind, _, minority = ratio[2:].partition("m")
    if ratio.startswith("lt"):
        return f"long tail, imbalance ratio {kind}"
    return f"imbalance ratio {kind}" + (f", {minority} minority rows" if minority else "")
