"""Few positives or a high ratio: gains at one ratio with many and with few minority rows."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.dumbbells import dumbbells
from skewbench.figures.gains import LETTER, short_label
from skewbench.figures.style import (
    GREY,
    INK,
    few_ticks,
    level_legend,
    message_figure,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import count, learner_label, reading_label


@styled
def arms_plot(arms: pd.DataFrame) -> Figure:
    """Draw a dumbbell per strategy from its gain with many positives to that with few.

    Parameters
    ----------
    arms : DataFrame
        Rows of :func:`skewbench.analysis.difficulty.arms_table` for one task, track, reading,
        ``imbalance_ratio`` and ``arm``; any number of learners.
    """
    if arms.empty:
        return message_figure("No data set has this ratio with both many and few minority rows.")
    reading = [only(arms, name) for name in ("metric", "scores", "prior", "decision")]
    ratio, few = only(arms, "imbalance_ratio"), only(arms, "arm")
    sizes = arms["learner"].value_counts()
    learners = sorted(sizes.index, key=lambda name: (name == "own", -sizes[name], name))
    width = max(5.4, 4.1 + LETTER * arms["label"].str.len().max())
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners}, width)
    for learner, axes in panels.items():
        table = arms[arms["learner"] == learner].sort_values(["change", "strategy"])[::-1]
        axes.axvline(0, color=INK, lw=1, zorder=0)
        ends = {"hollow": "gain_total", "filled": "gain_minority", "change": "change"}
        dumbbells(axes, table, **ends, tested=True)
        few_ticks(axes)
        axes.set_title(learner_label(learner))
        control = "the plain model of its kind" if learner == "own" else "the untouched model"
        axes.set_xlabel(f"mean gain in {short_label(reading[0])} over {control}")
    many = f"{arms['positives_total'].mean():.0f} minority rows"
    detail = f"{reading_label(*reading)}, imbalance ratio {float(ratio):g}, the same "
    detail += f"{count(int(arms['n_datasets'].max()), 'data set')} with {many} on average and with "
    detail += f"{few}. Right: the change in gain, few minus many, with its 95% bootstrap interval "
    detail += "over data sets (BCa); bold: the interval excludes 0, as some 5 % would by chance."
    title(figure, _finding(arms, few), detail[0].upper() + detail[1:])
    extra = [
        Line2D([], [], ls="", marker="o", mfc="white", mec=GREY, ms=5, label=many),
        Line2D([], [], ls="", marker="o", color=GREY, ms=5, label=few),
    ]
    level_legend(figure, arms["level"], extra)
    return figure


def _finding(arms: pd.DataFrame, few: str) -> str:
    more, less = (arms["lower"] > 0).sum(), (arms["upper"] < 0).sum()
    if arms["lower"].isna().all():
        size = count(int(arms["n_datasets"].max()), "data set")
        text = f"{size}: too few to tell which gains over the control change with {few}"
    else:
        text = f"With {few} the gain over the control is clearly larger for {more} and smaller for "
        text += f"{less} of {count(len(arms), 'comparison')}"
    compared = arms[arms["learner"] != "own"].drop_duplicates("learner")
    if len(compared):
        high, low = compared[["control_total", "control_minority"]].mean()
        text += f"; the untouched model's {short_label(only(arms, 'metric'))} goes from {high:.2f} "
        text += f"to {low:.2f}" + (", mean over learners" if len(compared) > 1 else "")
    return text
