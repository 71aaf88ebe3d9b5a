"""Column names of a data file without reading the data.

A study names target, group and categorical columns of the user's files. They are checked against
the header before the first job starts, in the process that plans the study; nothing heavy (pandas,
scikit-learn) is imported here.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable
from pathlib import Path

from skewbench.data import arff
from skewbench.errors import InputError, closest

SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ",", ".data": ","}
ARROW = {".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather"}
ARFF = {".arff"}
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # row numbers that pandas left behind


def columns(path: Path, separator: str | None = None, encoding: str | None = None) -> list[str]:
    """Return the column names of a CSV, TSV, Parquet, Feather or ARFF file, in file order.

    Parameters
    ----------
    path : Path
        The suffix names the format; text formats may be gzipped (``.csv.gz``).
    separator, encoding : str, optional
        Of a text file; a comma (a tab for ``.tsv``) and UTF-8 by default.

    Raises
    ------
    InputError
        If the file is absent, unreadable, empty, of an unknown format or in another encoding.
    """
    path = Path(path)
    kind = suffix(path)
    try:
        if kind in ARROW:
            return _arrow_columns(path, ARROW[kind])
        text = _text_stream(path, encoding)
        with text:
            if kind in ARFF:
                return [name for name, _ in arff.header(text, path.name)]
            return _first_row(text, path, separator or SEPARATORS[kind])
    except UnicodeError as error:
        raise wrong_encoding(path, encoding, error) from error
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error


def suffix(path: Path) -> str:
    """Return the suffix that names the format, ``.gz`` aside, of a file that must exist."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file{_nearby(path)}.")
    if path.is_dir():
        raise InputError(f"{path}: this is a folder, a file is needed.")
    kind = Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if kind not in SEPARATORS | ARROW and kind not in ARFF:
        allowed = ", ".join([*SEPARATORS, *ARROW, *sorted(ARFF)])
        raise InputError(f"{path.name}: unknown format '{kind}', allowed are {allowed}.")
    if kind in ARROW and path.suffix.lower() == ".gz":
        raise InputError(f"{path.name}: only text files may be gzipped.")
    return kind


def read_bytes(path: Path) -> bytes:
    """Return the content of a text file, unzipped if its name ends in ``.gz``."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error


def decode(content: bytes, path: Path, encoding: str | None) -> str:
    """Return ``content`` as text; a byte-order mark is accepted and removed."""
    try:
        return content.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        raise wrong_encoding(path, encoding, error) from error


def wrong_encoding(path: Path, encoding: str | None, error: Exception) -> InputError:
    """Return the error for a text file that cannot be decoded."""
    if isinstance(error, LookupError):
        return InputError(
            f"{path.name}: '{encoding}' is no known `encoding`; try utf-8, latin-1 or cp1252."
        )
    return InputError(
        f"{path.name}: not {encoding or 'UTF-8'} (byte {getattr(error, 'start', 0)}); give the "
        "file's encoding with the key `encoding`, for example latin-1 or cp1252."
    )


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error for a file that the system or its format does not let us read."""
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return InputError(f"{path.name}: the file cannot be read ({reason}).")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` when one of ``names`` is close to ``name``, else nothing."""
    match = closest(name, names)
    return f" (did you mean '{match}'?)" if match else ""


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f" and no folder {path.parent}"
    return nearest(path.name, [other.name for other in path.parent.iterdir()])


def _text_stream(path: Path, encoding: str | None) -> io.TextIOBase:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        return opener(path, "rt", encoding=encoding or "utf-8-sig", newline="")
    except LookupError as error:
        raise wrong_encoding(path, encoding, error) from error


def _first_row(text: io.TextIOBase, path: Path, separator: str) -> list[str]:
    if len(separator) != 1:
        raise InputError(f"{path.name}: `separator` must be one character, not '{separator}'.")
    try:
        for row in csv.reader(text, delimiter=separator):
            if row:
                return [name.removeprefix("\ufeff").strip() for name in row]
    except csv.Error as error:
        raise unreadable(path, error) from error
    raise InputError(f"{path.name}: the file is empty, a header line is needed.")


def _arrow_columns(path: Path, kind: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        if kind == "parquet":
            names = pyarrow.parquet.read_schema(path).names
        else:
            with pa.OSFile(str(path)) as file:
                names = pa.ipc.open_file(file).schema.names
        return [name for name in names if not _PANDAS_INDEX.fullmatch(name)]
    except pa.ArrowException as error:
        raise unreadable(path, error) from error
