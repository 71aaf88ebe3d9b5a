import pytest

from skewbench.analysis.guides import first_available, flowchart, ratio_table


@pytest.mark.parametrize(
    ("ratio", "first"),
    [
        (2, "weight_inverse"),
        (4.9, "weight_inverse"),
        (5, "smote"),
        (19.9, "smote"),
        (20, "adasyn"),
        (100, "adasyn"),
        (100.1, "isolation_forest"),
    ],
)
def test_the_table_of_note_002(ratio, first):
    assert ratio_table(ratio, 1000)[0] == first


def test_the_table_of_note_002_is_silent_below_two():
    assert ratio_table(1.9, 1000) == ()


@pytest.mark.parametrize(
    ("ratio", "n_positive", "first"),
    [
        (9.9, 10_000, "weight_inverse"),
        (10, 501, "smote"),
        (10, 500, "weight_inverse"),
        (100, 501, "smote"),
        (100.1, 501, "smote_effective_weights"),
        (100.1, 20, "smote_effective_weights"),
    ],
)
def test_the_flowchart_of_note_004(ratio, n_positive, first):
    assert flowchart(ratio, n_positive)[0] == first


def test_the_first_that_can_be_had():
    assert first_available(("adasyn", "focal", "smote"), {"smote", "focal"}) == "focal"
    assert first_available(("adasyn",), {"smote"}) is None
