"""ARFF: dense and sparse rows, quotes and missing values, and rows that do not fit."""

import numpy as np
import pandas as pd
import pytest
from source_files import GOOD

from skewbench.errors import InputError


def test_arff_dense(from_text):
    table, _ = from_text(
        "% comment\n@relation 'r'\n@attribute 'a b' REAL\n@attribute c {'x, y', z}\n"
        "@attribute s string\n@attribute\ty {no, yes}\n@data\n"
        "1.5, 'x, y', \"it's\", no\n?,z,'don\\'t',yes\n\n% end\n2,z,?,no\n",
        name="d.arff",
    )
    np.testing.assert_array_equal(table.features["a b"], [1.5, np.nan, 2])
    assert table.features["c"].tolist() == ["x, y", "z", "z"]
    assert table.features["s"].tolist()[:2] == ["it's", "don't"]
    assert table.target.tolist() == [0, 1, 0]


def test_arff_sparse(from_text):
    table, _ = from_text(
        "@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute y {no,yes}\n@data\n"
        "{0 3, 2 yes}\n{}\n{1 2.5}\n",
        name="d.arff",
    )
    assert table.features.to_numpy().tolist() == [[3, 0], [0, 0], [0, 2.5]]
    assert table.target.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("row", "message"), [("1", "1 values for 2 attributes"), ("u,no", "line 5: could not convert")]
)
def test_arff_rows_are_checked(row, message, from_text):
    head = "@relation r\n@attribute a numeric\n@attribute y {no,yes}\n@data\n"
    with pytest.raises(InputError, match=message):
        from_text(head + row + "\n", name="d.arff")


def test_arff_agrees_with_csv(from_text):
    head = "@relation r\n@attribute x real\n@attribute c {a,b}\n@attribute y {no,yes}\n@data\n"
    arff, _ = from_text(head + GOOD.split("\n", 1)[1], name="d.arff")
    csv, _ = from_text(GOOD)
    pd.testing.assert_frame_equal(arff.features, csv.features)
