"""A failure of a strategy or learner is a status with a reason, not a score."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

from small_cells import (
    LEARNERS,
    NEEDS_XGBOOST,
    STRATEGIES,
    binary_table,
    run,
    table_of,
    without_times,
)


class RaisingSampler(BaseEstimator):
    def fit_resample(self, X, y):
        raise RuntimeError("no neighbour\n  anywhere")


class EmptyingSampler(BaseEstimator):
    def fit_resample(self, X, y):
        return X[y == 0], y[y == 0]


class RaisingLearner(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise MemoryError("out of tokens")


class NanLearner(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), np.nan)


class InnerRaisingLearner(DecisionTreeClassifier):
    """Fits the whole training part, not an inner one."""

    def fit(self, X, y):
        if len(y) < 100:
            raise ValueError("too few rows")
        return super().fit(X, y)


def here(name):
    return f"{__name__}.{name}"


BAD_SAMPLERS = {
    "RaisingSampler": "RuntimeError: no neighbour anywhere",
    "EmptyingSampler": "class",
}


@pytest.mark.parametrize("sampler", BAD_SAMPLERS)
def test_a_failing_resampler_fails_every_learner_with_its_reason(sampler):
    strategy = {"level": "data", "resample": {here(sampler): {}}}
    learners = ["logistic_regression", "decision_tree"]
    results = run(binary_table(160, 4.0), sampler, learners, strategy=strategy)
    assert list(results) == learners
    for result in results.values():
        assert result.status == "failed"
        assert BAD_SAMPLERS[sampler] in result.reason
        assert "fold 0" in result.reason
        assert result.rows == result.scores == []


@pytest.mark.parametrize(
    ("learner", "reason"),
    [
        ("RaisingLearner", "fold 0: MemoryError: out of tokens"),
        ("NanLearner", "fold 0: ValueError: NanLearner gave scores that are not finite"),
        ("InnerRaisingLearner", "fold 0, inner fold 1: ValueError: too few rows"),
    ],
)
def test_a_failing_learner_fails_alone(learner, reason):
    table = binary_table(240, 4.0)
    learners = {"bad": {"model": {here(learner): {}}}, "good": LEARNERS["logistic_regression"]}
    results = run(table, "none", learners)
    assert (results["bad"].status, results["bad"].reason) == ("failed", reason)
    assert results["bad"].rows == results["bad"].scores == []
    alone = run(table, "none", {"good": LEARNERS["logistic_regression"]})["good"]
    assert without_times(results["good"]) == without_times(alone)


def test_too_few_minority_rows_fail_with_the_reason():
    """One positive in an inner training part: nothing to interpolate, and no score either."""
    y = np.zeros(40, dtype=int)
    y[:4] = 1
    table = table_of(np.random.default_rng(0).normal(size=(40, 2)), y)
    result = run(table, "smote", min_positives=2)["logistic_regression"]
    assert result.status == "failed"
    assert "fewer than two rows of the smallest class" in result.reason
    assert result.rows == []


def test_too_few_positives_are_infeasible():
    y = np.arange(60) % 10 == 0
    table = table_of(np.random.default_rng(0).normal(size=(60, 2)), y.astype(int))
    result = run(table, "none", min_positives=10)["logistic_regression"]
    assert result.status == "infeasible"
    assert result.reason == "3 positives in the training part, at least 10 are needed"


@pytest.mark.parametrize("name", [n for n, spec in STRATEGIES.items() if "weight" in spec])
def test_weights_with_nearest_neighbours_are_infeasible(name):
    learner = "k_nearest_neighbours"
    result = run(binary_table(120, 3.0), name, [learner])[learner]
    assert result.status == "infeasible"
    assert result.reason == "KNeighborsClassifier takes no example weights"
    assert "over_size_limit" not in result.flags


@pytest.mark.parametrize("name", NEEDS_XGBOOST)
@pytest.mark.parametrize(
    "learner", ["logistic_regression", "decision_tree", "random_forest", "linear_svm"]
)
def test_losses_and_phases_need_a_learner_that_can(name, learner):
    result = run(binary_table(120, 3.0), name, [learner])[learner]
    assert result.status == "infeasible"
    what = "cannot continue training" if name == "two_phase" else "takes no custom objective"
    assert result.reason.endswith(what)
    ((path, _),) = LEARNERS[learner]["model"].items()
    assert result.reason.split()[0] == path.rpartition(".")[2]


@pytest.mark.parametrize("part", ["strategy", "learner"])
def test_over_the_size_limit_is_infeasible_and_flagged(part):
    table, limit = binary_table(160, 3.0), {"max_rows": 70}
    strategy = STRATEGIES["smote"] | (limit if part == "strategy" else {})
    learners = {
        "limited": LEARNERS["logistic_regression"] | (limit if part == "learner" else {}),
        "free": LEARNERS["decision_tree"],
    }
    results = run(table, "smote", learners, strategy=strategy)
    result = results["limited"]
    assert result.status == "infeasible"
    expected = f"over the {part}'s size limit: 80 training rows, max_rows is 70"
    assert result.reason == expected
    assert "over_size_limit" in result.flags
    assert results["free"].status == ("infeasible" if part == "strategy" else "ok")


def test_a_size_just_at_the_limit_runs():
    strategy = STRATEGIES["none"] | {"max_rows": 80}
    result = run(binary_table(160, 3.0), "none", strategy=strategy)["logistic_regression"]
    assert result.status == "ok"
