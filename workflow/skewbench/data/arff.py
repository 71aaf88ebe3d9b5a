"""ARFF, the text format of Weka, KEEL and OpenML, dense and sparse.

A reader of our own because SciPy's refuses string attributes and sparse rows, and scikit-learn's
is private. The grammar is Weka's: ``@attribute <name> <type>`` lines, ``@data``, then one row per
line, ``?`` for a missing value, ``%`` for a comment. Pure Python, so that a header can be read
without the scientific stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from skewbench.errors import InputError

_TOKEN = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)""")
_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+?))\s*(\{.*|\s\S.*)$""",
    re.IGNORECASE,
)
_NUMERIC = {"numeric", "real", "integer"}


def header(lines: Iterable[str], where: str) -> list[tuple[str, list[str] | str]]:
    """Return name and type of every attribute, and leave ``lines`` behind ``@data``.

    A type is the list of a nominal attribute's values, or ``"numeric"`` or ``"string"``.
    """
    attributes = []
    for line in lines:
        line = line.strip()
        word = line[:10].lower()
        if word.startswith("@attribute"):
            attributes.append(_attribute(line, where))
        elif word.startswith("@data"):
            if not attributes:
                break
            return attributes
    raise InputError(f"{where}: no @attribute lines followed by @data, so this is no ARFF file.")


def read(text: str, where: str) -> dict[str, list]:
    """Return the columns as lists: floats for numeric attributes, strings for all others.

    Missing values are ``None``; a row with the wrong number of values or a word where a number
    belongs raises :class:`InputError` with its line.
    """
    lines = enumerate(text.split("\n"), start=1)
    attributes = header((line for _, line in lines), where)
    names = [name for name, _ in attributes]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"{where}: attribute names must differ, {', '.join(twice)} come twice.")
    kinds = [kind for _, kind in attributes]
    rows = list(_rows(lines, kinds, where))
    columns = map(list, zip(*rows, strict=True)) if rows else [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def _attribute(line: str, where: str) -> tuple[str, list[str] | str]:
    match = _ATTRIBUTE.match(line)
    if match is None:
        raise InputError(f"{where}: cannot understand the line '{line[:80]}'.")
    name = next(part for part in match.groups()[:3] if part is not None)
    kind = match.group(4).strip()
    if kind.startswith("{"):
        try:
            return _unescape(name), [value or "" for value in _tokens(kind.strip("{} \t"))]
        except ValueError as error:
            raise InputError(f"{where}: attribute '{name[:80]}': {error}.") from error
    word = kind.split()[0].lower()
    if word == "relational":
        raise InputError(f"{where}: relational attributes, as '{name[:80]}', cannot be used.")
    return _unescape(name), "numeric" if word in _NUMERIC else "string"


def _rows(lines: Iterator[tuple[int, str]], kinds: list, where: str) -> Iterator[list]:
    absent = [kind[0] if isinstance(kind, list) else "0" for kind in kinds]
    numeric = [kind == "numeric" for kind in kinds]
    for number, line in lines:
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        try:
            row = _sparse(line, absent) if line.startswith("{") else _tokens(line)
            if len(row) != len(kinds):
                raise ValueError(f"{len(row)} values for {len(kinds)} attributes")
            yield [
                float(value) if is_number and value is not None else value
                for value, is_number in zip(row, numeric, strict=True)
            ]
        except ValueError as error:
            raise InputError(f"{where}, line {number}: {error}.") from error


def _sparse(line: str, absent: list) -> list:
    """Return the row of a line such as ``{0 3, 2 yes}``: values by position, others absent."""
    if not line.endswith("}"):
        raise ValueError("the brace is not closed")
    row = absent.copy()
    for pair in _tokens(line[1:-1]) if line[1:-1].strip() else []:
        position, *value = (pair or "?").split(None, 1)
        if not value or not position.isdecimal() or int(position) >= len(row):
            raise ValueError(f"'{pair}' is no position among {len(row)} attributes and a value")
        row[int(position)] = _tokens(value[0])[0]
    return row


def _tokens(line: str) -> list[str | None]:
    if "'" not in line and '"' not in line:
        words = [word.strip() for word in line.split(",")]
    else:
        words, position = [], 0
        while position < len(line):
            match = _TOKEN.match(line, position)
            single, double, bare = match.groups()
            if bare is not None and bare.startswith(("'", '"')):
                raise ValueError("a quote is not closed, or text follows it")
            quoted = single if single is not None else double
            words.append(bare.strip() if quoted is None else _unescape(quoted))
            if match.end() == position:
                break
            position = match.end()
    return [None if word in {"?", ""} else word for word in words]


def _unescape(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word)
