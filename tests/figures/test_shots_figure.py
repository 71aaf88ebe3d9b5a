"""The figure of shots says and shows what the table holds."""

import numpy as np
import pandas as pd
import pytest

from skewbench.figures.shots import PALENESS, shots_plot

pytestmark = pytest.mark.filterwarnings("error")


def table(rare=True, family="cifar", learner="cnn"):
    rows = [
        ("none", "control", 0.8, 0.5, 0.2, 0.5),
        ("ldam_drw", "algorithm", 0.7, 0.6, 0.45, 0.6),
        ("mixup", "data", 0.9, 0.5, 0.1, 0.5),
    ]
    names = ["strategy", "level", "many", "medium", "few", "all"]
    shots = pd.DataFrame(rows, columns=names).assign(learner=learner, ratio="lt100", family=family)
    shots["decision"], shots["imputed"] = "default", 0.0
    shots["label"] = shots["strategy"].str.replace("_", " ")
    shots = shots if rare else shots.assign(few=np.nan)
    for group in ("few", "medium", "all"):
        shots[f"{group}_gain"] = shots[group] - shots.loc[0, group]
    return shots


def said(figure):
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    return " ".join(text.get_text() for text in texts).replace("\n", " ")


def test_rows_are_ordered_by_few_shot_accuracy_and_the_best_is_named():
    figure = shots_plot(table())
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["mixup", "none", "ldam drw"]
    words = said(figure)
    assert "1 of 2 combinations find more of the few-shot classes" in words
    assert "most is gained by ldam drw, +0.250" in words
    assert "Long tail, imbalance ratio 100, 1 data set" in words
    assert [text.get_text() for text in axes.texts] == ["0.500", "0.500", "0.600"]
    ends = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    assert [0.1, 0.9] in [sorted(map(float, end)) for end in ends]


def test_two_lines_stand_for_the_untouched_model():
    by_prior = table().query("strategy == 'none'").assign(decision="prior", few=0.4)
    figure = shots_plot(pd.concat([table(), by_prior], ignore_index=True))
    (axes,) = figure.axes
    lines = {line.get_linestyle(): line.get_xdata()[0] for line in axes.lines}
    assert (lines[":"], lines["--"]) == (0.2, 0.4)
    assert len(axes.get_yticklabels()) == 3


def test_strategies_are_set_against_each_other_on_the_same_data_sets():
    """On the easy family smote has no result: its mean would be of the hard one alone."""
    easy = table(family="easy").assign(few=lambda shots: shots["few"] + 0.5)
    both = pd.concat([table(), easy[easy["strategy"] != "ldam_drw"]], ignore_index=True)
    figure = shots_plot(both)
    assert "imbalance ratio 100, 1 data set" in said(figure)
    assert len(figure.axes[0].get_yticklabels()) == 3


def test_without_few_shot_classes_medium_ones_take_their_place():
    words = said(shots_plot(table(rare=False)))
    assert "1 of 2 combinations find more of the medium-shot classes" in words


def test_a_gain_is_over_the_own_control_and_no_gain_is_not_praised():
    own = table(learner="own").query("strategy == 'mixup'").assign(few_gain=-0.1)
    words = said(shots_plot(own))
    assert "0 of 1 combination find more" in words
    assert "most is gained" not in words


def test_what_is_filled_in_is_marked_and_not_counted():
    shots = table()
    shots.loc[2, ["many", "medium", "few", "all"]] = [0.8, 0.5, 0.2, 0.5]
    shots.loc[2, ["few_gain", "imputed"]] = [0.0, 1.0]
    figure = shots_plot(shots)
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["mixup (100% filled in)", "none", "ldam drw"]
    pale = {line.get_ydata()[0] for line in axes.lines if line.get_alpha() == PALENESS}
    assert pale == {0}
    words = said(figure)
    assert "1 of 1 combination find more" in words
    assert "those with values filled in with the control's are not counted" in words
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "filled in: values taken from the control" in legend


def test_a_strategy_without_a_control_is_not_counted():
    own = table(learner="own").assign(few_gain=[0.0, 0.25, np.nan])
    assert "1 of 1 combination find more" in said(shots_plot(own))


def test_nothing_is_said():
    assert "few training rows" in said(shots_plot(table().head(0)))


def test_learners_share_a_title():
    both = pd.concat([table(), table(learner="mlp").assign(few_gain=0.1)], ignore_index=True)
    figure = shots_plot(both)
    assert len(figure.axes) == 2
    assert "most is gained by ldam drw, +0.250" in said(figure)
