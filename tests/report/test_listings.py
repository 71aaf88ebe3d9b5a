"""Tables that the page makes from others."""

import pandas as pd
import pytest
from small_study import AP, DESIGN, PROVENANCE, described, make_inputs

from skewbench.report.columns import make_table
from skewbench.report.listings import (
    decomposed_rows,
    failed_rows,
    infeasible_rows,
    not_run_places,
    slope_rows,
)
from skewbench.report.sections import Section, show
from skewbench.report.specs import DECOMPOSITION, OWN_MODELS, SENSITIVITY, SHOTS, SLOPES

STEPS = {
    "f1": {"default": 0.2, "control_tuned": 0.1, "both_tuned": 0.05, "both_recalibrated": 0.09},
    "expected_cost": {"default": 0.4, "both_corrected": -0.02, "both_recalibrated": 0.01},
    "mcc": {"default": 0.3},
}


def test_steps_side_by_side_with_the_cut_of_each_metric(tmp_path):
    rows = [
        DESIGN | {"learner": "tree", "metric": metric, "step": step} | described("smote")
        | {"gain": gain, "lower": gain - 0.01, "upper": gain + 0.01}
        | {"n_datasets": 12, "share_imputed": 0.1 * (step == "default")}
        for metric, steps in STEPS.items()
        for step, gain in steps.items()
    ]  # fmt: skip
    inputs = make_inputs(tmp_path, tables={"decomposition": pd.DataFrame(rows)})
    table = DECOMPOSITION.rows(inputs, "decomposition").set_index("metric")
    assert set(table.index) == {"f1", "expected_cost"}
    f1, cost = table.loc["f1"], table.loc["expected_cost"]
    assert (f1["cut"], cost["cut"]) == ("0.5", "cost-optimal")
    assert f1[["default", "both_tuned", "both_tuned_lower"]].tolist() == [0.2, 0.05, 0.04]
    assert cost[["both_recalibrated", "both_recalibrated_upper"]].tolist() == pytest.approx(
        [0.01, 0.02]
    )
    assert f1["share_imputed"] == 0.1
    shown = make_table(
        table.reset_index().assign(label="", learner_label=""), "", DECOMPOSITION.columns
    )
    titles = [column.title for column in shown.columns]
    assert titles[-5:] == [
        "Cut of corrected and recalibrated scores",
        "Both: corrected",
        "Both: recalibrated [95 %]",
        "Data sets",
        "Filled in",
    ]
    assert "+0.010 [0.000, +0.020]" in shown.rows[0]


def test_models_of_their_own_have_no_corrected_step(tmp_path):
    rows = pd.DataFrame(
        DESIGN
        | {"learner": learner, "metric": "f1", "step": step, "gain": 0.1}
        | described("smote")
        for learner in ("tree", "own")
        for step in ("default", "both_corrected", "both_recalibrated")
    )
    table = decomposed_rows(make_inputs(tmp_path, tables={"x": rows}), "x").set_index("learner")
    assert table["both_corrected"].isna().to_dict() == {"own": True, "tree": False}
    assert table["both_recalibrated"].tolist() == [0.1, 0.1]


def test_a_slope_is_positive_where_the_gain_grows(tmp_path):
    ends = {"slope": -0.2, "lower": -0.3, "upper": 0.1}
    rows = [DESIGN | AP | {"metric": metric} | ends for metric in ("roc_auc", "log_loss")]
    table = slope_rows(make_inputs(tmp_path, tables={"slopes": pd.DataFrame(rows)}), "slopes")
    assert table[["slope", "lower", "upper"]].to_numpy().tolist() == [
        [-0.2, -0.3, 0.1],
        [0.2, -0.1, 0.3],
    ]


# --- In which order, as a long table is cut -------------------------------------------------------


def first_cells(tmp_path, spec, rows, *titles):
    """Return the cells under ``titles`` of the rows that a section shows."""
    inputs = make_inputs(tmp_path, tables={spec.name: pd.DataFrame(rows)})
    ((_, table),) = show(Section("x", "X", str, tables=(spec,)), inputs, False).tables
    places = [[column.title for column in table.columns].index(title) for title in titles]
    return [tuple(row[place] for place in places) for row in table.rows]


def test_the_steepest_slopes_come_first_whatever_their_sign(tmp_path):
    rows = [
        DESIGN | AP | described("smote") | {"learner": "tree", "slope": slope}
        | {"lower": slope, "upper": slope}
        for slope in (0.1, -0.3, 0.2)
    ]  # fmt: skip
    found = first_cells(tmp_path, SLOPES, rows, "Slope [95 %]")
    assert [cell[:6] for (cell,) in found] == ["−0.300", "+0.200", "+0.100"]


def test_important_metrics_come_first_whatever_the_difference(tmp_path):
    rows = [
        DESIGN | AP | described("smote") | {"metric": metric, "learner": "tree"} | {"median": mean}
        for metric, mean in (("auprg", 900.0), ("f1", 0.1), ("average_precision", -0.1))
    ]
    assert first_cells(tmp_path, OWN_MODELS, rows, "Metric", "Median") == [
        ("average precision (AP)", "−0.100"),
        ("F1", "+0.100"),
        ("area under the precision-recall-gain curve", "+900.000"),
    ]


def test_natural_ratios_and_handlings_in_their_order(tmp_path):
    shots = [
        described(strategy) | {"learner": "tree", "ratio": ratio, "decision": decision}
        for decision in ("prior", "default")
        for ratio in ("lt10", "natural")
        for strategy in ("smote", "forest")
    ]
    long, natural = "long tail, imbalance ratio 10", "natural imbalance ratio"
    found = first_cells(tmp_path, SHOTS, shots, "Class decided on", "Imbalance ratio", "Strategy")
    assert found[:4] == [
        ("largest score", natural, "Balanced forest"),
        ("largest score", natural, "SMOTE"),
        ("largest score", long, "Balanced forest"),
        ("largest score", long, "SMOTE"),
    ]
    handled = [
        DESIGN | AP | described("smote") | {"learner": learner, "handling": handling}
        for learner in ("boosting", "tree")
        for handling in ("complete", "fallback")
    ]
    assert first_cells(tmp_path, SENSITIVITY, handled, "Learner", "Handling") == [
        ("Decision tree", "as in the tests above: a missing cell has its control's value"),
        ("XGBoost", "as in the tests above: a missing cell has its control's value"),
        ("Decision tree", "data sets without a missing cell"),
        ("XGBoost", "data sets without a missing cell"),
    ]


# --- What has no result, and what has not been run ------------------------------------------------


def status(*rows):
    columns = ["dataset", "ratio", "strategy", "learner", "status", "reason"]
    return pd.DataFrame(rows, columns=columns).assign(n_seeds=1)


def test_what_one_reason_rules_out_is_one_row(tmp_path):
    structural = "the ratio lt10 is defined for multi-class data only"
    every = [
        (dataset, "lt10", strategy, learner, "infeasible", structural)
        for dataset in ("pima", "oil")
        for strategy, learner in [
            *((name, learner) for name in ("none", "smote", "hostile", "leak") for learner in "tb"),
            ("forest", "own"),
        ]
    ]
    few = [
        ("oil", ratio, strategy, "tree", "infeasible", "5 positives")
        for ratio in ("ir10", "ir50")
        for strategy in ("none", "smote", "hostile", "forest")
    ]
    one = [("oil", "ir50", "leak", "tree", "infeasible", "5 positives")]
    table = status(*every, *few, *one)
    inputs = make_inputs(tmp_path, tables={"status": table})
    assert failed_rows(inputs, "status").empty
    rows = infeasible_rows(inputs, "status")
    columns = ["reason", "strategies", "n", "places"]
    assert rows[columns].to_numpy().tolist() == [
        [structural, "all 5", 18, "oil (lt10), pima (lt10)"],
        ["5 positives", "all 5", 5, "oil (ir50)"],
        ["5 positives", "all 5 but SMOTE before the split", 4, "oil (ir10)"],
    ]
    assert rows["learners"].tolist()[1] == "decision tree"


def test_failures_are_merged_over_folds_and_learners(tmp_path):
    table = status(
        ("oil", "natural", "smote", "tree", "failed", "fold 1, inner fold 2: ValueError: few"),
        ("oil", "natural", "smote", "boosting", "failed", "fold 1, inner fold 3: ValueError: few"),
        ("pima", "ir10", "smote", "tree", "failed", "fold 0: ValueError: few"),
        ("pima", "ir10", "smote", "boosting", "failed", "fold 4: ValueError: few"),
        ("pima", "ir10", "leak", "tree", "timeout", "1200 s"),
    )
    rows = failed_rows(make_inputs(tmp_path, tables={"status": table}), "status")
    columns = ["status", "reason", "strategies", "learners", "n", "places"]
    both = "oil (natural), pima (ir10)"
    assert rows[columns].to_numpy().tolist() == [
        ["failed", "ValueError: few", "SMOTE", "decision tree; XGBoost", 4, both],
        ["timeout", "1200 s", "SMOTE before the split", "decision tree", 1, "pima (ir10)"],
    ]


def test_what_has_not_been_run_is_named(tmp_path):
    known = {"ratios": ["natural", "ir10"], "strategies": ["a", "b"], "seeds": 2}
    place = {"learner": "tree", "status": "ok", "reason": ""}
    rows = [
        {"dataset": dataset, "ratio": ratio, "strategy": strategy, "n_seeds": seeds} | place
        for dataset, ratio, strategy, seeds in (
            ("oil", "natural", "a", 2), ("oil", "natural", "b", 2),
            ("pima", "natural", "a", 2), ("pima", "natural", "b", 1),
        )
    ]  # fmt: skip

    def places(rows, datasets):
        said = PROVENANCE | {"configuration": known | {"datasets": datasets}}
        tables = {"status": pd.DataFrame(rows)}
        return not_run_places(make_inputs(tmp_path, tables=tables, provenance=said))

    assert places(rows, ["oil", "pima"]) == "oil (ir10), pima (natural in part, ir10)"
    once = [row | {"n_seeds": 1, "ratio": ratio} for row in rows for ratio in known["ratios"]]
    assert places(once, ["oil", "pima"]) == "further seeds at natural (oil; pima), ir10 (oil; pima)"
    many = [row | {"dataset": f"{row['dataset']}_{i}"} for row in once[:4] for i in range(4)]
    assert places([*rows, *many], ["oil", *(f"oil_{i}" for i in range(4))]) == (
        "oil (ir10) and further seeds at natural (4 data sets), ir10 (4 data sets)"
    )
    assert not_run_places(make_inputs(tmp_path)) == ""  # no configuration to know it from
