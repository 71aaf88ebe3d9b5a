import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import AP, described, rows

from skewbench.analysis.readings import DEFAULT_READINGS, Reading, lower_is_better
from skewbench.analysis.select import CONDITION, complete_block, family_means, where
from skewbench.errors import InputError

STRATEGIES = described(
    none="control", smote="data", weight="algorithm", forest="control", brf=("algorithm", "forest")
)


def means(collected, learner="tree", reading=AP):
    """Return the family x strategy table of one condition."""
    values, _ = family_means(
        where(collected, learner=learner, ratio="natural"), STRATEGIES, [reading]
    )
    table = values.reset_index(CONDITION, drop=True).dropna(axis="columns", how="all")
    return table.set_axis(table.index.astype(str))


def test_seeds_are_averaged_first_and_then_the_data_sets_of_a_family():
    collected = rows(
        {
            ("a1", "none"): [0.1, 0.3],  # data-set mean 0.2
            ("a2", "none"): [0.6],  # family mean 0.4, not (0.1 + 0.3 + 0.6) / 3
            ("b", "none"): [0.5],
        },
        families={"a1": "a", "a2": "a"},
    )
    table = means(collected)
    assert table["none"].to_dict() == pytest.approx({"a": 0.4, "b": 0.5})


@pytest.mark.parametrize("status", ["failed", "timeout", "infeasible over_size_limit"])
def test_a_missing_seed_takes_the_control_of_the_same_seed(status):
    collected = rows({("a", "none"): [0.2, 0.6], ("a", "smote"): [0.9, status]})
    values, imputed = family_means(collected, STRATEGIES, [AP])
    assert values["smote"].iloc[0] == pytest.approx((0.9 + 0.6) / 2)
    assert imputed["smote"].iloc[0] == 0.5
    assert imputed["none"].iloc[0] == 0


def test_infeasible_by_design_stays_absent():
    collected = rows({("a", "none"): 0.2, ("a", "smote"): 0.3, ("a", "weight"): "infeasible"})
    assert list(means(collected).columns) == ["none", "smote"]


def test_a_strategy_with_its_own_model_falls_back_on_its_anchor():
    collected = pd.concat(
        [
            rows({("a", "forest"): 0.7, ("a", "brf"): "timeout"}, learner="own"),
            rows({("a", "none"): 0.1}),
        ]
    )
    assert means(collected, "own").loc["a"].to_dict() == pytest.approx({"forest": 0.7, "brf": 0.7})


def test_a_failed_control_leaves_nothing_to_fall_back_on():
    collected = rows({("a", "none"): "failed", ("a", "smote"): "failed", ("b", "none"): 0.5})
    assert means(collected).index.tolist() == ["b"]


def test_undefined_values_are_never_averaged_in():
    collected = rows({("a", "none"): [0.2, np.nan], ("b", "none"): [np.nan], ("b", "smote"): 0.4})
    table = means(collected)
    assert table.loc["a", "none"] == 0.2
    assert "b" not in table.index  # no control, nothing to compare with


def test_a_family_counts_only_where_a_strategy_has_all_of_its_data_sets():
    collected = rows(
        {
            ("a1", "none"): 0.2,
            ("a2", "none"): 0.4,
            ("a1", "smote"): 0.9,
            ("a2", "smote"): "infeasible",
            ("b", "none"): 0.1,
            ("b", "smote"): 0.3,
        },
        families={"a1": "a", "a2": "a"},
    )
    table = means(collected)
    assert np.isnan(table.loc["a", "smote"])
    assert table.loc["b", "smote"] == 0.3


def test_only_the_reading_asked_for_is_read():
    tuned = Reading("f1", decision="tuned_f1")
    collected = pd.concat(
        [
            rows({("a", "none"): 0.2}, reading=tuned),
            rows({("a", "none"): 0.7}, reading=Reading("f1", decision="default")),
            rows({("a", "none"): 0.8}, reading=tuned, ratio="ir10"),
        ]
    )
    assert means(collected, reading=tuned).loc["a", "none"] == 0.2
    assert means(collected, reading=Reading("never_measured")).empty


def test_missing_text_reads_as_empty():
    reading = Reading("fit_seconds", scores="", prior="")
    collected = rows({("a", "none"): 2.0}, reading=reading)
    for column in ("scores", "prior", "decision", "flags", "reason"):
        collected[column] = pd.Series([None], dtype="str").astype("category")
    assert means(collected, reading=reading).loc["a", "none"] == 2.0


def test_an_undescribed_strategy_is_named():
    with pytest.raises(InputError, match="mystery"):
        means(rows({("a", "mystery"): 0.2}))


def test_complete_block_drops_rows_while_half_of_them_stay():
    table = pd.DataFrame({"none": [1.0, 1, 1, 1], "x": [1, 1, 1, np.nan], "y": [np.nan, 1, 1, 1]})
    block, dropped = complete_block(table, "none")
    assert (list(block.index), dropped) == ([1, 2], [])


def test_complete_block_then_drops_the_strategies_absent_most_often():
    table = pd.DataFrame(
        {"none": [1.0, 1, 1, 1], "x": [np.nan, np.nan, np.nan, 1], "y": [1, 1, 1, np.nan]}
    )
    block, dropped = complete_block(table, "none")
    assert (list(block.index), list(block.columns), dropped) == ([0, 1, 2], ["none", "y"], ["x"])


def test_the_control_never_leaves():
    table = pd.DataFrame({"none": [1.0, np.nan, np.nan], "x": [np.nan, 1.0, 1.0]})
    _, dropped = complete_block(table, "none")
    assert dropped == ["x"]


def test_directions():
    lower = {r.metric for r in DEFAULT_READINGS if lower_is_better(r.metric)}
    assert lower == {"log_loss", "brier", "expected_cost"}
    assert lower_is_better("fit_seconds")
    assert not lower_is_better("log_loss_skill")


def test_default_readings_follow_the_contract():
    assert len(set(DEFAULT_READINGS)) == len(DEFAULT_READINGS)
    allowed = {
        "": {"raw", "corrected", "recalibrated"},
        "default": {"raw", "corrected", "recalibrated"},
        "cost": {"corrected", "recalibrated"},
    }
    for reading in DEFAULT_READINGS:
        assert reading.scores in allowed.get(reading.decision, {"raw"}), reading
    mcc = {r.decision for r in DEFAULT_READINGS if r.metric == "mcc"}
    assert mcc == {"default", "prior", "tuned_f1", "tuned_mcc", "cost"}


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_changes_nothing(random, categorical):
    rng = np.random.default_rng(random.randrange(1000))
    values = {
        (f"d{i}", name): [
            "failed" if rng.random() < 0.2 and name != "none" else rng.random() for _ in range(3)
        ]
        for i in range(4)
        for name in ("none", "smote", "weight")
    }
    collected = rows(values, families={"d0": "f", "d1": "f"})
    shuffled = collected.sample(frac=1, random_state=random.randrange(1000))
    if categorical:
        text = shuffled.columns.difference(["seed", "value"])
        shuffled = shuffled.astype(dict.fromkeys(text, "category"))
    pd.testing.assert_frame_equal(means(collected), means(shuffled), check_exact=True)


def test_where_keeps_equal_rows():
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": ["u", "u", "v"]})
    assert where(frame, a="x", b="u").index.tolist() == [0]


def test_a_timeout_makes_no_pair_of_what_cannot_run_together():
    ran = {(name, "none"): 0.2 for name in "abc"}
    refused = {
        ("a", "smote"): "infeasible",
        ("b", "smote"): "infeasible",
        ("c", "smote"): "timeout",
    }
    assert list(means(rows(ran | refused)).columns) == ["none"]
    # It always failed, and nothing says that it cannot: the control's values, all imputed.
    failed = {(name, "smote"): "failed" for name in "abc"}
    assert list(means(rows(ran | failed)).columns) == ["none", "smote"]
    # Refused where nothing ran at all is the ratio's doing.
    nowhere = {("a", "none"): "infeasible", ("a", "smote"): "infeasible"}
    some = {("b", "none"): 0.2, ("b", "smote"): "failed"}
    assert list(means(rows(nowhere | some)).columns) == ["none", "smote"]
