"""The tidy file: exact round trip, whole or absent, checksummed."""

import hashlib
import json
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from skewbench.data.table import Table, checksum, facts, read, write


@pytest.fixture
def table():
    levels = pd.Index(["a", "b", "unused"], dtype="str")
    return Table(
        pd.DataFrame(
            {
                "x": [1.5, np.nan, -0.0, 1e300],
                "c": pd.Categorical(["b", None, "a", "b"], categories=levels),
                "name with space": [1.0, 2.0, 3.0, 1e300],
            }
        ),
        np.array([0, 1, 0, 0]),
        ("no", "yes"),
        "binary",
        group=np.array([3, 3, 1, 2]),
        time=np.array([0.5, 1, 2, 3]),
        test=np.array([True, False, False, True]),
    )


def describe(table, **entry):
    return facts(table, "d", entry, "file: d.csv", None, ["note"])


def test_round_trip_is_exact(table, tmp_path):
    described = describe(table, cost={"false_negative": 5, "false_positive": 1})
    write(table, described, tmp_path / "new" / "d.parquet", tmp_path / "new" / "d.json")
    back, facts_back = read(tmp_path / "new" / "d.parquet", tmp_path / "new" / "d.json")
    pd.testing.assert_frame_equal(back.features, table.features, check_exact=True)
    assert facts_back == described
    assert (back.classes, back.task, back.categorical) == (("no", "yes"), "binary", ["c"])
    for name in ("target", "group", "time", "test"):
        assert getattr(back, name).dtype == getattr(table, name).dtype
        assert (getattr(back, name) == getattr(table, name)).all()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["d.json", "d.parquet"]


def test_optional_columns_stay_absent(table, tmp_path):
    plain = replace(table, group=None, time=None, test=None)
    write(plain, describe(plain), tmp_path / "d.parquet", tmp_path / "d.json")
    back, _ = read(tmp_path / "d.parquet", tmp_path / "d.json")
    assert back.group is back.time is back.test is None


def test_many_levels_keep_their_order(tmp_path):
    levels = pd.Index(sorted(f"level {i:06} " + "x" * 30 for i in range(50_000)), dtype="str")
    codes = np.random.default_rng(0).permutation(50_000)
    column = pd.Categorical.from_codes(codes, categories=levels)
    table = Table(pd.DataFrame({"c": column}), codes % 2, ("a", "b"), "binary")
    write(table, describe(table), tmp_path / "d.parquet", tmp_path / "d.json")
    back, _ = read(tmp_path / "d.parquet", tmp_path / "d.json")
    pd.testing.assert_frame_equal(back.features, table.features)


def test_an_interrupted_write_leaves_nothing(table, tmp_path):
    with pytest.raises(ValueError, match="Out of range"):
        write(table, {"cost": np.nan}, tmp_path / "d.parquet", tmp_path / "d.json")
    assert list(tmp_path.iterdir()) == []


def test_facts_count_by_hand(table):
    described = describe(table, family="f", notes="own")
    assert json.loads(json.dumps(described)) == described
    expected = {
        "n_rows": 4,
        "n_features": 3,
        "categorical": ["c"],
        "n_missing": 2,
        "n_duplicate_rows": 0,
        "class_counts": [3, 1],
        "imbalance_ratio": 3.0,
        "positive": "yes",
        "family": "f",
        "cost": None,
        "notes": ["own", "note"],
    }
    assert {key: described[key] for key in expected} == expected
    twice = replace(table, features=table.features.iloc[[0, 0, 2, 2]].reset_index(drop=True))
    assert describe(twice)["n_duplicate_rows"] == 2


def test_checksum_follows_content_alone(table):
    same = replace(table, features=table.features.copy())
    assert checksum(same) == checksum(table)
    renamed = replace(table, features=table.features.rename(columns={"x": "y"}))
    moved = replace(table, features=table.features.iloc[::-1].reset_index(drop=True))
    for other in (renamed, moved, replace(table, group=None), replace(table, classes=("n", "y"))):
        assert checksum(other) != checksum(table)


def test_checksum_is_the_same_on_every_machine():
    table = Table(pd.DataFrame({"x": [1.0, np.nan]}), np.array([0, 1]), ("a", "b"), "binary")
    words = [len(word).to_bytes(8, "little") + word for word in (b"binary", b"a", b"b", b"x")]
    content = b"".join(words) + struct.pack("<2d", 1.0, np.nan)
    content += (6).to_bytes(8, "little") + b"target" + struct.pack("<2d", 0, 1)
    assert checksum(table) == hashlib.sha256(content).hexdigest()
