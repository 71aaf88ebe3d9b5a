"""The map of differences: every data set against every strategy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.readings import orientation
from skewbench.figures.gains import (
    difference_colours,
    difference_scale,
    ink_on,
    short_label,
)
from skewbench.figures.style import INK, ROW, message_figure, new_figure, only, styled, title
from skewbench.figures.wording import (
    change,
    count,
    learner_words,
    ratio_label,
    reading_label,
    words,
)

ABSENT = "#CFCFCF"
ROOM = 0.4  # inches that a cell needs to hold its number


@styled
def difference_map(differences: pd.DataFrame) -> Figure:
    """Draw strategy minus control as colours, strategies by their mean, data sets by difficulty.

    Parameters
    ----------
    differences : DataFrame
        Rows of :func:`skewbench.analysis.effects.effect_differences` for one task, track, ratio,
        learner and reading.
    """
    differences = differences.dropna(subset="difference")
    if differences.empty:
        return message_figure("No differences to show: no strategy and control share a data set.")
    reading = [only(differences, name) for name in ("metric", "scores", "prior", "decision")]
    metric, learner = reading[0], only(differences, "learner")
    sign = orientation(metric)
    table, imputed = (
        differences.pivot(index="strategy", columns="family", values=values)
        for values in ("difference", "imputed")
    )
    order = (sign * table.mean(axis=1)).sort_values(ascending=False, kind="stable").index
    ease = sign * differences.groupby("family", observed=True)["control_score"].mean()
    across = ease.sort_values(kind="stable").index
    table, imputed = table.loc[order, across], imputed.loc[order, across]
    side = float(np.clip(8.0 / len(across), 0.13, 0.55))
    height = len(order) * ROW + 0.062 * max(len(str(name)) for name in across) + 1.6
    figure = new_figure(max(6.5, side * len(across) + 4.2), height)
    axes = figure.add_subplot()
    scale, colours = difference_scale(table.to_numpy(float)), difference_colours(metric)
    _draw(axes, table, imputed, sign, scale, colours, written=side >= ROOM)
    labels = differences.drop_duplicates("strategy").set_index("strategy")["label"]
    axes.set_yticks(range(len(order)), labels[order])
    axes.set_xticks(range(len(across)), [words(str(name)) for name in across], rotation=90)
    axes.tick_params(axis="x", length=0, labelsize=8 if side >= 0.16 else 6.5)
    axes.set_ylabel("")
    axes.set_xlabel("data set, hardest for the control first; beside the rows: mean difference")
    place = {"location": "bottom", "pad": 0.02, "aspect": 45, "fraction": 0.03, "shrink": 0.8}
    bar = figure.colorbar(ScalarMappable(scale, colours), ax=axes, extend="both", **place)
    bar.outline.set_visible(False)
    control = "the plain model of its kind" if learner == "own" else "the untouched model"
    bar.set_label(f"difference in {short_label(metric)} from {control} (blue is better)")
    detail = f"{reading_label(*reading)}, {ratio_label(only(differences, 'ratio'))}, "
    detail += f"{learner_words(learner)}: strategy minus control under the same decision rule; "
    detail += f"{count(len(across), 'data set')}."
    title(figure, _finding(sign * table), detail[0].upper() + detail[1:])
    marks = {
        "worse than the control": ({"marker": "_", "color": INK}, side < ROOM),
        "filled in with the control's value, in whole or part": (
            {"marker": ".", "color": INK},
            (imputed > 0).any(axis=None),
        ),
        "absent": ({"marker": "s", "color": ABSENT}, table.isna().any(axis=None)),
    }
    handles = [
        Line2D([], [], ls="", ms=7, label=label, **look)
        for label, (look, drawn) in marks.items()
        if drawn
    ]
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _draw(axes: Axes, table, imputed, sign: int, scale, colours, written: bool) -> None:
    """Fill the cells; the loss has a dash, or its sign where the numbers have room."""
    values = table.to_numpy(float)
    axes.set_facecolor(ABSENT)
    edges = [np.arange(size + 1) - 0.5 for size in values.shape[::-1]]
    cells = np.ma.masked_invalid(values)
    axes.pcolormesh(*edges, cells, cmap=colours, norm=scale, edgecolors="white", linewidth=0.4)
    if written:
        for (y, x), value in np.ndenumerate(values):
            if np.isfinite(value):
                ink = ink_on(colours(scale(value)))
                text = {"ha": "center", "va": "center", "fontsize": 6.5, "color": ink}
                axes.text(x, y, change(value), **text)
    else:
        y, x = np.nonzero(sign * values < 0)
        axes.scatter(x, y, s=10, marker="_", color=INK, lw=0.6)
    y, x = np.nonzero(imputed.to_numpy(float) > 0)
    axes.scatter(x + 0.36, y - 0.3, s=4, marker=".", color=INK)
    for y, mean in enumerate(table.mean(axis=1)):
        place = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 7.5}
        axes.annotate(change(mean), (1.01, y), color="#555555", **place)
    axes.set_xlim(-0.5, len(values[0]) - 0.5)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.spines[:].set_visible(False)
    axes.grid(False)


def _finding(gains: pd.DataFrame) -> str:
    known = gains.notna().any(axis=1)
    on_average = (gains.mean(axis=1) > 0).sum()
    everywhere = (gains.ge(0) | gains.isna()).all(axis=1) & (gains.max(axis=1) > 0)
    strategies = f"{known.sum()} strategies" if known.sum() != 1 else "1 strategy"
    return (
        f"{on_average} of {strategies} gain on the average data set, "
        f"{everywhere.sum()} without losing on any"
    )
