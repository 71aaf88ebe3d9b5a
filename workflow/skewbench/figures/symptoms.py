"""The symptoms of imbalance: who is mistaken for whom, and what is learnt by heart."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.select import CONTROL, OWN
from skewbench.figures.dumbbells import dumbbells
from skewbench.figures.gains import LETTER, ink_on, short_label
from skewbench.figures.style import (
    BLUE,
    FAINT,
    GREY,
    few_ticks,
    level_legend,
    message_figure,
    new_figure,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import (
    count,
    learner_label,
    learner_words,
    ratio_label,
    reading_label,
)

SHARES = LinearSegmentedColormap.from_list("shares", ["white", BLUE])
CLASSES = ("majority", "minority")


@styled
def confusion_plot(confusions: pd.DataFrame) -> Figure:
    """Draw a confusion matrix per strategy, one line of them per decision rule.

    Parameters
    ----------
    confusions : DataFrame
        Rows of :func:`skewbench.analysis.symptoms.confusion_table` for one track, ratio and
        learner; a few strategies, in the order in which they are shown.
    """
    if confusions.empty:
        return message_figure("No confusion matrices to show: no strategy has counts.")
    ratio, learner = only(confusions, "ratio"), only(confusions, "learner")
    strategies = list(dict.fromkeys(confusions["strategy"]))
    decisions = sorted(set(confusions["decision"]), key=lambda name: (name != "default", name))
    figure = new_figure(1.75 * len(strategies) + 0.9, 2.0 * len(decisions) + 0.5)
    panels = figure.subplots(
        len(decisions), len(strategies), squeeze=False, sharex=True, sharey=True
    )
    for line, decision in zip(panels, decisions, strict=True):
        for axes, strategy in zip(line, strategies, strict=True):
            chosen = (confusions["strategy"] == strategy) & (confusions["decision"] == decision)
            _matrix(axes, confusions[chosen])
        rule = reading_label("", "raw", "matched", decision).replace("at the ", "").strip()
        line[0].set_ylabel(f"{rule}\n\ntrue class")
    labels = confusions.drop_duplicates("strategy")["label"]
    for axes, label in zip(panels[0], labels, strict=True):
        axes.set_title(textwrap.fill(label, 23), fontsize=8)
    for axes in panels.flat:
        axes.set_xlabel("predicted class" if axes in panels[-1] else "")
    n_datasets = int(confusions["n_datasets"].max())
    detail = f"{learner_words(learner)}, {ratio_label(ratio)}: share of the true class, mean over "
    detail += f"{count(n_datasets, 'data set')} with quartiles over data sets in brackets; below, "
    detail += "the number among 1,000 test rows."
    title(figure, _confused(confusions), detail[0].upper() + detail[1:])
    return figure


def _matrix(axes: Axes, cells: pd.DataFrame) -> None:
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(1.5, -0.5)
    axes.set_xticks([0, 1], CLASSES)
    axes.set_yticks([0, 1], CLASSES, rotation=90, va="center")
    axes.grid(False)
    if cells.empty:
        axes.text(0.5, 0.5, "not available", ha="center", va="center", fontsize=7.5, color=FAINT)
        return
    shares = cells.pivot(index="true", columns="predicted", values="share")
    axes.imshow(
        shares, cmap=SHARES, vmin=0, vmax=1.15, aspect="auto", extent=(-0.5, 1.5, 1.5, -0.5)
    )
    for cell in cells.itertuples():
        text = {"ha": "center", "va": "center", "color": ink_on(SHARES(cell.share / 1.15))}
        place = (cell.predicted, cell.true)
        axes.text(place[0], place[1] - 0.2, f"{cell.share:.0%}", fontsize=10, weight="bold", **text)
        spread = f"[{100 * cell.lower:.0f}–{100 * cell.upper:.0f}]"
        axes.text(place[0], place[1] + 0.06, spread, fontsize=6.5, **text)
        axes.text(place[0], place[1] + 0.28, f"{cell.per_thousand:.0f} rows", fontsize=7, **text)


def _confused(confusions: pd.DataFrame) -> str:
    missed = confusions[(confusions["true"] == 1) & (confusions["predicted"] == 0)]
    missed = missed[missed["strategy"] == "none"].set_index("decision")["share"]
    if "default" not in missed:
        return "Who is mistaken for whom, by strategy and threshold"
    text = f"The untouched model misses {missed['default']:.0%} of the minority at the default "
    text += "threshold"
    tuned = missed.drop("default")
    return text + (f", {tuned.iloc[0]:.0%} at a tuned one" if len(tuned) else "")


@styled
def gap_plot(gaps: pd.DataFrame) -> Figure:
    """Draw a dumbbell per strategy from its score on test rows to that on training rows.

    Parameters
    ----------
    gaps : DataFrame
        Rows of :func:`skewbench.analysis.symptoms.gap_table` for one task, track, ratio and
        metric; any number of learners.
    """
    if gaps.empty:
        return message_figure("No gaps to show: no strategy has scores on training and test rows.")
    metric, ratio, decision = only(gaps, "metric"), only(gaps, "ratio"), only(gaps, "decision")
    sizes = gaps["learner"].value_counts()
    learners = sorted(sizes.index, key=lambda name: (name == "own", -sizes[name], name))
    width = max(5.4, 3.8 + LETTER * gaps["label"].str.len().max())
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners}, width)
    lowest, highest = gaps[["training", "test"]].min().min(), gaps[["training", "test"]].max().max()
    margin = 0.04 * (highest - lowest) or 0.02
    for learner, axes in panels.items():
        table = gaps[gaps["learner"] == learner].sort_values(["gap", "strategy"])
        dumbbells(axes, table, hollow="training", filled="test", change="gap")
        axes.set_xlim(lowest - margin, highest + margin)
        few_ticks(axes)
        axes.set_title(learner_label(learner))
        axes.set_xlabel(f"mean {short_label(metric)} over data sets")
    low, high = int(gaps["n_datasets"].min()), int(gaps["n_datasets"].max())
    size = count(high, "data set") if low == high else f"{low} to {high} data sets, by strategy"
    detail = (
        f"{reading_label(metric, 'raw', 'matched', decision)}, {ratio_label(ratio)}, mean over "
    )
    detail += f"{size}; training rows before resampling. Right: the gap, with quartiles over data "
    detail += "sets."
    title(figure, _learnt_by_heart(gaps), detail[0].upper() + detail[1:])
    extra = [
        Line2D([], [], ls="", marker="o", mfc="white", mec=GREY, ms=5, label="training rows"),
        Line2D([], [], ls="", marker="o", color=GREY, ms=5, label="test rows"),
    ]
    level_legend(figure, gaps["level"], extra)
    return figure


def _learnt_by_heart(gaps: pd.DataFrame) -> str:
    """Return whose gap is the largest, beside that of the untouched model with the learner.

    A strategy with its own model stands beside the untouched models of all learners.
    """
    name = short_label(only(gaps, "metric"))
    largest = gaps.sort_values(["gap", "learner", "strategy"], kind="stable").iloc[-1]
    text = f"From training to test rows {name} falls most for {largest['label']}"
    if largest["learner"] != OWN:
        text += f" with {learner_words(largest['learner'])}"
    text += f": by {largest['gap']:.2f}"
    untouched = gaps[gaps["strategy"] == CONTROL].set_index("learner")["gap"]
    if largest["strategy"] == CONTROL or untouched.empty:
        return text
    text += "; for the untouched model by "
    if largest["learner"] in untouched:
        return text + f"{untouched[largest['learner']]:.2f}"
    if len(untouched) == 1:
        return text + f"{untouched.iloc[0]:.2f}"
    return text + f"{untouched.min():.2f} to {untouched.max():.2f}, by learner"
