"""Score against the imbalance ratio, at the matched and at the reference prior."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter

from skewbench.figures.labels import spread
from skewbench.figures.style import (
    BLACK,
    GREY,
    LEVELS,
    clean,
    level_legend,
    line_styles,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import count, learner_label, learner_words, metric_label

_PRIORS = {
    "matched": "matched prior (the training ratio)",
    "reference": "reference prior 0.5 (comparable across ratios)",
}
HIGHLIGHTED = 5
BAND = 0.07  # opacity


@styled
def ratio_plot(ratios: pd.DataFrame, highlight: Sequence[str] = ()) -> Figure:
    """Draw mean scores against the imbalance ratio, a few strategies named, the rest in grey.

    An arm of one ratio is not drawn: there is nothing to set the score against.

    Parameters
    ----------
    ratios : DataFrame
        Rows of :func:`skewbench.analysis.ratios.ratio_table` for one task, track, learner and
        metric; both priors and any number of arms.
    highlight : sequence of str
        Strategies to name beside the control; by default the best at the highest ratio.
    """
    if ratios.empty:
        return message_figure("No induced ratios in this study: nothing to show against the ratio.")
    metric, learner = only(ratios, "metric"), only(ratios, "learner")
    several = ratios.groupby("arm")["imbalance_ratio"].transform("nunique") > 1
    if not several.any():
        found = ", ".join(f"{value:g}" for value in sorted(set(ratios["imbalance_ratio"])))
        return message_figure(
            f"No score against the ratio for {learner_words(learner)}: a line needs two ratios on "
            f"the same data sets; there is one in each arm so far ({found})."
        )
    ratios = ratios[several]
    priors = [prior for prior in _PRIORS if prior in set(ratios["prior"])]
    arms = sorted(set(ratios["arm"]), key=lambda arm: (arm != "fixed total", arm))
    named = _named(ratios, highlight)
    figure = new_figure(5.6 * len(priors), 4.2 * len(arms) + 0.4)
    panels = figure.subplots(len(arms), len(priors), squeeze=False, sharey="row")
    styles = line_styles(named, ratios.drop_duplicates("strategy").set_index("strategy")["level"])
    ends = {}
    for axes_row, arm in zip(panels, arms, strict=True):
        for axes, prior in zip(axes_row, priors, strict=True):
            panel = ratios[(ratios["arm"] == arm) & (ratios["prior"] == prior)]
            ends[axes] = _panel(axes, panel, styles)
            size = count(int(panel["n_datasets"].max()), "data set")
            axes.set_title(f"{_PRIORS[prior]}\n{arm}, {size}")
            axes.set_xlabel("imbalance ratio, majority : minority (log)")
        axes_row[0].set_ylabel(f"mean {metric_label(metric)}")
    detail = f"{learner_label(learner)}; mean over data sets that exist at every ratio of a row; "
    detail += "grey: all other strategies."
    if len(arms) > 1:
        detail += " Each row has data sets of its own: compare within a row."
    title(figure, _finding(ratios, metric), detail)
    band = Patch(fc=BLACK, alpha=BAND, lw=0, label="control: quartiles over data sets")
    level_legend(figure, ratios.loc[ratios["strategy"].isin(named), "level"], [band])
    for axes, named_ends in ends.items():
        _name_lines(axes, named_ends)
    return figure


def _panel(axes, panel: pd.DataFrame, styles: dict[str, dict]) -> dict[str, tuple]:
    """Draw one panel and return label, x and y of the end of every named line."""
    ends = {}
    for strategy, rows in panel.groupby("strategy"):
        rows = rows.sort_values("imbalance_ratio")
        x, y = rows["imbalance_ratio"].to_numpy(), rows["mean"].to_numpy()
        if strategy not in styles:
            axes.plot(x, y, color=GREY, lw=0.8, marker=".", ms=3, zorder=2)
            continue
        level = LEVELS[rows["level"].iloc[0]]
        axes.plot(
            x,
            y,
            lw=1.8,
            marker=level.marker,
            ms=5,
            zorder=3 + (strategy == "none"),
            **styles[strategy],
        )
        ends[strategy] = (rows["label"].iloc[0], x[-1], y[-1])
        if rows["level"].iloc[0] == "control":
            axes.fill_between(x, rows["lower"], rows["upper"], color=BLACK, alpha=BAND, lw=0)
    values = np.sort(panel["imbalance_ratio"].unique())
    axes.set_xscale("log")
    axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(values[0] / 1.15, values[-1] * 1.15)
    clean(axes, "both")
    return ends


def _name_lines(axes, ends: dict[str, tuple]) -> None:
    """Write each named line's label to the right of its end, apart from each other."""
    if not ends:
        return
    low, high = axes.get_ylim()
    gap = 0.045 * (high - low)
    names = list(ends)
    heights = spread(np.array([ends[name][2] for name in names]), gap)
    for name, height in zip(names, heights, strict=True):
        label, x, y = ends[name]
        leader = {"arrowstyle": "-", "color": GREY, "lw": 0.5, "ls": ":"}
        axes.annotate(
            label,
            (x, y),
            xytext=(1.05, height),
            textcoords=("axes fraction", "data"),
            fontsize=7.5,
            va="center",
            annotation_clip=False,
            arrowprops=leader | {"relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 4},
        )


def _named(ratios: pd.DataFrame, highlight: Sequence[str]) -> list[str]:
    """Return the highlighted strategies, the control first."""
    found = set(ratios["strategy"])
    control = [name for name in ("none",) if name in found]
    if highlight:
        return control + [name for name in highlight if name in found and name not in control]
    hardest = ratios[ratios["imbalance_ratio"] == ratios["imbalance_ratio"].max()]
    hardest = hardest[~hardest["strategy"].isin(control)]
    means = hardest.groupby("strategy")["mean"].mean().sort_values(ascending=False, kind="stable")
    return control + list(means.index[:HIGHLIGHTED])


def _finding(ratios: pd.DataFrame, metric: str) -> str:
    name = metric_label(metric)
    control = ratios[ratios["strategy"] == "none"]
    if control.empty:
        return f"{name[0].upper()}{name[1:]} against the imbalance ratio"
    first_arm = control[control["arm"] == sorted(control["arm"])[0]]
    parts = []
    for prior, rows in first_arm.groupby("prior"):
        low, high = rows.sort_values("imbalance_ratio")["mean"].iloc[[0, -1]]
        parts.append(f"from {low:.2f} to {high:.2f} at the {prior} prior")
    ends = first_arm["imbalance_ratio"]
    between = f"between ratios {ends.min():g} and {ends.max():g}"
    return f"The untouched model's {name} goes {', '.join(parts)}, {between}"
