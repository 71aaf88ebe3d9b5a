"""The rankings that travel in the page."""

import pandas as pd
import pytest
from small_study import HOSTILE, make_inputs

from skewbench.report import rankings as module
from skewbench.report.inputs import Absent
from skewbench.report.rankings import rankings


@pytest.fixture
def made(tmp_path):
    return rankings(make_inputs(tmp_path))


def test_the_static_table_is_the_main_reading(made):
    assert made.table.caption == (
        "binary, default hyperparameters, natural imbalance ratio, decision tree, average "
        "precision (AP), no threshold, raw scores"
    )
    titles = [column.title for column in made.table.columns]
    assert titles == [
        "Strategy",
        "Level",
        "Mean rank",
        "Mean score",
        "Difference from the control [95 %]",
        "Better / equal / worse",
        "Verdict",
        "Data sets",
        "Filled in",
    ]
    difference = "+0.042 [+0.032, +0.052]"
    assert made.table.rows[0] == [
        *("SMOTE", "data", "1.25", "0.900", difference, "10 / 1 / 1", "better", "12", "25 %"),
    ]
    assert made.table.rows[1][4:7] == ["", "", ""]  # the control differs from nothing
    assert made.table.rows[2][0] == HOSTILE


def test_the_script_gets_the_same_cells(made):
    data = made.data
    rows = [[*data["strategies"][row[0]], *row[1:]] for row in data["rows"][data["start"]]]
    assert rows == made.table.rows


def test_every_condition_is_there_once_with_its_rows(made, tmp_path):
    ranks = make_inputs(tmp_path).tables["ranks"]
    conditions = [tuple(condition) for condition in made.data["conditions"]]
    assert len(set(conditions)) == len(conditions) == 16  # 2 ratios, 2 learners, 4 readings
    assert sum(map(len, made.data["rows"])) == len(ranks)
    for condition in conditions:
        for field, value in zip(made.data["fields"], condition, strict=True):
            assert 0 <= value < len(field["values"])


def test_the_main_values_come_first(made):
    first = {field["label"]: field["values"][0] for field in made.data["fields"]}
    assert first["Imbalance ratio"] == "natural imbalance ratio"
    assert first["Metric"] == "average precision (AP)"
    assert first["Learner"] == "decision tree"


def test_without_tests_there_is_no_verdict(tmp_path):
    made = rankings(make_inputs(tmp_path, without=["comparisons"]))
    titles = [column.title for column in made.table.columns]
    assert "Verdict" not in titles
    assert "Difference from the control" in titles


def test_dropped_strategies_come_last_without_a_rank(tmp_path):
    inputs = make_inputs(tmp_path)
    ranks = inputs.tables["ranks"]
    inputs.tables["ranks"] = ranks.assign(
        mean_rank=ranks["mean_rank"].mask(ranks["strategy"] == "smote")
    )
    last = rankings(inputs).table.rows[-1]
    assert last[:3] == ["SMOTE", "data", ""]


def test_a_large_study_keeps_its_most_important_metrics(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST", 30)  # of 48 rows: AP and F1 have 12 each, recall 24
    made = rankings(make_inputs(tmp_path))
    assert sum(map(len, made.data["rows"])) == 24
    assert made.note == "2 of 3 metrics; the others are in tables/ranks."


def test_no_ranks_is_said(tmp_path):
    with pytest.raises(Absent, match="'ranks' is missing"):
        rankings(make_inputs(tmp_path, tables={}))
    with pytest.raises(Absent, match="no column"):
        rankings(make_inputs(tmp_path, tables={"ranks": pd.DataFrame({"task": ["binary"]})}))
