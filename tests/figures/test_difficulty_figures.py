"""The figures of difficulty: what they say is what the tables hold, and nothing is cut off."""

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from skewbench.data.difficulty import MEASURES
from skewbench.figures import style
from skewbench.figures.difficulty import TYPE_COLOURS, gain_plot, minority_types_plot

pytestmark = pytest.mark.filterwarnings("error")

READING = {"metric": "average_precision", "scores": "raw", "prior": "matched", "decision": ""}
AT = {"task": "binary", "track": "default", "learner": "random_forest", **READING}
LEVELS = {"smote": "data", "random_under": "data", "focal": "algorithm", "hybrid_one": "hybrid"}


def measured(n=12, ratio="natural"):
    rng = np.random.default_rng(0)
    names = [f"data_set_{k}" for k in range(n)]
    table = pd.DataFrame({"dataset": names, "family": names, "task": "binary", "ratio": ratio})
    table = table.assign(**dict.fromkeys(MEASURES, 0.5))
    places = rng.dirichlet([2, 1, 1, 1], size=n)
    table[["safe", "borderline", "rare", "outlier"]] = places
    return table.assign(n_positive=10 * 2.0 ** np.arange(n), imbalance_ratio=np.arange(2.0, n + 2))


def gained(table, strategies=LEVELS):
    """Return gains: SMOTE's fall with the number of positives, the others' are noise."""
    rng = np.random.default_rng(1)
    rows = []
    for k, (family, ratio) in enumerate(zip(table["family"], table["ratio"], strict=True)):
        for strategy in strategies:
            difference = 0.3 - 0.02 * k if strategy == "smote" else rng.normal(0, 0.05)
            row = {"family": family, "ratio": ratio, "strategy": strategy}
            row |= {"level": strategies[strategy], "label": strategy.title()}
            rows.append(row | AT | {"difference": difference})
    return pd.DataFrame(rows)


def check(figure, path):
    svg, png = style.save(figure, path)
    pixels = matplotlib.image.imread(png)[..., :3]
    assert pixels.std() > 0.02
    assert pixels[:, [0, -1]].mean() > 0.97  # nothing is cut off at the sides
    assert pixels[[0, -1]].mean() > 0.97
    return svg.read_bytes(), png.read_bytes()


def words_of(figure):
    found = [text.get_text() for text in figure.texts]
    found += [text.get_text() for axes in figure.axes for text in axes.texts]
    return " ".join(found).replace("\n", " ")


def test_gains_are_drawn_the_same_twice(tmp_path):
    table = measured()
    first = check(gain_plot(gained(table), table), tmp_path / "one")
    assert first == check(gain_plot(gained(table), table), tmp_path / "two")


def test_highlighted_gains_against_both_measures():
    table = measured()
    figure = gain_plot(gained(table), table, highlight=["none", "smote", "focal"])
    assert len(figure.axes) == 4  # two strategies, two measures
    dots = figure.axes[0].collections[0].get_offsets()
    assert dots[:, 0].tolist() == table["n_positive"].tolist()
    assert dots[:, 1].tolist() == pytest.approx([0.3 - 0.02 * k for k in range(12)])
    said = words_of(figure)
    assert "ρ = -1.00 [-1.00, -1.00]" in said
    assert "12 data sets" in said
    # SMOTE's gain falls strictly, so that its interval is one point; the other's is wide.
    assert "related to the number of minority rows for 1 of 2, to the ratio for 1 of 2" in said


def test_an_induced_ratio_is_no_axis():
    table = measured(ratio="ir10")
    figure = gain_plot(gained(table), table, highlight=["smote"])
    assert len(figure.axes) == 1
    assert "minority rows" in figure.axes[0].get_xlabel()


def test_few_data_sets_and_none(tmp_path):
    table = measured(3)
    figure = gain_plot(gained(table), table)
    assert "ρ undefined" in words_of(figure)
    assert "too few data sets for a trend" in words_of(figure)
    check(figure, tmp_path / "few")
    assert "No gains to show" in words_of(gain_plot(gained(table), table.head(0)))
    assert "No minority rows to show" in words_of(minority_types_plot(table.head(0)))


def test_several_conditions_are_refused():
    table = measured()
    both = pd.concat([gained(table), gained(table).assign(metric="roc_auc")])
    with pytest.raises(ValueError, match="metric must be one value"):
        gain_plot(both, table)
    with pytest.raises(ValueError, match="ratio must be one value"):
        minority_types_plot(pd.concat([table, measured(ratio="ir10")]))


def test_bars_are_the_shares_and_sum_to_one(tmp_path):
    table = measured()
    figure = minority_types_plot(table)
    (axes,) = figure.axes
    bars = np.array([[bar.get_width() for bar in group] for group in axes.containers])
    assert bars.shape == (4, 12)
    assert bars.sum(axis=0) == pytest.approx(np.ones(12))
    assert bars[0] == pytest.approx(sorted(table["safe"], reverse=True))
    most = (table["safe"] > 0.5).sum()
    assert f"On {most} of 12 data sets most minority rows are safe" in words_of(figure)
    first = check(figure, tmp_path / "one")
    assert first == check(minority_types_plot(table), tmp_path / "two")


def test_types_read_in_grey():
    colours = [matplotlib.colors.to_rgb(colour) for colour in TYPE_COLOURS.values()]
    light = np.array(colours) @ [0.299, 0.587, 0.114]
    assert (np.diff(light) < -0.15).all()
