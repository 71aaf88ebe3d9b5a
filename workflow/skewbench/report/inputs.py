"""What a report is made from: files that may be absent or damaged, each told by its name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from skewbench import results
from skewbench.analysis.readings import PRIMARY
from skewbench.analysis.select import OWN, where
from skewbench.errors import InputError
from skewbench.figures.wording import words

IMPORTANT = ("average_precision", "roc_auc", "f1", "mcc", "brier", "log_loss", "recall")


class Absent(Exception):
    """Something that a section needs is not there; the message says what, and what makes it.

    Attributes
    ----------
    table : str
        The table that is missing altogether, else "".
    """

    def __init__(self, message: str, table: str = "") -> None:
        super().__init__(message)
        self.table = table


class Empty(Absent):
    """A table is there and has no row: the study has nothing of the kind, and nothing to make."""


@dataclass(frozen=True)
class Inputs:
    """The content of a report.

    Attributes
    ----------
    study, file : str
        The study's name, and its file as ``make study STUDY=...`` takes it.
    tables : dict of str to DataFrame
        By the name of their file; a table that is absent or damaged is not among them.
    figures : dict of str to dict of str to Path
        ``{"status": {"svg": path, "png": path}}``; either format may be absent.
    datasets : list of dict
        The facts of every data set.
    provenance : dict
        Empty when its file is absent.
    strategies, learners : dict
        The study's catalogue entries.
    problems : list of str
        A sentence for everything that could not be read, here or when results were collected.
    not_run : int
        Blocks of the study that no sitting has run yet.
    """

    study: str
    file: str
    tables: dict[str, pd.DataFrame]
    figures: dict[str, dict[str, Path]]
    datasets: list[dict[str, Any]]
    provenance: dict[str, Any]
    strategies: dict[str, dict[str, Any]]
    learners: dict[str, dict[str, Any]]
    problems: list[str]
    not_run: int = 0

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table that has ``columns`` and at least one row.

        Raises
        ------
        Absent
            When there is none.
        """
        if name not in self.tables:
            raise Absent(self.say_missing([name]), name)
        table = self.tables[name]
        lacking = [column for column in columns if column not in table]
        if lacking:
            raise Absent(
                f"The table '{name}' has no column '{lacking[0]}'; make it again with "
                f"`{self.command}`."
            )
        if table.empty:
            raise Empty(f"The table '{name}' is empty: nothing in this study gives it a row.")
        return table

    def say_missing(self, names: list[str]) -> str:
        """Return which tables are missing, and what makes them."""
        named = ", ".join(f"'{name}'" for name in names)
        if len(names) == 1:
            return f"The table {named} is missing; make it with `{self.command}`."
        return f"The tables {named} are missing; make them with `{self.command}`."

    @property
    def command(self) -> str:
        """The command that makes what is missing."""
        archived = self.provenance.get("configuration", {}).get("archive")
        return f"make {'publish' if archived else 'study'} STUDY={self.file}"

    def main_rows(self, name: str, *columns: str) -> pd.DataFrame:
        """Return the rows of a table at the main design and reading, as far as it has columns.

        That is: binary tasks before others, the natural ratio, average precision of raw scores at
        the matched prior.

        Raises
        ------
        Absent
            When there is no such table or row.
        """
        table = self.table(name, *columns)
        rows = main_design(table)
        reading = PRIMARY._asdict()
        rows = where(rows, **{key: value for key, value in reading.items() if key in rows})
        if rows.empty:
            raise Absent(f"The table '{name}' has no row for average precision.")
        return rows

    def strategy_label(self, strategy: str) -> str:
        """Return how a strategy is called."""
        return self.strategies.get(strategy, {}).get("label", strategy)

    def is_ranked(self, strategy: str) -> bool:
        """Return whether a strategy takes part in rankings; one that leaks does not."""
        return self.strategies.get(strategy, {}).get("ranked", True)

    def learner_label(self, learner: str) -> str:
        """Return how a learner is called."""
        if learner == OWN:
            return "own model"
        return self.learners.get(learner, {}).get("label", words(learner))


def main_design(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first task, track and ratio in the order of importance."""
    first = {"task": "binary", "track": "default", "ratio": "natural"}
    for column, wanted in first.items():
        if column in table and len(table):
            values = sorted(map(str, table[column].unique()))
            table = where(table, **{column: wanted if wanted in values else values[0]})
    return table


def metric_order(metrics: Iterable[str]) -> list[str]:
    """Return ``metrics`` with the most important first, the others by name."""
    found = set(metrics)
    return [name for name in IMPORTANT if name in found] + sorted(found.difference(IMPORTANT))


def learner_order(learners: Iterable[str], study: Iterable[str]) -> list[str]:
    """Return ``learners`` in the study's order, strategies with their own model last."""
    order = {name: position for position, name in enumerate(study)}
    return sorted(learners, key=lambda name: (name == OWN, order.get(name, len(order)), name))


def read_inputs(
    study: str,
    file: str,
    tables: Iterable[Path],
    figures: Iterable[Path],
    facts: Iterable[Path],
    provenance: Path,
    collected: Path,
    strategies: dict[str, dict[str, Any]],
    learners: dict[str, dict[str, Any]],
) -> Inputs:
    """Read whatever there is; what cannot be read becomes a problem and never an error.

    Parameters
    ----------
    tables, figures, facts : iterable of Path
        Parquet tables, SVG and PNG figures, and the data sets' JSON facts.
    provenance, collected : Path
        Of the collected table only the metadata are read.
    """
    problems: list[str] = []
    read_tables = {path.stem: _tried(_parquet, path, problems) for path in map(Path, tables)}
    drawn: dict[str, dict[str, Path]] = {}
    for path in map(Path, figures):
        if path.is_file() and path.stat().st_size:
            drawn.setdefault(path.stem, {})[path.suffix[1:]] = path
        else:
            problems.append(f"{path}: no such figure")
    known = [_tried(_json, path, problems) for path in map(Path, facts)]
    said = _tried(_said, Path(collected), problems) or {}
    return Inputs(
        study=study,
        file=file,
        tables={name: table for name, table in read_tables.items() if table is not None},
        figures=drawn,
        datasets=[entry for entry in known if entry],
        provenance=_tried(_json, Path(provenance), problems) or {},
        strategies=strategies,
        learners=learners,
        problems=[*dict.fromkeys(said.get("not_collected", {}).values()), *problems],
        not_run=said.get("not_run", 0),
    )


def _tried(reader, path: Path, problems: list[str]):
    try:
        return reader(path)
    except (OSError, ValueError) as error:
        told = str(error) if isinstance(error, InputError) else f"{path}: cannot be read ({error})"
        problems.append(" ".join(told.split()))
        return None


def _parquet(path: Path) -> pd.DataFrame:
    return results.read(path).to_pandas()


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object")
    return content


def _said(path: Path) -> dict[str, Any]:
    """Return what the collected table says of what it does not hold."""
    metadata = pq.read_schema(path).metadata or {}
    keys = {key: f"skewbench.{key}".encode() for key in ("not_collected", "not_run")}
    return {key: json.loads(metadata[name]) for key, name in keys.items() if name in metadata}
