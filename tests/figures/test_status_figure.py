"""The map of what ran: its names, its columns and its legend."""

from itertools import pairwise

import pandas as pd
import pytest
from drawings import words_of
from synthetic_study import described_strategies

from skewbench.figures.status import status_map

pytestmark = pytest.mark.filterwarnings("error")

STRATEGIES = described_strategies()


def statuses(datasets, ratios=("natural", "ir10"), **columns):
    """Return the untouched model and SMOTE, all of it done."""
    rows = [
        {"task": "binary", "dataset": dataset, "ratio": ratio, "strategy": strategy}
        for dataset in datasets
        for ratio in ratios
        for strategy in ("none", "smote")
    ]
    return pd.DataFrame(rows).assign(learner="tree", status="ok", flags="", **columns)


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_data_set_has_one_name_over_all_its_ratios():
    figure = status_map(statuses(["pima", "oil"]), STRATEGIES)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["oil", "pima"]
    assert axes.get_xticks().tolist() == [0.5, 2.5]
    assert [text.get_text() for text in axes.texts] == ["natural", "10"] * 2
    assert "8 of 8 feasible combinations have results" in words_of(figure)
    assert legend_of(figure) == ["ok"]


def test_what_was_not_run_is_in_the_legend():
    table = statuses(["pima", "oil"]).drop(index=[0])
    assert legend_of(status_map(table, STRATEGIES)) == ["ok", "not run"]


def test_the_legend_has_letters_only_where_the_map_has():
    for datasets, label in ((["pima"], "F  failed"), ([f"d{i:02d}" for i in range(90)], "failed")):
        table = statuses(datasets)
        table.loc[0, "status"] = "failed"
        figure = status_map(table, STRATEGIES)
        assert label in legend_of(figure)
        assert bool(figure.axes[0].texts) == ("F" in label)


def test_names_of_data_sets_stay_apart():
    figure = status_map(statuses([f"data_set_{i:02d}" for i in range(60)], ["ir10"]), STRATEGIES)
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert min(right.x0 - left.x1 for left, right in pairwise(boxes)) > 0


def test_columns_in_which_nothing_is_feasible_are_left_out_and_said():
    """Of 12 combinations, 6 are of columns left out, 1 more is infeasible and 1 has failed."""
    table = statuses(["pima", "oil", "scene"])
    nothing = table["dataset"].eq("scene") | (
        table["dataset"].eq("oil") & table["ratio"].eq("ir10")
    )
    table.loc[nothing, "status"] = "infeasible"
    table.loc[0, "status"] = "infeasible"
    table.loc[1, "status"] = "failed"
    figure = status_map(table, STRATEGIES)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["oil", "pima"]
    assert axes.get_xticks().tolist() == [0.0, 1.5]
    assert axes.collections[0].get_array().shape == (2, 3)
    said = words_of(figure)
    assert "4 of 5 feasible combinations have results" in said
    assert "2 data sets, worst status over seeds: 4 ok, 7 infeasible by design, 1 failed" in said
    assert "Left out: 3 columns (data set and ratio)" in said


def test_panels_of_many_columns_stand_below_each_other():
    wide = statuses([f"d{i:02d}" for i in range(60)])
    both = pd.concat([wide, wide.assign(learner="forest"), wide.assign(learner="own")])
    figure = status_map(both, STRATEGIES)
    assert len({round(axes.get_position().y0, 3) for axes in figure.axes}) == 3
    assert figure.get_figwidth() < 12
    assert "Columns of a data set, from the left: natural imbalance ratio; imbalance ratio 10." in (
        words_of(figure)
    )


def test_own_models_alone_and_a_study_without_anything_feasible():
    own = statuses(["pima"]).assign(learner="own")
    assert len(status_map(own, STRATEGIES).axes) == 1
    said = words_of(status_map(own.assign(status="infeasible"), STRATEGIES))
    assert "nothing is feasible" in said
