"""How numbers are written."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skewbench.report.columns import (
    MOST_ROWS,
    fixed,
    interval,
    make_table,
    number,
    percent,
    probability,
    sentences,
    shortest,
    significant,
    text,
    whole,
    with_interval,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (fixed(0.02149), "0.021"),
        (fixed(-0.02149, signed=True), "−0.021"),
        (fixed(0.5, 2, signed=True), "+0.50"),
        (fixed(-0.0001), "0.000"),
        (fixed(0.0, signed=True), "0.000"),
        (fixed(math.nan), ""),
        (fixed(-math.inf), "−∞"),
        (with_interval(0.1, -0.2, 0.4), "+0.100 [−0.200, +0.400]"),
        (with_interval(0.1, math.nan, 0.4), "+0.100"),
        (significant(0.02536), "0.0254"),
        (significant(1234.5), "1,234"),
        (significant(16), "16.0"),
        (significant(0), "0"),
        (fixed(-5432.1), "−5,432.100"),
        (shortest(10.0), "10"),
        (shortest(2.5), "2.5"),
        (sentences("from -0.02 to (-3), CC-BY-4.0, 1-2"), "from −0.02 to (−3), CC-BY-4.0, 1-2"),
        (probability(0.00049), "<0.001"),
        (probability(0.05), "0.050"),
        (percent(0.666), "67 %"),
        (whole(1797), "1,797"),
        (whole(None), ""),
    ],
)
def test_numbers_are_written_as_people_read_them(written, expected):
    assert written == expected


PLAIN = str.maketrans({"−": "-", ",": None})


@given(st.floats(-1e6, 1e6))
def test_a_written_number_can_be_read_back(value):
    assert float(fixed(value, signed=True).translate(PLAIN)) == pytest.approx(value, abs=5.1e-4)


def test_a_table_has_the_columns_that_its_frame_has():
    frame = pd.DataFrame({"label": ["a"], "mean": [0.1], "lower": [0.0]})
    made = make_table(frame, "c", [text("label", "L"), interval("mean", "M"), number("mean", "N")])
    assert [column.title for column in made.columns] == ["L", "N"]
    assert made.rows == [["a", "0.100"]]
    assert made.note == ""
    assert made.extent == "1 row"


def test_a_long_table_says_where_the_rest_is():
    frame = pd.DataFrame({"label": map(str, range(MOST_ROWS + 1))})
    made = make_table(frame, "c", [text("label", "L")], "tables/x")
    assert len(made.rows) == MOST_ROWS
    assert made.extent == "400 of 401 rows"
    assert made.note == f"The first {MOST_ROWS} of {MOST_ROWS + 1} rows; all are in tables/x."
