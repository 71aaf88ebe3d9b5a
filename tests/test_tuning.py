"""Hyperparameters are chosen on inner folds alone, with as many trials for every strategy."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin

from skewbench import tuning
from skewbench.analysis.hyperparameters import hyperparameter_table
from skewbench.errors import InputError
from skewbench.searched import check_search
from skewbench.tuning import draw, with_values
from small_cells import (
    LEARNERS,
    STRATEGIES,
    binary_table,
    kept,
    metric,
    run,
    table_of,
    three_class_table,
    without_times,
)


class FirstColumn(ClassifierMixin, BaseEstimator):
    """Ranks rows by the first column, upwards or downwards; falls at the sign 0."""

    def __init__(self, sign=-1):
        self.sign = sign

    def fit(self, X, y):
        if self.sign == 0:
            raise ValueError("no direction")
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        positive = 1 / (1 + np.exp(-self.sign * X[:, 0]))
        return np.column_stack([1 - positive, positive])


PATH = f"{__name__}.FirstColumn"


OWN_TREE = {
    "level": "algorithm",
    "model": {"sklearn.tree.DecisionTreeClassifier": {"min_samples_leaf": 5}},
    "search": {"DecisionTreeClassifier": {"min_samples_leaf": [3, 20]}},
}


def first_column(values=None, **parameters):
    entry = {"model": {PATH: parameters}}
    return {"ranker": entry if values is None else entry | {"search": {"FirstColumn": values}}}


def ranked_table(n=120):
    """Return one column, which is greater for positive rows."""
    y = (np.arange(n) % 4 == 0).astype(int)
    return table_of(np.random.default_rng(3).normal(2.0 * y)[:, None], y)


def tried(result):
    """Return {word: 1 if chosen else 0} by fold."""
    rows = [row for row in result.rows if row.metric == "chosen"]
    return {
        fold: {row.decision: row.value for row in rows if row.fold == fold}
        for fold in {row.fold for row in result.rows}
    }


# --- What a trial changes -------------------------------------------------------------------------


def test_an_object_is_named_by_its_class_however_deep():
    entry = {
        "level": "data",
        "resample": {"a.b.Outer": {"inner": {"c.Inner": {"k": 5, "m": 1}}}},
        "on_mixed": {"a.InnerToo": None},
        "weight": {"scheme": "effective_number", "beta": 0.999},
    }
    values = {"Inner|InnerToo": {"k": 3}, "weight": {"beta": 0.9}}
    assert with_values(entry, values) == {
        "level": "data",
        "resample": {"a.b.Outer": {"inner": {"c.Inner": {"k": 3, "m": 1}}}},
        "on_mixed": {"a.InnerToo": {"k": 3}},
        "weight": {"scheme": "effective_number", "beta": 0.9},
    }
    steps = [{"c.Inner": {"k": 5}}, {"d.Other": {"k": 5}}]
    assert with_values(steps, values) == [{"c.Inner": {"k": 3}}, {"d.Other": {"k": 5}}]
    assert entry["resample"]["a.b.Outer"]["inner"]["c.Inner"]["k"] == 5


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 80))
def test_drawn_combinations_are_different_and_of_listed_values(lengths, n):
    search = {f"C{i}": {"p": list(range(length))} for i, length in enumerate(lengths)}
    drawn = draw(search, n, np.random.default_rng(0))
    assert len(drawn) == min(n, np.prod(lengths))
    assert len({str(values) for values in drawn}) == len(drawn)
    for values in drawn:
        assert values.keys() == search.keys()
        assert all(values[name]["p"] in search[name]["p"] for name in search)


def test_nothing_to_search_is_one_combination():
    assert draw({}, 9, np.random.default_rng(0)) == [{}]


@pytest.mark.parametrize(
    ("kind", "entries"), [("strategy", STRATEGIES), ("learner", LEARNERS)], ids=["s", "l"]
)
def test_every_value_of_the_catalogues_can_be_built(kind, entries, tmp_path):
    searched = {name: entry for name, entry in entries.items() if "search" in entry}
    assert len(searched) >= 8
    for name, entry in searched.items():
        check_search(entry, kind, tmp_path, name)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"search": {"SMOTE": {"k": [3]}}}, r"mine: search: resample: .*no parameter 'k'"),
        ({"search": {"weight": {"bet": [0.9]}}}, r"mine: search: .*'weight.*bet'"),
        ({"search": {"weight": {"beta": [2.0]}}}, r"mine: search: .*2\.0"),
    ],
)
def test_a_listed_value_that_cannot_be_is_found_before_any_job(entry, message, tmp_path):
    entry |= {"level": "hybrid", "weight": {"scheme": "effective_number"}}
    entry |= {"resample": {"imblearn.over_sampling.SMOTE": {"k_neighbors": 5}}}
    with pytest.raises(InputError, match=message):
        check_search(entry, "strategy", tmp_path, "mine")


def test_a_strategy_and_its_anchor_search_the_same_forests():
    forest = STRATEGIES["plain_forest"]["search"]["RandomForestClassifier"]
    assert STRATEGIES["balanced_random_forest"]["search"] == {
        "BalancedRandomForestClassifier": forest
    }


# --- What is chosen -------------------------------------------------------------------------------


def test_the_trial_of_the_best_inner_average_precision_is_what_the_cell_goes_on_with():
    result = run(ranked_table(), "none", first_column({"sign": [0, 1, 2]}), trials=4)["ranker"]
    assert result.status == "ok"
    for fold, words in tried(result).items():
        # Signs 1 and 2 rank alike: the earlier is kept. 0 falls, -1 is the wrong way round.
        assert words.keys() == {f"FirstColumn.sign={sign}" for sign in ("catalogue", 0, 1, 2)}
        assert words["FirstColumn.sign=0"] == 0
        assert sum(words.values()) == 1
        assert metric(result, "average_precision", fold) > 0.5  # the wrong way round: < .25


def test_what_was_chosen_gives_what_it_gives_without_a_search():
    tuned = run(ranked_table(), "none", first_column({"sign": [1]}), trials=2)["ranker"]
    plain = run(ranked_table(), "none", first_column(sign=1))["ranker"]
    more = ("chosen", "search_seconds")
    tuned.rows = [row for row in tuned.rows if row.metric not in more]
    assert without_times(tuned) == without_times(plain)


def test_a_trial_that_is_worse_than_the_catalogue_is_not_chosen():
    learner = first_column({"sign": [-1, 0]}, sign=1)
    result = run(ranked_table(), "none", learner, trials=3)["ranker"]
    plain = run(ranked_table(), "none", first_column(sign=1))["ranker"]
    for words in tried(result).values():
        assert {word for word, share in words.items() if share} == {"FirstColumn.sign=catalogue"}
    assert "trial_failed" in result.flags
    for fold in (0, 1):
        assert metric(result, "roc_auc", fold) == metric(plain, "roc_auc", fold)


def test_where_every_trial_falls_the_cell_says_why():
    result = run(ranked_table(), "none", first_column({"sign": [0]}, sign=0), trials=2)["ranker"]
    assert result.status == "failed"
    assert "no direction" in result.reason


SEARCHED = [
    name
    for name, entry in STRATEGIES.items()
    if "search" in entry
    and "objective" not in entry
    and "max_rows" not in entry
    # These two give up on some data whatever their parameters.
    and name not in ("kmeans_smote", "rusboost")
]


@pytest.mark.parametrize("name", [*SEARCHED, "smote_tomek", "smote_enn", "borderline_smote_1"])
@pytest.mark.parametrize(
    "table", [binary_table(160, 2.0), three_class_table(600)], ids=["IR 2", "3"]
)
def test_trials_of_the_catalogue_can_be_fitted(name, table):
    spec = _quick(STRATEGIES[name])
    learners = {} if "model" in spec else {"tree": LEARNERS["decision_tree"]}
    if not {table.task} & set(spec.get("tasks", [table.task])):
        pytest.skip(f"{name} is not for {table.task} data")
    (result,) = run(table, name, learners, strategy=spec, trials=4).values()
    assert result.status == "ok", result.reason
    assert "trial_failed" not in result.flags


def _quick(entry):
    """Return an entry whose ensembles are small, and what it searches without their sizes."""
    search = {
        names: {
            parameter: values for parameter, values in lists.items() if "estim" not in parameter
        }
        for names, lists in entry["search"].items()
    }
    few = with_values(entry, {names: {"n_estimators": 5} for names in search if _counts(names)})
    return few | {"search": {names: lists for names, lists in search.items() if lists}}


def _counts(names):
    return any(word in names for word in ("Ensemble", "Forest", "Boost", "Bagging", "XGB"))


def test_one_trial_is_no_search():
    results = run(binary_table(), "smote"), run(binary_table(), "smote", trials=1)
    one, other = (result["logistic_regression"] for result in results)
    assert without_times(one) == without_times(other)


# --- Fair, and without leaks ----------------------------------------------------------------------


def test_a_learners_trials_are_the_same_with_every_strategy():
    learners = {"xgboost": LEARNERS["xgboost"]}
    found = {
        name: tried(run(binary_table(), name, learners, trials=4)["xgboost"])
        for name in ("none", "smote", "weight_inverse")
    }
    for name, by_fold in found.items():
        for fold, words in by_fold.items():
            of_learner = {word for word in words if word.startswith("XGBClassifier")}
            assert of_learner == set(found["none"][fold]), name
    assert found["none"][0].keys() != found["none"][1].keys()  # each fold draws anew
    assert any(word.startswith("SMOTE.") for word in found["smote"][0])


def test_a_strategy_with_its_own_model_tunes_that():
    result = run(binary_table(), "weight_inverse_model", {}, strategy=OWN_TREE, trials=3)["own"]
    assert {word.partition("=")[0] for word in tried(result)[0]} == {
        "DecisionTreeClassifier.min_samples_leaf"
    }


def test_trials_see_no_test_row(monkeypatch):
    trials, fit_and_score = [], tuning.fit_and_score

    def noted(setting, rows, scored, stream, names):
        trials.append((stream, {*rows, *np.concatenate(scored)}))
        return fit_and_score(setting, rows, scored, stream, names)

    monkeypatch.setattr(tuning, "fit_and_score", noted)
    learner = first_column({"sign": [1]})
    result = run(ranked_table(), "none", learner, folds=3, inner_folds=2, trials=2)["ranker"]
    assert len(trials) == 3 * 2 * 2
    for (_, fold, inner), rows in trials:
        assert inner > 0
        assert rows.isdisjoint(kept(result, "test", fold)["row"])
        assert rows <= set(kept(result, "oof", fold)["row"])


# --- The table ------------------------------------------------------------------------------------


def test_shares_are_means_over_families():
    def row(family, dataset, seed, word, value, name="chosen"):
        design = {"task": "binary", "track": "tuned", "ratio": "natural", "learner": "lr"}
        keys = {"strategy": "none", "family": family, "dataset": dataset, "seed": seed}
        return design | keys | {"metric": name, "decision": word, "value": value}

    collected = pd.DataFrame(
        [
            row("f", "a", 0, "LR.C=0.1", 1.0),
            row("f", "a", 1, "LR.C=0.1", 0.5),
            row("f", "b", 0, "LR.C=0.1", 0.25),
            row("g", "c", 0, "LR.C=0.1", 0.0),
            row("g", "c", 0, 'LR.penalty="l1"', 1.0),
            row("g", "c", 0, "default", 0.7, name="f1"),
        ]
    )
    strategies = pd.DataFrame({"level": ["control"], "label": ["Untouched"]}, index=["none"])
    table = hyperparameter_table(collected, strategies).set_index(["parameter", "value"])
    assert table.loc[("LR.C", "0.1"), "share"] == pytest.approx(((0.75 + 0.25) / 2 + 0.0) / 2)
    assert table.loc[("LR.C", "0.1"), "n_datasets"] == 2
    assert table.loc[("LR.penalty", '"l1"'), "share"] == 1.0
    assert len(table) == 2
    empty = hyperparameter_table(collected[collected["metric"] == "f1"], strategies)
    assert empty.empty
    assert list(empty) == list(table.reset_index()[list(empty)])
