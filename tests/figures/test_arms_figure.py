"""The figure of the two arms says and shows what the table holds."""

import matplotlib.image
import pandas as pd
import pytest

from skewbench.figures import style
from skewbench.figures.arms import arms_plot

pytestmark = pytest.mark.filterwarnings("error")

READING = {"metric": "average_precision", "scores": "raw", "prior": "matched", "decision": ""}
AT = {"task": "binary", "track": "default", "imbalance_ratio": 10.0, "arm": "50 minority rows"}


def table(learner="random_forest"):
    rows = [  # gain with many, gain with few, the interval of the change
        ("smote", "data", 0.01, 0.05, 0.02, 0.06),
        ("random_under", "data", 0.00, -0.10, -0.15, -0.05),
        ("focal", "algorithm", 0.00, 0.01, -0.02, 0.04),
    ]
    names = ["strategy", "level", "gain_total", "gain_minority", "lower", "upper"]
    arms = pd.DataFrame(rows, columns=names).assign(**AT, **READING, learner=learner)
    arms["label"] = arms["strategy"]
    arms["change"] = arms["gain_minority"] - arms["gain_total"]
    sizes = {"positives_total": 200.0, "positives_minority": 50.0, "n_datasets": 12}
    return arms.assign(**sizes, control_total=0.7, control_minority=0.55)


def said(figure):
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    return " ".join(text.get_text() for text in texts).replace("\n", " ")


def test_ends_order_and_finding(tmp_path):
    figure = arms_plot(table())
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "smote",
        "focal",
        "random_under",
    ]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    hollow, filled = (line.get_xdata()[0] for line in marks[:2])
    assert (hollow, filled) == (0.01, 0.05)
    words = said(figure)
    assert "With 50 minority rows" in words
    assert "clearly larger for 1 and smaller for 1 of 3 comparisons" in words
    assert "the untouched model's AP goes from 0.70 to 0.55" in words
    assert "12 data sets with 200 minority rows on average" in words
    assert "-0.100 [-0.150, -0.050]" in words
    svg, png = style.save(figure, tmp_path / "arms")
    assert matplotlib.image.imread(png)[..., :3][[0, -1]].mean() > 0.97
    assert svg.read_bytes()


def test_own_models_are_set_against_their_anchor_and_say_nothing_of_the_control():
    figure = arms_plot(table("own"))
    assert "over the plain model of its kind" in figure.axes[0].get_xlabel()
    assert "untouched" not in said(figure)
    both = arms_plot(pd.concat([table("own"), table()]))
    assert [axes.get_title(loc="left") for axes in both.axes] == [
        "Random forest",
        "Strategies with their own model",
    ]


def test_without_intervals_it_says_that_data_sets_are_too_few():
    lost = {"lower": float("nan"), "upper": float("nan"), "n_datasets": 2}
    words = said(arms_plot(table().assign(**lost)))
    assert "2 data sets: too few to tell which gains over the control change" in words
    assert "nan" not in words
    assert "-0.10" in words


def test_no_sign_in_front_of_a_zero():
    words = said(arms_plot(table().assign(change=-0.0001, lower=-0.0004, upper=0.0214)))
    assert "0.000 [0.000, +0.021]" in words
    assert "-0.00" not in words


def test_what_is_clear_is_bold():
    figure = arms_plot(table())
    weights = {text.get_text(): text.get_fontweight() for text in figure.axes[0].texts}
    assert weights == {
        "+0.040 [+0.020, +0.060]": "bold",
        "+0.010 [-0.020, +0.040]": "normal",
        "-0.100 [-0.150, -0.050]": "bold",
    }
    assert "bold: the interval excludes 0" in said(figure)


def test_nothing_and_two_ratios():
    assert "both many and few minority rows" in said(arms_plot(table().head(0)))
    with pytest.raises(ValueError, match="imbalance_ratio must be one value"):
        arms_plot(pd.concat([table(), table().assign(imbalance_ratio=50.0)]))
