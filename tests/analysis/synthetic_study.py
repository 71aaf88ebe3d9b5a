"""A made-up collected table with the shape, size and defects of a real one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.analysis.readings import DEFAULT_READINGS, lower_is_better

DATASETS = {"mammography": 42.0, "breast_cancer": 1.7, "credit_default": 3.5, "wine_quality": 26.0}
CELL = ["dataset", "ratio", "strategy", "learner", "seed", "status", "reason", "flags"]
LEARNERS = ("logistic_regression", "random_forest", "knn")

_DATA = """Random oversampling|Random undersampling|Random oversampling to 1:2|
Random undersampling to 1:2|ROSE (shrinkage)|SMOTE|Borderline-SMOTE 1|Borderline-SMOTE 2|ADASYN|
SVM-SMOTE|K-means SMOTE|Tomek links|NearMiss 1|NearMiss 2|NearMiss 3|Edited nearest neighbours|
Repeated ENN|All k-NN|Condensed nearest neighbour|One-sided selection|Neighbourhood cleaning|
Cluster centroids|Instance hardness threshold|SMOTE + Tomek links|SMOTE + ENN"""
_ALGORITHM = """Inverse-frequency weights|Square-root weights|Effective-number weights|Cost matrix|
Focal loss"""
_HYBRID = "SMOTE + effective-number weights|SMOTE, then duplication"
_OWN = {
    "Balanced random forest": ("algorithm", "random_forest_100"),
    "Easy ensemble": ("algorithm", "boosting_100"),
    "RUSBoost": ("hybrid", "boosting_100"),
    "Balanced bagging": ("hybrid", "bagging_100"),
    "Over-bagging": ("hybrid", "bagging_100"),
    "Self-paced ensemble": ("hybrid", "boosting_100"),
    "Isolation forest": ("anomaly", "random_forest_100"),
    "One-class SVM": ("anomaly", "random_forest_100"),
    "Local outlier factor": ("anomaly", "random_forest_100"),
    "Random forest 100": ("anchor", None),
    "Boosting 100": ("anchor", None),
    "Bagging 100": ("anchor", None),
}


def identifier(label: str) -> str:
    """Return a path-safe strategy name for a label."""
    kept = "".join(c if c.isalnum() else " " for c in label.lower())
    return "_".join(kept.split())


def described_strategies() -> pd.DataFrame:
    """Return 45 strategies: level, label, ranked, anchor."""
    rows = [("none", "control", "No treatment", True, None)]
    for level, text in (("data", _DATA), ("algorithm", _ALGORITHM), ("hybrid", _HYBRID)):
        labels = [label.strip() for label in text.replace("\n", " ").split("|")]
        rows += [(identifier(label), level, label, True, None) for label in labels]
    rows += [(identifier(k), level, k, True, anchor) for k, (level, anchor) in _OWN.items()]
    rows.append(("smote_before_split", "data", "SMOTE before the split (leaks)", False, "smote"))
    columns = ["strategy", "level", "label", "ranked", "anchor"]
    return pd.DataFrame(rows, columns=columns).set_index("strategy")


def collected_table(
    ratios=("natural", "ir10"), datasets=DATASETS, seeds=2, readings=DEFAULT_READINGS, random=7
) -> pd.DataFrame:
    """Return a collected table with failures, time-outs, infeasible cells and undefined values."""
    strategies = described_strategies()
    rng = np.random.default_rng(random)
    skill = {name: rng.normal(0, 0.03) for name in strategies.index}
    skill["smote_before_split"] = 0.25
    own = {identifier(name) for name in _OWN}
    rows = []
    for d, (dataset, natural) in enumerate(datasets.items()):
        for ratio in ratios:
            imbalance = natural if ratio == "natural" else float(ratio[2:].split("m")[0])
            for strategy in strategies.index:
                for learner in ["own"] if strategy in own else LEARNERS:
                    for seed in range(seeds):
                        cell = (dataset, ratio, strategy, learner, seed)
                        status, reason, flags = _status(cell, rng)
                        base = (*cell, status, reason, flags)
                        level = 0.85 - 0.05 * d - 0.12 * np.log10(imbalance)
                        level += skill[strategy] + rng.normal(0, 0.02)
                        rows += [
                            (*base, *row) for row in _rows(base, level, imbalance, readings, rng)
                        ]
    table = pd.DataFrame(rows, columns=[*CELL, "metric", "scores", "prior", "decision", "value"])
    table = table.assign(family=table["dataset"], task="binary", track="default")
    text = table.columns.difference(["seed", "value"])
    return table.astype(dict.fromkeys(text, "category"))


def _status(cell, rng):
    dataset, _, strategy, learner, _ = cell
    if learner == "knn" and "weights" in strategy:
        return "infeasible", "the learner takes no example weights", ""
    if strategy == "condensed_nearest_neighbour" and dataset == "credit_default":
        return "timeout", "longer than 600 s", ""
    if strategy == "cluster_centroids" and dataset == "credit_default":
        return "failed", "30000 rows, limit 20000", "over_size_limit"
    if strategy == "k_means_smote" and rng.random() < 0.5:
        return "failed", "no cluster holds enough minority rows", ""
    return "ok", "", "k_reduced" if "smote" in strategy and dataset == "wine_quality" else ""


def _rows(base, level, imbalance, readings, rng) -> list[tuple]:
    _, _, strategy, learner, seed, status, *_ = base
    if status != "ok":
        return [("", "", "", "", np.nan)]
    rows = []
    for reading in readings:
        value = 1 - level if lower_is_better(reading.metric) else level
        value += 0.15 if reading.metric == "roc_auc" else 0
        value += 0.1 if reading.decision.startswith("tuned") else 0
        value -= 0.08 if reading.decision == "default" and strategy == "none" else 0
        value = min(max(value, 0.01), 0.99)
        if reading.metric == "precision" and imbalance > 40 and seed == 0:
            value = np.nan
        rows.append((*reading, value))
    slow = 8.0 if learner in ("random_forest", "own") else 0.3
    slow *= np.exp(rng.normal(0, 0.4)) * (1 + 4 * strategy.count("nearest"))
    resources = {
        "resample_seconds": slow / 3 if strategy != "none" else 0.0,
        "fit_seconds": slow,
        "score_seconds": slow / 10,
        "peak_memory_mb": 200 + 40 * slow,
    }
    return rows + [(metric, "", "", "", value) for metric, value in resources.items()]
