"""A block's outcome counts its cells and survives the way through a log."""

import pytest

from skewbench.outcome import Outcome, outcome_of, read_outcome
from skewbench.results import CellResult

RESULTS = [
    CellResult(0, "tree", "ok"),
    CellResult(0, "forest", "failed", "fold 0: ValueError: bad\n  news"),
    CellResult(1, "tree", "ok"),
    CellResult(1, "forest", "infeasible", "too few rows"),
    CellResult(2, "tree", "infeasible", "too few rows"),
    CellResult(2, "forest", "infeasible", "too few rows"),
    CellResult(3, "tree", "timeout", "over the time limit of 1 s per cell"),
    CellResult(3, "forest", "timeout", "over the time limit of 1 s per cell"),
]


def test_a_cell_is_one_seed_and_as_bad_as_its_worst_learner():
    assert outcome_of(RESULTS) == Outcome(1, 2, 1, "fold 0: ValueError: bad news")


@pytest.mark.parametrize(
    "outcome", [Outcome(9, 1, 0, "fold 0: it broke; twice"), Outcome(10, 0, 0), Outcome(0, 0, 3)]
)
def test_what_is_printed_is_what_is_read(outcome, tmp_path):
    log = tmp_path / "block.log"
    log.write_text(f"a warning\n{outcome}\n", encoding="utf-8")
    assert read_outcome(log) == outcome


def test_the_last_line_is_found_in_a_long_log_and_before_last_words(tmp_path):
    log = tmp_path / "block.log"
    words = "cells: 1 ok, 0 failed, 0 infeasible\n" + "noise\n" * 5000
    log.write_text(words + f"{Outcome(2, 0, 0)}\nlast words of a library\n", encoding="utf-8")
    assert read_outcome(log) == Outcome(2, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "Traceback\n",
        "cells: many ok\n",
        "cells: 1 ok, 0 failed, 0 infeasible?\n",
        "\xff\xfe",
    ],
)
def test_a_log_without_an_outcome_has_none(content, tmp_path):
    log = tmp_path / "block.log"
    if content is not None:
        log.write_bytes(content.encode("latin-1"))
    assert read_outcome(log) is None
