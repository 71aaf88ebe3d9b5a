"""Reading a user's file into an Arrow table: CSV, TSV, Parquet, Feather and ARFF.

Text goes through Arrow's CSV reader, which refuses ragged rows that pandas would pad or shift.
Nothing here unpickles or evaluates anything.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from skewbench.data import arff, headers
from skewbench.errors import InputError

_MISSING = [*pyarrow.csv.ConvertOptions().null_values, "?"]


def read(path: Path, separator: str | None = None, encoding: str | None = None) -> pa.Table:
    """Return the file as an Arrow table with unique, stripped column names.

    In text files empty fields, ``?`` and the usual spellings of NA are missing values.

    Raises
    ------
    InputError
        One sentence naming the file, and the line or column where there is one.
    """
    names = headers.columns(path, separator, encoding)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        listed = ", ".join(f"'{name}'" for name in twice)
        raise InputError(f"{path.name}: column names must differ, {listed} occur more than once.")
    kind = headers.suffix(path)
    try:
        if headers.ARROW.get(kind) == "parquet":
            with pyarrow.parquet.ParquetFile(path) as file:
                return file.read(use_threads=False).select(names)
        if kind in headers.ARROW:
            with pa.OSFile(str(path)) as file:
                return pa.ipc.open_file(file).read_all().select(names)
        text = headers.decode(headers.read_bytes(path), path, encoding)
        if kind in headers.ARFF:
            return pa.table(arff.read(text, path.name))
        table = _read_text(text, separator or headers.SEPARATORS[kind])
    except (pa.ArrowException, OSError) as error:
        raise headers.unreadable(path, error) from error
    if table.num_columns != len(names):
        raise InputError(f"{path.name}: the header line cannot be understood, check its quotes.")
    return table.rename_columns(names)


def stack(training: pa.Table, test: pa.Table, where: str) -> pa.Table:
    """Return the rows of a training and a test file in one table; column order may differ."""
    absent = set(training.column_names) ^ set(test.column_names)
    if absent:
        listed = ", ".join(sorted(absent))
        raise InputError(f"{where}: training and test file must share columns, not so {listed}.")
    test = test.select(training.column_names)
    parts = []
    for name in training.column_names:
        pair = [training[name], test[name]]
        types = {part.type for part in pair}
        if len(types) > 1 and any(_is_text(kind) for kind in types):
            pair = [_decoded(part).cast(pa.large_string()) for part in pair]
        parts.append(pair)
    tables = [
        pa.table([pair[side] for pair in parts], names=training.column_names) for side in (0, 1)
    ]
    try:
        return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()
    except pa.ArrowException as error:
        problem = str(error).splitlines()[0]
        raise InputError(f"{where}: the test file's columns differ in type ({problem}).") from error


def _read_text(text: str, separator: str) -> pa.Table:
    content = text.encode()
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        # One block: Arrow settles a column's type on the first block and fails on a later word.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=min(len(content) + 1, 2**31 - 1)),
        pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            null_values=[*_MISSING, *(f" {word}" for word in _MISSING)], strings_can_be_null=True
        ),
    )


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
