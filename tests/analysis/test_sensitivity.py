import pandas as pd
import pytest
from small_tables import AP, described, rows

from skewbench.analysis.effects import effect_differences
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means
from skewbench.analysis.sensitivity import sensitivity_table

STRATEGIES = described(none="control", smote="data", rose="data")


def _table(collected, reading=AP, datasets=()):
    differences = effect_differences(family_means(collected, STRATEGIES, [reading]), STRATEGIES)
    table = sensitivity_table(differences, collected, datasets)
    return table.set_index(["strategy", "handling"])


def _facts(family, n_duplicate_rows, task="binary"):
    return {"family": family, "task": task, "n_rows": 200, "n_duplicate_rows": n_duplicate_rows}


EVERY = [_facts(f"d{i}", 100) for i in range(4)]


def _one_failure(reading=AP, base=0.5, gain=0.1):
    values = {}
    for i in range(4):
        values[f"d{i}", "none"] = base
        values[f"d{i}", "smote"] = base + gain
        values[f"d{i}", "rose"] = base + 4 * gain
    return values | {("d3", "smote"): "failed", ("d3", "rose"): base - 3 * gain}


def test_ways_to_handle_missing_cells_by_hand():
    table = _table(rows(_one_failure()).assign(flags="few_positives"), datasets=EVERY)
    smote = table.loc["smote"]
    # gains of .1 on three data sets, and on the fourth: the control's, the worst (-.3), none
    assert smote.loc["fallback", "mean"] == pytest.approx(0.075)
    assert smote.loc["worst", "mean"] == pytest.approx(0.0)
    assert smote.loc["complete", "mean"] == pytest.approx(0.1)
    assert smote["n_datasets"].to_dict() == {"fallback": 4, "worst": 4, "complete": 3}
    # fallback: a zero, then three wins; worst: 3 x 2 against 4; complete: three wins
    assert smote["p"].to_dict() == {"fallback": 0.25, "worst": 1.0, "complete": 0.25}
    # a quarter is missing: dropped, and rose has no one to be corrected for
    assert "drop_over_10_percent" not in smote.index
    rose = table.loc["rose"]
    assert rose["mean"].round(12).nunique() == 1
    assert rose.loc["drop_over_10_percent", "p_holm"] == rose.loc["fallback", "p"]
    assert rose.loc["fallback", "p_holm"] == 2 * 0.25
    assert rose["n_needed"].to_dict() == {  # one comparison takes 6, two take 7
        handling: 6 if handling.startswith("drop") else 7 for handling in rose.index
    }
    assert set(table["verdict"]) == {"too few data sets"}


def test_data_sets_that_repeat_rows_left_out():
    datasets = [_facts("d0", 3), _facts("d1", 3), _facts("d2", 2), _facts("d3", 100, "multiclass")]
    table = _table(rows(_one_failure()), datasets=datasets)
    # of d2 and d3, one a gain of .1 and one the control's value
    assert table.loc[("smote", "unrepeated"), "mean"] == pytest.approx(0.05)
    assert table.loc[("smote", "unrepeated"), "n_datasets"] == 2


@pytest.mark.parametrize(
    ("flags", "ranking", "calibration"),
    [
        ("few_positives,few_positives_for_calibration", 3, 3),
        ("k_reduced,few_positives_for_calibration", 4, 3),
        ("k_reduced", 4, 4),
    ],
)
def test_data_sets_with_few_positives_left_out(flags, ranking, calibration):
    for reading, n in ((AP, ranking), (Reading("log_loss"), calibration)):
        collected = rows(_one_failure(reading), reading=reading)
        flagged = collected["dataset"].map({"d1": flags}).fillna(collected["flags"])
        table = _table(collected.assign(flags=flagged), reading)
        assert table.loc[("rose", "enough_positives"), "n_datasets"] == n


def test_flags_of_one_task_say_nothing_of_another():
    collected = rows(_one_failure())
    other = collected.assign(task="multiclass", flags="few_positives")
    differences = effect_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES)
    table = sensitivity_table(differences, pd.concat([collected, other]), [])
    table = table.set_index(["strategy", "handling"])
    assert table.loc[("rose", "enough_positives"), "n_datasets"] == 4


def test_the_worst_loss_is_the_largest():
    loss = Reading("log_loss")
    table = _table(rows(_one_failure(loss, gain=-0.1), reading=loss), loss)
    assert table.loc[("smote", "worst"), "mean"] == pytest.approx(0.0)
    assert table.loc[("smote", "fallback"), "mean"] == pytest.approx(-0.075)


def test_the_control_is_the_worst_where_everybody_else_is_better():
    values = _one_failure() | {("d3", "rose"): 0.9}
    table = _table(rows(values))
    assert table.loc[("smote", "worst"), "mean"] == table.loc[("smote", "fallback"), "mean"]


def test_a_missing_seed_counts_by_its_share():
    values = {
        ("d0", "none"): [0.5, 0.5],
        ("d0", "smote"): [0.7, "failed"],
        ("d0", "rose"): [0.1, 0.1],
    }
    table = _table(rows(values))
    # half of it is .7, half the worst, .1
    assert table.loc[("smote", "worst"), "mean"] == pytest.approx((0.7 + 0.1) / 2 - 0.5)
    assert ("smote", "complete") not in table.index


def test_ten_percent_missing_may_stay():
    values = {}
    for i in range(10):
        values |= {(f"d{i}", "none"): 0.5, (f"d{i}", "smote"): 0.6}
    values["d0", "smote"] = "failed"
    assert ("smote", "drop_over_10_percent") in _table(rows(values)).index
    values["d1", "smote"] = "timeout"
    assert ("smote", "drop_over_10_percent") not in _table(rows(values)).index


def test_other_readings_are_left_out_and_nothing_gives_nothing():
    recall = Reading("recall", decision="default")
    collected = rows(_one_failure(recall), reading=recall)
    differences = effect_differences(family_means(collected, STRATEGIES, [recall]), STRATEGIES)
    table = sensitivity_table(differences, collected, [])
    assert table.empty
    assert list(table)[-4:] == ["p_holm", "n_datasets", "n_needed", "verdict"]
    assert isinstance(table, pd.DataFrame)
