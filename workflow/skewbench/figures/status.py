"""The map of what ran: every data set, ratio, strategy and learner, with its status."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from skewbench.analysis.ratios import ratio_order
from skewbench.analysis.select import OWN
from skewbench.figures.style import (
    BLACK,
    FAINT,
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
RATIO = 0.4  # inches of a ratio, turned upright
ABREAST = 9.0  # inches of cells beside each other, at most


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

    A data set at a ratio at which nothing is feasible has no column.

    Parameters
    ----------
    status : DataFrame
        From :func:`skewbench.analysis.status.status_table`.
    strategies : DataFrame, indexed by strategy
        ``level`` and ``label``.
    """
    if status.empty:
        return message_figure("No cells to show: the collected table is empty.")
    ratios = _ratios(status[status["status"] != "infeasible"])
    if not ratios:
        return message_figure("No cells to show: nothing is feasible in this study.")
    status = status.assign(look=_looks(status))
    columns = [(dataset, ratio) for dataset, found in ratios.items() for ratio in found]
    shown = status[pd.MultiIndex.from_frame(status[["dataset", "ratio"]]).isin(columns)]
    learners = sorted(set(shown["learner"]), key=lambda name: (name == OWN, name))
    side = _side(ratios)
    fitting = int(ABREAST / (len(columns) * side))
    across = max(1, min(fitting, sum(name != OWN for name in learners)))
    lines = _lines(learners, across)
    names = [_rows(shown[shown["learner"].isin(line)], strategies) for line in lines]
    labels_inches = 0.062 * max(map(len, ratios)) + 0.55 + RATIO * (side >= LETTERED)
    heights = [len(rows) * ROW + labels_inches for rows in names]
    width = max(6.0, across * (len(columns) * side + 0.12) + 2.2)
    figure = new_figure(width, sum(heights) + 0.5)
    grid = figure.add_gridspec(len(lines), across, height_ratios=list(map(len, names)))
    gaps = False
    for i, (line, strategies_down) in enumerate(zip(lines, names, strict=True)):
        for j, learner in enumerate(line):
            axes = figure.add_subplot(grid[i, j])
            panel = shown[shown["learner"] == learner]
            gaps |= _panel(axes, panel, strategies_down, ratios, side)
            above = 72 * RATIO * (side >= LETTERED) + 4
            axes.set_title(learner_label(learner), fontsize=8.5, pad=above)
            axes.set_xlabel("data set")
            if j == 0:
                axes.set_yticks(
                    range(len(strategies_down)), list(strategies.loc[strategies_down, "label"])
                )
    title(figure, *_words(status, ratios, side))
    present = [look for name, look in LOOKS.items() if name in set(shown["look"])]
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
    if side >= LETTERED:
        above = {"rotation": 90, "fontsize": 6.5, "ha": "center", "va": "bottom", "color": FAINT}
        for x, (_, ratio) in enumerate(columns):
            axes.text(x, -0.65, _brief(ratio), **above)
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


def _looks(status: pd.DataFrame) -> pd.Series:
    """Return how every cell looks: its status, or that it is flagged for what happened in it."""
    raised = status["flags"].astype(str).str.split(",")
    events = raised.map(lambda flags: bool(set(flags) - {"", *PROPERTIES}))
    return status["status"].mask((status["status"] == "ok") & events, "flagged")


def _ratios(feasible: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ratios at which something is feasible, by data set."""
    return {
        dataset: sorted(set(rows["ratio"].astype(str)), key=ratio_order)
        for dataset, rows in feasible.groupby("dataset", observed=True)
    }


def _side(ratios: dict[str, list[str]]) -> float:
    """Return the inches of a cell: enough for names of data sets to stay apart."""
    sizes = np.array(list(map(len, ratios.values())))
    centres = np.cumsum(sizes) - sizes / 2
    nearest = np.diff(centres).min(initial=sizes.max())
    return max(float(np.clip(ABREAST / sizes.sum(), 0.045, 0.2)), NAME / nearest)


def _lines(learners: list[str], across: int) -> list[list[str]]:
    """Return the learners in lines of panels; strategies with their own model have their own."""
    others = [name for name in learners if name != OWN]
    lines = [others[i : i + across] for i in range(0, len(others), across)]
    return lines + [[OWN]] * (OWN in learners)


def _rows(status: pd.DataFrame, strategies: pd.DataFrame) -> list[str]:
    """Return the strategies of a panel in the order of the catalogue."""
    found = set(status["strategy"])
    return [name for name in strategies.index if name in found]


def _brief(ratio: str) -> str:
    """Return a ratio in a few letters: ``ir10m50`` as "10, m50"."""
    if ratio == "natural":
        return ratio
    number = ratio[2:].replace("m", ", m")
    return f"tail {number}" if ratio.startswith("lt") else number


def _words(status: pd.DataFrame, ratios: dict[str, list[str]], side: float) -> tuple[str, str]:
    tally = status["look"].value_counts()
    parts = [f"{tally[name]:,} {LOOKS[name].label}" for name in LOOKS if name in tally]
    complete = tally.get("ok", 0) + tally.get("flagged", 0)
    feasible = len(status) - tally.get("infeasible", 0)
    finding = f"{complete:,} of {feasible:,} feasible combinations have results"
    detail = f"{count(len(ratios), 'data set')}, worst status over seeds: {', '.join(parts)}."
    left_out = len(status[["dataset", "ratio"]].drop_duplicates()) - sum(map(len, ratios.values()))
    if left_out:
        detail += f" Left out: {count(left_out, 'column')} (data set and ratio) in which every "
        detail += "combination is infeasible."
    found = sorted({ratio for ones in ratios.values() for ratio in ones})
    if side >= LETTERED:
        detail += " Above a column: its imbalance ratio"
        detail += "".join(
            f"; {_brief(ratio)}: {ratio_label(ratio)}" for ratio in found if "m" in ratio
        )
        return finding, f"{detail}."
    orders = dict.fromkeys(map(tuple, ratios.values()))
    named = ["; ".join(map(ratio_label, order)) for order in orders]
    if any(len(order) > 1 for order in orders):
        detail += f" Columns of a data set, from the left: {'. Or: '.join(named)}."
    return finding, detail
