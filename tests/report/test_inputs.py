"""What cannot be read is named, and everything else is read."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from small_study import STRATEGIES, TABLES, make_inputs, svg

from skewbench import results
from skewbench.report.inputs import Absent, learner_order, main_design, read_inputs

DAMAGED = "metrics/oil/natural/none/seeds0-0.parquet: no readable parquet file"


@pytest.fixture
def folder(tmp_path):
    for name in ("tables", "figures", "data"):
        (tmp_path / name).mkdir()
    for name, table in TABLES.items():
        table().to_parquet(tmp_path / "tables" / f"{name}.parquet")
    (tmp_path / "figures" / "status.svg").write_text(svg("Status"))
    (tmp_path / "data" / "oil.json").write_text(json.dumps({"name": "oil"}))
    (tmp_path / "provenance.json").write_text(json.dumps({"cpu_hours": 1}))
    results.write(
        pa.table({"value": [1.0]}),
        tmp_path / "metrics.parquet",
        {"not_collected": dict.fromkeys(["oil/natural/none/seeds0-0", "b"], DAMAGED)},
    )
    return tmp_path


def read(folder):
    return read_inputs(
        study="small",
        file="small.yaml",
        tables=sorted((folder / "tables").iterdir()),
        figures=sorted((folder / "figures").iterdir()),
        facts=sorted((folder / "data").iterdir()),
        provenance=folder / "provenance.json",
        collected=folder / "metrics.parquet",
        strategies=STRATEGIES,
        learners={},
    )


def test_everything_is_read(folder):
    inputs = read(folder)
    assert set(inputs.tables) == set(TABLES)
    assert inputs.figures == {"status": {"svg": folder / "figures" / "status.svg"}}
    assert inputs.datasets == [{"name": "oil"}]
    assert inputs.provenance == {"cpu_hours": 1}
    assert inputs.problems == [DAMAGED]


def test_damaged_files_are_named_and_the_rest_is_read(folder):
    damaged = [
        folder / "tables" / "ranks.parquet",
        folder / "data" / "oil.json",
        folder / "figures" / "status.svg",
        folder / "provenance.json",
        folder / "metrics.parquet",
    ]
    for path in damaged:
        path.write_bytes(b"" if path.suffix == ".svg" else b"PAR1 nonsense \xff\xfe")
    inputs = read(folder)
    assert len(inputs.problems) == len(damaged)
    for path in damaged:
        assert any(str(path) in problem for problem in inputs.problems)
    assert all("\n" not in problem for problem in inputs.problems)
    assert set(inputs.tables) == set(TABLES) - {"ranks"}
    assert (inputs.datasets, inputs.figures, inputs.provenance) == ([], {}, {})


def test_a_table_is_refused_in_a_sentence(tmp_path):
    inputs = make_inputs(tmp_path, tables={"empty": pd.DataFrame({"a": []})})
    with pytest.raises(Absent, match="table 'claims' is missing; make it with `make study STUDY="):
        inputs.table("claims")
    with pytest.raises(Absent, match="table 'empty' is empty"):
        inputs.table("empty", "a")
    with pytest.raises(Absent, match="table 'empty' has no column 'b'"):
        inputs.table("empty", "a", "b")


def test_the_main_rows_are_one_reading(tmp_path):
    rows = make_inputs(tmp_path).main_rows("ranks")
    assert set(rows["ratio"]) == {"natural"}
    assert set(rows["metric"]) == {"average_precision"}
    assert len(rows) == 6  # three strategies, two learners


def test_the_main_design_of_what_there_is():
    table = pd.DataFrame({"ratio": ["ir5", "ir10"], "value": np.arange(2)})
    assert main_design(table)["ratio"].tolist() == ["ir10"]  # the first by name
    assert main_design(table.head(0)).empty


def test_learners_come_in_the_studys_order_and_own_models_last():
    assert learner_order({"own", "b", "a", "new"}, ["b", "a"]) == ["b", "a", "new", "own"]
