"""Collecting: counts are pooled over folds, other metrics averaged, bad files named."""

import numpy as np
import pandas as pd
import pytest

from skewbench.analysis import collect as collecting
from skewbench.analysis.collect import COLUMNS
from skewbench.errors import InputError
from skewbench.results import CellResult, MetricRow, metrics_table, write

FACTS = {
    "moons": {
        "family": "generated",
        "class_counts": [80, 20],
        "cost": {"false_negative": 10, "false_positive": 1},
    },
    "wine": {
        "family": "wine",
        "class_counts": [71, 59, 48],
        "cost": {"false_negative": 10, "false_positive": 1},
    },
}
# Two folds, [true, predicted]: together 62 and 8 of the negatives, 5 and 25 of the positives.
FOLDS = ([[30, 5], [3, 12]], [[32, 3], [2, 13]])
NAN = float("nan")
PLACE = {"dataset": "moons", "ratio": "natural", "strategy": "none", "task": "binary"}
PLACE |= {"track": "default"}


def counts_of(folds, scores="raw", prior="matched", decision="default"):
    return [
        MetricRow(fold, scores, prior, decision, f"count_{true}_{predicted}", float(value))
        for fold, matrix in enumerate(folds)
        for true, row in enumerate(matrix)
        for predicted, value in enumerate(row)
    ]


def ok(seed=0, learner="tree", rows=None):
    return CellResult(seed, learner, "ok", rows=counts_of(FOLDS) if rows is None else rows)


def collect(files, facts=FACTS):
    """Return the collected table and the problems."""
    collected, _, problems = collecting.collect(files, facts)
    return collected, list(problems.values())


@pytest.fixture
def block(tmp_path):
    """Write a metrics file of given cells and return its path."""

    def made(*cells, name="a", metadata=None, **place):
        path = tmp_path / f"{name}.parquet"
        write(metrics_table(cells, PLACE | place), path, metadata)
        return path

    return made


def values(collected, **at):
    found = collected
    for name, value in at.items():
        found = found[found[name] == value]
    assert not found.duplicated(["learner", "seed", "scores", "prior", "decision", "metric"]).any()
    return dict(zip(found["metric"].astype(str), found["value"], strict=True))


def test_threshold_metrics_come_from_pooled_counts(block):
    collected, problems = collect([block(ok())])
    assert problems == []
    found = values(collected, decision="default")
    tn, fp, fn, tp = 62, 8, 5, 25
    by_hand = {
        "count_0_0": tn,
        "count_0_1": fp,
        "count_1_0": fn,
        "count_1_1": tp,
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "specificity": tn / (tn + fp),
        "accuracy": (tp + tn) / 100,
        "f1": 2 * tp / (2 * tp + fp + fn),
        "f2": 5 * tp / (5 * tp + 4 * fn + fp),
        "gmean": np.sqrt(tp / (tp + fn) * tn / (tn + fp)),
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "expected_cost": (10 * fn + fp) / 100,
        # Net benefit at the threshold of the costs, 1 / (1 + 10): odds of 1 to 10.
        "net_benefit": tp / 100 - fp / 100 * 1 / 10,
    }
    for name, value in by_hand.items():
        assert found[name] == pytest.approx(value, rel=1e-12), name
    # The mean of the folds' F1, which this is not.
    assert found["f1"] != pytest.approx(np.mean([24 / 32, 26 / 31]), abs=1e-6)


def test_other_metrics_are_means_over_folds(block):
    rows = [
        MetricRow(fold, "raw", "matched", "", "roc_auc", v) for fold, v in enumerate((0.7, 0.8))
    ]
    rows += [MetricRow(fold, "", "", "", "fit_seconds", v) for fold, v in enumerate((1.0, 3.0))]
    rows += [MetricRow(f, "raw", "", "tuned_f1", "threshold", v) for f, v in enumerate((0.2, 0.4))]
    rows += [MetricRow(-1, "", "", "", "peak_memory_mb", 99.0)]
    collected, _ = collect([block(ok(rows=rows))])
    assert values(collected) == {
        "roc_auc": pytest.approx(0.75),
        "fit_seconds": 2.0,
        "threshold": pytest.approx(0.3),
        "peak_memory_mb": 99.0,
    }


def test_an_undefined_fold_is_never_averaged_in(block):
    rows = [
        MetricRow(0, "raw", "matched", "", "roc_auc", 0.7),
        MetricRow(1, "raw", "matched", "", "roc_auc", NAN),
        MetricRow(0, "raw", "matched", "", "auprg", NAN),
        MetricRow(1, "raw", "matched", "", "auprg", NAN),
    ]
    found = values(collect([block(ok(rows=rows))])[0])
    assert found["roc_auc"] == pytest.approx(0.7)
    assert np.isnan(found["auprg"])


def test_priors_and_decisions_are_pooled_apart(block):
    double = [[[2 * v for v in row] for row in matrix] for matrix in FOLDS]
    rows = counts_of(FOLDS) + counts_of(double, prior="reference")
    rows += counts_of(FOLDS[:1], decision="tuned_f1")
    collected, _ = collect([block(ok(rows=rows))])
    assert values(collected, prior="matched", decision="default")["count_1_1"] == 25
    assert values(collected, prior="reference", decision="default")["count_1_1"] == 50
    assert values(collected, prior="matched", decision="tuned_f1")["count_1_1"] == 12


def test_multi_class_counts(block):
    folds = ([[8, 1, 1], [0, 6, 0], [1, 0, 3]], [[9, 0, 1], [2, 4, 0], [0, 1, 3]])
    file = block(ok(rows=counts_of(folds)), dataset="wine", task="multiclass")
    found = values(collect([file])[0])
    assert found["count_0_0"] == 17
    recalls = (17 / 20, 10 / 12, 6 / 8)
    assert found["recall_macro"] == pytest.approx(np.mean(recalls))
    assert found["accuracy"] == pytest.approx(33 / 40)
    assert "net_benefit" not in found


def test_learners_seeds_and_files_stay_apart(block):
    files = [
        block(ok(seed=0), ok(seed=1), ok(seed=0, learner="knn"), name="a"),
        block(ok(seed=2, rows=counts_of(FOLDS[:1])), name="b"),
        block(ok(seed=0), name="c", strategy="smote"),
        block(ok(seed=0), name="d", ratio="ir10"),
    ]
    collected, _ = collect(files)
    assert list(collected.columns) == COLUMNS
    cells = collected[["ratio", "strategy", "learner", "seed"]].drop_duplicates()
    assert len(cells) == 6
    assert values(collected, ratio="natural", strategy="none", seed=2)["count_1_1"] == 12
    assert (collected["family"] == "generated").all()


def test_the_order_of_the_files_changes_nothing(block):
    files = [block(ok(seed=seed), name=f"s{seed}") for seed in range(3)]
    keys = ["seed", "learner", "scores", "prior", "decision", "metric"]
    first, again = (
        collect(order)[0].astype({k: object for k in keys}).sort_values(keys)
        for order in (files, files[::-1])
    )
    assert (
        first[[*keys, "value"]].to_numpy().tolist() == again[[*keys, "value"]].to_numpy().tolist()
    )


def test_cells_that_are_not_ok_have_one_row(block):
    file = block(
        CellResult(0, "tree", "failed", "ValueError: no"),
        CellResult(0, "knn", "infeasible", "too few"),
        CellResult(1, "tree", "timeout", "over the limit"),
        ok(seed=1, learner="knn"),
    )
    collected, _ = collect([file])
    absent = collected[collected["status"] != "ok"]
    assert sorted(
        absent[["learner", "seed", "status", "reason"]].astype(str).agg("|".join, axis=1)
    ) == [
        "knn|0|infeasible|too few",
        "tree|0|failed|ValueError: no",
        "tree|1|timeout|over the limit",
    ]
    assert (absent["metric"] == "").all()
    assert absent["value"].isna().all()


def test_a_block_without_one_ok_cell_is_collected(block):
    collected, problems = collect([block(CellResult(0, "tree", "failed", "no"))])
    assert (len(collected), problems) == (1, [])
    assert list(collected.columns) == COLUMNS


def test_nothing_at_all_is_an_empty_table():
    collected, problems = collect([])
    assert (len(collected), problems) == (0, [])
    assert list(collected.columns) == COLUMNS


def test_text_columns_are_categories_and_never_missing(block):
    rows = [*counts_of(FOLDS), MetricRow(0, "", "", "", "fit_seconds", 1.0)]
    collected, _ = collect([block(ok(rows=rows), CellResult(0, "knn", "failed", "no"))])
    for name in COLUMNS:
        if name not in ("seed", "value"):
            assert isinstance(collected[name].dtype, pd.CategoricalDtype), name
            assert collected[name].notna().all(), name
    assert collected["seed"].dtype.kind == "i"
    assert collected["value"].dtype == np.float64


@pytest.mark.parametrize(
    "second",
    [
        ok(),
        CellResult(0, "tree", "failed", "no"),
        ok(rows=[MetricRow(0, "raw", "matched", "", "roc_auc", 0.5)]),
    ],
    ids=["the same", "a failure", "other metrics"],
)
def test_two_files_with_the_same_cell_are_an_error(block, second):
    files = [block(ok(), name="a"), block(second, name="b")]
    with pytest.raises(InputError) as caught:
        collect(files)
    assert str(caught.value) == (
        "data set 'moons', ratio natural, strategy 'none', seed 0: "
        f"{files[0]} and {files[1]} hold the same cell"
    )


def test_a_bad_file_is_named_and_the_rest_collected(block, tmp_path):
    whole = block(ok(seed=0), name="whole")
    truncated = block(ok(seed=1), name="truncated")
    truncated.write_bytes(truncated.read_bytes()[:-30])
    absent = tmp_path / "absent.parquet"
    collected, problems = collect([truncated, whole, absent])
    assert set(collected["seed"]) == {0}
    assert [problem.split(":")[0] for problem in problems] == [str(truncated), str(absent)]


def test_a_file_in_the_place_of_another_block_is_named_and_the_rest_collected(block):
    right = block(ok(seed=0), ok(seed=1), name="metrics/moons/natural/none/seeds0-1")
    places = [f"metrics/{at}/seeds0-1" for at in ("wine/natural/none", "moons/natural/smote")]
    wrong = [block(ok(seed=0), ok(seed=1), name=place) for place in places]
    few = block(ok(seed=2), name="metrics/moons/natural/none/seeds2-3")
    collected, problems = collect([*wrong, right, few])
    assert set(zip(collected["strategy"], collected["seed"], strict=True)) == {
        ("none", 0),
        ("none", 1),
    }
    holds = "holds data set 'moons', ratio natural, strategy 'none', seed"
    should = "and should hold data set"
    assert problems == [
        f"{wrong[0]}: {holds} 0, 1, {should} 'wine', ratio natural, strategy 'none', seed 0, 1",
        f"{wrong[1]}: {holds} 0, 1, {should} 'moons', ratio natural, strategy 'smote', seed 0, 1",
        f"{few}: {holds} 2, {should} 'moons', ratio natural, strategy 'none', seed 2, 3",
    ]


def test_a_file_of_an_unknown_data_set_is_named_and_the_rest_collected(block):
    collected, problems = collect([block(ok(), dataset="oil"), block(ok(), name="b")])
    assert set(collected["dataset"]) == {"moons"}
    assert len(problems) == 1
    assert problems[0].endswith("a.parquet: of data set 'oil', of which no facts are known")


def test_a_file_without_rows_is_named_or_empty(block):
    whole, empty = block(ok(seed=0), name="whole"), block(name="empty")
    collected, _ = collect([whole, empty])
    assert set(collected["seed"]) == {0}


def test_every_set_of_library_versions_is_told_once(block):
    one, other = {"numpy": "2.4"}, {"numpy": "2.5"}
    files = [
        block(ok(seed=seed), name=f"s{seed}", metadata={"versions": versions})
        for seed, versions in enumerate((one, other, one))
    ]
    assert collecting.collect(files, FACTS)[1] == [one, other]
