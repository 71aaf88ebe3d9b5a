"""Configuration names in words, as far as only the report shows them."""

from __future__ import annotations

from skewbench.figures.wording import words

MEASURES = {
    "n_rows": "Rows",
    "n_features": "Features",
    "n_positive": "Minority rows",
    "imbalance_ratio": "Imbalance ratio",
    "positives_per_feature": "Minority rows per feature",
    "safe": "Safe",
    "borderline": "Borderline",
    "rare": "Rare",
    "outlier": "Outlier",
    "n1": "N1: rows joined to another class",
    "n3": "N3: error of the nearest neighbour",
    "fisher_f1": "F1: overlap of the best feature",
    "separability_auc": "AUC of a strong model",
}
_TASKS = {"multiclass": "multi-class"}
_SHOT_DECISIONS = {"default": "largest score", "prior": "largest score over the training prior"}


def measure_label(measure: str) -> str:
    """Return what a measure of difficulty is called."""
    return MEASURES.get(measure, words(measure))


def task_label(task: str) -> str:
    """Return a task in words: ``multiclass`` as "multi-class"."""
    return _TASKS.get(task, words(task))


def shot_decision_label(decision: str) -> str:
    """Return how a class is decided on where there are several."""
    return _SHOT_DECISIONS.get(decision, words(decision))


def policy_label(policy: str) -> str:
    """Return a policy in words: ``guide 002`` as "guide of lecture notes 002"."""
    kind, _, number = policy.partition(" ")
    return f"guide of lecture notes {number}" if kind == "guide" and number else policy
