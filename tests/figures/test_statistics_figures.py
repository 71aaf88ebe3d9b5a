"""The figures of the statistics show the numbers of their tables, also of awkward ones."""

import numpy as np
import pandas as pd
import pytest
from drawings import check, texts, words_of
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from statistics_tables import (
    FAMILIES,
    LONG,
    STRATEGIES,
    comparisons,
    confusions,
    differences,
    gaps,
    pairs,
    ranks,
)
from test_curve_figures import COSTS, kept

from skewbench.figures import gains, style
from skewbench.figures.cliques import MOST_BARS, critical_difference_plot
from skewbench.figures.cost_curves import cost_plot
from skewbench.figures.forest import VERDICTS, forest_plot
from skewbench.figures.heatmap import difference_map
from skewbench.figures.pairs import SHOWN, p_words, pair_plot
from skewbench.figures.reliability import probabilities, reliability_plot
from skewbench.figures.statistics import draw_statistics, not_told_apart
from skewbench.figures.style import BEYOND
from skewbench.figures.symptoms import confusion_plot, gap_plot

pytestmark = pytest.mark.filterwarnings("error")

# --- pairs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_a_pair_is_shown_as_better_ranked_minus_worse_ranked(turned):
    row = ("smote", "adasyn", 0.021, 9, 1, 4, 0.012)
    if turned:
        row = ("adasyn", "smote", -0.021, 4, 1, 9, 0.012)
    table = pairs([row, ("none", "smote", -0.3, 2, 0, 12, 0.5)])
    (axes,) = pair_plot(table, ranks(["smote", "none", "adasyn"])).axes
    shown = texts(axes)
    assert shown[:6] == ["+0.300", "12/0/2", "p = .5", "+0.021", "9/1/4", "p = .012"]
    assert [axes.texts[i].get_fontweight() for i in (0, 3)] == ["normal", "bold"]


def test_the_matrix_holds_the_best_and_the_control():
    names = [name for name in STRATEGIES.index if name != "none"] + ["none"]
    first = ranks(names, LONG)
    rows = [(a, b, 0.01, 9, 0, 5, 0.9) for i, a in enumerate(names) for b in names[i + 1 :]]
    (axes,) = pair_plot(pairs(rows), first).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == list(LONG.loc[names[: SHOWN - 1], "label"])
    assert axes.get_xticklabels()[-1].get_text() == LONG.loc["none", "label"]
    assert len(axes.patches) == SHOWN * (SHOWN - 1) // 2
    every = len(names) * (len(names) - 1) // 2
    said = words_of(pair_plot(pairs(rows), first))
    assert "None of the 66 pairs shown differs after Holm's correction" in said
    assert f"66 of {every} pairs, p corrected for all" in said


def test_pairs_that_are_not_shown_are_not_counted_in_the_title():
    names = [name for name in STRATEGIES.index if name != "none"] + ["none"]
    rows = [
        (a, b, 0.01, 9, 0, 5, 0.01 if "none" in (a, b) else 0.9)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    rows += [
        (b, a, -mean, lost, tied, won, p) for a, b, mean, won, tied, lost, p in rows
    ]  # both ways
    said = words_of(pair_plot(pairs(rows), ranks(names, LONG)))
    assert f"{SHOWN - 1} of the 66 pairs shown differ after Holm's correction" in said
    assert f"66 of {len(rows) // 2} pairs" in said


def test_too_few_data_sets_for_any_pair_are_said():
    table = pairs([("none", "smote", 0.1, 3, 0, 0, 0.25)]).assign(n_datasets=3)
    # two-sided, the smallest p of n data sets is 2 / 2^n: .03125 from 6 on
    assert "No p can reach .05 with fewer than 6 data sets" in words_of(
        pair_plot(table, ranks(["none", "smote"]))
    )


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0004, "p < .001"), (0.0123, "p = .012"), (1.0, "p = 1"), (np.nan, "no p")],
)
def test_p_in_words(p, text):
    assert p_words(p) == text


# --- forest -------------------------------------------------------------------------------------


def test_the_forest_shows_means_intervals_and_verdicts():
    table = comparisons(["smote", "adasyn", "none", "focal_loss", "cost_matrix"])
    figure = forest_plot(table)
    (axes,) = figure.axes
    order = table.sort_values("mean", ascending=False)
    drawn = [line for line in axes.lines[1:] if line.get_label() != BEYOND]
    assert [line.get_xdata()[0] for line in drawn] == pytest.approx(order["mean"].tolist())
    assert [line.get_marker() for line in drawn] == [VERDICTS[v].marker for v in order["verdict"]]
    assert texts(axes) == [f"{mean:+.3f}" for mean in order["mean"]]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([0.02] * len(table))
    better = (table["verdict"] == "better").sum()
    assert f"{better} of 5 comparisons with the control find the strategy better" in words_of(
        figure
    )


def test_what_lies_beyond_the_axis_is_drawn_at_its_edge():
    table = comparisons(list(STRATEGIES.index[:20]))
    table.loc[0, ["mean", "lower", "upper"]] = [-5.0, -6.0, -4.0]
    (axes,) = forest_plot(table).axes
    low, high = axes.get_xlim()
    assert low > -1
    arrows = [line for line in axes.lines if line.get_label() == BEYOND]
    mean = axes.lines[axes.lines.index(arrows[-1]) - 1]
    assert mean.get_marker() == VERDICTS[table.loc[0, "verdict"]].marker
    assert low < arrows[-1].get_xdata()[0] < mean.get_xdata()[0]
    assert arrows[-1].get_marker() == "<"
    assert texts(axes)[-1] == "-5.000"
    ends = np.concatenate([line.get_segments()[0][:, 0] for line in axes.collections])
    assert ends.min() >= low
    assert ends.max() <= high
    leaving = (table["upper"] > ends.max() + 1e-9).sum()
    assert [line.get_marker() for line in arrows].count(">") == leaving > 0


def test_a_loss_is_better_to_the_left_and_has_no_common_margin():
    table = comparisons(["smote", "adasyn"], metric="log_loss")
    (axes,) = forest_plot(table).axes
    assert axes.lines[1].get_xdata()[0] == table["mean"].min()
    assert not axes.patches
    assert "left is better" in axes.get_xlabel()


def test_too_few_data_sets_are_the_title():
    table = comparisons(["smote"], verdict="too few data sets", n_datasets=3, n_needed=8)
    table[["lower", "upper"]] = np.nan
    assert "3 data sets decide nothing: at least 8 are needed" in words_of(forest_plot(table))


def test_panels_that_need_different_numbers_of_data_sets_say_both():
    few = comparisons(["smote"], verdict="too few data sets", n_datasets=3, n_needed=10)
    both = pd.concat([few, few.assign(learner="own", n_needed=9)])
    assert "3 data sets decide nothing: 9 to 10 are needed" in words_of(forest_plot(both))


def test_a_comparison_that_is_filled_in_says_so():
    table = comparisons(["smote", "rusboost"], mean=[0.1, 0.0]).assign(share_imputed=[0.0, 0.5])
    figure = forest_plot(table)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["SMOTE", "RUSBoost (50% filled in)"]
    legends = [
        [text.get_text() for text in drawn.legends[0].get_texts()]
        for drawn in (figure, forest_plot(table.assign(share_imputed=0.0)))
    ]
    assert [legend[-1].startswith("filled in") for legend in legends] == [True, False]


def test_every_verdict_looks_different_without_colour():
    assert len({look.marker for look in VERDICTS.values()}) == len(VERDICTS)


# --- differences --------------------------------------------------------------------------------


def test_the_map_holds_every_difference():
    table = differences(["smote", "adasyn", "rusboost"])
    table = table.drop(index=[0])
    (axes, _) = difference_map(table).axes
    wide = table.pivot(index="strategy", columns="family", values="difference")
    order = wide.mean(axis=1).sort_values(ascending=False).index
    hardest = table.groupby("family")["control_score"].mean().sort_values().index
    cells = axes.collections[0].get_array().reshape(wide.shape)
    np.testing.assert_allclose(cells.filled(np.nan), wide.loc[order, hardest].to_numpy())
    assert np.ma.count_masked(cells) == 1
    means = [f"{mean:+.3f}" for mean in wide.loc[order].mean(axis=1)]
    assert texts(axes)[-3:] == means


@pytest.mark.parametrize(("metric", "good"), [("average_precision", 0.05), ("log_loss", -0.05)])
def test_better_is_blue_whatever_the_sign(metric, good):
    scale, colours = gains.difference_scale(np.array([0.05])), gains.difference_colours(metric)
    assert colours(scale(good))[:3] == pytest.approx(to_rgb(gains.BETTER))
    assert colours(scale(-good))[:3] == pytest.approx(to_rgb(gains.WORSE))


def test_a_dash_marks_every_loss_of_a_map_without_room_for_numbers():
    table = differences(["smote", "adasyn"], [f"d{i}" for i in range(40)])
    (axes, _) = difference_map(table).axes
    dashes = axes.collections[1].get_offsets()
    assert len(dashes) == (table["difference"] < 0).sum() > 0


def test_the_map_says_what_is_filled_in_without_speaking_of_seeds():
    table = differences(["smote", "adasyn"])
    table.loc[table["family"] == FAMILIES[0], "imputed"] = 1.0
    (legend,) = difference_map(table).legends
    label = "filled in with the control's value, in whole or part"
    assert label in [text.get_text() for text in legend.get_texts()]


@given(st.lists(st.floats(-1, 1), max_size=30))
def test_a_scale_is_symmetric_and_never_narrower_than_noise(values):
    scale = gains.difference_scale(np.array(values))
    assert scale.vmin == -scale.vmax
    assert scale.vmax >= gains.SMALLEST


# --- cliques ------------------------------------------------------------------------------------


def test_a_bar_marks_the_members_of_its_clique():
    table = ranks(["smote", "none", "adasyn", "rusboost"])
    (axes,) = (figure := critical_difference_plot(table, [["none", "rusboost"], ["smote"]])).axes
    (bar,) = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()) > 1]
    assert bar.get_xdata().tolist() == [2, 4]
    assert "SMOTE ranks first; 0 of 3 others are not shown to differ" in words_of(figure)


def test_cliques_come_from_the_corrected_pairs():
    rows = [("a", "b", 0, 0, 0, 0, 0.2), ("a", "c", 0, 0, 0, 0, 0.05), ("b", "c", 0, 0, 0, 0, 0.3)]
    table = pd.DataFrame({"strategy": ["c", "b", "a", "d"], "mean_rank": [1.0, 2.0, 3.0, np.nan]})
    found = not_told_apart(pairs([*rows, ("a", "d", 0, 0, 0, 0, 0.9)]), table)
    assert sorted(map(sorted, found)) == [["a", "b"], ["b", "c"]]


def test_only_the_largest_of_many_cliques_are_drawn():
    names = list(STRATEGIES.index)
    many = [names[i : i + 4] for i in range(41)]
    figure = critical_difference_plot(ranks(names, LONG), many)
    assert f"{MOST_BARS} largest of 41 groups" in words_of(figure)


# --- awkward tables -----------------------------------------------------------------------------


def draw(name, names, families=FAMILIES):
    """Return one figure of the named strategies with long labels."""
    if name == "pairs":
        rows = [(a, b, 0.01, 9, 0, 5, 0.04) for i, a in enumerate(names) for b in names[i + 1 :]]
        return pair_plot(pairs(rows), ranks(names, LONG))
    if name == "forest":
        table = comparisons(names, LONG)
        return forest_plot(pd.concat([table, table.assign(learner="own")]))
    if name == "map":
        return difference_map(differences(names, families, LONG))
    if name == "cliques":
        return critical_difference_plot(ranks(names, LONG), [names[:3], names[2:]])
    if name == "gap":
        return gap_plot(gaps(names, LONG))
    if name == "confusion":
        return confusion_plot(confusions(names[:6], strategies=LONG))
    rows = kept(strategies=[n for n in names if n != "smote_before_split"][:5])
    if name == "cost":
        return cost_plot(rows[rows["part"] == "test"], LONG, COSTS)
    return reliability_plot(probabilities(rows, {key: {} for key in names}), LONG)


NAMES = ["pairs", "forest", "map", "cliques", "gap", "confusion", "cost", "reliability"]


@pytest.mark.parametrize("name", NAMES)
def test_45_strategies_with_long_labels_stay_inside(name, tmp_path):
    figure = draw(name, list(STRATEGIES.index), [f"data_set_number_{i}" for i in range(60)])
    check(figure, tmp_path / name)
    figure.draw_without_rendering()
    width = figure.get_figwidth() * figure.dpi
    for axes in figure.axes:
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
        assert min((box.x0 for box in boxes), default=0) >= 0
        assert axes.get_window_extent().width > 0.05 * width


@pytest.mark.parametrize("name", NAMES)
def test_one_strategy_is_drawn_or_said_to_be_too_few(name, tmp_path):
    figure = draw(name, ["none"], FAMILIES[:1])
    if name == "pairs":
        assert "No pairs to show" in words_of(figure)
    else:
        check(figure, tmp_path / name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_show_is_said(name):
    empty = {
        "pairs": lambda: pair_plot(pairs([]), ranks([])),
        "forest": lambda: forest_plot(comparisons(["smote"], mean=np.nan)),
        "map": lambda: difference_map(differences(["smote"], difference=np.nan)),
        "cliques": lambda: critical_difference_plot(ranks(["smote"], mean_rank=np.nan), []),
        "gap": lambda: gap_plot(gaps([])),
        "confusion": lambda: confusion_plot(confusions([])),
        "cost": lambda: cost_plot(kept().assign(y=0), STRATEGIES, COSTS),
        "reliability": lambda: reliability_plot(probabilities(kept().head(0), {}), STRATEGIES),
    }
    figure = empty[name]()
    assert "No " in words_of(figure)
    assert not figure.axes


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_drawn_the_same_twice(name, tmp_path):
    names = ["none", "smote", "adasyn", "rusboost"]
    first, again = (style.save(draw(name, names), tmp_path / part) for part in ("one", "two"))
    for one, two in zip(first, again, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_every_figure_of_a_panel_is_written(tmp_path):
    names = ["none", "smote", "adasyn"]
    rows = [(a, b, 0.01, 9, 0, 5, 0.04) for i, a in enumerate(names) for b in names[i + 1 :]]
    recall = gaps(names, metric="recall", decision="default")
    tables = {
        "comparisons": comparisons(names[1:]),
        "pairs": pairs(rows),
        "differences": differences(names[1:]),
        "ranks": ranks(names),
        "confusions": confusions(names),
        "gaps": pd.concat([recall, gaps(names)]),
    }
    panels = [("binary", "ir10")]
    draw_statistics(tables, tmp_path, panels, panels, ["random_forest"], ["smote", "none"])
    found = {file.stem for file in tmp_path.glob("*.png")}
    assert found == {
        "forest_binary_ir10",
        "gap_average_precision_binary_ir10",
        "gap_recall_binary_ir10",
        "confusion_binary_ir10",
        *(f"{kind}_binary_ir10_random_forest" for kind in ("pairs", "cliques", "heatmap")),
    }
