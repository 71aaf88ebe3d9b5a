import pandas as pd
import pytest
from small_tables import AP, described, rows

from skewbench.analysis.effects import effect_differences
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import families_with, family_means
from skewbench.analysis.sensitivity import sensitivity_table

STRATEGIES = described(none="control", smote="data", rose="data")


def _table(collected, reading=AP, **left_out):
    table = sensitivity_table(
        effect_differences(family_means(collected, STRATEGIES, [reading]), STRATEGIES), left_out
    )
    return table.set_index(["strategy", "handling"])


def _one_failure(reading=AP, base=0.5, gain=0.1):
    values = {}
    for i in range(4):
        values[f"d{i}", "none"] = base
        values[f"d{i}", "smote"] = base + gain
        values[f"d{i}", "rose"] = base + 4 * gain
    return values | {("d3", "smote"): "failed", ("d3", "rose"): base - 3 * gain}


def test_ways_to_handle_missing_cells_by_hand():
    table = _table(rows(_one_failure()))
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


def test_data_sets_left_out():
    table = _table(rows(_one_failure()), some={"d0", "d1"}, all={"d0", "d1", "d2", "d3"})
    assert "all" not in table.index.get_level_values("handling")
    # of d2 and d3, one a gain of .1 and one the control's value
    assert table.loc[("smote", "some"), "mean"] == pytest.approx(0.05)
    assert table.loc[("smote", "some"), "n_datasets"] == 2


def test_families_with_few_positives():
    collected = rows(_one_failure())
    calibration = "few_positives_for_calibration"
    assert families_with("few_positives", collected.assign(flags=calibration)) == {}
    flags = (collected["dataset"] == "d1").map({True: "k_reduced,few_positives", False: ""})
    assert families_with("few_positives", collected.assign(flags=flags)) == {"natural": ["d1"]}


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
    table = sensitivity_table(
        effect_differences(family_means(collected, STRATEGIES, [recall]), STRATEGIES), {}
    )
    assert table.empty
    assert list(table)[-4:] == ["mean", "p", "p_holm", "n_datasets"]
    assert isinstance(table, pd.DataFrame)
