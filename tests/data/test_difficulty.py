"""Difficulty: every measure by hand, oracles without ties, invariances, and degenerate parts."""

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.datasets import load_breast_cancer
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skewbench import cell
from skewbench.data import difficulty
from skewbench.data.difficulty import MEASURES, TYPES, at_ratios, measure
from skewbench.data.encode import Encoder
from skewbench.data.ratios import Ratio
from skewbench.data.table import Table
from skewbench.data.training import training_parts

PROTOCOL = {"folds": 5, "min_positives": 10, "inner_folds": 0}


def without_model(X, y, **options):
    """Return the measures but the separability, which takes a second."""
    with patch.object(difficulty, "_separability", return_value=0.5):
        return measure(np.asarray(X, dtype=float), np.asarray(y), **options)


def shares(found):
    return [found[kind] for kind in TYPES]


def test_six_points_on_a_line_by_hand():
    #  place   0   1   2   .   4   5   .   .   .   9
    #  class   0   0   1       1   0               1
    found = without_model([[0], [1], [2], [4], [5], [9]], [0, 0, 1, 1, 0, 1])
    # 1 is as near to 0 as to 2, an error of one half; 2, 4, 5 and 9 have the other class nearest.
    assert found["n3"] == pytest.approx(4.5 / 6)
    # Edges 0-1, 1-2, 2-4, 4-5, 5-9: all points but 0 have an edge to the other class.
    assert found["n1"] == pytest.approx(5 / 6)
    # Means 2 and 5; variances (4 + 1 + 9) / 3 and (9 + 1 + 16) / 3: r = 9 / (40 / 3) = 27 / 40.
    assert found["fisher_f1"] == pytest.approx(1 / (1 + 27 / 40))
    # The five neighbours are all the others, two of them minority rows.
    assert shares(found) == [0, 1, 0, 0]
    assert [found[name] for name in ("n_rows", "n_features", "n_positive")] == [6, 1, 3]
    assert (found["imbalance_ratio"], found["positives_per_feature"]) == (1, 3)
    assert found["measured_rows"] == 6


def test_types_of_minority_rows_by_hand():
    """Six far clusters of six rows, with 6 to 1 minority rows: the five others are neighbours."""
    X, y = [], []
    for k, minority in enumerate((6, 5, 4, 3, 2, 1)):
        X += [[1000 * k + place, place**2] for place in range(6)]
        y += [1] * minority + [0] * (6 - minority)
    # 6 rows with 5 own neighbours and 5 with 4; 4 with 3 and 3 with 2; 2 with 1; 1 with none.
    expected = [11 / 21, 7 / 21, 2 / 21, 1 / 21]
    assert shares(without_model(X, y)) == pytest.approx(expected)


def test_five_point_tree_with_ties_by_hand():
    """A unit square, its classes left and right, and one point further on the right.

    All sides of the square are equally long; with both sides within a class one across is enough,
    so that two of the five points have an edge to the other class (four with both across).
    """
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [3, 1]], dtype=float)
    y = np.array([0, 0, 1, 1, 1])
    for order in ([0, 1, 2, 3, 4], [4, 2, 1, 3, 0], [1, 3, 0, 2, 4]):
        assert difficulty._joined_to_other_class(X[order], y[order]) == pytest.approx(2 / 5)


def test_ties_at_the_fifth_neighbour_by_hand():
    """Three are nearer (one own); of the four tied (one own) two get a place: own with 1/2."""
    distances = np.array([[1, 1, 1, 2, 2, 2, 2, np.inf]], dtype=float)
    own = np.array([[True, False, False, True, False, False, False, True]])
    chances = difficulty._own_class_counts(distances, own)
    assert chances.tolist() == [[0, 0.5, 0.5, 0, 0, 0]]


def test_duplicates_of_both_classes_by_hand():
    """Six identical rows: each has 2 own and 3 other rows at distance zero."""
    found = measure(np.ones((6, 2)), np.array([0, 0, 0, 1, 1, 1]))
    assert found["n3"] == pytest.approx(3 / 5)
    assert found["n1"] == pytest.approx(2 / 6)  # two edges within each class, one across
    assert shares(found) == [0, 1, 0, 0]
    assert found["fisher_f1"] == 1
    assert np.isnan(found["separability_auc"])  # identical rows cannot be in two folds


def test_fisher_takes_the_best_feature_and_knows_perfect_separation():
    rng = np.random.default_rng(0)
    noise, y = rng.normal(size=(40, 2)), np.repeat([0, 1], [30, 10])
    best = without_model(np.column_stack([noise, y + 0.1]), y)
    assert best["fisher_f1"] == 0  # neither class varies in the third feature
    constant = np.column_stack([noise, np.full(40, 0.1)])  # 0.1 is not exact: no rounding artefact
    assert without_model(constant, y)["fisher_f1"] == without_model(noise, y)["fisher_f1"]


@st.composite
def clouds(draw, grid):
    """Rows of two overlapping classes; on a grid there are ties and duplicates."""
    seed = draw(st.integers(0, 10_000))
    n_positive, n_negative = draw(st.integers(2, 8)), draw(st.integers(6, 25))
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n_negative, n_positive])
    X = rng.normal(size=(len(y), draw(st.integers(1, 4)))) + 0.8 * y[:, None]
    return (np.round(X) if grid else X), y, rng


def same(one, other):
    """Return ``one`` in the shape that equals ``other`` up to rounding, NaN included."""
    return {name: pytest.approx(value, nan_ok=True) for name, value in one.items()} == other


@settings(max_examples=40, deadline=None)
@given(clouds(grid=False))
def test_measures_agree_with_other_libraries_where_nothing_ties(cloud):
    X, y, _ = cloud
    found = without_model(X, y)
    places = NearestNeighbors(n_neighbors=6).fit(X).kneighbors(return_distance=False)
    own = (y[places[y == 1, :5]] == 1).sum(axis=1)
    expected = [(own >= 4).mean(), np.isin(own, [2, 3]).mean(), (own == 1).mean()]
    assert shares(found) == pytest.approx([*expected, (own == 0).mean()])
    assert found["n3"] == pytest.approx((y[places[:, 0]] != y).mean())
    one, other = minimum_spanning_tree(cdist(X, X)).nonzero()
    across = y[one] != y[other]
    joined = set(one[across]) | set(other[across])
    assert found["n1"] == pytest.approx(len(joined) / len(y))


@settings(max_examples=40, deadline=None)
@given(clouds(grid=True))
def test_order_of_rows_and_a_common_factor_change_nothing(cloud):
    X, y, rng = cloud
    found = without_model(X, y)
    order = rng.permutation(len(y))
    assert same(found, without_model(X[order], y[order]))
    assert same(found, without_model(X * 3.7, y))
    assert sum(shares(found)) == pytest.approx(1)
    assert all(0 <= found[name] <= 1 for name in (*TYPES, "n1", "n3", "fisher_f1"))


@settings(max_examples=30, deadline=None)
@given(clouds(grid=True))
def test_swapped_classes_share_what_belongs_to_both(cloud):
    X, y, _ = cloud
    found, swapped = without_model(X, y), without_model(X, 1 - y)
    for name in ("n3", "fisher_f1"):
        assert found[name] == pytest.approx(swapped[name])
    assert swapped["imbalance_ratio"] == pytest.approx(1 / found["imbalance_ratio"])


def test_swapped_classes_share_n1_where_nothing_ties():
    X = np.random.default_rng(3).normal(size=(50, 3))
    y = (X[:, 0] > 0.8).astype(int)
    assert without_model(X, y)["n1"] == without_model(X, 1 - y)["n1"]


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (np.zeros((0, 3)), np.zeros(0, int)),
        (np.arange(5.0)[:, None], np.array([0, 0, 0, 0, 1])),
        (np.arange(9.0)[:, None], np.zeros(9, int)),
        (np.arange(9.0)[:, None], np.ones(9, int)),
        (np.zeros((9, 0)), np.array([0] * 6 + [1] * 3)),
    ],
    ids=["no row", "five rows", "no positive", "no negative", "no feature"],
)
def test_degenerate_parts_have_sizes_only(X, y):
    found = measure(X, y)
    assert set(found) == {*MEASURES, "measured_rows"}
    assert (found["n_rows"], found["n_positive"]) == (len(y), y.sum())
    assert np.isnan([found[name] for name in (*TYPES, "n1", "n3", "fisher_f1")]).all()
    assert np.isnan(found["separability_auc"])
    assert found["measured_rows"] == 0
    assert np.isnan(found["imbalance_ratio"]) == (y.sum() == 0)


def test_a_single_positive_is_an_outlier_without_separability():
    found = measure(np.arange(9.0)[:, None], np.eye(9, dtype=int)[4])
    assert shares(found) == [0, 0, 0, 1]
    assert found["n1"] == pytest.approx(3 / 9)  # itself and both neighbours on the line
    assert found["n3"] == pytest.approx((1 + 0.5 + 0.5) / 9)
    assert np.isnan(found["separability_auc"])


def test_separability_of_easy_and_of_random_labels():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(240, 3)), np.repeat([0, 1], [200, 40])
    assert measure(X + 6 * y[:, None], y)["separability_auc"] == pytest.approx(1, abs=0.01)
    assert measure(X, y)["separability_auc"] == pytest.approx(0.5, abs=0.12)


def test_identical_rows_never_help_to_recognise_each_other():
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(60, 3)), rng.permutation(np.repeat([0, 1], [40, 20]))
    four = measure(np.repeat(X, 4, axis=0), np.repeat(y, 4))
    assert four["n3"] == 0  # the nearest neighbour does know them
    assert four["separability_auc"] < 0.75


def test_a_large_part_is_sampled_the_same_way_in_any_order(monkeypatch):
    monkeypatch.setattr(difficulty, "TREE_ROWS", 3000)
    rng = np.random.default_rng(5)
    y = np.repeat([0, 1], [3900, 100])
    X = rng.normal(size=(4000, 2)) + 1.5 * y[:, None]
    found = without_model(X, y)
    assert found["measured_rows"] == 3000
    # All positives are asked, among all rows: no sample in what neighbours say of them.
    places = NearestNeighbors(n_neighbors=6).fit(X).kneighbors(X[y == 1], return_distance=False)
    own = (y[places[:, 1:]] == 1).sum(axis=1)
    assert found["safe"] == pytest.approx((own >= 4).mean())
    whole = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(return_distance=False)[:, 0]
    assert found["n3"] == pytest.approx((y[whole] != y).mean(), abs=0.01)
    order = rng.permutation(4000)
    assert same(found, without_model(X[order], y[order]))
    other = without_model(X, y, random_state=1)
    assert other["n1"] != found["n1"]
    assert other["n1"] == pytest.approx(found["n1"], abs=0.02)


def test_samples_keep_the_class_shares_or_as_many_of_each_class():
    y = np.repeat([0, 1], [29_600, 400])
    rng = np.random.default_rng(0)
    rows = difficulty._proportional(y, rng)
    assert np.bincount(y[rows]).tolist() == [9867, 133]  # 10,000 * 400 / 30,000 = 133.3
    rows = difficulty._even(y, rng)
    assert np.bincount(y[rows]).tolist() == [1500, 400]
    assert len(np.unique(rows)) == 1900


def small_table(n_negative=120, n_positive=40, n_classes=2):
    rng = np.random.default_rng(4)
    target = np.repeat(np.arange(n_classes), [n_negative, n_positive, 30][:n_classes])
    target = rng.permutation(target)
    features = pd.DataFrame(
        {
            "x": rng.normal(size=len(target)) + target,
            "level": pd.Categorical(rng.choice(["a", "b", "c"], len(target))),
        }
    )
    features.loc[::9, "x"] = np.nan
    task = "binary" if n_classes == 2 else "multiclass"
    return Table(features, target, tuple("abc"[:n_classes]), task)


FACTS = {"name": "small", "family": "smalls", "split": {"kind": "stratified"}}


@pytest.mark.parametrize("ratio", ["natural", "ir5", "ir3m20"])
def test_training_parts_are_those_of_a_cell(ratio):
    table, ratio = small_table(), Ratio.parse(ratio)
    setting = SimpleNamespace(table=table, dataset="small", split="stratified", n_classes=2)
    parts = list(training_parts(table, FACTS, ratio, PROTOCOL))
    assert len(parts) == 5
    for (X, y), (_, (train, _), _) in zip(
        parts, cell._folds(setting, ratio, 0, PROTOCOL), strict=True
    ):
        encoder = Encoder(table.categorical).fit(table.features.iloc[train])
        assert np.array_equal(X, encoder.one_hot(encoder.codes(table.features.iloc[train])))
        assert np.array_equal(y, table.target[train])


def test_a_row_per_ratio_and_a_reason_where_there_is_none():
    with patch.object(difficulty, "_separability", return_value=0.5):
        rows = at_ratios(small_table(), FACTS, ["natural", "ir5", "ir50", "lt10"], PROTOCOL)
    assert [row["ratio"] for row in rows] == ["natural", "ir5", "ir50", "lt10"]
    natural, induced, scarce, wrong_task = rows
    assert (natural["family"], natural["task"]) == ("smalls", "binary")
    assert natural["n_positive"] == 32  # 4 of 5 folds of 40
    assert natural["imbalance_ratio"] == pytest.approx(3)
    assert induced["imbalance_ratio"] == pytest.approx(5)  # 96 rows: 16 positives, 80 negatives
    assert induced["n_positive"] == 16
    assert natural["reason"] == induced["reason"] == ""
    assert "at ir50, at least 10 are needed" in scarce["reason"]
    assert "multi-class data only" in wrong_task["reason"]
    assert scarce["n_rows"] is None
    assert set(scarce) == set(natural)


def test_the_rarest_of_several_classes_is_the_minority():
    with patch.object(difficulty, "_separability", return_value=0.5):
        (row,) = at_ratios(small_table(n_classes=3), FACTS, ["natural"], PROTOCOL)
    assert row["n_positive"] == 24  # 4 of 5 folds of 30
    assert row["imbalance_ratio"] == pytest.approx(160 / 30)


@pytest.mark.parametrize(
    ("scaler", "rows"), [(StandardScaler(), 47), (MinMaxScaler(), 41)], ids=["standard", "min-max"]
)
def test_n1_of_breast_cancer_under_the_stated_definition(scaler, rows):
    """The rows that scipy's tree joins to the other class; no two of them tie."""
    X, y = load_breast_cancer(return_X_y=True)
    X = scaler.fit_transform(X)
    assert _rows_and_edges_between_classes(X, y, "euclidean")[0] == rows
    assert without_model(X, 1 - y)["n1"] == pytest.approx(rows / 569)


def test_what_libraries_call_n1_of_breast_cancer():
    """.022 and .074 of PROTOCOL section 6 are other counts, or another distance."""
    X, y = load_breast_cancer(return_X_y=True)
    X = MinMaxScaler().fit_transform(X)
    assert _rows_and_edges_between_classes(X, y, "cityblock")[0] / 569 == pytest.approx(
        0.074, abs=5e-4
    )
    assert _rows_and_edges_between_classes(X, y, "euclidean")[1] / (2 * 569) == pytest.approx(
        0.022, abs=5e-4
    )


def _rows_and_edges_between_classes(X, y, metric):
    tree = minimum_spanning_tree(cdist(X, X, metric)).tocoo()
    across = y[tree.row] != y[tree.col]
    return len(np.union1d(tree.row[across], tree.col[across])), across.sum()
