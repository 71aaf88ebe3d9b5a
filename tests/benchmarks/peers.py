"""The same study the usual way: a pipeline refitted for each learner and each tuned metric.

Both sides use the same folds, random states, learners and rules, on the same cores; their metrics
must agree to 1e-12, else there is no result. The usual way is an imbalanced-learn Pipeline per
strategy and learner, which is resampled and fitted anew for every metric whose threshold is tuned
on pooled out-of-fold scores, and once for the plain prediction. scikit-learn's
TunedThresholdClassifierCV, which averages the folds' curves instead of pooling scores, makes as
many fits and is timed beside it. This study's side does more: it also calibrates, corrects and
tabulates. Its time is that of the cells; what a whole run adds is the efficiency benchmark's.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, BorderlineSMOTE
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import EditedNearestNeighbours, RandomUnderSampler
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    log_loss,
    make_scorer,
    roc_auc_score,
)
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.preprocessing import StandardScaler
from studies import ROOT, synthetic, write_study
from xgboost import XGBClassifier

from skewbench import seeding
from skewbench.cell import run_cell
from skewbench.data import sources
from skewbench.data.splits import inner_folds, outer_folds, row_groups
from skewbench.decisions import TUNED, tuned_threshold
from skewbench.metrics.probability import clip_probability
from skewbench.study import Study, load_study

CORES = 2
SEEDS = 2
STRATEGIES = {
    "none": None,
    "random_under": RandomUnderSampler,
    "smote": SMOTE,
    "borderline_smote_1": BorderlineSMOTE,
    "enn": EditedNearestNeighbours,
}
LEARNERS = {
    "logistic_regression": lambda: LogisticRegression(max_iter=1000),
    "random_forest": lambda: RandomForestClassifier(n_estimators=100),
    "xgboost": lambda: XGBClassifier(n_estimators=100, tree_method="hist", n_jobs=1),
}
# For scikit-learn's own tuner, which wants scorers.
SCORERS = {
    "f1": make_scorer(f1_score),
    "f2": make_scorer(fbeta_score, beta=2),
    "mcc": "matthews_corrcoef",
    "gmean": make_scorer(lambda y, labels: np.sqrt(np.prod(_rates(y, labels)))),
    "balanced_accuracy": "balanced_accuracy",
}


def measure(folder: Path) -> pd.DataFrame:
    """Return CPU and wall seconds of the three ways, and how far their metrics differ."""
    study = {
        "study": "peers",
        "datasets": [{"d1000": synthetic(1000)}],
        "ratios": ["natural"],
        "strategies": list(STRATEGIES),
        "learners": list(LEARNERS),
        "seeds": SEEDS,
    }
    file = write_study(folder, study)
    study = load_study(file, ROOT)
    table, facts = sources.load("d1000", study.datasets["d1000"], ROOT, folder)
    cells = [(name, seed) for name in STRATEGIES for seed in range(SEEDS)]
    rows, values = [], {}
    for way in (_ours, _pipelines, _library_tuner):
        start = time.perf_counter()
        done = Parallel(CORES)(delayed(way)(study, table, facts, *cell) for cell in cells)
        wall = time.perf_counter() - start
        cpu = sum(seconds for _, seconds in done)
        values[way] = {
            (*cell, *key): value
            for cell, (found, _) in zip(cells, done, strict=True)
            for key, value in found.items()
        }
        rows.append({"way": way.__name__.strip("_"), "cpu_seconds": cpu, "wall_seconds": wall})
    shared = values[_pipelines]
    apart = max(abs(value - values[_ours][key]) for key, value in shared.items())
    if not apart <= 1e-12:
        raise RuntimeError(f"the two ways differ by {apart}: they did not do the same work")
    result = pd.DataFrame(rows)
    result["cpu_ratio"] = (result["cpu_seconds"] / result["cpu_seconds"].iloc[0]).round(2)
    result[["values_compared", "largest_difference"]] = len(shared), apart
    return result.round({"cpu_seconds": 1, "wall_seconds": 1})


def _ours(study: Study, table, facts, strategy: str, seed: int):
    warnings.simplefilter("ignore")
    start = time.process_time()
    key = ("d1000", "natural", strategy, seed)
    results = run_cell(table, facts, key, study.block_settings(strategy), study.folder)
    spent = time.process_time() - start
    found = {}
    for result in results:
        for row in result.rows:
            if row.scores == "raw" and row.prior == "matched":
                found[result.learner, row.fold, row.decision, row.metric] = row.value
    return found, spent


def _pipelines(study: Study, table, facts, strategy: str, seed: int):
    warnings.simplefilter("ignore")
    start = time.process_time()
    found = {}
    x, y = table.features.to_numpy(dtype=float), table.target
    for fold, train, test, inner in _folds(table, study.protocol, seed):
        for learner in LEARNERS:
            model = _pipeline(strategy, learner, seed, fold, 0).fit(x[train], y[train])
            score = model.predict_proba(x[test])[:, 1].astype(float)
            at = (learner, fold)
            found[*at, "", "average_precision"] = average_precision_score(y[test], score)
            found[*at, "", "roc_auc"] = roc_auc_score(y[test], score)
            found[*at, "", "log_loss"] = log_loss(y[test], clip_probability(score))
            found |= _counts(at, "default", y[test], score >= 0.5)
            for metric in TUNED:
                oof = np.empty(len(train))
                for number, (part, held_out) in enumerate(inner, 1):
                    tuned = _pipeline(strategy, learner, seed, fold, number)
                    tuned.fit(x[train][part], y[train][part])
                    oof[held_out] = tuned.predict_proba(x[train][held_out])[:, 1]
                cut = tuned_threshold(y[train], oof, metric)
                final = _pipeline(strategy, learner, seed, fold, 0).fit(x[train], y[train])
                score = final.predict_proba(x[test])[:, 1].astype(float)
                found |= _counts(at, f"tuned_{metric}", y[test], score >= cut)
    return found, time.process_time() - start


def _library_tuner(study: Study, table, facts, strategy: str, seed: int):
    warnings.simplefilter("ignore")
    start = time.process_time()
    x, y = table.features.to_numpy(dtype=float), table.target
    for fold, train, test, inner in _folds(table, study.protocol, seed):
        for learner in LEARNERS:
            plain = _pipeline(strategy, learner, seed, fold, 0).fit(x[train], y[train])
            plain.predict_proba(x[test])
            for scorer in SCORERS.values():
                tuned = TunedThresholdClassifierCV(
                    _pipeline(strategy, learner, seed, fold, 0), scoring=scorer, cv=inner
                )
                tuned.fit(x[train], y[train]).predict(x[test])
    return {}, time.process_time() - start


def _folds(table, protocol: dict, seed: int):
    split = seeding.sequence(seeding.SPLIT, "d1000", seed)
    groups = row_groups(table)
    for fold, (train, test) in enumerate(
        outer_folds(table, "stratified", protocol["folds"], split, groups)
    ):
        stream = seeding.sequence(seeding.INNER_SPLIT, "d1000", seed, fold)
        parts = inner_folds(
            table.target[train], groups[train], protocol["inner_folds"], stream, time=None
        )
        yield fold, train, test, parts


def _pipeline(strategy: str, learner: str, seed: int, fold: int, inner: int) -> Pipeline:
    key = ("d1000", seed, fold, inner, strategy)
    steps = [("scale", StandardScaler())]
    if STRATEGIES[strategy] is not None:
        sampler = STRATEGIES[strategy]()
        if "random_state" in sampler.get_params():
            sampler.set_params(random_state=seeding.random_state(seeding.RESAMPLE, *key))
        steps.append(("resample", sampler))
    model = LEARNERS[learner]()
    model.set_params(random_state=seeding.random_state(seeding.MODEL, *key, learner))
    return Pipeline([*steps, ("model", model)])


def _counts(at: tuple, rule: str, y: np.ndarray, labels: np.ndarray) -> dict:
    table = confusion_matrix(y, labels.astype(int), labels=[0, 1])
    return {(*at, rule, f"count_{i}_{j}"): float(table[i, j]) for i in (0, 1) for j in (0, 1)}


def _rates(y: np.ndarray, labels: np.ndarray) -> np.ndarray:
    table = confusion_matrix(y, labels, labels=[0, 1])
    return table.diagonal() / table.sum(axis=1)
