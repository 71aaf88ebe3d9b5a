"""The page: sections, figures and rankings go into one HTML file that needs nothing else.

Every template escapes what it is given: names of data sets, labels and reasons are strangers' text.
Only this package's own style and script enter as they are.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from skewbench.figures.wording import count, learners_called
from skewbench.files import whole
from skewbench.report.answer import answer
from skewbench.report.embedding import Figure, embed
from skewbench.report.inputs import Absent, Inputs
from skewbench.report.layout import SECTIONS
from skewbench.report.listings import not_run_places
from skewbench.report.rankings import Rankings, rankings
from skewbench.report.sections import Section, in_order, main_figures, place_figures, show

FOLDER = Path(__file__).resolve().parent
LARGEST = 4_000_000  # bytes of a page that opens at once and can be committed or sent


def render(inputs: Inputs, sections: Sequence[Section] = SECTIONS, largest: int = LARGEST) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    inputs : Inputs
    sections : sequence of Section
    largest : int
        Bytes of the page. Figures that it has no room for are named with their paths.
    """
    placed = place_figures(inputs.figures, sections)
    mains = main_figures(placed)
    shown = [show(section, inputs, bool(placed[section.name])) for section in sections]
    shown = [part for part in shown if not (part.section.optional and part.is_empty)]
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["packed"] = packed
    template = environment.get_template("page.html.j2")
    page = partial(
        template.render,
        study=inputs.study,
        command=inputs.command,
        retry=f"make retry STUDY={inputs.file}",
        scope=scope(inputs),
        answer=answer(inputs),
        problems=inputs.problems,
        not_run=inputs.not_run,
        not_run_places=not_run_places(inputs),
        sections=shown,
        rankings=_rankings(inputs),
        configuration=_configuration(inputs),
        style=_own("report.css"),
        script=_own("report.js"),
    )

    def with_figures(budget: float) -> str:
        with learners_called({name: inputs.learner_label(name) for name in inputs.learners}):
            figures = embed(inputs.figures, in_order(placed), budget)
        return page(
            main=_chosen(placed, figures, mains),
            others=_chosen(placed, figures, figures.keys() - mains),
        )

    return with_figures(largest - len(with_figures(0).encode()))


def write(page: str, path: Path) -> None:
    """Write the page whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def packed(data: Any) -> str:
    """Return ``data`` as JSON, compressed by gzip, in base64: letters that end no element.

    >>> packed({})[:8]
    'H4sIAAAA'
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")


def scope(inputs: Inputs) -> str:
    """Return how large the study is, in a line."""
    configuration = inputs.provenance.get("configuration", {})
    folds = configuration.get("protocol", {}).get("folds", 0)
    if all(facts.get("split", {}).get("kind") == "fixed" for facts in inputs.datasets):
        folds = 0  # one test part, which the data bring
    parts = [
        (len(inputs.datasets), "data set"),
        (_ratios(inputs), "imbalance ratio"),
        (len(inputs.strategies), "strategy"),
        (len(inputs.learners), "learner"),
        (configuration.get("seeds", 0), "seed"),
        (folds, "fold"),
        (configuration.get("protocol", {}).get("trials", 0), "trial"),
    ]
    return ", ".join(count(number, noun) for number, noun in parts if number)


def _ratios(inputs: Inputs) -> int:
    status = inputs.tables.get("status")
    return status["ratio"].nunique() if status is not None and "ratio" in status else 0


def _rankings(inputs: Inputs) -> Rankings | None:
    try:
        return rankings(inputs)
    except Absent:  # the section's finding needs the same table and says so
        return None


def _chosen(
    placed: dict[str, list[str]], figures: dict[str, Figure], wanted: set[str]
) -> dict[str, list[Figure]]:
    return {
        home: [figures[name] for name in names if name in wanted] for home, names in placed.items()
    }


def _configuration(inputs: Inputs) -> str:
    """Return the resolved configuration, with the study's file as the user names it."""
    known = inputs.provenance.get("configuration")
    if not known:
        return ""
    return json.dumps(known | {"study": inputs.file}, indent=2, ensure_ascii=False)


def _own(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
