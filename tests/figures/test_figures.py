"""Every figure, on a study with failures, and on studies too small to show anything."""

from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from drawings import check, words_of
from matplotlib.colors import to_rgba
from synthetic_study import collected_table, described_strategies

from skewbench.analysis.costs import resource_table
from skewbench.analysis.decisions import decision_table
from skewbench.analysis.effects import effect_differences
from skewbench.analysis.ranking import all_rank_tables
from skewbench.analysis.ratios import ratio_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means, where
from skewbench.analysis.status import status_table
from skewbench.figures import style
from skewbench.figures.curves import curve_plot
from skewbench.figures.decisions import decision_plot
from skewbench.figures.effects import effect_plot
from skewbench.figures.ranks import rank_plot
from skewbench.figures.ratios import ratio_plot
from skewbench.figures.status import status_map
from skewbench.figures.times import time_quality_plot

pytestmark = pytest.mark.filterwarnings("error")

STRATEGIES = described_strategies()
READINGS = [
    Reading("average_precision"),
    Reading("average_precision", prior="reference"),
    Reading("log_loss"),
    Reading("f1", decision="default"),
    Reading("f1", decision="tuned_f1"),
]
AP = {"ratio": "ir10", "metric": "average_precision", "prior": "matched"}
NAMES = ["rank", "effect", "effect_loss", "decision", "time", "status", "ratio"]


def study(datasets, ratios=("natural", "ir10", "ir50"), **options):
    return collected_table(ratios=ratios, datasets=datasets, seeds=1, readings=READINGS, **options)


def thinned(collected):
    """Return a third of the strategies, among them the defective ones: enough to draw, and fast."""
    own = where(collected, learner="own")["strategy"].unique()
    kept = {"none", "smote", "k_means_smote", "condensed_nearest_neighbour", "cluster_centroids"}
    kept |= {"focal_loss", "inverse_frequency_weights", "smote_then_duplication", *own}
    return collected[collected["strategy"].isin(kept)]


def draw(name, collected):
    if name == "status":
        return status_map(status_table(collected), STRATEGIES)
    if name == "ratio":
        return ratio_plot(
            where(
                ratio_table(family_means(collected, STRATEGIES), STRATEGIES),
                learner="random_forest",
            )
        )
    if name == "decision":
        return decision_plot(
            where(decision_table(family_means(collected, STRATEGIES), STRATEGIES), ratio="ir10")
        )
    if name.startswith("effect"):
        metric = "log_loss" if name == "effect_loss" else "average_precision"
        table = effect_differences(family_means(collected, STRATEGIES, READINGS), STRATEGIES)
        return effect_plot(where(table, **(AP | {"metric": metric})))
    ranks = where(all_rank_tables(family_means(collected, STRATEGIES, READINGS), STRATEGIES), **AP)
    if name == "rank":
        return rank_plot(ranks)
    return time_quality_plot(ranks, resource_table(collected, STRATEGIES))


@pytest.fixture(scope="module")
def full():
    return study({"mammography": 42.0, "breast_cancer": 1.7, "credit_default": 3.5})


@pytest.fixture(scope="module")
def small(full):
    return thinned(full)


@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_drawn_the_same_twice(name, small, tmp_path):
    first = check(draw(name, small), tmp_path / "one")
    again = style.save(draw(name, small), tmp_path / "two")
    for one, two in zip(first, again, strict=True):
        assert one.read_bytes() == two.read_bytes()
    svg = first[0].read_text()
    assert "<dc:date>" not in svg
    assert "Creator" not in svg


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ratio"])
def test_one_data_set_is_drawn_and_said(name, tmp_path):
    one = thinned(study({"mammography": 42.0}, ratios=("ir10",)))
    figure = draw(name, one)
    check(figure, tmp_path / name)
    assert "1 data set" in words_of(figure)


def curves_at(ratios, arms, **columns):
    """Return the control and SMOTE at some ratios, an arm with ``arms[arm]`` data sets."""
    rows = [
        {"learner": "random_forest_8", "metric": "average_precision", "prior": prior, "arm": arm}
        | {"imbalance_ratio": ratio, "strategy": name, "level": level, "label": name.title()}
        | {"mean": 0.5 - ratio / 100, "lower": 0.2, "upper": 0.7, "n_datasets": n_datasets}
        for prior in ("matched", "reference")
        for arm, n_datasets in arms.items()
        for ratio in ratios
        for name, level in (("none", "control"), ("smote", "data"))
    ]
    return pd.DataFrame(rows).assign(**columns)


def test_a_single_ratio_is_no_line():
    figure = ratio_plot(curves_at([10], {"fixed total": 11, "50 minority rows": 10}))
    assert "a line needs two ratios" in words_of(figure)
    assert "one in each arm so far (10)" in words_of(figure)
    assert not figure.axes


def test_an_arm_of_one_ratio_is_left_out_and_arms_say_their_data_sets():
    one = curves_at([10], {"50 minority rows": 10})
    both = curves_at([10, 20], {"fixed total": 11, "40 minority rows": 9})
    figure = ratio_plot(pd.concat([one, both]))
    titles = [axes.get_title(loc="left").split("\n")[1] for axes in figure.axes]
    assert titles == ["fixed total, 11 data sets"] * 2 + ["40 minority rows, 9 data sets"] * 2
    assert "Each row has data sets of its own" in words_of(figure)
    leaders = {text.arrow_patch.get_edgecolor() for axes in figure.axes for text in axes.texts}
    assert leaders == {to_rgba(style.GREY)}
    (legend,) = figure.legends
    assert legend.get_texts()[-1].get_text() == "control: quartiles over data sets"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_show_is_said(name, small, tmp_path):
    figure = draw(name, small.head(0))
    style.save(figure, tmp_path / name)
    assert "No " in words_of(figure)
    assert not figure.axes


def test_a_wide_status_map_stays_inside_its_figure(tmp_path):
    many = {f"data_set_{i:02d}": 10.0 for i in range(30)}
    collected = collected_table(datasets=many, seeds=1, readings=READINGS[:1])
    check(status_map(status_table(thinned(collected)), STRATEGIES), tmp_path / "wide")


def test_names_stay_apart(full):
    figure = draw("rank", full)
    figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
        gaps = [upper.y0 - lower.y1 for upper, lower in pairwise(boxes)]
        assert min(gaps) > 0
        assert min(box.x0 for box in boxes) >= 0


def test_a_dot_beyond_the_axis_has_its_value_in_its_own_row():
    rows = [
        AP | {"task": "binary", "learner": "knn", "scores": "raw", "decision": "", "imputed": 0.0}
        | {"strategy": name, "label": name, "level": "data", "family": f"f{i}", "difference": value}
        for name, last in (("smote", 0.9), ("adasyn", 0.1))
        for i, value in enumerate([0.001 * i for i in range(150)] + [last])
    ]  # fmt: skip
    (axes,) = effect_plot(pd.DataFrame(rows)).axes
    order = [label.get_text() for label in axes.get_yticklabels()]
    (value,) = axes.texts
    assert value.get_text() == "+0.90"
    assert value.xy[1] == order.index("smote")
    assert axes.get_xlim()[1] > value.xy[0]  # the dot at the edge is clear of what is beside it


def test_the_title_of_decisions_counts_tested_gains_where_there_are_tests(small):
    means = family_means(small, STRATEGIES)
    decisions = where(decision_table(means, STRATEGIES), ratio="ir10")
    condition = {"metric": "f1", "scores": "raw", "prior": "matched", "control": "none"}
    verdicts = {"default": ["better", "better", "worse"], "tuned_f1": ["better", "worse", "worse"]}
    rows = [
        condition | {"decision": decision, "verdict": verdict}
        for decision, column in verdicts.items()
        for verdict in column
    ]
    compared = pd.DataFrame([*rows, rows[0] | {"control": "boosting_100"}])
    said = words_of(decision_plot(decisions, compared))
    assert "2 of 3 pairs of treatment and learner are better in F1 than the untouched model" in said
    assert "1 once both have a tuned one (2 are worse)" in said
    for tests in (None, compared.head(0), compared.assign(verdict="too few data sets")):
        assert "have a higher mean F1 than the untouched model" in words_of(
            decision_plot(decisions, tests)
        )


def contrast(colour):
    """Return the contrast of a colour with white (WCAG 2)."""
    channels = np.array(to_rgba(colour)[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_all_text_can_be_read(name, small):
    figure = draw(name, small)
    written = [text for axes in figure.axes for text in axes.texts]
    written += [text for axes in figure.axes for text in axes.get_yticklabels()]
    dark = [text.get_color() for text in [*figure.texts, *written] if text.get_color() != "white"]
    assert min(map(contrast, dark)) >= 4.5


def test_two_conditions_are_not_mixed(full):
    ranks = all_rank_tables(family_means(full, STRATEGIES, READINGS), STRATEGIES)
    with pytest.raises(ValueError, match="metric must be one value"):
        rank_plot(where(ranks, ratio="ir10"))


def test_the_status_of_every_combination_is_on_the_map(full):
    table = status_table(full)
    figure = status_map(table, STRATEGIES)
    cells = [axes.collections[0].get_array() for axes in figure.axes]
    assert sum(np.ma.count(array) for array in cells) == len(table)
    letters = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert letters.count("F") == (table["status"] == "failed").sum() > 0
    assert letters.count("t") == (table["status"] == "timeout").sum() > 0
    table.loc[table.index[:3], "status"] = "missing"
    figure = status_map(table, STRATEGIES)
    letters = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert letters.count("?") == 3
    assert "?  missing" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_single_column_of_the_map_is_as_wide_as_any(full):
    table = status_table(full)
    one = table[(table["dataset"] == table["dataset"].iloc[0]) & (table["ratio"] == "natural")]
    for axes in status_map(one, STRATEGIES).axes:
        drawn = axes.collections[0].get_datalim(axes.transData)
        assert (drawn.x0, drawn.x1) == (-0.5, 0.5)


def timed(seconds, n_datasets):
    """Return ranks and times of the untouched model and three strategies."""
    names = ["none", "smote", "adasyn", "focal_loss"]
    key = {"task": "binary", "track": "default", "ratio": "ir10", "learner": "tree"}
    reading = {"metric": "average_precision", "scores": "raw", "prior": "matched", "decision": ""}
    table = pd.DataFrame({"strategy": names, "cpu_seconds": seconds}).assign(**key)
    ranks = table.drop(columns="cpu_seconds").assign(**reading, n_datasets=12, share_imputed=0.0)
    ranks["mean"], ranks["label"] = [0.4, 0.3, 0.2, 0.1], names
    ranks["level"] = ["control", "data", "data", "algorithm"]
    return ranks, table.assign(n_datasets=n_datasets)


@pytest.mark.parametrize(
    ("n_timed", "is_open"),
    [([12, 12, 16, 10], [2, 3]), ([10, 10, 10, 10], []), ([10, 10, 12, 10], [2])],
)
def test_times_of_other_data_sets_are_open(n_timed, is_open):
    figure = time_quality_plot(*timed([1.0, 2.0, 3.0, 4.0], n_timed))
    points = [line for line in figure.axes[0].lines if line.get_marker() != "None"]
    faces = [line.get_markerfacecolor() for line in points]
    assert [i for i, face in enumerate(faces) if face == "white"] == is_open
    assert ("(times: 10)" in words_of(figure)) == (10 in n_timed[:2])


def test_lines_without_a_name_stand_out_from_the_band():
    figure = ratio_plot(curves_at([10, 20], {"fixed total": 11}), highlight=["none"])
    (smote,) = [line for line in figure.axes[0].lines if line.get_marker() == "."]
    (band,) = [patch for patch in figure.legends[0].get_patches()]
    shade = 1 - band.get_alpha()  # of black over white
    ink = contrast(smote.get_color()) / contrast((shade, shade, shade))
    assert ink > 2.5  # 1.26 before


def scored(datasets=("mammography",), strategies=("none", "smote", "adasyn", "focal_loss")):
    rng = np.random.default_rng(3)
    parts = []
    for dataset in datasets:
        for fold in range(4):
            y = np.r_[np.ones(12), np.zeros(150)].astype(int)
            for i, strategy in enumerate(strategies):
                score = rng.normal(size=len(y)) + (1 + 0.3 * i) * y
                part = {"dataset": dataset, "strategy": strategy, "seed": 0, "fold": fold}
                parts.append(pd.DataFrame(part | {"y": y, "score": score, "weight": 1.0}))
    return pd.concat(parts)


def test_curves_are_drawn_the_same_twice(tmp_path):
    table = scored(("mammography", "wine_quality"))
    first = check(curve_plot(table, STRATEGIES), tmp_path / "one")
    shuffled = table.sample(frac=1, random_state=0)
    again = style.save(curve_plot(shuffled, STRATEGIES), tmp_path / "two")
    assert first[0].read_bytes() == again[0].read_bytes()


def test_curves_without_positives_say_so(tmp_path):
    figure = curve_plot(scored().assign(y=0), STRATEGIES)
    assert "No curves" in words_of(figure)


def test_every_level_looks_different_without_colour():
    assert len({level.marker for level in style.LEVELS.values()}) == len(style.LEVELS)
    assert set(style.LEVELS) == set(STRATEGIES["level"])


def test_style_does_not_leak():
    before = dict(matplotlib.rcParams)
    curve_plot(scored(), STRATEGIES)
    assert dict(matplotlib.rcParams) == before
