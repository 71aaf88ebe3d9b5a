"""The forest plot: every strategy against its control, with interval, margin and verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from skewbench.analysis.comparisons import RELATIVE, TOO_FEW
from skewbench.analysis.readings import orientation
from skewbench.figures.gains import BETTER, LETTER, WORSE, short_label
from skewbench.figures.style import (
    BEYOND,
    FAINT,
    GREY,
    INK,
    PALE,
    clean,
    few_ticks,
    filled_in_handle,
    message_figure,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import (
    change,
    count,
    filled_in,
    learner_label,
    ratio_label,
    reading_label,
)


class Look(NamedTuple):
    """How a verdict is drawn: a colour and a marker, so that it reads without colour."""

    colour: str
    marker: str
    filled: bool


VERDICTS = {
    "better": Look(BETTER, "^", True),
    "worse": Look(WORSE, "v", True),
    "equivalent": Look(INK, "D", True),
    "undecided": Look(GREY, "o", False),
    TOO_FEW: Look(GREY, "x", False),
}


@styled
def forest_plot(comparisons: pd.DataFrame) -> Figure:
    """Draw mean differences from the control with their intervals, best on top, by learner.

    Parameters
    ----------
    comparisons : DataFrame
        Rows of the table ``comparisons`` for one task, track, ratio and reading; any number of
        learners. ``mean``, ``lower``, ``upper`` of strategy minus control, ``rope``, ``verdict``,
        ``label``, ``n_datasets``, ``n_needed`` and ``share_imputed`` are used.
    """
    comparisons = comparisons.dropna(subset="mean")
    if comparisons.empty:
        return message_figure("No comparisons to show: no strategy and control share a data set.")
    named = zip(comparisons["label"], comparisons["share_imputed"], strict=True)
    comparisons = comparisons.assign(label=[filled_in(label, share) for label, share in named])
    reading = [only(comparisons, name) for name in ("metric", "scores", "prior", "decision")]
    ratio, sign = only(comparisons, "ratio"), orientation(reading[0])
    sizes = comparisons["learner"].value_counts()
    learners = sorted(sizes.index, key=lambda name: (name == "own", -sizes[name], name))
    width = max(5.4, 3.2 + LETTER * comparisons["label"].str.len().max())
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners}, width)
    margin = reading[0] not in RELATIVE and bool(comparisons["rope"].notna().all())
    for learner, axes in panels.items():
        table = comparisons[comparisons["learner"] == learner]
        order = table.assign(gain=sign * table["mean"])
        order = order.sort_values(["gain", "strategy"], ascending=[False, True])
        beside = (comparisons["learner"] == "own") == (learner == "own")
        _panel(axes, order, _limits(comparisons[beside], margin), margin)
        control = "the plain model of its kind" if learner == "own" else "the untouched model"
        way = "right" if sign > 0 else "left"
        axes.set_xlabel(
            f"mean difference in {short_label(reading[0])} from {control}\n({way} is better)"
        )
        axes.set_title(learner_label(learner))
    detail = f"{reading_label(*reading)}, {ratio_label(ratio)}, strategy minus control under the "
    detail += "same decision rule; line: 95% bootstrap interval (BCa) of the mean over "
    detail += count(int(comparisons["n_datasets"].max()), "data set")
    detail += ". Beside it the mean; an arrow: the interval goes on beyond the axis."
    title(figure, _finding(comparisons), detail[0].upper() + detail[1:])
    found = [name for name in VERDICTS if name in set(comparisons["verdict"])]
    handles = [Line2D([], [], ls="", label=name, ms=6, **_marker(VERDICTS[name])) for name in found]
    if margin:
        handles.append(Patch(fc=PALE, ec="none", label="region of practical equivalence"))
    if (comparisons["share_imputed"] > 0).any():
        handles.append(filled_in_handle())
    per_row = int(figure.get_figwidth() / 1.6)
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), per_row))
    return figure


def _panel(axes: Axes, table: pd.DataFrame, limits: tuple[float, float], margin: bool) -> None:
    axes.axvline(0, color=INK, lw=1, zorder=2)
    room = 0.05 * (limits[1] - limits[0])  # for arrows, between what is drawn and the names
    for y, row in enumerate(table.itertuples()):
        look = VERDICTS[row.verdict]
        if margin:
            axes.barh(y, 2 * row.rope, left=-row.rope, height=1, color=PALE, lw=0, zorder=1)
        axes.hlines(y, *np.clip([row.lower, row.upper], *limits), color=look.colour, lw=1.6)
        inside = np.clip(row.mean, *limits)
        axes.plot(inside, y, ls="", ms=5.5, zorder=4, clip_on=False, **_marker(look))
        arrow = {"ls": "", "color": look.colour, "ms": 4, "clip_on": False, "label": BEYOND}
        if row.lower < limits[0]:
            axes.plot(limits[0] - 0.55 * room, y, marker="<", **arrow)
        if row.upper > limits[1]:
            axes.plot(limits[1] + 0.55 * room, y, marker=">", **arrow)
        axes.annotate(
            change(row.mean),
            (1.03, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.5,
            color=FAINT,
        )
    axes.set_yticks(range(len(table)), table["label"])
    axes.set_ylabel("")
    axes.set_xlim(limits[0] - room, limits[1] + room)
    few_ticks(axes)
    clean(axes)


def _marker(look: Look) -> dict:
    return {
        "marker": look.marker,
        "mec": look.colour,
        "mfc": look.colour if look.filled else "white",
        "mew": 1.2,
    }


def _limits(comparisons: pd.DataFrame, margin: bool) -> tuple[float, float]:
    """Return limits that show the bulk; what lies beyond is drawn at the edge."""
    rope = 2 * comparisons["rope"].max() if margin else 0.0
    ends = comparisons[["lower", "mean", "upper"]]
    low = min(-rope, ends.min(axis=1).quantile(0.1))
    high = max(rope, ends.max(axis=1).quantile(0.9))
    room = 0.04 * (high - low) or 0.01
    return min(low, 0) - room, max(high, 0) + room


def _finding(comparisons: pd.DataFrame) -> str:
    verdicts = comparisons["verdict"].value_counts()
    if set(verdicts.index) == {TOO_FEW}:
        most = int(comparisons["n_datasets"].max())
        decide = "decides" if most == 1 else "decide"
        least, all_need = (int(n) for n in comparisons["n_needed"].agg(["min", "max"]))
        needed = f"at least {least}" if least == all_need else f"{least} to {all_need}"
        return f"{count(most, 'data set')} {decide} nothing: {needed} are needed"
    parts = [f"{verdicts.get(name, 0)} {name}" for name in ("worse", "equivalent")]
    better, total = verdicts.get("better", 0), len(comparisons)
    compared = count(total, "comparison")
    left = total - better - sum(verdicts.get(name, 0) for name in ("worse", "equivalent"))
    return (
        f"{better} of {compared} with the control find the strategy better, {', '.join(parts)}; "
        f"{left} decide nothing"
    )
