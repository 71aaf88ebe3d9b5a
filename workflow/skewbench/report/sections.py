"""How a section of the report is described and filled; it survives whatever it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest

import pandas as pd

from skewbench.analysis.ratios import ratio_order
from skewbench.report.columns import Column, Table, make_table
from skewbench.report.handlings import HANDLINGS
from skewbench.report.inputs import Absent, Empty, Inputs, learner_order, metric_order


def _all_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    return inputs.table(name)


@dataclass(frozen=True)
class TableSpec:
    """A table in a section: which, which rows, which columns, and by what it is sorted.

    Of a column of numbers the largest come first if it is ``descending``, those furthest from zero
    if it is ``by_size``. ``note`` is a sentence under the table.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Callable[[Inputs, str], pd.DataFrame] = _all_rows
    sort: tuple[str, ...] = ()
    descending: bool = False
    by_size: bool = False
    is_open: bool = False
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A section: its finding, its figures (by the beginnings of their names) and its tables.

    One that is ``optional`` is left out where the study has nothing for it.
    """

    name: str
    title: str
    finding: Callable[[Inputs], str]
    explanation: str = ""
    figures: tuple[str, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    optional: bool = False


@dataclass
class Shown:
    """A section ready for the template.

    ``is_empty``: the table of its finding has no row. ``missing`` says what the section lacks, and
    what makes it.
    """

    section: Section
    finding: str = ""
    is_empty: bool = False
    missing: list[str] = field(default_factory=list)
    tables: list[tuple[TableSpec, Table]] = field(default_factory=list)


def show(section: Section, inputs: Inputs, has_figures: bool) -> Shown:
    """Return a section with its finding, its tables, and sentences for what is missing."""
    shown = Shown(section)
    absences = []
    try:
        shown.finding = section.finding(inputs)
    except Empty:
        shown.is_empty = True
    except Absent as absent:
        absences.append(absent)
    for spec in section.tables:
        try:
            rows = spec.rows(inputs, spec.name)
        except Empty:
            continue
        except Absent as absent:
            absences.append(absent)
            continue
        if not rows.empty:
            shown.tables.append((spec, _table(spec, rows, inputs)))
    if shown.is_empty and not shown.tables and not has_figures:
        shown.finding = "Nothing in this study belongs here."
    tables = list(dict.fromkeys(absent.table for absent in absences if absent.table))
    shown.missing = [inputs.say_missing(tables)] if tables else []
    shown.missing += dict.fromkeys(str(absent) for absent in absences if not absent.table)
    if section.figures and not has_figures:
        shown.missing.append(
            "None of this section's figures is here; draw them with "
            f"`make figures STUDY={inputs.file}`."
        )
    return shown


def _table(spec: TableSpec, rows: pd.DataFrame, inputs: Inputs) -> Table:
    if "strategy" in rows and "label" not in rows:
        labels = [inputs.strategy_label(str(strategy)) for strategy in rows["strategy"]]
        rows = rows.assign(label=labels)
    if "learner" in rows:
        labels = [inputs.learner_label(str(learner)) for learner in rows["learner"]]
        rows = rows.assign(learner_label=labels)
    keys = [key for key in spec.sort if key in rows]
    if keys:
        rows = rows.sort_values(keys, key=partial(_position, spec, inputs), kind="stable")
    made = make_table(rows, spec.caption, spec.columns, f"tables/{spec.name}")
    return replace(made, note=" ".join(filter(None, (made.note, spec.note))))


def _position(spec: TableSpec, inputs: Inputs, values: pd.Series) -> pd.Series:
    """Return numbers by which the values of a column are sorted, smallest first.

    Names stand in the order of their importance, where they have one, else of the alphabet.
    """
    if pd.api.types.is_numeric_dtype(values):
        if spec.by_size:
            return -values.abs()
        return -values if spec.descending else values
    found = sorted(set(values.dropna().astype(str)))
    if values.name == "metric":
        found = metric_order(found)
    elif values.name == "learner":
        found = learner_order(found, inputs.learners)
    elif values.name == "ratio":
        found.sort(key=ratio_order)
    elif values.name == "handling":
        found.sort(key=list(HANDLINGS).index)
    return values.astype(str).map({name: place for place, name in enumerate(found)})


def place_figures(names: Iterable[str], sections: Sequence[Section]) -> dict[str, list[str]]:
    """Return the figures of every section, the main ones first; those of none under "".

    The longest beginning decides, so that ``cost_curves`` is not taken for ``cost``.
    """
    homes = {start: section.name for section in sections for start in section.figures}
    position = {start: i for i, start in enumerate(homes)}
    placed: dict[str, list[tuple]] = {section.name: [] for section in sections} | {"": []}
    for name in names:
        starts = [start for start in homes if name == start or name.startswith(f"{start}_")]
        start = max(starts, key=len, default="")
        rank = (not is_main(name), "multiclass" in name, position.get(start, 0), name)
        placed[homes.get(start, "")].append(rank)
    return {home: [rank[-1] for rank in sorted(ranks)] for home, ranks in placed.items()}


def is_main(name: str) -> bool:
    """Return whether a figure is of the main design, or of no design in particular.

    One that compares arms has no main design, so all are.
    """
    parts = name.split("_")
    if parts[0] == "arms":
        return True
    induced = any(part[:2] in ("ir", "lt") and part[2:3].isdigit() for part in parts)
    return not induced and "multiclass" not in parts


def main_figures(placed: dict[str, list[str]]) -> set[str]:
    """Return the figures that a section shows at once: those of the main design, or its first."""
    mains = set()
    for home, names in placed.items():
        first = names[:1] if home else []
        mains.update([name for name in names if is_main(name)] or first)
    return mains


def in_order(placed: dict[str, list[str]]) -> Iterator[str]:
    """Yield all figures: every section's first, every section's second, and so on.

    Those that a section shows at once come before any other.
    """
    mains = main_figures(placed)
    for wanted in (True, False):
        of_section = [[n for n in names if (n in mains) is wanted] for names in placed.values()]
        for those in zip_longest(*of_section):
            yield from (name for name in those if name is not None)
