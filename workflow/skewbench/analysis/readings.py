"""Readings: the ways in which the scores of a fitted model are judged.

A reading is a metric with the score version, the test prior and the decision rule it is computed
at. The same fitted model has many; two strategies are compared under one.
"""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """A metric and what it is computed at, in the words of the collected table."""

    metric: str
    scores: str = "raw"
    prior: str = "matched"
    decision: str = ""


PRIMARY = Reading("average_precision")  # PROTOCOL 5
RANKING_METRICS = ("average_precision", "roc_auc", "auprg")
PROBABILITY_METRICS = ("log_loss", "brier")
THRESHOLD_METRICS = (
    "f1",
    "f2",
    "f1_macro",
    "mcc",
    "gmean",
    "balanced_accuracy",
    "recall",
    "precision",
    "expected_cost",
)
TUNED_METRICS = ("f1", "f2", "mcc", "gmean", "balanced_accuracy")
SCORE_VERSIONS = ("raw", "corrected", "recalibrated")

_LOWER_IS_BETTER = {"log_loss", "brier", "ece", "expected_cost", "normalised_cost"}


def lower_is_better(metric: str) -> bool:
    """Return whether a smaller value of ``metric`` is the better one (losses, costs, times)."""
    return metric in _LOWER_IS_BETTER or metric.endswith(("_seconds", "_memory_mb"))


def orientation(metric: str) -> int:
    """Return 1 where a larger value of ``metric`` is the better one, else -1."""
    return -1 if lower_is_better(metric) else 1


def _decisions(metric: str) -> list[tuple[str, str]]:
    """Return the (scores, decision) pairs under which a threshold metric is read."""
    pairs = [(scores, "default") for scores in SCORE_VERSIONS]
    pairs += [("raw", "prior"), ("raw", "tuned_f1")]
    if metric in TUNED_METRICS and metric != "f1":
        pairs.append(("raw", f"tuned_{metric}"))
    return [*pairs, ("corrected", "cost"), ("recalibrated", "cost")]


DEFAULT_READINGS: tuple[Reading, ...] = (
    *(Reading(metric) for metric in RANKING_METRICS),
    Reading("average_precision", prior="reference"),
    *(Reading(metric, scores) for metric in PROBABILITY_METRICS for scores in SCORE_VERSIONS),
    *(
        Reading(metric, scores, decision=decision)
        for metric in THRESHOLD_METRICS
        for scores, decision in _decisions(metric)
    ),
)
