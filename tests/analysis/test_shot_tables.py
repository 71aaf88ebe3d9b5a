"""The table of shots: groups of classes against the untouched model, and from metrics files."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from small_tables import described, rows

from skewbench.analysis.collect import collect, pool
from skewbench.analysis.readings import Reading
from skewbench.analysis.shots import METRICS, shot_table
from skewbench.results import CellResult, MetricRow, metrics_table, write

STRATEGIES = described(
    none="control",
    smote="data",
    leaky=("data", "smote", False),
    plain=("anchor", "plain"),
    forest=("ensemble", "plain"),
)
NAN = np.nan
SCORES = {  # many, medium, few, all
    ("a", "none"): (0.9, 0.5, 0.1, 0.5),
    ("a", "smote"): (0.8, 0.5, 0.4, 0.55),
    ("b", "none"): (0.7, 0.4, NAN, 0.6),
    ("b", "smote"): (0.7, 0.3, NAN, 0.5),
    ("b", "leaky"): (1.0, 1.0, NAN, 1.0),
}


def collected(scores=SCORES, decision="default", **keys):
    parts = [
        rows(
            {key: values[i] for key, values in scores.items()},
            reading=Reading(metric, decision=decision),
            **keys,
        )
        for i, metric in enumerate(METRICS.values())
    ]
    return pd.concat(parts, ignore_index=True).assign(task="multiclass")


def test_every_family_has_its_own_groups():
    table = shot_table(collected(), STRATEGIES).set_index(["family", "strategy"])
    assert list(table.index) == list(product("ab", ["none", "smote"]))  # no leaking one
    row = table.loc["a", "smote"]
    assert row[["many", "medium", "few", "all"]].tolist() == [0.8, 0.5, 0.4, 0.55]
    assert row[["few_gain", "all_gain"]].tolist() == pytest.approx([0.3, 0.05])
    row = table.loc["b", "smote"]
    assert np.isnan(row[["few", "few_gain"]].astype(float)).all()
    assert row[["medium_gain", "all_gain"]].tolist() == pytest.approx([-0.1, -0.1])
    assert set(table["control"]) == {"none"}
    assert table.loc["b", "none"][["medium_gain", "all_gain", "imputed"]].tolist() == [0, 0, 0]


def test_decisions_are_not_mixed():
    other = {key: tuple(value + 0.1 for value in values) for key, values in SCORES.items()}
    other["a", "none"] = (0.9, 0.5, 0.3, 0.5)
    both = pd.concat([collected(), collected(other, decision="prior")], ignore_index=True)
    table = shot_table(both, STRATEGIES).set_index(["decision", "family", "strategy"])
    assert table.loc[("prior", "a", "smote"), "few_gain"] == pytest.approx(0.5 - 0.3)
    assert table.loc[("default", "a", "smote"), "few_gain"] == pytest.approx(0.4 - 0.1)


def test_models_of_their_own_gain_over_their_anchor():
    scores = {("a", "plain"): (0.9, 0.5, 0.2, 0.6), ("a", "forest"): (0.8, 0.6, 0.5, 0.7)}
    table = shot_table(collected(scores, learner="own"), STRATEGIES).set_index("strategy")
    assert table.loc["forest", "control"] == "plain"
    assert table.loc["forest", "few_gain"] == pytest.approx(0.3)
    assert table.loc["plain", "few_gain"] == 0


def test_a_failed_cell_has_its_controls_values_and_says_so():
    scores = {key: value for key, value in SCORES.items() if key[0] == "a"}
    some = collected(scores)
    lost = collected({("a", "smote"): ("failed",) * 4}).drop_duplicates()
    table = shot_table(
        pd.concat([some[some["strategy"] != "smote"], lost], ignore_index=True), STRATEGIES
    ).set_index("strategy")
    assert table.loc["smote", ["few", "few_gain", "imputed"]].tolist() == [0.1, 0, 1]


def test_data_of_one_group_and_binary_data_have_no_row():
    for one in ((0.9, NAN, NAN, 0.9), (NAN, 0.9, NAN, 0.9)):
        assert shot_table(collected(dict.fromkeys(SCORES, one)), STRATEGIES).empty
    empty = shot_table(collected().assign(task="binary"), STRATEGIES)
    assert empty.empty
    assert {"few", "few_gain", "label", "ratio", "family"} <= set(empty)


def counted(matrix, scores, fold):
    prior = "" if scores == "training" else "matched"
    return [
        MetricRow(fold, scores, prior, "default", f"count_{t}_{p}", float(value))
        for t, row in enumerate(matrix)
        for p, value in enumerate(row)
    ]


@pytest.fixture
def block(tmp_path):
    """Write the metric rows of one cell as a block of data set d and return its path."""

    def write_cell(cells):
        place = {"dataset": "d", "ratio": "lt10", "strategy": "none", "task": "multiclass"}
        result = CellResult(0, "tree", "ok", rows=cells)
        file = tmp_path / "block.parquet"
        write(metrics_table([result], place | {"track": "default"}), file, None)
        return file

    return write_cell


def test_training_rows_are_those_of_a_fold(block):
    """Two folds of 200, 90 and 12 training rows; the test folds have 20 rows of each class."""
    training = np.diag([200, 90, 12])
    tested = [[18, 2, 0], [5, 15, 0], [10, 5, 5]]
    cells = []
    for fold in (0, 1):
        cells += counted(training, "training", fold) + counted(tested, "raw", fold)
        cells.append(MetricRow(fold, "", "", "", "n_train", 302.0))
    file = block(cells)
    facts = {"family": "d", "class_counts": [500, 225, 30]}
    facts |= {"cost": {"false_negative": 1, "false_positive": 1}}
    for shots, groups in (
        (None, {"many": 0.9, "medium": 0.75, "few": 0.25}),
        ({"few": 100, "many": 150}, {"many": 0.9, "few": 0.5}),
    ):
        known = {"d": facts | {"shots": shots}}
        found, _, problems = collect([file], known)
        assert not problems
        table = shot_table(found, described(none="control"))
        archived, _, _ = collect([], known, pool([file])[0])
        pd.testing.assert_frame_equal(shot_table(archived, described(none="control")), table)
        assert table.loc[0, ["many", "medium", "few"]].dropna().to_dict() == pytest.approx(groups)
        assert table.loc[0, "all"] == pytest.approx((0.9 + 0.75 + 0.25) / 3)


def test_uneven_folds_do_not_move_a_class_over_a_bound(block):
    """Exactly 100 rows of the second class in each of three folds of other sizes: medium-shot."""
    cells = []
    for fold, others in enumerate((200, 201, 203)):
        cells += counted(np.diag([others, 100, 12]), "training", fold)
        cells += counted([[10, 0, 0], [0, 7, 3], [0, 0, 1]], "raw", fold)
        cells.append(MetricRow(fold, "", "", "", "n_train", others + 112.0))
    file = block(cells)
    facts = {"family": "d", "class_counts": [300, 150, 18]}
    facts |= {"cost": {"false_negative": 1, "false_positive": 1}}
    found, _, _ = collect([file], {"d": facts})
    table = shot_table(found, described(none="control"))
    assert table.loc[0, ["many", "medium", "few"]].tolist() == [1, 0.7, 1]
