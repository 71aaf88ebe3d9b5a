"""Regions and resampled points: the panels say what the tables say."""

import numpy as np
import pandas as pd
import pytest
from drawings import check, texts, words_of
from statistics_tables import STRATEGIES

from skewbench.figures import style
from skewbench.figures.regions import region_plot
from skewbench.figures.resamplers import after, resampling_plot

pytestmark = pytest.mark.filterwarnings("error")

SHOWN = ["none", "smote", "adasyn"]


def regions(strategies=SHOWN, learners=("logistic_regression", "random_forest")):
    side = np.linspace(-1, 1, 21)
    x1, x2 = (axis.ravel() for axis in np.meshgrid(side, side))
    grid = pd.DataFrame({"x1": x1, "x2": x2, "score": (x1 + 1) / 2, "threshold": 0.5})
    return pd.concat(
        [grid.assign(strategy=s, learner=m) for s in strategies for m in learners],
        ignore_index=True,
    )


def measured(strategies=SHOWN, learners=("logistic_regression", "random_forest")):
    rows = []
    for i, strategy in enumerate(strategies):
        for learner in learners:
            for decision, more in (("default", 0.0), ("prior", 0.3)):
                for sample in (0, 1):
                    row = {"strategy": strategy, "learner": learner, "decision": decision}
                    row |= {"sample": sample, "threshold": 0.25 if more else 0.5}
                    row["recall"] = 0.4 + 0.1 * i + more + 0.02 * sample
                    rows.append(row | {"false_positive_rate": 0.1 * i + 0.02 * sample})
    return pd.DataFrame(rows)


def sample():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(-1, 1, (60, 2)), columns=["x1", "x2"])
    return frame.assign(target=(np.arange(60) % 6 == 0).astype(int))


def points(strategies=SHOWN):
    before = sample()
    parts = []
    for strategy in strategies:
        kept = before.assign(state="kept", copies=1, intruder=False)
        kept.loc[[1, 2], ["state", "copies"]] = ["removed", 0]
        kept.loc[0, "copies"] = 4
        new = pd.DataFrame({"x1": [0.1, 0.2], "x2": 0.0, "target": 1, "state": "new", "copies": 1})
        table = pd.concat([kept, new.assign(intruder=[True, False])])
        parts.append(table.assign(strategy=strategy, note=""))
    return pd.concat(parts, ignore_index=True)


def intruders(strategies=("smote", "adasyn")):
    shares = [(s, i, 0.1 * k + 0.2 * i) for k, s in enumerate(strategies, 1) for i in (0, 1)]
    return pd.DataFrame(shares, columns=["strategy", "sample", "share"])


def plot(drawn=None, shown=SHOWN):
    return region_plot(
        regions() if drawn is None else drawn, measured(), sample(), STRATEGIES, shown
    )


def test_every_panel_says_what_was_measured():
    figure = plot()
    assert len(figure.axes) == 6
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    # mean of .5 and .52, standard deviation .02 / sqrt 2
    assert titles[1] == "recall 0.51 ± 0.01\nfalse positives 0.11 ± 0.01"
    assert titles[:3] == titles[3:]
    finding = "Share of the minority that logistic regression finds: 41% untouched (1% false "
    finding += "positives), 71% with its threshold at the training prior (1% false positives), 51% "
    finding += "after SMOTE (11% false positives)"
    assert finding in words_of(figure)


def test_boundaries_lie_at_the_threshold_and_at_the_moved_one():
    axes = plot().axes[1]
    filled, default, moved = axes.collections
    assert np.concatenate([p.vertices for p in filled.get_paths()])[:, 0].min() > -0.1
    assert np.concatenate([p.vertices for p in default.get_paths()])[:, 0] == pytest.approx(0)
    # score (x + 1) / 2 = .25
    assert np.concatenate([p.vertices for p in moved.get_paths()])[:, 0] == pytest.approx(-0.5)


def test_a_model_that_could_not_be_had_is_said(tmp_path):
    drawn = regions()
    drawn = drawn[(drawn["strategy"] != "smote") | (drawn["learner"] != "random_forest")]
    figure = plot(drawn)
    assert "not available" in texts(figure.axes[4])
    check(figure, tmp_path / "regions")


def test_a_model_with_one_answer_has_no_boundary(tmp_path):
    check(plot(regions().assign(score=0.1)), tmp_path / "regions")


def test_nothing_fitted_is_said():
    assert "No decision regions" in words_of(plot(regions().head(0)))


def test_panels_hold_kept_removed_and_new_points(tmp_path):
    figure = resampling_plot(points(), intruders(), STRATEGIES)
    assert len(figure.axes) == 3
    by_marker = {}
    for line in figure.axes[1].lines:
        by_marker[line.get_marker()] = by_marker.get(line.get_marker(), 0) + len(line.get_xdata())
    assert by_marker == {"x": 2, "+": 2, "s": 0, "o": 48, "^": 10}
    check(figure, tmp_path / "resamplers")


def test_titles_count_rows_and_intruders():
    figure = resampling_plot(points(), intruders(), STRATEGIES)
    titles = {axes.get_title(loc="left") for axes in figure.axes}
    # ten minority rows, one of them four times, and two new ones; two of fifty majority rows gone
    assert "SMOTE\n15 : 48\n20 ± 14% intrude" in titles
    assert "No treatment\n15 : 48" in titles
    finding = "ADASYN puts 30% of its new minority points beside a majority row, SMOTE 20%"
    assert finding in words_of(figure)


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("failed: ValueError: no", "failed: unchanged"),
        ("resampler_noop", "15 : 48, nothing changed"),
    ],
)
def test_what_went_wrong_is_in_the_title(note, text):
    assert after(points(["smote"]).assign(note=note)) == text


def test_all_strategies_with_long_names_fit(tmp_path):
    long = STRATEGIES.assign(label=STRATEGIES["label"] + " with a rather long explanation")
    names = list(long.index)
    check(resampling_plot(points(names), intruders(names), long), tmp_path / "many")
    check(region_plot(regions(), measured(), sample(), long, SHOWN), tmp_path / "regions")


def test_one_resampler_and_none(tmp_path):
    check(resampling_plot(points(["none"]), intruders([]), STRATEGIES), tmp_path / "one")
    empty = resampling_plot(points().head(0), intruders([]), STRATEGIES)
    assert "No resamplers" in words_of(empty)


@pytest.mark.parametrize("draw", [plot, lambda: resampling_plot(points(), intruders(), STRATEGIES)])
def test_an_illustration_is_drawn_the_same_twice(draw, tmp_path):
    first, again = (style.save(draw(), tmp_path / part) for part in ("one", "two"))
    for one, two in zip(first, again, strict=True):
        assert one.read_bytes() == two.read_bytes()
