"""The forest of claims."""

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from skewbench.figures import style
from skewbench.figures.claims import claim_plot
from skewbench.figures.style import BEYOND

pytestmark = pytest.mark.filterwarnings("error")
NAN = float("nan")


def claim(name, verdict, effect=NAN, lower=NAN, upper=NAN, unit="difference in f1", **more):
    row = {"id": name, "number": 9, "verdict": verdict, "effect": effect, "lower": lower}
    row |= {"upper": upper, "unit": unit, "n_datasets": 26, "expect": "better", "margin": 0.01}
    return row | more


CLAIMS = pd.DataFrame(
    [
        claim("smote_helps", "supported", 0.05, 0.02, 0.08),
        claim("tomek_helps", "contradicted", -0.05, -0.09, -0.02, number=11),
        claim("far_away", "supported", 3.0, 2.0, 4.0),
        claim("same", "supported", 0.001, -0.003, 0.004, expect="equivalent"),
        *(claim(f"small_{i}", "undecided", 0.0, -0.02, 0.02) for i in range(12)),
        claim("is_fast", "supported", 0.7, 0.6, 0.9, unit="log ratio of cpu_seconds"),
        claim("grows", "undecided", 0.2, -0.1, 0.5, unit="correlation with the measure (Spearman)"),
        claim("absent", "undecided"),
        claim("neural", "not yet run"),
    ]
)


def words_of(figure):
    found = [text.get_text() for text in figure.texts]
    found += [text.get_text() for axes in figure.axes for text in axes.texts]
    return " ".join(found).replace("\n", " ")


def test_claims_are_drawn_by_unit_and_the_same_twice(tmp_path):
    figure = claim_plot(CLAIMS)
    assert len(figure.axes) == 3
    labels = [tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()]
    assert len(labels) == len(CLAIMS) - 2
    assert "same (equivalent)  9" in labels
    said = words_of(figure)
    assert "Of 18 judged claims, 4 supported, 1 contradicted, 13 undecided" in said
    assert "Not drawn, for want of data: 2 claims" in said
    assert "18 claims judged, without correction for their number" in said
    assert "+3.00" in said
    first = style.save(figure, tmp_path / "one")
    again = style.save(claim_plot(CLAIMS), tmp_path / "two")
    assert first[0].read_bytes() == again[0].read_bytes()
    pixels = matplotlib.image.imread(first[1])[..., :3]
    assert pixels[:, [0, -1]].mean() > 0.97
    assert pixels.std() > 0.02


def test_every_effect_is_where_it_should_be():
    axes = claim_plot(CLAIMS).axes[0]
    effects = [line for line in axes.lines[1:] if line.get_label() != BEYOND]
    drawn = {
        label.get_text().split("  ")[0]: line.get_xdata()[0]
        for label, line in zip(axes.get_yticklabels(), effects, strict=True)
    }
    assert drawn["SMOTE helps"] == 0.05
    assert drawn["tomek helps"] == -0.05
    assert drawn["far away"] == pytest.approx(max(drawn.values()))
    assert drawn["far away"] < 3
    assert np.isclose(axes.get_xlim()[0], -axes.get_xlim()[1])


def test_an_arrow_marks_every_interval_that_is_cut():
    """Of the bounds .02 to 4, nine in ten are at most .09: the axis ends far below 2."""
    cut = claim("wide", "undecided", 0.0, -3.0, 3.0)
    figure = claim_plot(pd.concat([CLAIMS, pd.DataFrame([cut])], ignore_index=True))
    arrows = [line for line in figure.axes[0].lines if line.get_label() == BEYOND]
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    drawn = [(rows[int(arrow.get_ydata()[0])], arrow.get_marker()) for arrow in arrows]
    assert drawn == [("far away  9", ">"), ("wide  9", "<"), ("wide  9", ">")]
    assert "an arrow: the interval goes on beyond the axis" in words_of(figure)


def test_nothing_to_show_is_said():
    figure = claim_plot(CLAIMS.tail(2))
    assert "No claim has an interval" in words_of(figure)
    assert not figure.axes
