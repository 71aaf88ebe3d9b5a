"""A small study with its evidence, for tests of claims."""

import pandas as pd
from small_tables import described, rows

from skewbench.analysis.claims.evidence import Evidence, measures
from skewbench.analysis.claims.registry import Claim, readings_of

STRATEGIES = described(
    none="control",
    smote="data",
    weights="algorithm",
    focal="algorithm",
    leak=("data", "smote", False),
    forest=("anchor", "forest"),
    balanced=("algorithm", "forest"),
    one_class=("anomaly", "forest"),
)
READING = {"metric": "average_precision"}
COST = {"metric": "normalised_cost", "decision": "default"}
FACTS = {
    name: {"family": name, "class_counts": [int(100 * ratio), 100], "n_features": features}
    for name, ratio, features in [("a", 3, 5), ("b", 15, 50), ("c", 150, 20), ("d", 8, 100)]
}
SIZES = pd.DataFrame(
    [
        {"dataset": name, "family": name, "ratio": "natural", "n_features": 1, "n_positive": 80}
        | {"imbalance_ratio": known["class_counts"][0] / 100}
        for name, known in FACTS.items()
    ]
)


def evidence(collected, *tests, facts=FACTS, difficulty=SIZES):
    readings = {reading for test in tests for reading in readings_of(test)}
    ratios = sorted(set(collected["ratio"]))
    return Evidence(collected, STRATEGIES, readings, measures(facts, ratios, difficulty))


def scores(values, **at):
    return rows({key: value for key, value in values.items()}, **at)


def claim(test, kind="contrast", expect="better"):
    return Claim("mine", 9, "x", ("002",), "in words", kind, test, expect, 0.01)


BASE = {
    ("a", "none"): 0.5,
    ("a", "smote"): 0.6,
    ("a", "weights"): 0.7,
    ("b", "none"): 0.4,
    ("b", "smote"): 0.3,
    ("b", "weights"): 0.4,
}


def two_learners():
    other = {("a", "none"): 0.2, ("a", "smote"): 0.6, ("b", "none"): 0.2}
    return pd.concat([scores(BASE), scores(other, learner="logistic")])
