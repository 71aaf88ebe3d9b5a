"""Nothing travels from rows that are scored to rows that are learnt from (the leakage rules).

Spies named by import path record what a resampler and a learner are given; permuted labels show
whether anything else leaks; the leaking control shows that the canary would sing.
"""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skewbench import judging
from skewbench.data.table import Table
from small_cells import STRATEGIES, binary_table, kept, mixed_table, run, table_of


class SpySampler(BaseEstimator):
    """Duplicates the minority once, after noting the rows it was given."""

    given: ClassVar[list] = []

    def fit_resample(self, X, y):
        self.given.append((X.copy(), y.copy()))
        return np.vstack([X, X[y == 1] + 1e-3]), np.append(y, y[y == 1])


class SpyLearner(ClassifierMixin, BaseEstimator):
    """Notes the rows it is fitted on and those it is asked about."""

    fitted: ClassVar[list] = []
    asked: ClassVar[list] = []

    def fit(self, X, y):
        self.fitted.append((X.copy(), y.copy()))
        self.model_ = LogisticRegression().fit(X, y)
        return self

    def predict_proba(self, X):
        self.asked.append(X.copy())
        return self.model_.predict_proba(X)


SPIED = {"level": "data", "resample": {f"{__name__}.SpySampler": {}}, "correction": "exact"}
SPY_LEARNER = {"spy": {"model": {f"{__name__}.SpyLearner": {}}}}


@pytest.fixture
def spied():
    """Run a cell with both spies on a table whose first column numbers the rows."""
    for record in (SpySampler.given, SpyLearner.fitted, SpyLearner.asked):
        record.clear()
    table = binary_table(120, 3.0, missing=False)
    features = table.features.to_numpy().copy()
    features[:, 0] = np.arange(120.0)
    table = table_of(features, table.target)
    result = run(table, "spied", SPY_LEARNER, strategy=SPIED, folds=3, inner_folds=2)["spy"]
    assert result.status == "ok", result.reason
    return table, result


def assert_same_rows(got, expected):
    """Equal but for rounding: a mean over a frame's columns sums in another order."""
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_resamplers_see_training_rows_only(spied):
    """Row for row, and encoded by their own mean and deviation: fitted on those rows alone."""
    table, result = spied
    features = table.features.to_numpy()
    assert len(SpySampler.given) == 9  # (1 outer + 2 inner) x 3 folds
    for fold in range(3):
        test = kept(result, "test", fold)["row"]
        train = np.setdiff1d(np.arange(120), test)
        outer, *inner = SpySampler.given[3 * fold : 3 * fold + 3]
        expected = StandardScaler().fit_transform(features[train])
        assert_same_rows(outer[0], expected)
        np.testing.assert_array_equal(outer[1], table.target[train])
        held_out, at = kept(result, "oof", fold)["row"], 0
        for given, y in inner:
            fold_rows = held_out[at : at + len(train) - len(y)]
            at += len(fold_rows)
            rows = np.setdiff1d(train, fold_rows)
            expected = StandardScaler().fit_transform(features[rows])
            assert_same_rows(given, expected)
            np.testing.assert_array_equal(y, table.target[rows])
        assert at == len(train)


def test_no_resampled_row_is_scored(spied):
    """Learners are fitted on resampled rows and asked about original ones, each part whole."""
    table, result = spied
    features = table.features.to_numpy()
    assert len(SpyLearner.fitted) == 9
    for (X, y), (given, codes) in zip(SpyLearner.fitted, SpySampler.given, strict=True):
        assert len(y) == len(codes) + (codes == 1).sum()
        np.testing.assert_array_equal(X[: len(given)], given)
    asked = iter(SpyLearner.asked)
    for fold in range(3):
        test = kept(result, "test", fold)["row"]
        train = np.setdiff1d(np.arange(120), test)
        scaler = StandardScaler().fit(features[train])
        assert_same_rows(next(asked), scaler.transform(features[test]))
        assert_same_rows(next(asked), scaler.transform(features[train]))
        held_out, at = kept(result, "oof", fold)["row"], 0
        for _ in range(2):
            scored = next(asked)
            rows = held_out[at : at + len(scored)]
            at += len(scored)
            scaler = StandardScaler().fit(features[np.setdiff1d(train, rows)])
            assert_same_rows(scored, scaler.transform(features[rows]))
    assert next(asked, None) is None


FIXED = np.arange(160) % 2 == 0


def test_thresholds_and_calibrators_never_see_test_rows(monkeypatch):
    """Other test labels move the oracle's threshold, and no other threshold or score version."""
    versions, thresholds = [], []
    score_versions, decide = judging.score_versions, judging.decide

    def spy_versions(*args, **keywords):
        versions.append(score_versions(*args, **keywords))
        return versions[-1]

    def spy_decide(*args, **keywords):
        decided = decide(*args, **keywords)
        thresholds.append({key: threshold for key, (_, threshold) in decided.items()})
        return decided

    monkeypatch.setattr(judging, "score_versions", spy_versions)
    monkeypatch.setattr(judging, "decide", spy_decide)
    table = binary_table(160, 3.0, missing=False)
    for flip in (False, True):
        target = np.where(FIXED & flip, 1 - table.target, table.target)
        changed = Table(table.features, target, table.classes, "binary", test=FIXED)
        run(changed, "smote")
    assert set(versions[0]) == {"raw", "corrected", "recalibrated"}
    for name, scores in versions[0].items():
        np.testing.assert_array_equal(scores, versions[1][name])
    oracle = ("raw", "oracle")
    assert thresholds[0].pop(oracle) != thresholds[1].pop(oracle)
    assert len(thresholds[0]) == 11
    assert thresholds[0] == thresholds[1]


def test_levels_and_medians_are_learnt_from_training_rows():
    """A level and extreme values that only test rows have change nothing that is learnt."""
    table = mixed_table(160)
    test = np.arange(160) % 5 < 2
    oofs = []
    for change in (False, True):
        frame = table.features.copy()
        if change:
            frame["colour"] = frame["colour"].cat.add_categories(["azure"])
            frame.loc[test, "colour"] = "azure"
            frame.loc[test, "x0"] = np.where(np.arange(test.sum()) % 2, 1e6, np.nan)
        changed = Table(frame, table.target, table.classes, "binary", test=test)
        result = run(changed, "smote")["logistic_regression"]
        assert result.status == "ok", result.reason
        oofs.append(kept(result, "oof")["score"])
    np.testing.assert_array_equal(*oofs)


def permuted(seed, n_rows=200):
    """Features that know nothing of the labels, continuous and without ties."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n_rows) % 5 == 0).astype(np.int64)
    return table_of(rng.normal(size=(n_rows, 4)), y)


def permuted_auc(name, learner, seeds):
    """Mean test ROC-AUC of each permutation."""
    means = []
    for seed in seeds:
        cell_of = run(permuted(seed), name, [learner], seed=seed, folds=5, inner_folds=0)
        rows = cell_of[learner].rows
        auc = [r.value for r in rows if r[1:5] == ("raw", "matched", "", "roc_auc")]
        means.append(np.mean(auc))
    return pd.Series(means)


@pytest.mark.parametrize("name", ["none", "smote", "random_under"])
def test_canary_permuted_labels_cannot_be_ranked(name):
    auc = permuted_auc(name, "logistic_regression", range(12))
    assert abs(auc.mean() - 0.5) < 3 * auc.sem()
    assert auc.sem() < 0.03  # else the line above could not fail


@pytest.mark.parametrize("learner", ["decision_tree", "k_nearest_neighbours"])
def test_canary_sings_when_resampling_precedes_the_split(learner):
    honest = permuted_auc("smote", learner, range(8))
    leaking = permuted_auc("smote_before_split", learner, range(8))
    assert abs(honest.mean() - 0.5) < 3 * honest.sem()
    assert leaking.mean() > 0.65
    assert (leaking - honest).min() > 0.05


def test_the_leaking_control_is_infeasible_where_its_anchor_is():
    """The whole table has enough minority rows for the ratio, its training parts have not."""
    target = (np.arange(1100) % 110 == 0).astype(int)
    table = table_of(np.random.default_rng(0).normal(size=(1100, 2)), target)
    found = {
        name: run(table, name, ["logistic_regression"], ratio="ir100", min_positives=10)
        for name in ("smote", "smote_before_split")
    }
    found = {name: results["logistic_regression"] for name, results in found.items()}
    assert {result.status for result in found.values()} == {"infeasible"}
    assert found["smote"].reason == found["smote_before_split"].reason


def test_the_leaking_control_never_ranks():
    leaking = [name for name, spec in STRATEGIES.items() if spec.get("resample_before_split")]
    assert leaking == ["smote_before_split"]
    assert STRATEGIES["smote_before_split"]["ranked"] is False
    assert STRATEGIES["smote_before_split"]["anchor"] == "smote"
