"""Snakemake's own report: every kind of figure has a caption, a category and labels."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from skewbench.report.layout import SECTIONS

WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
RULES = (WORKFLOW / "rules" / "captions.smk").read_text()
CAPTIONS = sorted((WORKFLOW / "report").glob("*.rst"))


@pytest.fixture(scope="module")
def defined():
    """The file is Python; ``report`` is Snakemake's."""
    names = {"report": lambda path, **marks: (path, marks)}
    exec(compile(RULES, "captions.smk", "exec"), names)
    return names


def test_every_category_has_its_caption_and_every_caption_is_used(defined):
    assert {path.stem for path in CAPTIONS} == {*defined["CATEGORIES"], "study", "report"}


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_captions_are_sentences_that_render(path):
    class Snakemake:
        config = {}  # noqa: RUF012
        wildcards = type("Wildcards", (), {"study": "small"})

    made = Environment(undefined=StrictUndefined).from_string(path.read_text())
    said = made.render(snakemake=Snakemake)
    assert re.match(r"[A-Z].*\.$", said.strip(), re.DOTALL)


def test_the_longest_beginning_decides(defined):
    path, marks = defined["captioned"]("cost_curves_binary_ir10")
    assert path == "results/{study}/figures/cost_curves_binary_ir10.svg"
    assert marks == {
        "caption": "../report/cost_curves.rst",
        "category": "Cost",
        "labels": {"figure": "cost curves", "of": "binary ir10"},
    }
    assert defined["captioned"]("status")[1]["labels"] == {"figure": "status", "of": "the study"}
    assert defined["captioned"]("curves_{ratio}")[1]["labels"]["of"] == "{ratio}"


def test_an_unknown_figure_is_left_unmarked(defined):
    assert defined["captioned"]("new_kind") == "results/{study}/figures/new_kind.svg"


def test_every_captioned_figure_has_a_section(defined):
    placed = {start for section in SECTIONS for start in section.figures}
    assert set(defined["CATEGORIES"]) - placed == {"cliques"}  # the appendix
