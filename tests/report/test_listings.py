"""Tables that the page makes from others."""

import pandas as pd
import pytest
from small_study import DESIGN, described, make_inputs

from skewbench.report.columns import make_table
from skewbench.report.specs import DECOMPOSITION

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
