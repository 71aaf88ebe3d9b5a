"""Sources: a tidy table from every one, and a sentence for every kind of dirt."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from source_files import GOOD, shared

from skewbench.data.sources import load
from skewbench.errors import InputError


def test_a_clean_file(from_text):
    table, facts = from_text(GOOD)
    assert table.features["x"].tolist() == [1, 2, 3, 4]
    assert table.categorical == ["c"]
    assert table.target.tolist() == [0, 0, 1, 0]
    assert (table.classes, table.task) == (("no", "yes"), "binary")
    assert facts["source"] == "file: d.csv"
    assert facts["split"] == {"kind": "stratified"}
    assert facts["notes"] == []


@pytest.mark.parametrize(
    ("content", "entry", "message"),
    [
        (
            GOOD,
            {"target": "Y_"},
            r"d\.csv: .* no column 'Y_' for `target` \(did you mean 'y'",
        ),
        (GOOD, {"drop": ["z"]}, "no column 'z' for `drop`"),
        (GOOD, {"categorical": ["cc"]}, r"no column 'cc' for `categorical` \(did you mean 'c'"),
        (GOOD, {"positive": "yess"}, r"no label \(did you mean 'yes'\?\); the labels are no, yes"),
        (GOOD, {"split": {"kind": "grouped"}}, "grouped split needs"),
        (GOOD, {"split": {"kind": "groupd"}}, "did you mean 'grouped'"),
        (GOOD, {"split": {"kind": "grouped", "column": "q"}}, "no column 'q' for `split`"),
        (GOOD, {"split": {"kind": "stratified", "column": "c"}}, "takes no column"),
        (GOOD, {"split": {"kind": "fixed", "column": "x"}}, "needs both train"),
        (GOOD, {"split": {"kind": "time", "column": "c"}}, "number or a date"),
        (GOOD, {"sha256": "0" * 64}, "the data have changed"),
        (GOOD, {"drop": ["x", "c"]}, "no feature columns are left"),
        (GOOD, {"drop": ["y"]}, "target 'y' cannot also be"),
        (GOOD, {"separator": "::"}, "one ASCII character"),
        (GOOD.replace(",", ";"), {}, r"is `separator` right\? Its only column is 'x;c;y'"),
        ("x,y\n1,größe\n2,b\n".encode("latin-1"), {}, "not UTF-8 .*`encoding`"),
        ("x,x,y\n1,2,a\n1,2,b\n", {}, "'x' occur more than once"),
        ("x,y\n1,a\n2\n", {}, "Expected 2 columns, got 1"),
        ("x,y\n1,a\n2,b,c\n", {}, "Expected 2 columns, got 3"),
        ("x,y\n1,a\n2,\n3,b\n4,?\n", {}, "2 of 4 rows have no label"),
        ("x,y\n1,a\n2,a\n", {}, "all rows have the label 'a'"),
        ("x,y\n", {}, "no rows"),
        ("", {}, "empty"),
        ("x,y\n1,yes\n2,Yes\n3,no\n", {}, "labels 'Yes', 'yes' differ only by case or spaces"),
        ("x,y\n1,a b\n2,ab\n3,no\n", {}, "'a b', 'ab' differ only"),
        ("x,y\n1,1.5\n2,2.5\n3,3.5\n", {}, "look like a quantity"),
        ("x,y\n" + "".join(f"1,{i}\n" for i in range(50)), {}, "look like a quantity"),
        ("__target__,y\n1,a\n2,b\n", {}, "reserved"),
        (",x,y\n5,1,a\n5,2,b\n", {}, "a column has no name"),
        ("x,g,y\n1,,a\n2,1,b\n", {"split": {"kind": "grouped", "column": "g"}}, "1 missing values"),
    ],
)
def test_dirt_that_is_an_error(content, entry, message, from_text):
    with pytest.raises(InputError, match=r"Data set 'toy': ") as error:
        from_text(content, **entry)
    assert error.match(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["true", "false", "true"], [1, 0, 1]),
        (["1", "inf", "2"], [1, np.nan, 2]),
        (["1e300", "2", "3"], [np.nan, 2, 3]),
        (["1", "?", "3"], [1, np.nan, 3]),
        (["1", " ?", " 3"], [1, np.nan, 3]),
        (["1", "NA", "2"], [1, np.nan, 2]),
        (["-inf", "", "2", "3"], [np.nan, np.nan, 2, 3]),
        (["12345678901234567890123", "1", "2"], [12345678901234567890123.0, 1, 2]),
        (["9007199254740993", "1", "2"], [9007199254740992.0, 1, 2]),
        (["1", "two", "3.0"], ["1", "two", "3.0"]),
        ([" a", "b ", "a"], ["a", "b", "a"]),
        (["1970-01-02", "1970-01-03", ""], [1, 2, np.nan]),
        (["1970-01-01 12:00:00", "1970-01-02 00:00:00", ""], [0.5, 1, np.nan]),
        (["06:00:00", "12:00:00", "18:00:00"], [0.25, 0.5, 0.75]),
        (["-0.0", "0.0", "1"], [0, 0, 1]),
    ],
)
def test_dirt_with_a_meaning(column, expected, from_text):
    rows = [f"{value},{'aab'[i % 3]}" for i, value in enumerate(column)]
    table, _ = from_text("\n".join(["v,y", *rows]))
    if isinstance(expected[0], str):
        assert table.features["v"].tolist() == expected
        assert table.categorical == ["v"]
    else:
        np.testing.assert_array_equal(table.features["v"].to_numpy(), expected)
        assert table.features["v"].dtype == np.float64


def test_a_late_word_makes_a_column_text(from_text):
    numbers = "".join(f"{i % 9},{i % 2}\n" for i in range(400_000))
    table, _ = from_text("v,y\n" + numbers + "word,1\n")
    assert table.categorical == ["v"]


def test_empty_and_constant_columns_are_dropped_and_noted(from_text):
    table, facts = from_text("empty,same,one,gap,x,y\n,7,u,u,1,a\n,7,u,,2,b\n,7,u,u,3,a\n")
    assert list(table.features) == ["gap", "x"]  # missing or not is information
    assert facts["notes"] == [
        "column 'empty' dropped: all values are missing",
        "column 'same' dropped: it is constant",
        "column 'one' dropped: it is constant",
    ]


def test_nameless_row_numbers_are_dropped(from_text):
    table, facts = from_text(",x,y\n0,5,a\n1,6,b\n2,7,a\n")
    assert list(table.features) == ["x"]
    assert "row number" in facts["notes"][0]


def test_a_byte_order_mark_blank_lines_and_quotes(from_text):
    table, _ = from_text('\ufeffx,y\n\n1,"a\nb"\n2,c\n')
    assert list(table.features) == ["x"]
    assert set(table.classes) == {"a\nb", "c"}


def test_separator_and_encoding(from_text):
    table, _ = from_text("größe;y\n1;a\n2;b\n".encode("cp1252"), encoding="cp1252", separator=";")
    assert list(table.features) == ["größe"]


def test_spaces_around_labels_are_removed_and_noted(from_text):
    table, facts = from_text("x,y\n1,yes \n2, yes\n3,no\n4,yes\n")
    assert table.classes == ("yes", "no")
    assert table.target.tolist() == [0, 0, 1, 0]
    assert "spaces around labels" in facts["notes"][0]


@pytest.mark.parametrize(
    ("labels", "positive", "classes", "target"),
    [
        ("aab", None, ("a", "b"), [0, 0, 1]),
        ("abb", None, ("b", "a"), [1, 0, 0]),
        ("ab", None, ("a", "b"), [0, 1]),
        ("abb", "b", ("a", "b"), [0, 1, 1]),
        ("abcc", "b", ("not b", "b"), [0, 1, 0, 0]),
        ("abbccc", None, ("c", "b", "a"), [2, 1, 1, 0, 0, 0]),
        ("ba", None, ("a", "b"), [1, 0]),
        ("011", 0, ("1", "0"), [1, 0, 0]),
        (["1.0", "2.0", "2.0"], 2, ("1", "2"), [0, 1, 1]),
        (["yes", "no", "no"], True, ("no", "yes"), [1, 0, 0]),
        (["yes", "no", "no"], False, ("yes", "no"), [0, 1, 1]),
        (["true", "false", "true"], None, ("True", "False"), [0, 1, 0]),
    ],
)
def test_class_codes(labels, positive, classes, target, from_text):
    content = "x,y\n" + "".join(f"{i},{label}\n" for i, label in enumerate(labels))
    table, facts = from_text(content, **({} if positive is None else {"positive": positive}))
    assert table.classes == classes
    assert table.target.tolist() == target
    assert facts["class_counts"] == np.bincount(target).tolist()
    assert table.task == ("binary" if len(classes) == 2 else "multiclass")


def test_numbers_can_be_categories(from_text):
    table, _ = from_text("x,y\n1,a\n2.0,b\n10,a\n", categorical=["x"])
    assert table.features["x"].tolist() == ["1", "2", "10"]


def test_group_time_and_fixed_columns_leave_the_features(from_text):
    content = "x,g,t,f,y\n1,p,2020-01-02,train,a\n2,q,2020-01-01,test,b\n3,p,2020-01-03,train,a\n"
    grouped, _ = from_text(content, split={"kind": "grouped", "column": "g"})
    assert grouped.group.tolist() == [0, 1, 0]
    assert "g" not in grouped.features
    timed, facts = from_text(content, split={"kind": "time", "column": "t"})
    assert (timed.time - timed.time.min()).tolist() == [1, 0, 2]
    assert facts["split"]["kind"] == "time"
    fixed, _ = from_text(content, split={"kind": "fixed", "column": "f"})
    assert fixed.test.tolist() == [False, True, False]


def test_a_test_file_may_order_and_type_its_columns_otherwise(from_text, tmp_path):
    (tmp_path / "test.csv").write_text("y,c,x\nyes,7,5.5\nno,8,6\n")
    table, facts = from_text(GOOD, test_path="test.csv")
    assert table.test.tolist() == [False] * 4 + [True] * 2
    assert table.features["x"].tolist() == [1, 2, 3, 4, 5.5, 6]
    assert table.features["c"].tolist() == ["a", "b", "a", "b", "7", "8"]
    assert facts["split"] == {"kind": "fixed"}
    (tmp_path / "test.csv").write_text("y,x\nyes,5.5\n")
    with pytest.raises(InputError, match="must share columns, not so c"):
        from_text(GOOD, test_path="test.csv")
    with pytest.raises(InputError, match="is a fixed split"):
        from_text(GOOD, test_path="test.csv", split={"kind": "grouped", "column": "c"})


def test_typed_files(tmp_path):
    frame = pd.DataFrame(
        {
            "big": np.array([2**62, 1, 2], dtype=np.uint64),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "when": pd.to_datetime(["1970-01-03", None, "1970-01-02"], utc=True),
            "kind": pd.Categorical(["u", "v", None]),
            "day": [dt.date(1970, 1, 2), None, dt.date(1970, 1, 5)],
            "half": np.array([1, 2, np.inf], dtype=np.float16),
            "y": pd.Categorical(["n", "p", "n"]),
        },
        index=[5, 6, 9],
    )
    tables = []
    for suffix in ("parquet", "feather"):
        path = tmp_path / f"d.{suffix}"
        getattr(frame.reset_index(drop=suffix == "feather"), f"to_{suffix}")(path)
        entry = {"source": "file", "path": str(path), "target": "y", "drop": ["index"]}
        if suffix == "feather":
            del entry["drop"]
        tables.append(load("d", entry, tmp_path, tmp_path))
    table, facts = tables[0]
    assert facts["checksum"] == tables[1][1]["checksum"]
    np.testing.assert_array_equal(table.features["flag"], [1, np.nan, 0])
    np.testing.assert_array_equal(table.features["when"], [2, np.nan, 1])
    np.testing.assert_array_equal(table.features["day"], [1, np.nan, 4])
    np.testing.assert_array_equal(table.features["half"], [1, 2, np.nan])
    assert table.categorical == ["kind"]
    assert len(facts["notes"]) == 4


def test_values_that_are_no_features_are_refused(tmp_path):
    frame = pd.DataFrame({"image": [b"\x00", b"\x01"], "list": [[1], [2]], "y": ["a", "b"]})
    frame.to_parquet(tmp_path / "d.parquet")
    for name in ("image", "list"):
        entry = {"source": "file", "path": "d.parquet", "target": "y"}
        entry["drop"] = [other for other in ("image", "list") if other != name]
        with pytest.raises(InputError, match=f"column '{name}': values of type"):
            load("d", entry, tmp_path, tmp_path)
    with pytest.raises(InputError, match="labels must be text"):
        load("d", {"source": "file", "path": "d.parquet", "target": "list"}, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("entry", "shape", "classes", "counts"),
    [
        ({"sklearn_name": "breast_cancer"}, (569, 30), ["benign", "malignant"], [357, 212]),
        ({"sklearn_name": "digits", "positive": 8}, (1797, 61), ["not 8", "8"], [1623, 174]),
        ({"sklearn_name": "wine"}, (178, 13), ["class_1", "class_0", "class_2"], [71, 59, 48]),
    ],
)
def test_bundled(entry, shape, classes, counts, tmp_path):
    table, facts = load("d", {"source": "bundled"} | entry, tmp_path, tmp_path)
    assert table.features.shape == shape
    assert (facts["classes"], facts["class_counts"]) == (classes, counts)
    assert facts["original_source"].startswith("UCI")
    assert facts["family"] == "d"


def test_synthetic(tmp_path):
    entry = {"source": "synthetic", "shape": "paw", "n_samples": 220, "seed": 3, "family": "art"}
    table, facts = load("d", entry, tmp_path, tmp_path)
    assert facts["class_counts"] == [200, 20]
    assert (facts["classes"], facts["family"]) == (["majority", "minority"], "art")
    assert list(table.features) == ["x1", "x2"]
    with pytest.raises(InputError, match="did you mean 'n_samples'"):
        load("d", entry | {"n_sample": 5}, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "unknown source 'None'; allowed are bundled, synthetic, file, zenodo, openml"),
        ({"source": "opnml"}, "did you mean 'openml'"),
        ({"source": "bundled", "sklearn_name": "iris"}, "allowed are breast_cancer, digits, wine"),
        ({"source": "synthetic"}, "needs a `shape`"),
        ({"source": "file", "path": "x.csv"}, "needs the key `target`"),
        ({"source": "zenodo"}, "needs the name of its `dataset`"),
        ({"source": "zenodo", "dataset": "mamography"}, "did you mean 'mammography'"),
        ({"source": "openml"}, "needs a `data_id` or a `dataset`"),
    ],
)
def test_unknown_names_are_explained(entry, message, tmp_path):
    with pytest.raises(InputError, match=message):
        load("d", entry, tmp_path, tmp_path)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["ecoli", "hmda", "german_credit", "thyroid_sick", "yeast_mc", "audiology_mc"]
)
def test_development_data_have_the_facts_of_their_manifest(name, tmp_path):
    expected = pd.read_csv(shared("manifest.csv")).set_index("name").loc[name]
    path = shared("tidy") / f"{name}.parquet"
    entry = {"source": "file", "path": str(path), "target": "target"}
    _, facts = load(name, entry, tmp_path, tmp_path)
    assert facts["n_rows"] == expected.n_rows
    assert facts["n_missing"] == expected.n_missing
    assert facts["imbalance_ratio"] == pytest.approx(expected.imbalance_ratio, abs=0.01)
    assert len(facts["classes"]) == expected.n_classes
    constant = sum("constant" in note for note in facts["notes"])
    assert facts["n_features"] + constant == expected.n_features


def test_a_column_that_may_be_an_identifier_is_noted(tmp_path):
    rows = "".join(f"row {i},{i % 7},{'yes' if i % 5 == 0 else 'no'}\n" for i in range(80))
    (tmp_path / "x.csv").write_text("key,a,y\n" + rows, encoding="utf-8")
    _, facts = load("x", {"source": "file", "path": "x.csv", "target": "y"}, tmp_path, tmp_path)
    assert facts["notes"] == [
        "column 'key' has 80 levels in 80 rows: if it is an identifier, list it under `drop`"
    ]
