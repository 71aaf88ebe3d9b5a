"""The table of shots: groups of classes against the untouched model, and from metrics files."""

import numpy as np
import pandas as pd
import pytest
from small_tables import described, rows

from skewbench.analysis.collect import collect
from skewbench.analysis.shots import READINGS, shot_table
from skewbench.results import CellResult, MetricRow, metrics_table, write

STRATEGIES = described(none="control", smote="data", leaky=("data", "smote", False))
SCORES = {  # many, medium, few, all
    ("a", "none"): (0.9, 0.5, 0.1, 0.5),
    ("a", "smote"): (0.8, 0.5, 0.4, 0.55),
    ("b", "none"): (0.7, 0.4, np.nan, 0.6),
    ("b", "smote"): (0.7, 0.3, np.nan, 0.5),
    ("b", "leaky"): (1.0, 1.0, np.nan, 1.0),
}


def collected(scores=SCORES):
    parts = [
        rows({key: values[i] for key, values in scores.items()}, reading=reading)
        for i, reading in enumerate(READINGS.values())
    ]
    return pd.concat(parts, ignore_index=True).assign(task="multiclass")


def test_means_over_families_that_have_the_group():
    table = shot_table(collected(), STRATEGIES).set_index("strategy")
    assert list(table.index) == ["none", "smote"]  # no leaking one
    row = table.loc["smote"]
    assert row[["many", "medium", "few", "all"]].tolist() == pytest.approx([0.75, 0.4, 0.4, 0.525])
    assert row["few_gain"] == pytest.approx(0.3)
    assert row["all_gain"] == pytest.approx((0.05 - 0.1) / 2)
    assert row["n_datasets"] == 2
    assert row["level"] == "data"
    assert table.loc["none", ["few_gain", "all_gain"]].tolist() == [0, 0]


def test_data_without_a_rare_class_and_binary_data_have_no_row():
    many = {key: (0.9, np.nan, np.nan, 0.9) for key in SCORES}
    assert shot_table(collected(many), STRATEGIES).empty
    binary = collected().assign(task="binary")
    empty = shot_table(binary, STRATEGIES)
    assert empty.empty
    assert {"few", "few_gain", "label", "ratio"} <= set(empty)


def counted(matrix, scores, fold):
    prior = "" if scores == "training" else "matched"
    return [
        MetricRow(fold, scores, prior, "default", f"count_{t}_{p}", float(value))
        for t, row in enumerate(matrix)
        for p, value in enumerate(row)
    ]


def test_training_rows_are_those_of_a_fold(tmp_path):
    """Two folds of 200, 90 and 12 training rows; the test folds have 20 rows of each class."""
    training = np.diag([200, 90, 12])
    tested = [[18, 2, 0], [5, 15, 0], [10, 5, 5]]
    cells = []
    for fold in (0, 1):
        cells += counted(training, "training", fold) + counted(tested, "raw", fold)
        cells.append(MetricRow(fold, "", "", "", "n_train", 302.0))
    file = tmp_path / "block.parquet"
    place = {"dataset": "d", "ratio": "lt10", "strategy": "none", "task": "multiclass"}
    result = CellResult(0, "tree", "ok", rows=cells)
    write(metrics_table([result], place | {"track": "default"}), file, None)
    facts = {"family": "d", "class_counts": [500, 225, 30]}
    facts |= {"cost": {"false_negative": 1, "false_positive": 1}}
    for shots, groups in (
        (None, {"many": 0.9, "medium": 0.75, "few": 0.25}),
        ({"few": 100, "many": 150}, {"many": 0.9, "few": 0.5}),
    ):
        found, _, problems = collect([file], {"d": facts | {"shots": shots}})
        assert not problems
        table = shot_table(found, described(none="control"))
        assert table.loc[0, ["many", "medium", "few"]].dropna().to_dict() == pytest.approx(groups)
        assert table.loc[0, "all"] == pytest.approx((0.9 + 0.75 + 0.25) / 3)
