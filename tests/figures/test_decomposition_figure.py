"""The headline figure shows the steps of its table, and says what leaves its panels."""

import numpy as np
import pandas as pd
import pytest
from drawings import words_of

from skewbench.figures.decomposition import decomposition_plot, finding
from skewbench.figures.wording import learners_called

pytestmark = pytest.mark.filterwarnings("error")

GAINS = {
    ("f1", "default"): [0.10, 0.12, 0.20],
    ("f1", "control_tuned"): [-0.02, 0.00, 0.06],
    ("f1", "both_tuned"): [0.01, 0.02, 0.05],
    ("expected_cost", "default"): [0.30, 0.40, 0.50],
    ("expected_cost", "both_corrected"): [-0.05, np.nan, 0.01],
    ("expected_cost", "both_recalibrated"): [0.00, -0.01, 0.03],
}
NAMES = {"smote": "SMOTE", "random_under": "Random undersampling", "weight": "Weights 1/n"}


def gains(learners=("tree", "own"), values=GAINS):
    rows = [
        {"task": "binary", "ratio": "natural", "learner": learner, "strategy": strategy}
        | {"level": "data", "label": label, "metric": metric, "step": step}
        | {"gain": gain, "n_datasets": 20}
        for learner in learners
        for (metric, step), column in values.items()
        for (strategy, label), gain in zip(NAMES.items(), column, strict=True)
    ]
    return pd.DataFrame(rows).dropna(subset="gain")


def drawn(axes):
    """Return what the lines of the strategies, in alphabetical order, go through."""
    return [list(map(float, line.get_ydata())) for line in axes.lines]


def test_a_line_goes_through_the_steps_that_its_strategy_has():
    figure = decomposition_plot(gains(["tree"]), ["smote"])
    upper, lower = figure.axes
    assert drawn(upper) == [[0.12, 0.00, 0.02], [0.10, -0.02, 0.01], [0.20, 0.06, 0.05]]
    assert drawn(lower) == [[0.40, -0.01], [0.30, -0.05, 0.00], [0.50, 0.01, 0.03]]
    medians = [text.get_text() for text in upper.texts]
    assert medians[:4] == ["median", "+0.120", "0.000", "+0.020"]
    assert medians[4:] == ["SMOTE"]


def test_own_models_have_a_panel_of_their_own_and_no_corrected_scores():
    with learners_called({"tree": "Decision tree, depth 3"}):
        figure = decomposition_plot(gains(), ["smote"])
    first, own, _, costs = figure.axes
    assert first.get_title(loc="left") == "Decision tree, depth 3"
    assert own.get_title(loc="left") == "Own model, against the\nplain model of its kind"
    assert [label.get_text() for label in costs.get_xticklabels()] == [
        "both cut\nat 0.5",
        "both re-\ncalibrated",
    ]


def test_the_finding_leaves_own_models_out_and_has_no_negative_zero():
    table = gains()
    table.loc[table["learner"] == "own", "gain"] = 9.0
    table.loc[(table["step"] == "both_tuned") & (table["learner"] == "tree"), "gain"] = -0.0001
    assert finding(table) == (
        "Median gain of 3 pairs of treatment and learner over the untouched model: F1 +0.120, with "
        "both thresholds tuned 0.000; cost saved per row +0.400, with both recalibrated 0.000"
    )


def test_the_lowest_line_beyond_the_panel_is_said():
    many = pd.concat(
        gains(["tree"]).assign(strategy=lambda table, i=i: table["strategy"] + str(i))
        for i in range(20)
    )
    many.loc[(many["strategy"] == "smote3") & (many["step"] == "both_tuned"), "gain"] = -0.77
    said = words_of(decomposition_plot(many, []))
    assert "Some lines leave the panel, the lowest to -0.77 (SMOTE, F1)" in said


def test_names_stay_inside_their_panel():
    figure = decomposition_plot(gains(["tree", "forest", "boosting", "own"]), list(NAMES))
    figure.draw_without_rendering()
    for axes in figure.axes:
        frame = axes.get_window_extent()
        names = [text for text in axes.texts if text.get_text()[0] not in "+-0"]
        assert len(names) == 4
        assert min(text.get_window_extent().x0 for text in names) > frame.x0


def test_names_of_lines_that_start_at_an_end_of_the_panel_stay_in_it():
    """All three start together, once at the lower and once at the upper end of the panel."""
    low = GAINS | {("f1", "default"): [-0.2] * 3, ("expected_cost", "default"): [0.5] * 3}
    figure = decomposition_plot(gains(["tree"], low), list(NAMES))
    figure.draw_without_rendering()
    for axes in figure.axes:
        frame = axes.get_window_extent()
        names = [text.get_window_extent() for text in axes.texts if text.get_ha() == "right"][1:]
        (heading,) = [text for text in axes.texts if text.get_text() == "median"]
        assert len(names) == 3
        assert min(box.y0 for box in names) > frame.y0
        assert max(box.y1 for box in names) < heading.get_window_extent().y0


def test_without_costs_or_steps():
    table = gains(["tree"])
    assert len(decomposition_plot(table[table["metric"] == "f1"], []).axes) == 1
    assert "Nothing to decompose" in words_of(decomposition_plot(table.head(0), []))
    default = table[table["step"] == "default"]
    assert "Nothing to decompose" in words_of(decomposition_plot(default, []))
