"""Confusion matrices and training gaps, by hand."""

import numpy as np
import pandas as pd
import pytest
from small_tables import described, rows

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import where
from skewbench.analysis.symptoms import confusion_table, gap_table

STRATEGIES = described(none="control", smote="data", leak=("data", "smote", False))


def counts(matrices, decision="default"):
    """Return collected rows of [[TN, FP], [FN, TP]] by (data set, strategy)."""
    cells = [(t, p) for t in (0, 1) for p in (0, 1)]
    return pd.concat(
        [
            rows(
                {key: [float(m[t][p]) for m in found] for key, found in matrices.items()},
                reading=Reading(f"count_{t}_{p}", decision=decision),
            )
            for t, p in cells
        ],
        ignore_index=True,
    )


def test_shares_are_of_the_true_class_and_means_over_data_sets():
    table = counts(
        {
            ("a", "none"): [[[90, 0], [8, 2]], [[80, 10], [6, 4]]],  # seeds: 170, 10, 14, 6 of 200
            ("b", "none"): [[[50, 0], [0, 50]]] * 2,
            ("a", "leak"): [[[90, 0], [0, 10]]] * 2,
        }
    )
    found = confusion_table(table, STRATEGIES)
    assert set(found["strategy"]) == {"none"}
    cells = found.set_index(["true", "predicted"])
    shares = {(0, 0): [170 / 180, 1], (0, 1): [10 / 180, 0], (1, 0): [0.7, 0], (1, 1): [0.3, 1]}
    for cell, values in shares.items():
        row = cells.loc[cell]
        assert row["share"] == pytest.approx(np.mean(values))
        assert (row["lower"], row["upper"]) == pytest.approx(
            tuple(np.quantile(values, [0.25, 0.75]))
        )
        assert row["n_datasets"] == 2
    assert cells.loc[(1, 0), "per_thousand"] == pytest.approx((70 + 0) / 2)
    assert cells["per_thousand"].sum() == pytest.approx(1000)


def test_rules_are_kept_apart():
    one = {("a", "none"): [[[9, 1], [1, 1]]]}
    other = {("a", "none"): [[[10, 0], [0, 2]]]}
    table = pd.concat([counts(one), counts(other, "tuned_f1")])
    found = confusion_table(table, STRATEGIES)
    tuned = where(found, decision="tuned_f1")
    assert tuned["share"].tolist() == [1, 0, 0, 1]
    assert len(where(found, decision="default")) == 4


def test_the_gap_is_training_minus_test():
    training = Reading("recall", "training", "", "default")
    test = Reading("recall", decision="default")
    table = pd.concat(
        [
            rows({("a", "none"): 0.9, ("b", "none"): 0.7, ("a", "smote"): 1.0}, reading=training),
            rows({("a", "none"): 0.5, ("b", "none"): 0.6, ("a", "smote"): 0.4}, reading=test),
        ]
    )
    found = gap_table(table, STRATEGIES).set_index("strategy")
    none = found.loc["none"]
    assert (none["training"], none["test"], none["gap"]) == pytest.approx((0.8, 0.55, 0.25))
    assert (none["lower"], none["upper"]) == pytest.approx((0.175, 0.325))
    assert (none["metric"], none["decision"], none["n_datasets"]) == ("recall", "default", 2)
    assert found.loc["smote", "gap"] == pytest.approx(0.6)


def test_an_empty_table_has_its_columns():
    empty = counts({("a", "none"): [[[9, 1], [1, 1]]]}).head(0)
    assert {"share", "label", "true"} <= set(confusion_table(empty, STRATEGIES))
    assert {"gap", "label"} <= set(gap_table(empty, STRATEGIES))
