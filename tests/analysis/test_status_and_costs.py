import numpy as np
import pandas as pd
import pytest
from small_tables import described, rows

from skewbench.analysis.costs import resource_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.status import missing_cells, status_table

STRATEGIES = described(none="control", smote="data")


def test_the_worst_status_wins_and_flags_add_up():
    collected = rows(
        {
            ("a", "none"): [0.1, 0.2],
            ("a", "smote"): [0.1, "timeout", "failed k_reduced,slow", "failed"],
            ("b", "smote"): ["infeasible", 0.2],
        }
    )
    table = status_table(collected).set_index(["dataset", "strategy"])
    assert table["status"].to_dict() == {
        ("a", "none"): "ok",
        ("a", "smote"): "failed",
        ("b", "smote"): "infeasible",
    }
    smote = table.loc[("a", "smote")]
    assert smote["reason"] == "failed because"
    assert smote["flags"] == "k_reduced,slow"
    assert smote[["n_seeds", "n_ok"]].tolist() == [4, 1]
    assert table.loc[("a", "none"), "reason"] == ""


def test_a_block_that_could_not_be_collected_has_its_rows():
    collected = rows({("a", "none"): [0.1, 0.2], ("a", "smote"): [0.1, "failed"]})
    missing = missing_cells(
        {"a/natural/smote/seeds2-3": "x.parquet: damaged", "b/ir10/forest/seeds0-0": "other data"},
        tasks={"a": "binary", "b": "multiclass"},
        learners={"none": ["tree", "knn"], "smote": ["tree", "knn"], "forest": ["own"]},
    )
    table = status_table(collected, missing).set_index(["dataset", "strategy", "learner"])
    told = table[["status", "reason", "n_seeds", "n_ok"]].apply(tuple, axis=1).to_dict()
    assert told == {
        ("a", "none", "tree"): ("ok", "", 2, 2),
        ("a", "smote", "knn"): ("missing", "x.parquet: damaged", 2, 0),
        ("a", "smote", "tree"): ("missing", "x.parquet: damaged", 4, 1),
        ("b", "forest", "own"): ("missing", "other data", 1, 0),
    }
    place = table.loc[("b", "forest", "own"), ["task", "track", "ratio", "flags"]]
    assert place.tolist() == ["multiclass", "default", "ir10", ""]
    assert status_table(collected.head(0), missing)["n_seeds"].tolist() == [2, 2, 1]
    assert status_table(collected, missing_cells({}, {}, {})).equals(status_table(collected))


def seconds(values, metric):
    return rows(values, reading=Reading(metric, scores="", prior=""))


def test_resources_by_hand():
    collected = pd.concat(
        [
            seconds({("a", "none"): [1.0, 3.0], ("b", "none"): 10.0}, "fit_seconds"),
            seconds({("a", "smote"): 4.0, ("b", "smote"): 5.0}, "fit_seconds"),
            seconds({("a", "smote"): 4.0, ("b", "smote"): 15.0}, "resample_seconds"),
            seconds({("a", "smote"): 100.0, ("b", "smote"): 300.0}, "peak_memory_mb"),
        ]
    )
    table = resource_table(collected, STRATEGIES).set_index("strategy")
    assert table["cpu_seconds"].to_dict() == pytest.approx({"none": 6.0, "smote": 14.0})
    # 8 / 2 and 20 / 10: geometric mean of 4 and 2
    assert table.loc["smote", "relative_seconds"] == pytest.approx(np.sqrt(8))
    assert table.loc["none", "relative_seconds"] == pytest.approx(1)
    assert table.loc["smote", "peak_memory_mb"] == 200
    assert table.loc["smote", "n_datasets"] == 2


def test_a_data_set_that_few_strategies_ran_on_moves_no_mean():
    strategies = described(none="control", smote="data", enn="data")
    times = {(name, strategy): 2.0 for name in "ab" for strategy in strategies.index}
    times |= {("c", "smote"): 99.0}  # one of three
    table = resource_table(seconds(times, "fit_seconds"), strategies)
    assert table["cpu_seconds"].tolist() == [2.0, 2.0, 2.0]
    assert table["n_datasets"].tolist() == [2, 2, 2]
    times |= {("c", "none"): 8.0}  # two of three
    table = resource_table(seconds(times, "fit_seconds"), strategies).set_index("strategy")
    assert table["cpu_seconds"].to_dict() == pytest.approx({"enn": 2, "none": 4, "smote": 103 / 3})


def test_a_cell_without_a_result_has_no_time():
    collected = seconds({("a", "none"): 1.0, ("a", "smote"): "timeout"}, "fit_seconds")
    assert resource_table(collected, STRATEGIES)["strategy"].tolist() == ["none"]


def test_empty_tables():
    empty = rows({("a", "none"): 0.1}).head(0)
    assert status_table(empty).empty
    assert resource_table(empty, STRATEGIES).empty
