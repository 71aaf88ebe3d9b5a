"""Gains against the size of the minority and the ratio, and where minority rows are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from skewbench.analysis.difficulty import (
    FEWEST,
    family_difficulty,
    gains_of,
    rank_correlation,
    varying_measures,
)
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import where
from skewbench.data.difficulty import TYPES
from skewbench.figures.style import (
    BLACK,
    BLUE,
    INK,
    LEVELS,
    ROW,
    SKY,
    clean,
    level_legend,
    log_ticks,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import (
    count,
    learner_label,
    metric_label,
    ratio_label,
    reading_label,
    words,
)

MEASURED = {
    "n_positive": "minority rows of the training part (log)",
    "imbalance_ratio": "imbalance ratio, majority : minority (log)",
}
SHORT = {"n_positive": "the number of minority rows", "imbalance_ratio": "the ratio"}
HIGHLIGHTED = 4
# From light to dark as a place gets worse, so that the order reads in grey.
TYPE_COLOURS = dict(zip(TYPES, ("#D6EAF6", SKY, BLUE, BLACK), strict=True))
TYPE_LABELS = {
    "safe": "safe (5 or 4 of 5 neighbours are of the minority)",
    "borderline": "borderline (3 or 2)",
    "rare": "rare (1)",
    "outlier": "outlier (none)",
}


@styled
def gain_plot(
    differences: pd.DataFrame, difficulty: pd.DataFrame, highlight: Sequence[str] = ()
) -> Figure:
    """Draw gains against the number of minority rows and against the ratio, a dot per data set.

    Parameters
    ----------
    differences : DataFrame
        Rows of :func:`skewbench.analysis.effects.effect_differences` for one task, track, ratio,
        learner and reading. At an induced ratio only the number of minority rows is drawn.
    difficulty : DataFrame
        From :func:`skewbench.analysis.difficulty.difficulty_table`.
    highlight : sequence of str
        Strategies to draw, a row of panels each; by default those with the largest mean gain.
    """
    place = ["family", "task", "ratio"]
    points = differences.merge(family_difficulty(difficulty), on=place)
    points = points.dropna(subset=list(MEASURED))
    if points.empty:
        return message_figure("No gains to show: no strategy has a measured data set.")
    reading = Reading(*(only(points, name) for name in Reading._fields))
    ratio, learner = only(points, "ratio"), only(points, "learner")
    points = gains_of(points, [reading])
    names = _named(points, highlight)
    measures = [name for name in MEASURED if name in varying_measures(ratio)]
    figure = new_figure(0.9 + 3.9 * len(measures), 1.75 * len(names) + 0.6)
    panels = figure.subplots(len(names), len(measures), sharex="col", sharey=True, squeeze=False)
    found = {}
    for row, strategy in zip(panels, names, strict=True):
        rows = where(points, strategy=strategy)
        for axes, measure in zip(row, measures, strict=True):
            found[strategy, measure] = _scatter(axes, rows, measure)
        row[0].set_title(rows["label"].iloc[0])
    for axes, measure in zip(panels[-1], measures, strict=True):
        axes.set_xlabel(MEASURED[measure])
        log_ticks(axes)
    figure.supylabel(f"gain in {metric_label(reading.metric)} over the control", fontsize=8.5)
    detail = f"{learner_label(learner)}, {ratio_label(ratio)}: {reading_label(*reading)}, "
    detail += f"up is better; {count(points['family'].nunique(), 'data set')}, one dot each. ρ: "
    detail += "Spearman's correlation with its 95\u00a0% bootstrap interval over data sets."
    title(figure, _gain_finding(found), detail)
    level_legend(figure, points.loc[points["strategy"].isin(names), "level"])
    return figure


@styled
def minority_types_plot(difficulty: pd.DataFrame) -> Figure:
    """Draw for every data set which places its minority rows are in, most safe ones first.

    Parameters
    ----------
    difficulty : DataFrame
        Rows of :func:`skewbench.analysis.difficulty.difficulty_table` for one ratio.
    """
    known = difficulty.dropna(subset=list(TYPES))
    if known.empty:
        return message_figure("No minority rows to show: no data set was measured.")
    known = known.sort_values(["safe", "outlier", "dataset"], ascending=[False, True, True])
    figure = new_figure(7.4, len(known) * ROW + 1.1)
    axes = figure.add_subplot()
    heights, left = np.arange(len(known)), np.zeros(len(known))
    for kind in TYPES:
        shares = known[kind].to_numpy()
        colour = TYPE_COLOURS[kind]
        axes.barh(heights, shares, left=left, height=0.78, color=colour, ec="white", lw=0.4)
        left += shares
    for height, n_positive in zip(heights, known["n_positive"], strict=True):
        axes.text(1.01, height, f"{n_positive:,.0f}", fontsize=7, va="center", color=INK)
    axes.text(1.01, -1.1, "rows", fontsize=7, va="center", color=INK)
    axes.set_yticks(heights, [words(name) for name in known["dataset"]])
    axes.set_ylim(len(known) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the minority rows of the training part")
    clean(axes)
    safe = int((known["safe"] > 0.5).sum())
    finding = f"On {safe} of {count(len(known), 'data set')} most minority rows are safe"
    ratio = ratio_label(only(known, "ratio"))
    title(
        figure,
        finding,
        f"{ratio[0].upper()}{ratio[1:]}: classes of the 5 nearest neighbours of every minority "
        "row, mean over training parts (Napierala & Stefanowski 2016).",
    )
    handles = [
        Patch(fc=TYPE_COLOURS[kind], ec=INK, lw=0.4, label=TYPE_LABELS[kind]) for kind in TYPES
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _named(points: pd.DataFrame, highlight: Sequence[str]) -> list[str]:
    present = set(points["strategy"])
    chosen = [name for name in highlight if name in present]
    if chosen:
        return chosen[:HIGHLIGHTED]
    means = points.groupby("strategy")["gain"].mean().sort_values(ascending=False, kind="stable")
    return list(means.index[:HIGHLIGHTED])


def _scatter(axes: Axes, rows: pd.DataFrame, measure: str) -> tuple[float, float, float]:
    """Draw one panel; return the correlation and its interval (NaN with too few data sets)."""
    x, y = rows[measure].to_numpy(dtype=float), rows["gain"].to_numpy(dtype=float)
    level = LEVELS[rows["level"].iloc[0]]
    axes.axhline(0, color=INK, lw=1)
    axes.scatter(x, y, s=20, c=level.colour, marker=level.marker, alpha=0.75, linewidths=0)
    axes.set_xscale("log")
    clean(axes, "both")
    correlation = rank_correlation(x, y) if len(x) >= FEWEST else (np.nan,) * 3
    rho, lower, upper = correlation
    text = f"ρ = {rho:+.2f} [{lower:+.2f}, {upper:+.2f}]" if np.isfinite(rho) else "ρ undefined"
    place = {"xy": (1, 1.02), "xycoords": "axes fraction", "ha": "right", "va": "bottom"}
    axes.annotate(text, fontsize=7.5, color=INK, **place)
    return correlation


def _gain_finding(found: dict[tuple[str, str], tuple[float, float, float]]) -> str:
    """Return for how many of the strategies drawn an interval leaves zero out, per measure."""
    measures = list(dict.fromkeys(measure for _, measure in found))
    if np.isnan([correlation for correlation, *_ in found.values()]).all():
        sizes = " and ".join(SHORT[measure] for measure in measures)
        return f"Gains against {sizes}: too few data sets for a trend"
    parts = []
    for measure in measures:
        bounds = [bounds for (_, other), (_, *bounds) in found.items() if other == measure]
        clear = sum(lower > 0 or upper < 0 for lower, upper in bounds)
        parts.append(f"to {SHORT[measure]} for {clear} of {len(bounds)}")
    return f"Of the strategies shown the gain is clearly related {', '.join(parts)}"
