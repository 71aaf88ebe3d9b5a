"""Reading a user's file into an Arrow table: CSV, TSV, Parquet, Feather and ARFF.

Text goes through Arrow's CSV reader, which refuses ragged rows that pandas would pad or shift.
Nothing here unpickles or evaluates anything.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from skewbench.data import arff, headers, labels
from skewbench.errors import InputError, shown

_TWO_LINES = re.compile(r"\s*+[^\r\n]*+[\r\n]++[^\r\n]")
_MISSING = [*pyarrow.csv.ConvertOptions().null_values, "?"]


def read(
    path: Path,
    separator: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> pa.Table:
    """Return the file as an Arrow table with unique column names, stripped in text files.

    In text files empty fields, ``?`` and the usual spellings of NA are missing values, and columns
    without a name and without a value (separators at the end of lines) are left out.

    Raises
    ------
    InputError
        One sentence naming the file, and the line or column where there is one.
    """
    names = headers.columns(path, separator, encoding)
    kind = headers.suffix(path)
    try:
        if kind in headers.ARROW:
            _check_unique(names, path.name)
            return _read_arrow(path, headers.ARROW[kind], names)
        text = headers.decode(headers.read_bytes(path), path, encoding)
        if kind in headers.ARFF:
            return pa.table(arff.read(text, path.name))
        separator = separator or headers.SEPARATORS[kind]
        table = _read_text(text, separator, decimal or ".", path.name)
    except (pa.ArrowException, OSError) as error:
        raise headers.unreadable(path, error) from error
    if table.num_columns != len(names):
        raise InputError(f"{path.name}: the header line cannot be understood, check its quotes.")
    columns = [
        column if name or column.null_count < len(column) else None
        for name, column in zip(names, table.columns, strict=True)
    ]
    names = [name for name, column in zip(names, columns, strict=True) if column is not None]
    _check_unique(names, path.name)
    return pa.table([column for column in columns if column is not None], names=names)


def stack(training: pa.Table, test: pa.Table, where: str) -> pa.Table:
    """Return the rows of a training and a test file in one table; column order may differ."""
    for part, which in ((training, "training"), (test, "test")):
        if part.num_rows == 0:
            raise InputError(f"{where}: the {which} file has no rows.")
    absent = set(training.column_names) ^ set(test.column_names)
    if absent:
        listed = ", ".join(sorted(absent))
        raise InputError(f"{where}: training and test file must share columns, not so {listed}.")
    test = test.select(training.column_names)
    try:
        parts = [_one_type(training[name], test[name]) for name in training.column_names]
        tables = [
            pa.table([pair[side] for pair in parts], names=training.column_names) for side in (0, 1)
        ]
        return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()
    except pa.ArrowException as error:
        problem = str(error).splitlines()[0]
        raise InputError(f"{where}: the test file's columns differ in type ({problem}).") from error


def _check_unique(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        listed = ", ".join(map(shown, twice))
        raise InputError(f"{where}: column names must differ, {listed} occur more than once.")


def _read_arrow(path: Path, kind: str, names: list[str]) -> pa.Table:
    if kind == "parquet":
        with pyarrow.parquet.ParquetFile(path) as file:
            table = file.read(use_threads=False)
    else:
        with pa.OSFile(str(path)) as file:
            table = pa.ipc.open_file(file).read_all()
    table = table.select(names)
    for name, column in zip(names, table.columns, strict=True):
        try:
            column.validate(full=True)  # text that is not UTF-8, for one
        except pa.ArrowException as error:
            raise InputError(f"{path.name}, column {shown(name)}: damaged ({error}).") from error
    return table


def _read_text(text: str, separator: str, decimal: str, where: str) -> pa.Table:
    content = text.encode()
    if b'"' in content:
        _check_quotes(content, separator, where)
    if not _TWO_LINES.match(text):  # Arrow's words for it are of blocks
        raise InputError(f"{where}: the file has no rows.")
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        # One block: Arrow settles a column's type on the first block and fails on a later word.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=min(len(content) + 1, 2**31 - 1)),
        pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            null_values=[*_MISSING, *(f" {word}" for word in _MISSING)],
            strings_can_be_null=True,
            decimal_point=decimal,
        ),
    )


def _check_quotes(content: bytes, separator: str, where: str) -> None:
    """Raise if a quoted value runs on over lines and never ends: Arrow would take it for a value.

    What is merely untidy within a line is left to Arrow.
    """
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    rows = csv.reader(lines, delimiter=separator, strict=True)
    start = 1
    while True:
        try:
            next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if rows.line_num > start or "unexpected end" in str(error):
                raise InputError(
                    f"{where}, line {start}: a quote is opened and not closed as it should "
                    f"({error})."
                ) from error
        start = rows.line_num + 1


def _one_type(*parts: pa.ChunkedArray) -> list[pa.ChunkedArray]:
    """Return two columns as text if one of them is text and the other is not."""
    if len({part.type for part in parts}) > 1 and any(_is_text(part.type) for part in parts):
        return [_decoded(part).cast(pa.large_string()) for part in parts]
    return list(parts)


def _is_text(kind: pa.DataType) -> bool:
    return labels.is_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
