"""Small data sets, and cells of the catalogue run on them: what tests of whole cells share."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from skewbench.cell import run_cell
from skewbench.configuration import read_yaml, validate
from skewbench.data.synthetic import make
from skewbench.data.table import Table, facts

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
DATASET = "small"
PROTOCOL = {
    "folds": 2,
    "inner_folds": 2,
    "min_positives": 5,
    "keep_scores": True,
    "cost": {"false_negative": 10, "false_positive": 1},
}
LIMITS = {"time_limit": 60}
OUTER_ONLY = PROTOCOL | {"inner_folds": 0}
COSTS_TIME = ("_seconds", "_mb")


def catalogue(plural):
    """Return the validated entries of ``config/<plural>.yaml`` that need no extra."""
    kind = {"strategies": "strategy", "learners": "learner"}[plural]
    entries = read_yaml(ROOT / "config" / f"{plural}.yaml")
    return {
        name: validate(entry, kind, name) for name, entry in entries.items() if "extra" not in entry
    }


STRATEGIES = catalogue("strategies")
LEARNERS = catalogue("learners")
NEEDS_XGBOOST = [name for name, spec in STRATEGIES.items() if {"objective", "wrap"} & set(spec)]


def learner_for(strategy):
    """Return the cheapest learner of the catalogue that a strategy can run with."""
    if "model" in STRATEGIES[strategy]:
        return "own"
    return "xgboost" if strategy in NEEDS_XGBOOST else "logistic_regression"


def binary_table(n_rows=300, imbalance_ratio=7.0, overlap=0.5, seed=2, missing=True):
    """Return overlapping classes in four numeric columns, one of them with missing values."""
    features, target = make(
        "classification", n_rows, imbalance_ratio, n_features=4, overlap=overlap, seed=seed
    )
    if missing:
        features[::17, 1] = np.nan
    return table_of(features, target)


def three_class_table(n_rows=240, seed=0):
    """Return three overlapping Gaussian classes in the ratio 12 : 5 : 3."""
    rng = np.random.default_rng(seed)
    target = np.repeat([0, 1, 2], np.array([12, 5, 3]) * n_rows // 20)
    centres = np.array([[0.0, 0.0, 0.0], [1.5, 0.0, 0.5], [0.0, 1.7, -0.5]])
    features = centres[target] + rng.normal(size=(len(target), 3))
    order = rng.permutation(len(target))
    return table_of(features[order], target[order])


def mixed_table(n_rows=240, numeric=2, seed=0):
    """Return a binary table with two categorical columns, one of them with missing values."""
    rng = np.random.default_rng(seed)
    target = (np.arange(n_rows) % 6 == 0).astype(np.int64)
    frame = pd.DataFrame(
        {f"x{i}": rng.normal(0.8 * target, 1.0) for i in range(numeric)}
        | {
            "colour": np.where(rng.random(n_rows) < 0.3 + 0.4 * target, "red", "blue"),
            "shape": rng.choice(["disc", "ring", "star"], n_rows),
            "grade": rng.choice(list("abcdefgh"), n_rows),
        }
    )
    frame.loc[rng.random(n_rows) < 0.1, "shape"] = np.nan
    for name in ("colour", "shape", "grade"):
        frame[name] = frame[name].astype("category")
    return Table(frame, target, ("no", "yes"), "binary")


def table_of(features, target, **extra):
    """Return a numeric table of codes ``target``."""
    frame = pd.DataFrame(features, columns=[f"x{i}" for i in range(features.shape[1])])
    n_classes = int(target.max()) + 1
    return Table(
        frame,
        np.asarray(target, dtype=np.int64),
        tuple(f"class {code}" for code in range(n_classes)),
        "binary" if n_classes == 2 else "multiclass",
        **extra,
    )


def facts_of(table):
    """Return the facts as the preparation of data would write them."""
    return facts(table, DATASET, {"cost": PROTOCOL["cost"]}, "made by a test", None, [])


def run(table, name, learners=None, *, strategy=None, seed=0, ratio="natural", **protocol):
    """Run one cell and return its results by learner.

    ``strategy`` replaces the catalogue's entry; ``protocol`` changes :data:`PROTOCOL`. Modules that
    an entry names are looked for in this folder.
    """
    spec = STRATEGIES[name] if strategy is None else strategy
    if learners is None:
        learners = [] if "model" in spec else [learner_for(name)]
    if not isinstance(learners, dict):
        learners = {learner: LEARNERS[learner] for learner in learners}
    settings = {"strategy": spec, "learners": learners, "protocol": PROTOCOL | protocol}
    results = run_cell(table, facts_of(table), (DATASET, ratio, name, seed), settings, HERE)
    return {result.learner: result for result in results}


@cache
def outer_cell(name):
    """Return the result of a catalogue strategy on :func:`binary_table`, without inner folds."""
    return run(binary_table(), name, inner_folds=0)[learner_for(name)]


def metric(result, name, fold=0, scores="raw", prior="matched", decision=""):
    """Return the one value of a result at these keys."""
    wanted = (fold, scores, prior, decision, name)
    (value,) = [row.value for row in result.rows if tuple(row)[:5] == wanted]
    return value


def counts(result, n_classes=2, **keys):
    """Return the confusion counts of one fold as an array [true, predicted]."""
    return np.array(
        [
            [metric(result, f"count_{true}_{predicted}", **keys) for predicted in range(n_classes)]
            for true in range(n_classes)
        ]
    )


def kept(result, part, fold=0):
    """Return the kept scores of one part of one fold."""
    (found,) = [k for k in result.scores if (k["part"], k["fold"]) == (part, fold)]
    return found


def without_times(result):
    """Return everything of a result but what a clock or the operating system measured."""
    rows = [tuple(row) for row in result.rows if not row.metric.endswith(COSTS_TIME)]
    return (
        result.seed,
        result.learner,
        result.status,
        result.reason,
        result.flags,
        [(*row[:5], np.float64(row[5]).tobytes()) for row in rows],
        [
            (k["fold"], k["part"], *(np.asarray(k[key]).tobytes() for key in ("row", "score")))
            for k in result.scores
        ],
    )
