"""The visual language of every figure: colours, markers, words and how a figure is saved.

Colours are Okabe and Ito's (2008), told apart with every common colour vision; a level of
treatment always has the same colour and marker, so that figures also read in grey.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, INK = "#8C8C8C", "#E6E6E6", "#222222"
FAINT = "#555555"  # of text that stands back, yet can be read (7 : 1 on white)
BEYOND = "_beyond"  # labels the arrows of intervals that leave the axis
PNG_DPI = 150
ROW = 0.18  # inches per strategy


class Level(NamedTuple):
    """How a level of treatment looks and what it is called."""

    colour: str
    marker: str
    label: str


LEVELS = {
    "control": Level(BLACK, "D", "control"),
    "anchor": Level("#666666", "X", "anchor (plain model)"),
    "data": Level(BLUE, "o", "data level (resampling)"),
    "algorithm": Level(VERMILION, "s", "algorithm level"),
    "hybrid": Level(GREEN, "^", "hybrid"),
    "anomaly": Level(PURPLE, "P", "anomaly detection"),
}
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))

_RC = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "xtick.major.width": 0.7,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.titlesize": 11.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.7,
    "svg.hashsalt": "skewbench",
    "svg.fonttype": "path",
}


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Return ``draw`` running in this study's style, whatever the caller's settings are."""

    @functools.wraps(draw)
    def wrapper(*args, **kwargs):
        with _style():
            return draw(*args, **kwargs)

    return wrapper


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of ``width`` x ``height`` inches that lays itself out."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, wspace=0.02, hspace=0.02)
    return figure


@styled
def message_figure(message: str) -> Figure:
    """Return a figure that says in words why there is nothing to draw."""
    figure = new_figure(7, 1.6)
    figure.set_label(message)
    figure.text(0.5, 0.5, textwrap.fill(message, 80), ha="center", va="center", color=INK)
    return figure


def save(figure: Figure, path: str | Path) -> tuple[Path, Path]:
    """Write ``figure`` as SVG and PNG beside each other, the same bytes for the same figure.

    Both have the figure's label as their title.

    Parameters
    ----------
    figure : Figure
    path : str or Path
        Without a suffix.

    Returns
    -------
    svg, png : Path
    """
    svg, png = Path(f"{path}.svg"), Path(f"{path}.png")
    svg.parent.mkdir(parents=True, exist_ok=True)
    with _style():
        said = {"Title": figure.get_label()}
        figure.savefig(png, dpi=PNG_DPI, metadata={"Software": None} | said)
        figure.set_layout_engine("none")  # what the first has laid out, the second need not
        named = {"Date": None, "Creator": None} | said
        FigureCanvasSVG(figure).print_svg(svg, metadata=named)
    return svg, png


def title(figure: Figure, finding: str, detail: str = "") -> None:
    """Head the figure with its finding in bold and, below, what is shown in plain type."""
    figure.set_label(f"{finding}. {detail}")  # the title of its files, and its alternative text
    width = figure.get_figwidth()
    parts = (
        (textwrap.fill(finding, int((width - 0.2) * 11)), 11.5, "bold", INK),
        (textwrap.fill(detail, int((width - 0.2) * 15.8)), 8.5, "normal", "#444444"),
    )
    strips = [1.3 * size / 72 * (text.count("\n") + 1) * bool(text) for text, size, *_ in parts]
    strip = sum(strips) + 0.12
    height = figure.get_figheight() + strip
    figure.set_figheight(height)
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - strip / height))
    top = 0.08
    for (text, size, weight, colour), inches in zip(parts, strips, strict=True):
        place = {"x": 0.1 / width, "y": 1 - top / height, "ha": "left", "va": "top"}
        figure.text(s=text, size=size, weight=weight, color=colour, **place)
        top += inches


def panel_grid(sizes: dict[str, int], width: float = 5.4) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure with one panel per key, at most two abreast, as tall as the longer one.

    Parameters
    ----------
    sizes : dict of str to int
        Number of rows of every panel, in the order of the panels.
    width : float
        Inches of one panel with its row names.
    """
    names = list(sizes)
    columns = min(2, len(names))
    lines = [names[i : i + columns] for i in range(0, len(names), columns)]
    tallest = [max(sizes[name] for name in line) for line in lines]
    heights = [rows * ROW + 0.75 for rows in tallest]
    figure = new_figure(width * columns, sum(heights) + 0.5)
    grid = figure.add_gridspec(len(lines), columns, height_ratios=tallest)
    panels = {}
    for i, line in enumerate(lines):
        for j, name in enumerate(line):
            panels[name] = figure.add_subplot(grid[i, j])
            panels[name].set_ylim(tallest[i] - 0.4, -0.6)
    return figure, panels


def level_legend(figure: Figure, levels: Iterable[str], extra: Iterable[Line2D] = ()) -> None:
    """Add one legend below the panels: the levels that occur, then ``extra`` handles."""
    found = set(levels)
    handles = [
        Line2D([], [], ls="", marker=level.marker, color=level.colour, label=level.label, ms=6)
        for name, level in LEVELS.items()
        if name in found
    ]
    handles += list(extra)
    per_row = max(1, int(figure.get_figwidth() / 1.9))
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), per_row))


def filled_in_handle() -> Line2D:
    """Return the legend's entry for what a name is marked with that is filled in."""
    label = "filled in: values taken from the control"
    return Line2D([], [], ls="", marker="$( )$", color=GREY, ms=9, label=label)


def line_styles(strategies: Iterable[str], levels: pd.Series) -> dict[str, dict]:
    """Return a colour and a dash pattern per strategy: the level's colour, dashes within it.

    Parameters
    ----------
    strategies : iterable of str
        In the order of the legend.
    levels : Series of str, indexed by strategy
    """
    used: dict[str, int] = {}
    styles = {}
    for strategy in strategies:
        level = levels[strategy]
        position = used[level] = used.get(level, -1) + 1
        shade = LEVELS[level].colour
        if position % 2:
            shade = sns.blend_palette([shade, "white"], 5).as_hex()[2]
        styles[strategy] = {"color": shade, "ls": _DASHES[position % len(_DASHES)]}
    return styles


def clean(axes: Axes, grid: str = "x") -> None:
    """Remove the box and draw a light grid along ``grid`` ("x", "y" or "both")."""
    sns.despine(ax=axes, left=grid == "x", bottom=False)
    axes.grid(True, axis=grid)
    axes.grid(False, axis={"x": "y", "y": "x"}[grid]) if grid != "both" else None


def name_rows(axes: Axes, names: Iterable[str], levels: Iterable[str]) -> None:
    """Write a name beside every row of a panel, those of controls in bold."""
    names = list(names)
    axes.set_yticks(range(len(names)), names)
    for text, level in zip(axes.get_yticklabels(), levels, strict=True):
        text.set_fontweight("bold" if level in ("control", "anchor") else "normal")
    axes.set_ylabel("")


def few_ticks(axes: Axes) -> None:
    """Keep the ticks of a narrow panel's x axis apart, without trailing zeros."""
    axes.xaxis.set_major_locator(MaxNLocator(4, min_n_ticks=3))
    axes.xaxis.set_major_formatter("{x:g}")


def log_ticks(axes: Axes) -> None:
    """Write the ticks of a logarithmic x axis as plain numbers (0.5, 20), few enough to read."""
    low, high = axes.get_xlim()
    decades = np.log10(high / low)
    subs = (1, 1.5, 2, 3, 4, 5, 7) if decades < 0.8 else (1, 2, 5) if decades < 2.5 else (1,)
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=subs, numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def only(frame: pd.DataFrame, column: str) -> str:
    """Return the one value of ``column``; a figure of several conditions would mix them.

    Raises
    ------
    ValueError
        When the column holds several values.
    """
    values = frame[column].unique()
    if len(values) != 1:
        raise ValueError(f"{column} must be one value, got {sorted(map(str, values))}")
    return str(values[0])


def _style():
    base = sns.axes_style("whitegrid") | sns.plotting_context("paper")
    return mpl.rc_context(base | _RC)
