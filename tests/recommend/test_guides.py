import pytest

from skewbench.analysis.guides import GUIDES, first_available


@pytest.mark.parametrize(
    ("ratio", "first"),
    [
        (2, "weight_inverse"),
        (4.9, "weight_inverse"),
        (5, "smote"),
        (19.9, "smote"),
        (20, "adasyn"),
        (99.9, "adasyn"),
        (100, "isolation_forest"),
    ],
)
@pytest.mark.parametrize("n_positive", [10, 10_000])
def test_the_table_of_note_002(ratio, n_positive, first):
    assert GUIDES["guide 002"](ratio, n_positive)[0] == first


def test_the_table_of_note_002_is_silent_below_two():
    assert GUIDES["guide 002"](1.9, 1000) == ()


@pytest.mark.parametrize(
    ("ratio", "n_positive", "first"),
    [
        (9.9, 10_000, "weight_inverse"),
        (10, 500, "smote"),
        (10, 499.8, "weight_inverse"),
        (99.9, 501, "smote"),
        (100, 501, "smote_effective_weights"),
        (100, 20, "smote_effective_weights"),
    ],
)
def test_the_flowchart_of_note_004(ratio, n_positive, first):
    assert GUIDES["guide 004"](ratio, n_positive)[0] == first


@pytest.mark.parametrize(("guide", "lowest"), [("guide 002", 2), ("guide 004", 1)])
def test_a_guide_gives_one_piece_of_advice_to_every_data_set(guide, lowest):
    branches = GUIDES[guide].branches
    for ratio in (1, 1.9, 2, 5, 9.99, 10, 19.9, 20, 50, 99.9, 100, 130, 10_000):
        for n_positive in (10, 499, 500, 100_000):
            found = sum(branch.covers(ratio, n_positive) for branch in branches)
            assert found == (ratio >= lowest), (ratio, n_positive)


def test_limits_name_only_the_sizes_that_matter():
    below, many = GUIDES["guide 004"].branches[:2]
    assert below.limits() == {"imbalance_ratio": [None, 10]}
    assert many.limits() == {"imbalance_ratio": [10, 100], "n_positive": [500, None]}


def test_the_first_that_can_be_had():
    assert first_available(("adasyn", "focal", "smote"), {"smote", "focal"}) == "focal"
    assert first_available(("adasyn",), {"smote"}) is None
