"""The user's own table: read, described and measured as a study would."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pandas as pd

from skewbench.configuration import validate
from skewbench.data import sources
from skewbench.data.difficulty import at_ratios
from skewbench.data.table import Table
from skewbench.errors import InputError, printable, shown
from skewbench.recommend import make

READING = ("separator", "encoding", "decimal")
PROTOCOL = {"folds": 5, "min_positives": 10}
LONGEST_NAME = 50
MOST_NAMED = 5  # identifiers in one sentence


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments that name a table, its target and how to read it."""
    parser.add_argument("data", help="CSV, TSV, Parquet, Feather or ARFF file")
    parser.add_argument("--target", required=True, help="the column to predict")
    parser.add_argument("--positive", help="the class to find (default: the rarer of two)")
    parser.add_argument("--drop", nargs="+", default=[], help="columns to leave out, such as ids")
    parser.add_argument("--separator", help="of a text file (default: comma)")
    parser.add_argument("--encoding", help="of a text file (default: UTF-8)")
    parser.add_argument("--decimal", help="of a text file (default: point)")


def entry_of(arguments: Namespace) -> dict[str, Any]:
    """Return the data set's configuration, as a study file would have it, with an absolute path."""
    path = Path(arguments.data).expanduser().resolve()
    entry: dict[str, Any] = {"source": "file", "path": str(path), "target": arguments.target}
    for key in ("positive", "drop", *READING):
        if getattr(arguments, key):
            entry[key] = getattr(arguments, key)
    return validate(entry, "dataset", path.name)


def name_of(path: str | Path) -> str:
    """Return a file's name as the name of a data set: letters, digits and underscores."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", Path(path).stem).strip("_")[:LONGEST_NAME]
    return name or "table"


def read(arguments: Namespace) -> tuple[Table, dict[str, Any]]:
    """Return the table and its facts.

    Raises
    ------
    InputError
        If it cannot be read, or has more than two classes and no positive one is named.
    """
    entry = entry_of(arguments)
    table, facts = sources.load(name_of(arguments.data), entry, Path(), Path())
    if table.task != "binary":
        raise InputError(
            f"{Path(arguments.data).name}: the target has {len(table.classes)} classes; say which "
            f"one to find with --positive ({', '.join(table.classes[:10])})."
        )
    return table, facts


def warnings(table: Table) -> list[str]:
    """Return a sentence on columns that look like identifiers, none if there are none.

    They have another value in every row, and the values are text or whole numbers.
    """
    found = [name for name, values in table.features.items() if _names_rows(values)]
    if not found:
        return []
    named, more = found[:MOST_NAMED], len(found) - MOST_NAMED
    if len(found) == 1:
        said = f"Column {shown(found[0])} has another value in every row; if it is an identifier, "
        said += "leave it out"
    else:
        names = ", ".join(map(shown, named)) + (f" and {more} more" if more > 0 else "")
        said = f"Columns {names} have another value in every row; leave out those that are "
        said += "identifiers"
    words = printable(shlex.join(["--drop", *named]))
    return [f"{said}: {words} (of make: {make.variable('ARGS', words)})."]


def measure(table: Table, facts: dict[str, Any]) -> dict[str, float]:
    """Return the size and difficulty of the table's training parts, as the study measured its own.

    Raises
    ------
    InputError
        If there are too few rows of the positive class to learn from.
    """
    (row,) = at_ratios(table, facts, ["natural"], PROTOCOL)
    if row["reason"]:
        raise InputError(f"Data set '{facts['name']}': too small to say anything: {row['reason']}.")
    return row


def _names_rows(values: pd.Series) -> bool:
    is_text = isinstance(values.dtype, pd.CategoricalDtype)
    if values.hasnans or not (is_text or (values % 1 == 0).all()):
        return False
    return values.is_unique
