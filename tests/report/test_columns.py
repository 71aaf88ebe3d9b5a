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
        (probability(0.00049), "<0.001"),
        (probability(0.05), "0.050"),
        (percent(0.666), "67 %"),
        (whole(1797), "1,797"),
        (whole(None), ""),
    ],
)
def test_numbers_are_written_as_people_read_them(written, expected):
    assert written == expected


@given(st.floats(-1e6, 1e6))
def test_a_written_number_can_be_read_back(value):
    assert float(fixed(value, signed=True).replace("−", "-")) == pytest.approx(value, abs=5.1e-4)


def test_a_table_has_the_columns_that_its_frame_has():
    frame = pd.DataFrame({"label": ["a"], "mean": [0.1], "lower": [0.0]})
    made = make_table(frame, "c", [text("label", "L"), interval("mean", "M"), number("mean", "N")])
    assert [column.title for column in made.columns] == ["L", "N"]
    assert made.rows == [["a", "0.100"]]
    assert made.note == ""


def test_a_long_table_says_where_the_rest_is():
    frame = pd.DataFrame({"label": map(str, range(MOST_ROWS + 1))})
    made = make_table(frame, "c", [text("label", "L")], "tables/x")
    assert len(made.rows) == MOST_ROWS
    assert made.note == f"The first {MOST_ROWS} of {MOST_ROWS + 1} rows; all are in tables/x."
