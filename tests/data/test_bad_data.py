"""Bad data on a user's whole way: a result (and a note on what was changed), or one sentence."""

import datetime as dt
import gzip
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from skewbench.data.sources import load
from skewbench.errors import InputError
from users_files import STUDY, prepare, run_all

N = 60
ROWS = np.arange(N)
X = np.random.default_rng(0).normal(size=N)
Y = np.where(ROWS % 4 == 0, "yes", "no")


def csv(separator=",", **columns):
    frame = pd.DataFrame({"x": X} | columns | {"y": columns.get("y", Y)})
    return frame.to_csv(index=False, sep=separator)


def typed(values, **columns):
    return pa.table({"x": X, "v": values} | columns | {"y": Y})


def words(*spelt):
    return [spelt[row % len(spelt)] for row in range(N)]


def sparse(*values):
    return [*values, *[None] * (N - len(values))]


def write(folder, content, name):
    if isinstance(content, pa.Table):
        name = name or "d.parquet"
        if name.endswith("parquet"):
            pyarrow.parquet.write_table(content, folder / name)
        else:
            pyarrow.feather.write_feather(content, folder / name)
        return name
    name = name or "d.csv"
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


# content, entry, (kind of the column v: number, category or gone), start of its note
ACCEPTED = {
    "constant column": (csv(v=7), {}, None, "dropped: it is constant"),
    "constant text": (csv(v="a"), {}, None, "dropped: it is constant"),
    "all missing": (csv(v=None), {}, None, "dropped: all values are missing"),
    "all infinite": (csv(v=np.inf), {}, None, ": 60 infinite values became missing"),
    "some infinite": (
        csv(v=np.where(ROWS % 5 == 0, -np.inf, X)), {}, "number", ": 12 infinite values became",
    ),
    "numbers in one fold only": (csv(v=sparse(1.5, 2)), {}, "number", None),
    "words in one fold only": (csv(v=sparse("a", "b")), {}, "category", None),
    "integers beyond 2^53": (csv(v=2**53 + ROWS), {}, "number", ": numbers beyond 2^53 are"),
    "integers beyond int64": (
        csv(v=[10**30 * (row + 1) for row in range(N)]), {}, "number", ": numbers beyond 2^53 are",
    ),
    "integers beyond float64": (
        csv(v=[10**400, *range(N - 1)]), {}, "number", ": 1 infinite values became missing",
    ),
    "one word among numbers": (
        csv(v=["<0.1", *X[1:]]), {}, "category",
        "became categories: 59 of its 60 values are numbers, beside '<0.1'",
    ),
    "numbers as text": (
        typed([str(row % 9) for row in range(N)]), {}, "category",
        "became categories: 60 of its 60 values are numbers, stored as text",
    ),
    "mostly words": (csv(v=words("1", "two", "three")), {}, "category", None),
    "decimal comma, stated": (
        csv(";", x=words("1,5", "2"), v=words("0,5", "1,25", "3")),
        {"separator": ";", "decimal": ","}, "number", None,
    ),
    "decimal comma that is a list": (
        csv(v=words("0,5", "1,25")), {"categorical": ["v"]}, "category", None,
    ),
    "UTF-8 with a mark": ("\ufeff" + csv(v=ROWS), {}, "number", None),
    "UTF-16 with a mark": (csv(v=words("ä", "ö")).encode("utf-16"), {}, "category", None),
    "UTF-16 big-endian with a mark": (
        b"\xfe\xff" + csv(v=ROWS).encode("utf-16-be"), {}, "number", None,
    ),
    "UTF-32 with a mark": (csv(v=ROWS).encode("utf-32"), {}, "number", None),
    "latin-1, stated": (csv(v=words("ä", "ö")).encode("latin-1"), {"encoding": "latin-1"},
                        "category", None),
    "gzipped": (gzip.compress(csv(v=ROWS).encode()), {"path": "d.csv.gz"}, "number", None),
    "gzipped UTF-16": (
        gzip.compress(csv(v=ROWS).encode("utf-16")), {"path": "d.csv.gz"}, "number", None,
    ),
    "Windows line ends": (csv(v=ROWS).replace("\n", "\r\n"), {}, "number", None),
    "old Mac line ends": (csv(v=ROWS).replace("\n", "\r"), {}, "number", None),
    "separators at line ends": (csv(v=ROWS).replace("\n", ",,\n"), {}, "number", None),
    "untidy quotes": (csv(v=words('"a" b', '"a"')), {}, "category", None),
    "lines in quotes": (csv(v=words('"a\nb"', '"c\nd"', "e")), {}, "category", None),
    "dates": (csv(v=words("2020-01-01", "2021-01-01")), {}, "number", ": dates and times became"),
    "truth values": (csv(v=words("True", "false")), {}, "number", None),
    "markup": (csv(v=words("<script>alert(1)</script>", "=1+1")), {}, "category", None),
    "unused levels": (
        pa.table({"x": X, "v": pa.DictionaryArray.from_arrays(ROWS % 2, ["b", "a", "unused"]),
                  "y": Y}), {}, "category", None,
    ),
    "Int64": (typed(pa.array(words(1, None, 3))), {}, "number", None),
    "boolean": (typed(pa.array(words(True, None, False))), {}, "number", None),
    "string view": (typed(pa.array(words("a", None), pa.string_view())), {}, "category", None),
    "decimal": (typed(pa.array(words(Decimal("0.5"), Decimal("1.5")))), {}, "number", None),
    "duration": (typed(pa.array(words(dt.timedelta(1), dt.timedelta(2)))), {}, "number",
                 ": dates and times became days"),
    "nested, left out": (typed([[1]] * N), {"drop": ["v"]}, None, None),
}  # fmt: skip


@pytest.mark.parametrize(("content", "entry", "kind", "note"), ACCEPTED.values(), ids=ACCEPTED)
def test_bad_data_with_a_meaning_give_results(content, entry, kind, note, tmp_path):
    entry = dict(entry)
    name = write(tmp_path, content, entry.pop("path", None))
    study, table, facts = prepare(tmp_path, name, **entry)
    assert (facts["classes"], facts["class_counts"]) == (["no", "yes"], [45, 15])
    kinds = {name: "category" if name in table.categorical else "number" for name in table.features}
    assert kinds == {"x": "number"} | ({"v": kind} if kind else {})
    notes = [text for text in facts["notes"] if text.startswith("column 'v'")]
    if note is None:
        assert [text for text in facts["notes"] if "identifier" not in text] == []
    else:
        assert notes[0].removeprefix("column 'v'").lstrip().startswith(note)
    results = run_all(study, table, facts)
    assert len(results) == 6
    assert {(result.status, result.reason) for result in results} == {("ok", "")}


REFUSED = {
    "one class": (csv(y="no"), {}, "all rows have the label 'no', two classes are needed"),
    "target with missing values": (
        csv(y=np.where(ROWS < 7, None, Y)), {}, "7 of 60 rows have no label",
    ),
    "target with infinities": (
        csv(y=np.where(ROWS < 7, np.inf, ROWS % 2)), {}, "7 of 60 rows have no label",
    ),
    "repeated columns": ("x,x,y\n1,2,a\n3,4,b\n", {}, "'x' occur more than once"),
    "repeated after stripping": ("x, x,y\n1,2,a\n3,4,b\n", {}, "'x' occur more than once"),
    "labels that differ by case": ("x,y\n1,yes \n2,Yes\n3,no\n", {}, "differ only by case"),
    "labels that differ by an invisible character": (
        "x,y\n1,yes\u200b\n2,yes\n3,no\n", {}, r"'yes', 'yes\\u200b' differ only by case",
    ),
    "labels in two Unicode forms": (
        "x,y\n1,\u00e9\n2,e\u0301\n3,no\n", {}, "characters that look alike",
    ),
    "decimal comma": (
        csv(v=words("0,5", "1,25", "3")), {}, "column 'v': values such as '0,5' .*`decimal: \",\"`",
    ),
    "latin-1": (csv(v="ä").encode("latin-1"), {}, r"not UTF-8 text \(byte \d+\).*`encoding`"),
    "UTF-16 without a mark": (csv().encode("utf-16-le"), {}, "it has NUL characters"),
    "NUL in a label": (csv().replace("yes", "y\0s"), {}, "it has NUL characters"),
    "gzipped without saying so": (gzip.compress(csv().encode()), {}, "not UTF-8 text"),
    "damaged gzip": (
        gzip.compress(csv().encode())[:40] + bytes(300), {"path": "d.csv.gz"}, "cannot be read",
    ),
    "no gzip": (csv(), {"path": "d.csv.gz"}, "cannot be read"),
    "text named parquet": (csv(), {"path": "d.parquet"}, "cannot be read"),
    "a page of HTML": ("<html>not found</html>", {}, "column 'y' is not in"),
    "too few values": ("x,y\n1,a\n2\n", {}, "Expected 2 columns, got 1"),
    "too many values": ("x,y\n1,a\n2,b,c\n", {}, "Expected 2 columns, got 3"),
    "empty": ("", {}, "the file is empty"),
    "spaces only": ("  \n \n", {}, "first line names no column"),
    "header only": ("x,y\n", {}, "the file has no rows"),
    "header without a line end": ("x,y", {}, "the file has no rows"),
    "ARFF header only": (
        "@attribute x real\n@attribute y {a,b}\n@data\n", {"path": "d.arff"}, "file has no rows",
    ),
    "one column": ("x\n1\n2\n", {}, r"is `separator` right\? Its only column is 'x'"),
    "target only": ("y\na\nb\n", {}, "no feature columns are left"),
    "another separator": (csv(";"), {}, r"is `separator` right\? Its only column is 'x;y'"),
    "an open quote": (
        'x,y\n1,a\n2,"b\n3,a\n4,b\n', {}, "line 3: a quote is opened and not closed",
    ),
    "an open quote that another one closes": (
        'x,y\n1,"a\n2,"b"\n3,a\n4,b\n', {}, "line 2: a quote is opened and not closed",
    ),
    "an open quote in the last line": (
        'x,y\n1,a\n2,"b', {}, "line 3: a quote is opened and not closed",
    ),
    "an open quote in the header": ('x,y,"z\n1,a,2\n2,b,3\n', {}, "line 1: a quote is opened"),
    "list": (typed([[1]] * N), {}, "column 'v': values of type list"),
    "struct": (typed([{"a": 1}] * N), {}, "column 'v': values of type struct"),
    "bytes": (typed([b"a"] * N), {}, "column 'v': values of type binary"),
    "interval": (
        typed(pa.array(words((1, 2, 3)), pa.month_day_nano_interval())), {"path": "d.feather"},
        "column 'v': values of type month_day_nano_interval",
    ),
    "text that is not UTF-8": (
        typed(pa.array(words(b"\xff", b"b")).view(pa.string())), {}, "column 'v': damaged",
    ),
    "lists as groups": (
        typed([[1]] * N), {"split": {"kind": "grouped", "column": "v"}}, "values of type list",
    ),
    "lists as test marks": (
        typed([[1]] * N), {"split": {"kind": "fixed", "column": "v"}}, "values of type list",
    ),
    "a name of ours": (csv(__target__=X), {}, "__target__ is reserved"),
    "separator of another alphabet": (csv(), {"separator": "é"}, "must be one ASCII character"),
    "separator that ends lines": (csv(), {"separator": "\n"}, "must be one ASCII character"),
    "a long name": (None, {"path": "x" * 300 + ".csv"}, "cannot be read"),
    "a folder": (None, {"path": "."}, "this is a folder"),
    "no file": (None, {"path": "none.csv"}, "there is no such file"),
    "ARFF position below zero": (
        "@attribute x real\n@attribute y {a,b}\n@data\n{-1 b}\n{0 1}\n", {"path": "d.arff"},
        "line 4: '-1 b' is no position among 2 attributes",
    ),
    "ARFF open brace": (
        "@attribute x real\n@attribute y {a,b}\n@data\n{0 1\n{1 b}\n", {"path": "d.arff"},
        "line 4: the brace is not closed",
    ),
    "ARFF open quote": (
        "@attribute x real\n@attribute y {a,b}\n@data\n1,'a\n2,b\n", {"path": "d.arff"},
        "line 4: a quote is not closed",
    ),
    "relational ARFF": (
        "@attribute x relational\n@attribute z real\n@end x\n@attribute y {a,b}\n@data\n",
        {"path": "d.arff"}, "relational attributes",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "entry", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_data_without_a_meaning_give_one_sentence(content, entry, message, tmp_path):
    entry = dict(entry)
    name = entry.pop("path", None)
    if content is not None:
        name = write(tmp_path, content, name)
    with pytest.raises(InputError, match=message) as caught:
        prepare(tmp_path, name, **entry)
    said = str(caught.value)
    assert "theirs" in said
    assert said.isprintable()
    assert len(said) <= 1000


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "d.csv")
    with pytest.raises(InputError, match="no ordinary file"):
        prepare(tmp_path, "d.csv")


@pytest.mark.parametrize(
    ("training", "test", "message"),
    [
        ("x,v,y\n1,a,no\n2,b,yes\n", "x,v,y\n", "test.csv: the file has no rows"),
        ("x,v,y\n1,a,no\n2,b,yes\n", "x,y\n1,no\n", "must share columns, not so v"),
        ("x,v,y\n1,2020-01-01,no\n2,,yes\n", "x,v,y\n1,5,no\n", "differ in type"),
        (typed(X), typed(X).slice(0, 0), "the test file has no rows"),
        (typed(X).slice(0, 0), typed(X), "the training file has no rows"),
        (typed([[1]] * N), typed(["a"] * N), "differ in type"),
        (typed([b"\xff"] * N), typed(["a"] * N), "differ in type"),
    ],
    ids=[
        *("header only", "a column less", "dates and numbers", "no test rows", "no training rows"),
        *("lists and text", "bytes and text"),
    ],
)
def test_a_test_file_of_another_kind_gives_one_sentence(training, test, message, tmp_path):
    if isinstance(training, str):
        (tmp_path / "test.csv").write_text(test, encoding="utf-8")
        names = write(tmp_path, training, "d.csv"), "test.csv"
    else:
        pyarrow.parquet.write_table(test, tmp_path / "test.parquet")
        names = write(tmp_path, training, "d.parquet"), "test.parquet"
    with pytest.raises(InputError, match=message) as caught:
        prepare(tmp_path, names[0], test_path=names[1])
    assert str(caught.value).isprintable()


def test_text_beside_numbers_of_a_test_file_is_text_and_noted(tmp_path):
    write(tmp_path, csv(v=words("1", "2", "3")), "d.csv")
    write(tmp_path, csv(v=words("1", "none")), "test.csv")
    _, table, facts = prepare(tmp_path, "d.csv", test_path="test.csv")
    assert table.categorical == ["v"]
    assert facts["notes"] == [
        "column 'v' became categories: 90 of its 120 values are numbers, beside 'none'"
    ]


def test_two_rows_of_the_minority_are_infeasible_and_not_a_failure(tmp_path):
    write(tmp_path, csv(y=np.where(ROWS < 2, "yes", "no")), "d.csv")
    results = run_all(*prepare(tmp_path, "d.csv"))
    assert {result.status for result in results} == {"infeasible"}
    assert {result.reason for result in results} == {
        "1 positives in the training part, at least 2 are needed"
    }


def test_a_training_part_with_one_class_is_infeasible_and_not_a_failure(tmp_path):
    """Equal rows share a fold: each of these two folds has one of three classes to train on."""
    labels = np.repeat(["a", "b", "c"], [30, 15, 15])
    write(tmp_path, pd.DataFrame({"x": np.repeat([1, 2], 30), "y": labels}).to_csv(index=False),
          "d.csv")  # fmt: skip
    results = run_all(*prepare(tmp_path, "d.csv"))
    assert {result.status for result in results} == {"infeasible"}
    assert {result.reason for result in results} == {"only one class in the training part"}


def test_data_beyond_the_memory_give_one_sentence(tmp_path):
    entry = {"source": "synthetic", "shape": "classification", "n_samples": 10**7}
    with pytest.raises(InputError, match="'d': it does not fit into this machine's memory"):
        load("d", entry | {"n_features": 10**4 * 10**6}, tmp_path, tmp_path)


def test_columns_may_have_any_name(tmp_path):
    """Those of our own tables, markup, separators of paths, formulas: names are only names."""
    odd = ["target", "row", "split", "time", "fold", "seed", "score", "label", "0", "None"]
    odd += [
        "<script>alert(1)</script>",
        "a\nb",
        "../../up",
        "/etc/passwd",
        "=1+1",
        "\x1b[31m",
        "$x$",
    ]
    frame = pd.DataFrame({name: np.roll(X, shift) for shift, name in enumerate(odd)})
    pyarrow.parquet.write_table(
        pa.Table.from_pandas(frame.assign(y=Y), preserve_index=False), tmp_path / "d.parquet"
    )
    study, table, facts = prepare(tmp_path, "d.parquet")
    assert list(table.features) == odd
    assert {result.status for result in run_all(study, table, facts)} == {"ok"}


def test_ten_thousand_levels_are_kept_small_and_noted(tmp_path):
    n = 20_000
    rows = np.arange(n)
    frame = pd.DataFrame({"v": [f"level {row % 10_000}" for row in rows], "x": rows % 7})
    frame["y"] = np.where(rows % 4 == 0, "yes", "no")
    frame.to_csv(tmp_path / "d.csv", index=False)
    few = STUDY | {"strategies": ["none"], "learners": ["decision_tree"]}
    study, table, facts = prepare(tmp_path, "d.csv", few)
    assert facts["notes"] == [
        "column 'v' has 10000 levels in 20000 rows: the rarest are merged until 50 are left in a "
        "training part"
    ]
    (result,) = run_all(study, table, facts)
    assert result.status == "ok"


MILLION = """
import resource, sys
from pathlib import Path
import users_files
few = {"strategies": ["none", "random_under"], "learners": ["decision_tree"]}
study, table, facts = users_files.prepare(Path(sys.argv[1]), "d.csv", users_files.STUDY | few)
results = users_files.run_all(study, table, facts)
print(facts["n_rows"], *[r.status for r in results])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_a_million_rows_fit_into_two_gibibytes(tmp_path):
    n = 1_000_000
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n, 5)).round(3), columns=list("abcde"))
    frame["word"] = pd.Categorical.from_codes(rng.integers(0, 8, n), list("rstuvwxy"))
    frame["y"] = np.where(rng.random(n) < 0.05, "yes", "no")
    frame.to_csv(tmp_path / "d.csv", index=False)
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", MILLION, tmp_path],
        env={"PYTHONPATH": f"{root / 'workflow'}:{root / 'tests'}", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    said, megabytes = run.stdout.splitlines()
    assert said == f"{n} ok ok"
    assert int(megabytes) < 2048
