"""A final model is what a cell's outer fit is, on the whole table."""

import dataclasses

import numpy as np
import pytest

from skewbench.data.ratios import training_prior
from skewbench.data.table import Table
from skewbench.decisions import score_versions
from skewbench.errors import InputError
from skewbench.fitting import Setting, fit_and_score
from skewbench.metrics.costs import cost_matrix
from skewbench.recommend.final import train
from small_cells import (
    DATASET,
    HERE,
    LEARNERS,
    PROTOCOL,
    STRATEGIES,
    binary_table,
    learner_for,
    mixed_table,
    run,
)

KINDS = ["none", "smote", "random_under", "weight_inverse", "focal", "two_phase", "rusboost"]


def setting(table, strategy):
    learner = learner_for(strategy)
    return Setting(
        dataset=DATASET,
        table=table,
        split="stratified",
        strategy_name=strategy,
        strategy=STRATEGIES[strategy],
        learners={} if learner == "own" else {learner: LEARNERS[learner]},
        costs=cost_matrix(PROTOCOL["cost"], 2),
        folder=HERE,
    )


def outer_fit(table, strategy):
    made = setting(table, strategy)
    rows = np.arange(len(table.target))
    name = learner_for(strategy)
    return fit_and_score(made, rows, [rows], (0, 0, 0), [name])[name]


@pytest.mark.parametrize("strategy", KINDS)
def test_scores_are_those_of_an_outer_fit_to_the_bit(strategy):
    table = binary_table()
    model = train(setting(table, strategy), learner_for(strategy), "raw", "tuned_f1")
    scores = model.scores(table.features)
    assert scores.tobytes() == outer_fit(table, strategy).scores[0].tobytes()


@pytest.mark.parametrize("strategy", ["smote", "weight_inverse", "rusboost", "isolation_forest"])
@pytest.mark.parametrize("decision", ["tuned_f1", "tuned_mcc", "default"])
def test_thresholds_are_those_of_a_cell_trained_on_the_same_rows(strategy, decision):
    whole = binary_table(n_rows=400)
    test = np.arange(400) % 4 == 0
    cell = run(dataclasses.replace(whole, test=test), strategy, inner_folds=3)
    (result,) = cell.values()
    (threshold,) = [
        row.value
        for row in result.rows
        if (row.metric, row.scores, row.decision) == ("threshold", "raw", decision)
    ]
    kept = whole.features[~test].reset_index(drop=True)
    training = Table(kept, whole.target[~test], whole.classes, whole.task)
    model = train(setting(training, strategy), learner_for(strategy), "raw", decision)
    assert model.threshold == threshold


@pytest.mark.parametrize("n_rows", [300, 3000])  # a sigmoid; isotonic from 200 positives
def test_recalibrated_scores_are_those_of_a_cell(n_rows):
    table = binary_table(n_rows=n_rows, imbalance_ratio=5.0)
    model = train(setting(table, "smote"), "logistic_regression", "recalibrated", "cost")
    scored = outer_fit(table, "smote")
    oof, y_oof = out_of_fold(table, "smote")
    versions = score_versions(
        scored.scores[0],
        oof,
        y_oof,
        prior=training_prior(table.target, 2),
        effective_prior=scored.effective_prior,
        correction="approximate",
        probabilistic=True,
    )
    assert model.scores(table.features).tobytes() == versions["recalibrated"].tobytes()
    assert model.recalibrator.method == ("isotonic" if n_rows == 3000 else "sigmoid")
    # The Bayes threshold of costs 10 and 1.
    assert model.threshold == pytest.approx(1 / 11)


def out_of_fold(table, strategy):
    from skewbench.recommend.final import _out_of_fold

    oof, rows = _out_of_fold(setting(table, strategy), learner_for(strategy), 3)
    assert sorted(rows) == list(range(len(table.target)))
    return oof, table.target[rows]


def test_corrected_scores_undo_the_shift_of_the_prior():
    # Saerens et al. 2002: at equal classes in training, .5 becomes the original prior.
    table = binary_table()
    model = train(setting(table, "weight_inverse"), "logistic_regression", "corrected", "cost")
    raw = train(setting(table, "weight_inverse"), "logistic_regression", "raw", "default")
    odds = raw.scores(table.features) / (1 - raw.scores(table.features))
    prior = table.target.mean()
    corrected = model.scores(table.features)
    assert corrected / (1 - corrected) == pytest.approx(odds * prior / (1 - prior))


def test_categories_are_encoded_as_in_a_cell():
    table = mixed_table()
    model = train(setting(table, "smote"), "logistic_regression", "raw", "tuned_f1")
    assert model.scores(table.features).tobytes() == outer_fit(table, "smote").scores[0].tobytes()


def test_what_cannot_be_trained_is_said_in_a_sentence():
    table = binary_table()
    made = dataclasses.replace(
        setting(table, "weight_inverse"),
        learners={"k_nearest_neighbours": LEARNERS["k_nearest_neighbours"]},
    )
    with pytest.raises(InputError, match="'weight_inverse' with k_nearest_neighbours cannot be"):
        train(made, "k_nearest_neighbours", "raw", "tuned_f1")
    with pytest.raises(InputError, match="no decision rule 'tuned_f3'; did you mean 'tuned_f"):
        train(setting(table, "smote"), "logistic_regression", "raw", "tuned_f3")
    with pytest.raises(InputError, match="no decision rule 'corrected/cost'"):
        train(setting(table, "focal"), "xgboost", "corrected", "cost")
    with pytest.raises(InputError, match="no decision rule 'oracle'"):
        train(setting(table, "smote"), "logistic_regression", "raw", "oracle")
