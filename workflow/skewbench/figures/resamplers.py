"""What resamplers make of a sample in the plane: kept, removed and new points, panel by panel."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.style import (
    BLUE,
    INK,
    ORANGE,
    VERMILION,
    message_figure,
    new_figure,
    styled,
    title,
)

COLUMNS = 6
SIDE = 1.75  # inches of a panel
SHADE = "#CDE7F7"


class Rows(NamedTuple):
    """How the rows of a class are drawn."""

    name: str
    size: float
    kept: dict


MAJORITY = Rows("majority", 2.6, {"marker": "o", "mfc": "#9A9A9A", "mec": "none"})
MINORITY = Rows("minority", 4.2, {"marker": "^", "mfc": BLUE, "mec": "white", "mew": 0.4})
NEW = {"marker": "+", "mec": ORANGE, "mew": 1.0}
NEW_MAJORITY = {"marker": "s", "mfc": "none", "mec": INK, "mew": 0.7}
REMOVED = {"marker": "x", "mec": VERMILION, "mew": 0.5, "alpha": 0.55}


@styled
def resampling_plot(
    points: pd.DataFrame, intruders: pd.DataFrame, strategies: pd.DataFrame
) -> Figure:
    """Draw what became of every point, one panel per resampler.

    Parameters
    ----------
    points, intruders : DataFrame
        From :func:`skewbench.illustrations.resampled_points`.
    strategies : DataFrame, indexed by strategy
        ``label``, in the order of the panels.
    """
    found = set(points["strategy"])
    shown = [name for name in strategies.index if name in found]
    if not shown:
        return message_figure("No resamplers to show: no strategy of the study resamples.")
    shares = intruders.groupby("strategy")["share"].agg(["mean", "std"])
    columns = min(COLUMNS, len(shown))
    lines = -(-len(shown) // columns)
    figure = new_figure(SIDE * columns + 0.4, (SIDE + 0.48) * lines + 0.4)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, shown, strict=False):
        panel = points[points["strategy"] == name]
        _panel(axes, panel)
        text = f"{textwrap.fill(strategies.loc[name, 'label'], 26)}\n{after(panel)}"
        if name in shares.index:
            text += f"\n{_spread(shares.loc[name])} intrude"
        axes.set_title(text, fontsize=7)
    for axes in list(panels.flat)[len(shown) :]:
        axes.remove()
    for j in range(columns):
        [axes for axes in panels[:, j] if axes.figure is not None][-1].set_xlabel("feature 1")
    for axes in panels[:, 0]:
        axes.set_ylabel("feature 2")
    one = points[(points["strategy"] == shown[0]) & (points["state"] != "new")]
    detail = f"One generated sample, {int(one['target'].sum())} minority among {len(one)} rows, a "
    detail += (
        "tenth of the minority lost among the majority on purpose. Above each panel: minority "
    )
    detail += (
        "and majority rows afterwards; intruders are new minority points whose nearest row is "
    )
    detail += f"of the majority, mean ± standard deviation over {intruders['sample'].nunique()} "
    detail += "such samples. Larger triangles are there more than once."
    title(figure, _finding(shares["mean"], strategies), detail)
    figure.legend(handles=_handles(points), loc="outside lower center", ncols=5)
    return figure


def after(panel: pd.DataFrame) -> str:
    """Return the rows of each class after resampling, or what went wrong."""
    note = str(panel["note"].iloc[0])
    if note.startswith("failed"):
        return "failed: unchanged"
    sizes = panel.groupby("target")["copies"].sum()
    text = f"{sizes.get(1, 0)} : {sizes.get(0, 0)}"
    return text + (", nothing changed" if "resampler_noop" in note else "")


def _panel(axes: Axes, panel: pd.DataFrame) -> None:
    look = {"ls": "", "ms": 3.2}
    for target, rows in ((0, MAJORITY), (1, MINORITY)):
        points = panel[panel["target"] == target]
        removed, new, kept = (points[points["state"] == s] for s in ("removed", "new", "kept"))
        axes.plot(removed["x1"], removed["x2"], zorder=2, **look, **REMOVED)
        axes.plot(new["x1"], new["x2"], zorder=3, **look, **(NEW if target else NEW_MAJORITY))
        for copies, same in kept.groupby("copies"):
            size = rows.size * min(np.sqrt(copies), 2.2)
            axes.plot(same["x1"], same["x2"], ls="", ms=size, zorder=4 + target, **rows.kept)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)


def _handles(points: pd.DataFrame) -> list[Line2D]:
    handles = [
        Line2D([], [], ls="", ms=rows.size + 1, label=f"{rows.name} row, kept", **rows.kept)
        for rows in (MAJORITY, MINORITY)
    ]
    states = set(zip(points["target"], points["state"], strict=True))
    if (1, "new") in states:
        handles.append(Line2D([], [], ls="", ms=5, label="new minority row", **NEW))
    if (0, "new") in states:
        handles.append(Line2D([], [], ls="", ms=4, label="new majority row", **NEW_MAJORITY))
    if {(0, "removed"), (1, "removed")} & states:
        handles.append(Line2D([], [], ls="", ms=4.5, label="removed row", **REMOVED))
    return handles


def _spread(share: pd.Series) -> str:
    return f"{100 * share['mean']:.0f} ± {100 * share['std']:.0f}%"


def _finding(shares: pd.Series, strategies: pd.DataFrame) -> str:
    """Return who puts most and least of its new points among the majority."""
    if shares.empty:
        return "What resamplers make of a sample in the plane"
    shares = shares.sort_values(kind="stable")
    text = f"{strategies.loc[shares.index[-1], 'label']} puts {shares.iloc[-1]:.0%} of its new "
    text += "minority points beside a majority row"
    if len(shares) > 1:
        text += f", {strategies.loc[shares.index[0], 'label']} {shares.iloc[0]:.0%}"
    return text
