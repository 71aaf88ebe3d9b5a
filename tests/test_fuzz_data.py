"""Random files, written well and badly: a sentence, or cells that end with a status."""

import csv
import datetime as dt
import gzip
import io

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from skewbench.errors import InputError
from users_files import STUDY, prepare, run_all

# fmt: off
WORDS = st.sampled_from([
    "a", "b", " a", "A", "yes", "NA", "?", "", " ", "0", "1", "1.0", "-0", "0,5", "1e400", "inf",
    "'", '"', '""', "a,b", "a;b", "a\nb", "%x", "{0 1}", "@data", "\\", "=1+1", "<b>", "$x$",
    "nan", "true", "FALSE", "2020-01-01", "12:30", "1_0", "ä", "\u200b", "\x1b[31m", "\x85",
])
# fmt: on
CELLS = {
    "number": st.floats(-9, 9),
    "float": st.floats(),
    "integer": st.integers(-3, 12),
    "huge": st.integers(-(10**40), 10**40),
    "word": WORDS,
    "text": st.text(max_size=5),
    "mixed": st.one_of(st.integers(-3, 3), WORDS),
    "date": st.dates(),
    "truth": st.booleans(),
    "constant": st.just(7),
}
TYPED = {
    pa.int8(): st.integers(-128, 127),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float16(): st.floats(width=16),
    pa.float64(): st.floats(),
    pa.string(): st.text(max_size=4),
    pa.string_view(): WORDS,
    pa.large_string(): st.sampled_from("ab"),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from("ab"),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.timestamp("us", "UTC"): st.datetimes(),
    pa.timestamp("ms"): st.datetimes(),
    pa.time64("us"): st.times(),
    pa.duration("us"): st.timedeltas(dt.timedelta(-9), dt.timedelta(9)),
    pa.decimal128(9, 2): st.decimals(-99, 99, places=2),
    pa.binary(): st.binary(max_size=3),
    pa.list_(pa.int8()): st.lists(st.integers(0, 9), max_size=2),
    pa.struct({"a": pa.int8()}): st.fixed_dictionaries({"a": st.integers(0, 9)}),
    pa.month_day_nano_interval(): st.tuples(*[st.integers(0, 9)] * 3),
    pa.null(): st.none(),
}
NAMES = st.one_of(
    st.sampled_from(["x", "y", "", " x", "target", "__test__", "1", "a,b", "a\nb", "'", '"', "é"]),
    st.text(max_size=4),
)
LABELS = [("no", "no", "yes"), ("no", "yes", "maybe"), (0, 1), (0.0, 1.0, 2.0), (True, False)]
LABELS += [("no", "Yes", "yes"), ("no",), ("no", None, "yes"), (1.5, 2.5)]


@st.composite
def columns(draw, kinds):
    """Return names and columns of which the last is a target, mostly a sound one."""
    n_rows = draw(st.sampled_from([0, 1, 9, *[24, 36] * 4]))
    made = {}
    for number in range(draw(st.sampled_from([0, 1, 1, 2, 2, 3]))):
        kind = draw(st.sampled_from([*kinds][: draw(st.sampled_from([4, len(kinds)]))]))
        cell = kinds[kind] if draw(st.booleans()) else st.one_of(st.none(), kinds[kind])
        values = draw(st.lists(cell, min_size=n_rows, max_size=n_rows))
        name = draw(NAMES) if draw(st.integers(0, 5)) == 5 else f"v{number}"
        made[name] = (kind, values)
    labels = draw(st.sampled_from([LABELS[0], LABELS[0], *LABELS]))
    return made, [labels[row % len(labels)] for row in range(n_rows)]


@st.composite
def damaged(draw, content):
    """Return ``content``, now and then with bytes lost, added or changed."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 3]))):
        place = draw(st.integers(0, len(content)))
        lost = draw(st.sampled_from([0, 0, 1, 30]))
        put = draw(
            st.sampled_from([b"", b'"', b"'", b",", b"\n", b"\r", b"\0", b"\xff", b"{", b"%"])
        )
        content = content[:place] + put + content[place + lost :]
    return content


@st.composite
def csv_files(draw):
    made, target = draw(columns(CELLS))
    separator = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    ends = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=ends,
                        escapechar="\\")  # fmt: skip
    writer.writerow([*made, "y"])
    writer.writerows(zip(*(values for _, values in made.values()), target, strict=True))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"]))
    content = draw(damaged(out.getvalue().encode(encoding, "replace")))
    entry = {"separator": separator} if draw(st.integers(0, 4)) else {}
    entry |= draw(st.sampled_from([{}, {}, {}, {"decimal": ","}, {"encoding": encoding}]))
    if draw(st.integers(0, 5)) == 5:
        return "d.csv.gz", draw(damaged(gzip.compress(content))), entry
    return "d.csv", content, entry


@st.composite
def arff_files(draw):
    made, target = draw(columns(CELLS))
    lines = ["@relation r"]
    quote = draw(st.sampled_from(["{}", "'{}'"]))
    for name, (kind, _) in made.items():
        word = "numeric" if kind in ("number", "float", "integer") else "string"
        lines.append(f"@attribute {quote.format(name)} {word}")
    lines += ["@attribute y {no,yes,maybe}", "@data"]
    rows = zip(*(values for _, values in made.values()), target, strict=True)
    sparse = draw(st.booleans())
    for row in rows:
        words = ["?" if value is None else quote.format(value) for value in row]
        if sparse:
            words = [f"{{{', '.join(f'{place} {word}' for place, word in enumerate(words))}}}"]
        lines.append(",".join(words))
    return "d.arff", draw(damaged("\n".join(lines).encode(errors="replace"))), {}


@st.composite
def arrow_files(draw):
    made, target = draw(columns(TYPED))
    arrays = {name: pa.array(values, kind) for name, (kind, values) in made.items()}
    table = pa.table(arrays | {"y": pa.array(target)})
    out = pa.BufferOutputStream()
    try:
        if draw(st.booleans()):
            pyarrow.parquet.write_table(table, out)
            name = "d.parquet"
        else:
            pyarrow.feather.write_feather(table, out)
            name = "d.feather"
    except pa.ArrowException:  # a type that parquet has not
        return "d.parquet", b"", {}
    return name, draw(damaged(out.getvalue().to_pybytes())), {}


OPTIONS = st.sampled_from(
    [*[{}] * 20, {"positive": "yes"}, {"positive": "on"}, {"drop": ["v0"]}, {"categorical": ["v0"]}]
    + [{"split": {"kind": kind, "column": "v0"}} for kind in ("grouped", "time", "fixed")]
)


def check(folder, file, options):
    name, content, entry = file
    (folder / name).write_bytes(content)
    try:
        study, table, facts = prepare(folder, name, STUDY | {"inner_folds": 2}, **entry | options)
    except InputError as error:
        said = str(error)
        assert "theirs" in said
        assert said.isprintable()
        event("refused")
        return
    for note in facts["notes"]:
        assert note.isprintable()
    for result in run_all(study, table, facts):
        event(result.status)
        if result.status == "failed":
            assert "fewer than two rows of the smallest class" in result.reason
        else:
            assert result.status in ("ok", "infeasible")
        assert result.reason.isprintable()
        assert bool(result.reason) == (result.status != "ok")


FILES = st.one_of(csv_files(), arff_files(), arrow_files())
FUZZ = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@settings(FUZZ, max_examples=40)
@given(FILES, OPTIONS)
def test_any_file_gives_a_sentence_or_a_status(tmp_path, file, options):
    check(tmp_path, file, options)


@pytest.mark.slow
@settings(FUZZ, max_examples=1500)
@given(FILES, OPTIONS)
def test_many_files_give_a_sentence_or_a_status(tmp_path, file, options):
    check(tmp_path, file, options)
