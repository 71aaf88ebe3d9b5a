"""`duplicates: drop` keeps the first of equal rows, and rows that differ in anything stay."""

import numpy as np
import pandas as pd
import pytest

from skewbench.data.sources import load

ROWS = pd.DataFrame(
    {
        "x": [1, 1, 1, np.nan, np.nan, 2],
        "c": ["a", "a", "a", "b", "b", "a"],
        "g": [1, 1, 1, 2, 3, 3],
        "y": ["no", "no", "yes", "no", "no", "yes"],
    }
)


@pytest.fixture
def loaded(tmp_path):
    ROWS.to_csv(tmp_path / "toy.csv", index=False)

    def load_toy(**entry):
        entry = {"source": "file", "path": "toy.csv", "target": "y", "positive": "yes"} | entry
        entry |= {"cost": {"false_negative": 1, "false_positive": 1}, "family": "toy"}
        return load("toy", entry, tmp_path, tmp_path)

    return load_toy


def test_they_are_kept_unless_asked(loaded):
    table, facts = loaded(drop=["g"])
    assert len(table.target) == 6
    assert facts["n_duplicate_rows"] == 3
    assert loaded(drop=["g"], duplicates="keep")[1]["checksum"] == facts["checksum"]


def test_the_first_of_equal_rows_stays_and_another_label_is_another_row(loaded):
    table, facts = loaded(drop=["g"], duplicates="drop")
    assert table.target.tolist() == [0, 1, 0, 1]
    assert table.features["x"].tolist() == pytest.approx([1, 1, np.nan, 2], nan_ok=True)
    assert table.features["c"].tolist() == ["a", "a", "b", "a"]
    assert facts["class_counts"] == [2, 2]
    assert "2 duplicate rows dropped" in facts["notes"]


def test_rows_of_two_groups_are_no_duplicates(loaded):
    table, facts = loaded(duplicates="drop", split={"kind": "grouped", "column": "g"})
    assert facts["n_rows"] == 5
    assert table.group.tolist() == [0, 0, 1, 2, 2]
