"""The parquet contract: what is written comes back, whole or not at all."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skewbench import files, results
from skewbench.errors import InputError
from skewbench.results import (
    METRICS_SCHEMA,
    SCHEMA_VERSION,
    WHOLE_CELL,
    CellResult,
    MetricRow,
    metrics_table,
    read_metrics,
    scores_table,
    write,
)

PLACE = {
    "dataset": "moons",
    "ratio": "ir10",
    "strategy": "smote",
    "task": "binary",
    "track": "default",
}


def a_cell(seed=3, value=0.25, rows=2):
    return CellResult(
        seed,
        "decision_tree",
        "ok",
        flags=("few_positives", "k_reduced"),
        rows=[MetricRow(fold, "raw", "matched", "", "roc_auc", value) for fold in range(rows)],
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "metrics" / "seeds3-3.parquet"
    write(metrics_table([a_cell()], PLACE), path, {"code": "abc", "versions": {"python": "3"}})
    return path


def test_the_columns_and_their_types():
    schema = metrics_table([a_cell()], PLACE).schema
    assert schema.names == [
        *("dataset", "ratio", "strategy", "task", "track"),
        *("seed", "learner", "fold", "status", "reason", "flags"),
        *("scores", "prior", "decision", "metric", "value"),
    ]
    numbers = {"seed": pa.int32(), "fold": pa.int16(), "value": pa.float64()}
    for name in schema.names:
        kind = schema.field(name).type
        assert kind == numbers.get(name, pa.dictionary(pa.int32(), pa.string()))


def test_what_is_written_is_read(file):
    assert read_metrics(file).to_pylist() == [
        PLACE
        | {
            "seed": 3,
            "learner": "decision_tree",
            "fold": fold,
            "status": "ok",
            "reason": "",
            "flags": "few_positives,k_reduced",
            "scores": "raw",
            "prior": "matched",
            "decision": "",
            "metric": "roc_auc",
            "value": 0.25,
        }
        for fold in (0, 1)
    ]
    metadata = pq.read_schema(file).metadata
    assert json.loads(metadata[b"skewbench.schema_version"]) == SCHEMA_VERSION
    assert json.loads(metadata[b"skewbench.code"]) == "abc"
    assert json.loads(metadata[b"skewbench.versions"]) == {"python": "3"}


@pytest.mark.parametrize("status", ["infeasible", "failed", "timeout"])
def test_a_cell_that_is_not_ok_has_one_row(status):
    (row,) = metrics_table([CellResult(0, "knn", status, "because")], PLACE).to_pylist()
    assert (row["status"], row["reason"]) == (status, "because")
    assert (row["fold"], row["metric"], row["scores"]) == (WHOLE_CELL, "", "")
    assert math.isnan(row["value"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(width=64), min_size=1, max_size=5), st.integers(0, 9999))
def test_values_come_back_bit_for_bit(tmp_path, values, seed):
    cell = a_cell(seed)
    cell.rows = [MetricRow(i, "", "", "", "brier", value) for i, value in enumerate(values)]
    write(metrics_table([cell], PLACE), tmp_path / "x.parquet")
    back = read_metrics(tmp_path / "x.parquet")
    assert back["seed"].to_pylist() == [seed] * len(values)
    # NaN payloads aside, equal bits: -0.0 stays -0.0.
    np.testing.assert_array_equal(
        np.signbit(back["value"].to_numpy()[~np.isnan(values)]),
        np.signbit(np.array(values)[~np.isnan(values)]),
    )
    np.testing.assert_array_equal(back["value"].to_numpy(), values)


def test_the_same_content_is_the_same_file(tmp_path, file):
    again = tmp_path / "again.parquet"
    write(metrics_table([a_cell()], PLACE), again, {"code": "abc", "versions": {"python": "3"}})
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("stage", ["write_table", "replace"])
def test_a_crash_while_writing_leaves_nothing_new(tmp_path, monkeypatch, stage):
    def crash(*arguments, **_):
        if stage == "write_table":
            arguments[1].write_bytes(b"PAR1 half a file")
        raise KeyboardInterrupt

    target = tmp_path / "seeds0-0.parquet"
    table = metrics_table([a_cell()], PLACE)
    with monkeypatch.context() as patch:
        patch.setattr(results.pq if stage == "write_table" else files.os, stage, crash)
        with pytest.raises(KeyboardInterrupt):
            write(table, target)
    assert list(tmp_path.iterdir()) == []
    write(table, target)
    before = target.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(results.pq if stage == "write_table" else files.os, stage, crash)
        with pytest.raises(KeyboardInterrupt):
            write(metrics_table([a_cell(value=0.5)], PLACE), target)
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == before


def foreign(path):
    pq.write_table(pa.table({"a": [1]}), path)


def older(path):
    table = metrics_table([a_cell()], PLACE)
    pq.write_table(
        table.replace_schema_metadata({"skewbench.schema_version": json.dumps("0")}), path
    )


def other_columns(path):
    write(pa.table({"dataset": ["moons"], "value": [1.0]}), path)


def other_types(path):
    table = metrics_table([a_cell()], PLACE)
    write(table.set_column(5, "seed", table["seed"].cast(pa.int64())), path)


def odd_metadata(path):
    table = metrics_table([a_cell()], PLACE)
    pq.write_table(table.replace_schema_metadata({"skewbench.schema_version": "{"}), path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(b"no parquet at all, but some text"),
        lambda path: path.write_bytes(
            path.read_bytes()[:100] + bytes(300) + path.read_bytes()[400:]
        ),
        lambda path: path.unlink(),
        foreign,
        older,
        other_columns,
        other_types,
        odd_metadata,
    ],
    ids=[
        *("empty", "no end", "half", "text", "zeros inside", "absent", "foreign", "older"),
        *("other columns", "other types", "odd metadata"),
    ],
)
def test_a_bad_file_is_named_in_one_sentence(file, damage):
    damage(file)
    with pytest.raises(InputError) as caught:
        read_metrics(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_scores_are_one_row_per_scored_row():
    kept = {
        "fold": 1,
        "part": "test",
        "row": np.array([4, 7]),
        "target": np.array([0, 1]),
        "weight": np.array([1.0, 2.0]),
    }
    binary = CellResult(2, "tree", "ok", scores=[kept | {"score": np.array([0.1, 0.9])}])
    assert scores_table([binary]).to_pylist()[1] == {
        "learner": "tree",
        "part": "test",
        "seed": 2,
        "fold": 1,
        "row": 7,
        "target": 1,
        "weight": 2.0,
        "score": 0.9,
    }
    classes = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    multiclass = CellResult(2, "tree", "ok", scores=[kept | {"score": classes}])
    table = scores_table([multiclass])
    assert [table[f"score_{c}"].to_pylist() for c in range(3)] == classes.T.tolist()
    assert "score" not in table.schema.names


def test_an_empty_scores_table_can_be_written_and_read(tmp_path):
    write(scores_table([CellResult(0, "tree", "failed", "x")]), tmp_path / "s.parquet")
    assert pq.read_table(tmp_path / "s.parquet").num_rows == 0


def test_failed_files_are_those_with_failed_or_timed_out_cells(tmp_path):
    cells = {
        "ok": [a_cell()],
        "infeasible": [CellResult(0, "tree", "infeasible", "design")],
        "failed": [a_cell(), CellResult(3, "knn", "failed", "broke")],
        "timeout": [CellResult(0, "tree", "timeout", "slow")],
    }
    for name, found in cells.items():
        seed = found[0].seed
        place = tmp_path / "metrics" / "moons" / "ir10" / name / f"seeds{seed}-{seed}.parquet"
        write(metrics_table(found, PLACE | {"strategy": name}), place)
    found = results.failed_files(tmp_path)
    assert sorted(path.parent.name for path in found) == ["failed", "timeout"]


def test_a_block_with_another_blocks_file_runs_again(tmp_path):
    right, wrong = (
        tmp_path / "metrics" / "moons" / "ir10" / name / "seeds3-3.parquet"
        for name in ("smote", "none")
    )
    for file in (right, wrong):
        write(metrics_table([a_cell()], PLACE), file)
    assert results.failed_files(tmp_path) == [wrong]


def test_a_block_with_a_damaged_file_runs_again(tmp_path):
    blocks = [tmp_path / "metrics" / f"seeds{seed}-{seed}.parquet" for seed in range(4)]
    kept = [tmp_path / "scores" / block.name for block in blocks[:3]]
    for file in blocks + kept:
        write(metrics_table([a_cell()], PLACE), file)
    blocks[0].write_bytes(blocks[0].read_bytes()[:-40])
    kept[1].write_bytes(b"")
    assert results.failed_files(tmp_path) == blocks[:2]


def test_a_damaged_byte_is_told_and_never_read_as_another_value(tmp_path):
    cell = a_cell()
    values = np.random.default_rng(0).random(500)
    cell.rows = [MetricRow(fold, "", "", "", "brier", value) for fold, value in enumerate(values)]
    file = tmp_path / "x.parquet"
    write(metrics_table([cell], PLACE), file)
    content, expected = file.read_bytes(), read_metrics(file)
    named = 0
    for position in range(0, len(content), 23):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        file.write_bytes(damaged)
        try:
            assert read_metrics(file).equals(expected)  # a byte that says nothing of the table
        except InputError:
            named += 1
    assert named > 0.8 * len(content) / 23


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path):
    left = tmp_path / ".x.parquet.4711.tmp"
    left.write_bytes(b"PAR1 half")
    other = tmp_path / ".y.parquet.4711.tmp"
    other.write_bytes(b"of another file")
    write(metrics_table([a_cell()], PLACE), tmp_path / "x.parquet")
    assert sorted(tmp_path.iterdir()) == [other, tmp_path / "x.parquet"]


def test_metrics_schema_is_what_the_version_says():
    # A change of the columns needs another version, or old files would be misread.
    assert (SCHEMA_VERSION, len(METRICS_SCHEMA.names)) == ("1", 16)
