"""What a user is told of the table beside the advice."""

import numpy as np
import pandas as pd
import pytest

from skewbench.data.table import Table
from skewbench.recommend import users_table

ROWS = 60
TEXT = pd.Categorical([f"C{i}" for i in range(ROWS)])
WHOLE = np.random.default_rng(0).permutation(ROWS).astype(float)


def table(**columns):
    target = (np.arange(ROWS) % 10 == 0).astype(int)
    return Table(pd.DataFrame(columns), target, ["no", "yes"], "binary")


@pytest.mark.parametrize("values", [TEXT, WHOLE], ids=["text", "whole numbers"])
def test_a_column_that_names_each_row_is_told(values):
    assert users_table.warnings(table(age=WHOLE / 7, **{"customer id": values})) == [
        "Column 'customer id' has another value in every row; if it is an identifier, leave it "
        "out: --drop 'customer id' (of make: ARGS=\"--drop 'customer id'\")."
    ]


@pytest.mark.parametrize(
    "values",
    [
        WHOLE / 7,
        np.where(WHOLE == 3, 4, WHOLE),
        np.where(WHOLE == 3, np.nan, WHOLE),
        pd.Categorical.from_codes(np.arange(ROWS) % 59, [f"C{i}" for i in range(59)]),
    ],
    ids=["fractions", "a value twice", "a value missing", "a text twice"],
)
def test_other_columns_are_not(values):
    assert users_table.warnings(table(x=values)) == []


def test_many_of_them_are_one_sentence():
    columns = {f"n{i}": WHOLE + i for i in range(8)}
    assert users_table.warnings(table(**columns)) == [
        "Columns 'n0', 'n1', 'n2', 'n3', 'n4' and 3 more have another value in every row; leave "
        "out those that are identifiers: --drop n0 n1 n2 n3 n4 (of make: "
        "ARGS='--drop n0 n1 n2 n3 n4')."
    ]
