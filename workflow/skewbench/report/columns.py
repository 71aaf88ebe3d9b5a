"""From a tidy frame to the cells of an HTML table: what a column is called, and how it is written.

Cells are text. A numeric column begins with its number, so that the page can sort by it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skewbench.figures.wording import count, ratio_label, reading_label

MINUS = "−"  # reads as "minus", unlike a hyphen
MOST_ROWS = 400  # of a table in the page; the file has all of them
_HYPHEN_AS_MINUS = re.compile(r"(?<![\w.)-])-(?=\.?\d)")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a page's table: its heading, the frame's columns it needs, and its text.

    ``kind`` is its class in the page: "number", "verdict", "prose" (long text), "identifier" (a
    long word that may break anywhere) or "".
    """

    title: str
    needs: tuple[str, ...]
    text: Callable[[Row], str]
    kind: str = "number"


@dataclass(frozen=True)
class Table:
    """A table ready for the template; the first cell of a row is its heading.

    ``total`` is how many rows there are, of which ``rows`` are the first.
    """

    caption: str
    columns: list[Column]
    rows: list[list[str]]
    total: int
    note: str = ""

    @property
    def extent(self) -> str:
        """How many rows are shown: "1 row", "12 rows" or "400 of 1,092 rows"."""
        if len(self.rows) < self.total:
            return f"{len(self.rows):,} of {self.total:,} rows"
        return count(self.total, "row")


def is_missing(value: object) -> bool:
    """Return whether a cell has nothing to show: None, NaN or NaT."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def fixed(value: float, digits: int = 3, signed: bool = False) -> str:
    """Return a number with ``digits`` decimals, thousands apart, a real minus sign; "" if missing.

    >>> fixed(-0.02149, signed=True), fixed(0.0211, signed=True), fixed(-0.0001)
    ('−0.021', '+0.021', '0.000')
    """
    if is_missing(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    written = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    if not written.strip("+-0."):  # no sign in front of a zero
        written = written.lstrip("+-")
    return written.replace("-", MINUS)


def with_interval(value: float, lower: float, upper: float, signed: bool = True) -> str:
    """Return "+0.021 [−0.010, +0.052]", or the value alone without an interval."""
    centre = fixed(value, signed=signed)
    if not centre or is_missing(lower) or is_missing(upper):
        return centre
    return f"{centre} [{fixed(lower, signed=signed)}, {fixed(upper, signed=signed)}]"


def significant(value: float) -> str:
    """Return a size or time with three significant digits, thousands apart: 1,230 or 0.0254."""
    if is_missing(value):
        return ""
    if value == 0 or math.isinf(value):
        return fixed(value, 0)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}".replace("-", MINUS)


def shortest(value: float) -> str:
    """Return a number without needless decimals: 10 or 2.5."""
    return "" if is_missing(value) else f"{value:,g}".replace("-", MINUS)


def probability(value: float) -> str:
    """Return a p value with three decimals, "<0.001" below that."""
    if is_missing(value):
        return ""
    return "<0.001" if value < 0.0005 else fixed(value)


def percent(value: float) -> str:
    """Return a share in percent, "" if missing."""
    return "" if is_missing(value) else f"{100 * value:.0f} %"


def whole(value: float) -> str:
    """Return a count, thousands apart."""
    return "" if is_missing(value) else f"{value:,.0f}"


def plain(value: object) -> str:
    """Return text as it is, "" if missing."""
    return "" if is_missing(value) else str(value)


def sentences(value: object) -> str:
    """Return text with real minus signs before its numbers, "" if missing.

    >>> sentences("from -0.02 to .5, CC-BY-4.0, 1-2")
    'from −0.02 to .5, CC-BY-4.0, 1-2'
    """
    return _HYPHEN_AS_MINUS.sub(MINUS, plain(value))


def text(name: str, title: str) -> Column:
    """Return a column of short text."""
    return Column(title, (name,), lambda row: plain(row[name]), kind="")


def prose(name: str, title: str) -> Column:
    """Return a column of sentences."""
    return Column(title, (name,), lambda row: sentences(row[name]), kind="prose")


def identifier(name: str, title: str) -> Column:
    """Return a column of names that are one long word."""
    return Column(title, (name,), lambda row: plain(row[name]), kind="identifier")


def worded(name: str, title: str, wording: Callable[[str], str]) -> Column:
    """Return a column of configuration names, in words."""
    return Column(title, (name,), lambda row: wording(plain(row[name])), kind="")


def verdict(name: str, title: str) -> Column:
    """Return a column of verdicts, which the page colours."""
    return Column(title, (name,), lambda row: plain(row[name]), kind="verdict")


def number(name: str, title: str, form: Callable[[Any], str] = fixed) -> Column:
    """Return a column of numbers written by ``form``."""
    return Column(title, (name,), lambda row: form(row[name]))


def signed(name: str, title: str) -> Column:
    """Return a column of differences, with their sign."""
    return Column(title, (name,), lambda row: fixed(row[name], signed=True))


def interval(
    name: str, title: str, signed: bool = True, ends: tuple[str, str] = ("lower", "upper")
) -> Column:
    """Return a column "value [lower, upper]"."""
    return Column(
        title,
        (name, *ends),
        lambda row: with_interval(row[name], *(row[end] for end in ends), signed),
    )


WINS = Column(
    "Better / equal / worse",
    ("wins", "ties", "losses"),
    lambda row: " / ".join(filter(None, (whole(row[name]) for name in ("wins", "ties", "losses")))),
)
RATIO = worded("ratio", "Imbalance ratio", ratio_label)
READING = Column(
    "Metric",
    ("metric", "scores", "prior", "decision"),
    lambda row: reading_label(
        *(plain(row[name]) for name in ("metric", "scores", "prior", "decision"))
    ),
    kind="",
)
N_DATASETS = number("n_datasets", "Data sets", whole)
IMPUTED = number("share_imputed", "Filled in", percent)


def make_table(
    frame: pd.DataFrame, caption: str, columns: Iterable[Column], file: str = ""
) -> Table:
    """Return the table of a frame, with those columns that the frame has.

    Parameters
    ----------
    frame : DataFrame
    caption : str
    columns : iterable of Column
    file : str
        Where all rows are, said when the page shows the first :data:`MOST_ROWS` only.
    """
    shown = [column for column in columns if set(column.needs) <= set(frame.columns)]
    rows = [
        [column.text(row) for column in shown] for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    note = ""
    if len(frame) > MOST_ROWS:
        note = f"The first {MOST_ROWS} of {len(frame):,} rows; all are in {file}."
    return Table(caption, shown, rows, len(frame), note)
