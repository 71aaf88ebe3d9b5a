"""The headline: gains over the untouched model, before and after it may decide as well."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.select import OWN
from skewbench.figures.labels import spread
from skewbench.figures.style import (
    BLACK,
    GREY,
    INK,
    LEVELS,
    clean,
    level_legend,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import change, count, learner_label, metric_label, ratio_label


class Line(NamedTuple):
    """One line of panels: a metric, its steps in words, and the name of its axis."""

    metric: str
    steps: dict[str, str]
    axis: str


LINES = (
    Line(
        "f1",
        {
            "default": "both cut\nat 0.5",
            "control_tuned": "untouched\ntuned",
            "both_tuned": "both\ntuned",
        },
        "gain in F1",
    ),
    Line(
        "expected_cost",
        {
            "default": "both cut\nat 0.5",
            "both_corrected": "both\ncorrected",
            "both_recalibrated": "both re-\ncalibrated",
        },
        "cost saved per row",
    ),
)
NAMED = 3  # lines of a panel that get a name where none is highlighted
_NAMES = 1.75  # room for names, in steps
_NAMED_UP_TO = 0.91  # of a panel's height; the medians are above


def with_meaning(decomposition: pd.DataFrame) -> pd.DataFrame:
    """Return the rows but for corrected scores of strategies with their own model.

    The plain boosting among their anchors has no probabilities to begin with.
    """
    own = decomposition["learner"] == OWN
    return decomposition[~own | (decomposition["step"] != "both_corrected")]


@styled
def decomposition_plot(decomposition: pd.DataFrame, highlight: Iterable[str]) -> Figure:
    """Draw a line per strategy from its gain at the default threshold to what remains of it.

    The upper panels tune the threshold of F1, the lower ones decide by costs on repaired scores.

    Parameters
    ----------
    decomposition : DataFrame
        Rows of :func:`skewbench.analysis.decomposition.decomposition_table` for one task, track
        and ratio; any number of learners and metrics.
    highlight : iterable of str
        Strategies that are named.
    """
    table = with_meaning(decomposition)
    lines = [line for line in LINES if _complete(table, line)]
    if not lines:
        return message_figure("Nothing to decompose: no tuned threshold in this study.")
    table = pd.concat(
        table[(table["metric"] == line.metric) & table["step"].isin(line.steps)] for line in lines
    )
    learners = sorted(set(table["learner"]), key=lambda name: (name == OWN, name))
    figure = new_figure(2.95 * len(learners) + 0.7, 2.75 * len(lines) + 0.5)
    panels = figure.subplots(len(lines), len(learners), sharey="row", squeeze=False)
    beyond = []
    for line, row in zip(lines, panels, strict=True):
        rows = table[table["metric"] == line.metric]
        limits = _limits(rows["gain"])
        beyond.append(rows[rows["gain"] < limits[0]])
        for axes, learner in zip(row, learners, strict=True):
            axes.set_ylim(*limits)
            _panel(axes, rows[rows["learner"] == learner], line, set(highlight))
            axes.set_title(_heading(learner) if line is lines[0] else "")
            clean(axes, "y")
        row[0].set_ylabel(line.axis)
    title(figure, finding(table), _detail(table, lines, pd.concat(beyond)))
    untouched = Line2D([], [], color=BLACK, lw=1.4, label="the control")
    level_legend(figure, table["level"], [untouched])
    return figure


def finding(decomposition: pd.DataFrame) -> str:
    """Return in a sentence how the median gain over the untouched model shrinks, learners pooled.

    Strategies with their own model count only where there are no others.
    """
    learners = decomposition["learner"]
    pooled = decomposition[learners != OWN] if (learners != OWN).any() else decomposition
    n_pairs = len(pooled[["strategy", "learner"]].drop_duplicates())
    medians = pooled.groupby(["metric", "step"])["gain"].median()
    parts = []
    if "f1" in medians:
        before, after = medians["f1", "default"], medians["f1", "both_tuned"]
        parts.append(f"F1 {change(before)}, with both thresholds tuned {change(after)}")
    if "expected_cost" in medians:
        costs = medians["expected_cost"]
        before, after = costs["default"], costs["both_recalibrated"]
        parts.append(f"cost saved per row {change(before)}, with both recalibrated {change(after)}")
    over = "untouched model" if (learners != OWN).any() else "plain model"
    pairs = f"{count(n_pairs, 'pair')} of treatment and learner"
    return f"Median gain of {pairs} over the {over}: {'; '.join(parts)}"


def _complete(table: pd.DataFrame, line: Line) -> bool:
    """Return whether a line has its first and its last step."""
    found = set(table.loc[table["metric"] == line.metric, "step"])
    steps = list(line.steps)
    return {steps[0], steps[-1]} <= found


def _heading(learner: str) -> str:
    if learner == OWN:
        return "Own model, against the\nplain model of its kind"
    return learner_label(learner)


def _detail(table: pd.DataFrame, lines: list[Line], beyond: pd.DataFrame) -> str:
    low, high = int(table["n_datasets"].min()), int(table["n_datasets"].max())
    size = count(high, "data set") if low == high else f"{low} to {high} data sets"
    text = f"Mean gain over the control, {ratio_label(only(table, 'ratio'))}, {size}; one line a "
    text += "strategy, bold numbers: the median. No model is refitted from step to step."
    if any(line.metric == "expected_cost" for line in lines):
        text += " Below: once scores are corrected for the training prior, or recalibrated, both "
        text += "sides decide at the cost-optimal threshold."
    if len(beyond):
        lowest = beyond.loc[beyond["gain"].idxmin()]
        text += f" Some lines leave the panel, the lowest to {change(lowest['gain'], 2)} "
        text += f"({lowest['label']}, {metric_label(lowest['metric'])})."
    return text


def _limits(gains: pd.Series) -> tuple[float, float]:
    """Return limits that show all but the worst, with room for the medians on top."""
    low, high = min(gains.quantile(0.05), 0), max(gains.max(), 0)
    span = (high - low) or 0.02
    return low - 0.05 * span, high + 0.22 * span


def _panel(axes: Axes, table: pd.DataFrame, line: Line, highlight: set[str]) -> None:
    steps = [step for step in line.steps if (table["step"] == step).any()]
    axes.hlines(0, -0.15, max(len(steps), 1) - 0.5, color=BLACK, lw=1.4)
    axes.set_xticks(range(len(steps)), [line.steps[step] for step in steps])
    axes.set_xlim(-_NAMES, max(len(steps), 1) - 0.5)
    grid = table.pivot(index="strategy", columns="step", values="gain").reindex(columns=steps)
    facts = table.drop_duplicates("strategy").set_index("strategy")
    names = _named(grid, highlight)
    for strategy, gains in grid.iterrows():
        named, level = strategy in names, LEVELS[facts.loc[strategy, "level"]]
        known = gains.notna().to_numpy()
        axes.plot(
            np.flatnonzero(known),
            gains[known],
            color=level.colour,
            marker=level.marker,
            ms=4.5 if named else 2.5,
            lw=2 if named else 0.8,
            alpha=1 if named else 0.35,
            zorder=3 if named else 2,
        )
    axes.tick_params(axis="x", labelsize=7.5)
    bold = {"fontsize": 8.5, "fontweight": "bold", "color": INK, "ha": "center", "va": "top"}
    place = {"xycoords": ("data", "axes fraction")}
    axes.annotate("median", (-0.45, 0.98), **place, **(bold | {"ha": "right"}))
    for x, median in enumerate(grid.median()):
        axes.annotate(change(median), (x, 0.98), **place, **bold)
    low, high = axes.get_ylim()
    starts = grid.loc[names, steps[:1]].dropna().iloc[:, 0] if steps else pd.Series(dtype=float)
    starts = starts.clip(low + 0.03 * (high - low), high)
    labels = [textwrap.fill(facts.loc[strategy, "label"], 17) for strategy in starts.index]
    tall = 0.055 * max((label.count("\n") + 1 for label in labels), default=1)
    lowest, highest = (
        low + share * (high - low) for share in (0.015 + tall / 2, _NAMED_UP_TO - tall / 2)
    )
    heights = spread(starts.to_numpy(), (0.01 + tall) * (high - low), lowest, highest)
    leader = {"arrowstyle": "-", "color": GREY, "lw": 0.5, "shrinkB": 3, "relpos": (1, 0.5)}
    for label, height, gain in zip(labels, heights, starts, strict=True):
        axes.annotate(
            label,
            (0, gain),
            xytext=(-0.22, height),
            fontsize=7,
            ha="right",
            va="center",
            arrowprops=leader,
        )


def _named(grid: pd.DataFrame, highlight: set[str]) -> list[str]:
    """Return the highlighted strategies; without one, those that gain most in the last step."""
    names = [name for name in grid.index if name in highlight]
    if names or grid.empty:
        return names
    return list(grid.iloc[:, -1].nlargest(NAMED).index)
