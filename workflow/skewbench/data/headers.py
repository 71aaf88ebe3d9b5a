"""Column names of a data file without reading the data.

A study names target, group and categorical columns of the user's files. They are checked against
the header before the first job starts, in the process that plans the study; nothing heavy (pandas,
scikit-learn) is imported here.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import stat
import zlib
from collections.abc import Iterable
from pathlib import Path

from skewbench.data import arff
from skewbench.errors import InputError, closest, shown

SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ",", ".data": ","}
ARROW = {".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather"}
ARFF = {".arff"}
# UTF-32's mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UNREADABLE = (OSError, EOFError, zlib.error)
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # row numbers that pandas left behind


def columns(path: Path, separator: str | None = None, encoding: str | None = None) -> list[str]:
    """Return the column names of a CSV, TSV, Parquet, Feather or ARFF file, in file order.

    Parameters
    ----------
    path : Path
        The suffix names the format; text formats may be gzipped (``.csv.gz``).
    separator, encoding : str, optional
        Of a text file; by default a comma (a tab for ``.tsv``), and UTF-8 or what a byte-order mark
        says.

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
        opener = gzip.open if path.suffix.lower() == ".gz" else open
        with opener(path, "rb") as stream:
            start = stream.read(4)
            stream.seek(0)
            text = io.TextIOWrapper(stream, encoding or _marked(start), newline="")
            if kind in ARFF:
                return [name for name, _ in arff.header(text, path.name)]
            return _first_row(text, path, separator or SEPARATORS[kind], encoding)
    except (UnicodeError, LookupError) as error:
        raise wrong_encoding(path, encoding, error) from error
    except _UNREADABLE as error:
        raise unreadable(path, error) from error


def suffix(path: Path) -> str:
    """Return the suffix that names the format, ``.gz`` aside, of a file that must exist."""
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file{_nearby(path)}.") from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(kind):
        raise InputError(f"{path}: this is a folder, a file is needed.")
    if not stat.S_ISREG(kind):  # a pipe would be waited for without end
        raise InputError(f"{path}: this is no ordinary file.")
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
    except _UNREADABLE as error:
        raise unreadable(path, error) from error


def decode(content: bytes, path: Path, encoding: str | None) -> str:
    """Return ``content`` as text; a byte-order mark is accepted and removed."""
    try:
        text = content.decode(encoding or _marked(content)).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        raise wrong_encoding(path, encoding, error) from error
    _refuse_nul(text, path, encoding)
    return text


def wrong_encoding(path: Path, encoding: str | None, error: Exception) -> InputError:
    """Return the error for a text file that cannot be decoded."""
    if isinstance(error, LookupError):
        return InputError(
            f"{path.name}: {shown(encoding)} is no known `encoding`; try utf-8, latin-1 or cp1252."
        )
    place = f"byte {error.start}" if isinstance(error, UnicodeDecodeError) else str(error)
    return InputError(
        f"{path.name}: not {encoding or 'UTF-8'} text ({place}); give "
        "the file's encoding with the key `encoding`, for example latin-1 or cp1252, or, if it is "
        "compressed or another format, its right suffix."
    )


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error for a file that the system or its format does not let us read."""
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return InputError(f"{path.name}: the file cannot be read ({reason}).")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` when one of ``names`` is close to ``name``, else nothing."""
    match = closest(name, names)
    return f" (did you mean '{match}'?)" if match else ""


def only_column(names: list[str]) -> str:
    """Return the likely mistake behind an unknown column if the file has a single one."""
    return f"is `separator` right? Its only column is {shown(names[0])}" if len(names) == 1 else ""


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f" and no folder {path.parent}"
    return nearest(path.name, [other.name for other in path.parent.iterdir()])


def _marked(start: bytes) -> str:
    """Return the encoding that a byte-order mark states, UTF-8 without one."""
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8-sig")


def _refuse_nul(text: str, path: Path, encoding: str | None) -> None:
    """Raise if a text has NUL characters: it is binary, or UTF-16 without a mark."""
    if "\0" in text:
        raise wrong_encoding(path, encoding, ValueError("it has NUL characters"))


def _first_row(text: io.TextIOBase, path: Path, separator: str, encoding: str | None) -> list[str]:
    if len(separator) != 1 or not separator.isascii() or separator in '\0\r\n"':
        raise InputError(
            f"{path.name}: `separator` must be one ASCII character, not {shown(separator)}."
        )
    rows = csv.reader(text, delimiter=separator)
    try:
        for row in rows:
            _refuse_nul("".join(row), path, encoding)
            names = [name.removeprefix("\ufeff").strip() for name in row]
            if any(names):
                return names
            if names:
                raise InputError(f"{path.name}: its first line names no column.")
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
