"""Effects against the control, every data set a dot."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.readings import orientation
from skewbench.figures.style import (
    FAINT,
    INK,
    LEVELS,
    ROW,
    clean,
    few_ticks,
    level_legend,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import (
    change,
    count,
    learner_label,
    metric_label,
    ratio_label,
    reading_label,
)


@styled
def effect_plot(differences: pd.DataFrame) -> Figure:
    """Draw strategy minus control per data set, with median and quartiles, by learner.

    Parameters
    ----------
    differences : DataFrame
        Rows of :func:`skewbench.analysis.effects.effect_differences` for one task, track, ratio
        and reading; any number of learners. Learners with the same strategies share their rows.
    """
    if differences.empty:
        return message_figure("No effects to show: no strategy and control share a data set.")
    reading = [only(differences, name) for name in ("metric", "scores", "prior", "decision")]
    ratio = only(differences, "ratio")
    sign = orientation(reading[0])
    learners = sorted(set(differences["learner"]) - {"own"})
    blocks = [learners] if learners else []
    if "own" in set(differences["learner"]):
        blocks.append(["own"])
    orders = [_order(differences[differences["learner"].isin(block)], sign) for block in blocks]
    heights = [len(order) * ROW + 0.85 for order in orders]
    columns = max(len(block) for block in blocks)
    figure = new_figure(2.2 + 2.9 * max(columns, 2), sum(heights) + 0.4)
    grid = figure.add_gridspec(len(blocks), columns, height_ratios=list(map(len, orders)))
    limits = _limits(differences["difference"])
    first = None
    for i, (block, order) in enumerate(zip(blocks, orders, strict=True)):
        for j, learner in enumerate(block):
            cells = grid[i, :] if len(block) < columns else grid[i, j]
            axes = figure.add_subplot(cells, sharey=first if j else None)
            first = first if j else axes
            panel = differences[differences["learner"] == learner]
            _panel(axes, panel, order, limits)
            axes.set_title(learner_label(learner))
            axes.set_xlabel(_axis_label(reading[0], learner, sign))
            if j:
                axes.tick_params(labelleft=False)
    n_datasets = differences["family"].nunique()
    detail = f"{reading_label(*reading)}, {ratio_label(ratio)}, strategy minus its control under "
    detail += f"the same decision rule; {count(n_datasets, 'data set')}, one dot each."
    if n_datasets < 2:
        detail += " One data set shows no spread and decides nothing."
    title(figure, _finding(differences, sign), detail[0].upper() + detail[1:])
    dot = {"ls": "", "marker": "o", "mec": "#777777", "ms": 4.5}
    extra = [
        Line2D([], [], mfc="#777777", label="one data set", **dot),
        Line2D([], [], mfc="white", label="takes the control's value in part or whole", **dot),
        Line2D([], [], color=INK, marker="|", ms=9, mew=2, lw=1.6, label="median and quartiles"),
    ]
    level_legend(figure, set(differences["level"]), extra)
    return figure


def _panel(axes, panel: pd.DataFrame, order: list[str], limits: tuple[float, float]) -> None:
    lower, upper = limits
    axes.axvline(0, color=INK, lw=1)
    for y, label in enumerate(order):
        rows = panel[panel["label"] == label]
        if rows.empty:
            axes.text(0, y, " not available ", fontsize=7, color=FAINT, va="center", ha="left")
            continue
        level = LEVELS[rows["level"].iloc[0]]
        values = rows["difference"].to_numpy(dtype=float)
        filled = np.where(rows["imputed"] > 0, "white", level.colour)
        inside = np.clip(values, lower, upper)
        axes.scatter(
            inside, np.full(len(values), y), s=17, c=filled, edgecolors=level.colour,
            marker=level.marker, linewidths=0.8, alpha=0.75, zorder=3, clip_on=False,
        )  # fmt: skip
        quartiles = np.clip(np.quantile(values, [0.25, 0.5, 0.75]), lower, upper)
        axes.hlines(y, quartiles[0], quartiles[2], color=INK, lw=1.6, zorder=4)
        axes.plot(quartiles[1], y, "|", color=INK, ms=9, mew=2, zorder=5)
        for end, side, beyond in (
            (lower, "left", values[values < lower]),
            (upper, "right", values[values > upper]),
        ):
            if len(beyond):
                _beside_edge(axes, (end, y), side, beyond)
    axes.set_yticks(range(len(order)), order)
    axes.set_ylim(len(order) - 0.4, -0.6)
    room = 0.02 * (upper - lower)  # between a dot at the edge and the names
    axes.set_xlim(lower - room, upper + room)
    axes.set_ylabel("")
    few_ticks(axes)
    clean(axes)


def _beside_edge(axes, place: tuple[float, int], side: str, beyond: np.ndarray) -> None:
    """Write what lies beyond the axis inside it, in its row, next to the dot at the edge."""
    axes.annotate(
        ", ".join(change(value, 2) for value in np.sort(beyond)),
        place,
        xytext=(6 if side == "left" else -6, 0),
        textcoords="offset points",
        fontsize=6.5,
        ha=side,
        va="center",
        zorder=6,
        bbox={"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.85},
    )


def _order(differences: pd.DataFrame, sign: int) -> list[str]:
    """Return the labels, best first by the mean over learners of the median gain."""
    medians = differences.groupby(["label", "learner"], observed=True)["difference"].median()
    gains = sign * medians.groupby("label").mean()
    return list(gains.sort_index().sort_values(ascending=False, kind="stable").index)


def _limits(differences: pd.Series) -> tuple[float, float]:
    """Return limits that show the bulk; the rare dot beyond is drawn at the edge with its value."""
    values = differences.to_numpy(dtype=float)
    low, high = np.quantile(values, [0.01, 0.99])
    span = max(high, 0) - min(low, 0) or 0.02
    reach = 0.5 * span
    lower = max(values.min(), min(low, 0) - reach) if len(values) else -1
    upper = min(values.max(), max(high, 0) + reach) if len(values) else 1
    return min(lower, 0) - 0.04 * span, max(upper, 0) + 0.04 * span


def _axis_label(metric: str, learner: str, sign: int) -> str:
    control = "the plain model of its kind" if learner == "own" else "the untouched model"
    way = "right is better" if sign > 0 else "left is better"
    name = "AP" if metric == "average_precision" else metric_label(metric)
    return f"difference in {name} from\n{control} ({way})"


def _finding(differences: pd.DataFrame, sign: int) -> str:
    gains = differences.assign(gain=sign * differences["difference"])
    groups = gains.groupby(["learner", "strategy"], observed=True)["gain"]
    better, always = (groups.median() > 0).sum(), (groups.min() > 0).sum()
    total = groups.ngroups
    return (
        f"{better} of {count(total, 'pair')} of strategy and learner improve the median data set, "
        f"{always} every data set"
    )
