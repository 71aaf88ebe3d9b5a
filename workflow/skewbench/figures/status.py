"""The map of what ran: every data set, ratio, strategy and learner, with its status."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from skewbench.analysis.select import OWN
from skewbench.figures.style import (
    BLACK,
    INK,
    ORANGE,
    PURPLE,
    ROW,
    SKY,
    message_figure,
    new_figure,
    styled,
    title,
)
from skewbench.figures.wording import count, learner_label, ratio_label

NAME = 0.13  # inches of a data set's name, turned upright
LETTERED = 0.1  # inches of a cell that has room for a letter


class Look(NamedTuple):
    """How a status is drawn: a fill, a letter and a hatch, so that it reads without colour."""

    colour: str
    letter: str
    hatch: str
    label: str
    ink: str = INK


# Flags that say what a strategy or a data set is, not what happened in the cell.
PROPERTIES = ("approximate_correction", "few_positives", "few_positives_for_calibration")
LOOKS = {
    "ok": Look("#CFDFEE", "", "", "ok"),
    "flagged": Look(SKY, "•", "", "ok but flagged"),
    "infeasible": Look("#B4B4B4", "–", "", "infeasible by design"),
    "timeout": Look(ORANGE, "t", "///", "timeout"),
    "failed": Look(BLACK, "F", "", "failed", "white"),
    "missing": Look(PURPLE, "?", "...", "missing"),
}


@styled
def status_map(status: pd.DataFrame, strategies: pd.DataFrame) -> Figure:
    """Draw the worst status over seeds, strategies against data set x ratio, by learner.

    Parameters
    ----------
    status : DataFrame
        From :func:`skewbench.analysis.status.status_table`.
    strategies : DataFrame, indexed by strategy
        ``level`` and ``label``.
    """
    if status.empty:
        return message_figure("No cells to show: the collected table is empty.")
    raised = status["flags"].astype(str).str.split(",")
    events = raised.map(lambda flags: bool(set(flags) - {"", *PROPERTIES}))
    flagged = (status["status"] == "ok") & events
    status = status.assign(look=status["status"].mask(flagged, "flagged"))
    ratios = _ratios(status)
    columns = [(dataset, ratio) for dataset, found in ratios.items() for ratio in found]
    learners = sorted(set(status["learner"]) - {OWN})
    own = sorted(set(status["learner"]) & {OWN})
    blocks = [block for block in (learners, own) if block]
    names = [_rows(status[status["learner"].isin(block)], strategies) for block in blocks]
    across = max(map(len, blocks))
    side = float(np.clip(8.0 / (len(columns) * across), 0.045, 0.2))
    side = max(side, NAME / min(map(len, ratios.values())))
    labels_inches = 0.062 * max(map(len, ratios)) + 0.55
    heights = [len(block) * ROW + labels_inches for block in names]
    width = max(6.0, across * (len(columns) * side + 0.12) + 2.2)
    figure = new_figure(width, sum(heights) + 0.5)
    grid = figure.add_gridspec(len(blocks), across, height_ratios=list(map(len, names)))
    gaps = False
    for i, (block, strategies_down) in enumerate(zip(blocks, names, strict=True)):
        for j, learner in enumerate(block):
            axes = figure.add_subplot(grid[i, j])
            panel = status[status["learner"] == learner]
            gaps |= _panel(axes, panel, strategies_down, ratios, side)
            axes.set_title(learner_label(learner), fontsize=8.5)
            axes.set_xlabel("data set")
            if j == 0:
                axes.set_yticks(
                    range(len(strategies_down)), list(strategies.loc[strategies_down, "label"])
                )
    title(figure, *_words(status))
    present = [look for name, look in LOOKS.items() if name in set(status["look"])]
    handles = [
        Patch(fc=look.colour, ec="#777777", hatch=look.hatch, lw=0.5,
              label=f"{look.letter if side >= LETTERED else ''}  {look.label}".strip())
        for look in present
    ]  # fmt: skip
    if gaps:
        handles.append(Patch(fc="white", ec="#777777", lw=0.5, label="not run"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _panel(axes, status: pd.DataFrame, names, ratios: dict[str, list[str]], side: float) -> bool:
    """Draw one learner; return whether some cell was not run."""
    columns = [(dataset, ratio) for dataset, found in ratios.items() for ratio in found]
    across = {column: x for x, column in enumerate(columns)}
    down = {name: y for y, name in enumerate(names)}
    looks = list(LOOKS)
    cells = np.full((len(names), len(columns)), np.nan)
    for row in status.itertuples():
        x, y = across[row.dataset, row.ratio], down[row.strategy]
        look = LOOKS[row.look]
        cells[y, x] = looks.index(row.look)
        if look.hatch:
            drawn = {"fc": "none", "ec": "white", "lw": 0, "hatch": look.hatch, "zorder": 2}
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **drawn))
        if look.letter and side >= LETTERED:
            place = {"ha": "center", "va": "center", "fontsize": 7, "fontweight": "bold"}
            axes.text(x, y, look.letter, color=look.ink, **place)
    colours = ListedColormap([look.colour for look in LOOKS.values()])
    limits = {"vmin": -0.5, "vmax": len(looks) - 0.5}
    grid = {"edgecolors": "white", "linewidth": 0.5 if side >= LETTERED else 0.2}
    edges = [np.arange(size + 1) - 0.5 for size in (len(columns), len(names))]
    axes.pcolormesh(*edges, cells, cmap=colours, **grid, **limits)
    ends = np.cumsum([0, *map(len, ratios.values())]) - 0.5
    for x in ends[1:-1]:
        axes.axvline(x, color="#555555", lw=0.6)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks((ends[:-1] + ends[1:]) / 2, list(ratios), rotation=90)
    axes.tick_params(axis="x", labelsize=7, length=0)
    axes.set_yticks([])
    axes.set_ylabel("")
    axes.grid(False)
    return bool(np.isnan(cells).any())


def _ratios(status: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ratios of every data set: those that any data set of its task has."""
    tasks = status.drop_duplicates("dataset").set_index("dataset")["task"].sort_index()
    found = {
        task: sorted(set(rows["ratio"]), key=lambda ratio: (ratio != "natural", ratio))
        for task, rows in status.groupby("task", observed=True)
    }
    return {dataset: found[task] for dataset, task in tasks.items()}


def _rows(status: pd.DataFrame, strategies: pd.DataFrame) -> list[str]:
    """Return the strategies of a panel in the order of the catalogue."""
    found = set(status["strategy"])
    return [name for name in strategies.index if name in found]


def _words(status: pd.DataFrame) -> tuple[str, str]:
    tally = status["look"].value_counts()
    parts = [f"{tally[name]} {LOOKS[name].label}" for name in LOOKS if name in tally]
    complete = tally.get("ok", 0) + tally.get("flagged", 0)
    finding = f"{complete} of {len(status)} combinations have results for every seed"
    n_datasets = status["dataset"].nunique()
    detail = f"{count(n_datasets, 'data set')}, worst status over seeds: {', '.join(parts)}."
    orders = dict.fromkeys(tuple(ratios) for ratios in _ratios(status).values())
    named = ["; ".join(map(ratio_label, order)) for order in orders]
    if any(len(order) > 1 for order in orders):
        detail += f" Columns of a data set, from the left: {'. Or: '.join(named)}."
    return finding, detail
