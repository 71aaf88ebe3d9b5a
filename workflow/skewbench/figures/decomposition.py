"""The headline: gains over the untouched model, before and after it has a tuned threshold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.labels import spread
from skewbench.figures.style import (
    BLACK,
    GREY,
    LEVELS,
    clean,
    level_legend,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import count, metric_label, ratio_label, words

STEPS = {
    "default": "both at\nthreshold 0.5",
    "control_tuned": "untouched model\ntuned",
    "both_tuned": "both\ntuned",
}


@styled
def decomposition_plot(decomposition: pd.DataFrame, highlight: Iterable[str]) -> Figure:
    """Draw a line per strategy from its gain at default thresholds to what remains of it.

    Parameters
    ----------
    decomposition : DataFrame
        Rows of :func:`skewbench.analysis.decomposition.decomposition_table` for one task, track,
        ratio and threshold metric; any number of learners.
    highlight : iterable of str
        Strategies that are named.
    """
    table = decomposition[decomposition["step"].isin(STEPS)]
    if table.empty or not {"default", "both_tuned"} <= set(table["step"]):
        return message_figure("Nothing to decompose: no tuned threshold in this study.")
    metric, ratio = metric_label(only(table, "metric")), only(table, "ratio")
    steps = [step for step in STEPS if (table["step"] == step).any()]
    learners = sorted(set(table["learner"]))
    figure = new_figure(3.6 * len(learners) + 0.6, 3.9)
    axes = figure.subplots(1, len(learners), sharey=True, squeeze=False)[0]
    for panel, learner in zip(axes, learners, strict=True):
        _panel(panel, table[table["learner"] == learner], steps, set(highlight))
        panel.set_title(words(learner))
        clean(panel, "y")
    axes[0].set_ylabel(f"gain in {metric} over the untouched model")
    n_datasets = int(table["n_datasets"].max())
    detail = f"Mean gain in {metric} over data sets (up to {n_datasets}), {ratio_label(ratio)}; "
    detail += "one line a strategy. No model is refitted from step to step."
    title(figure, finding(table, metric), detail)
    untouched = Line2D([], [], color=BLACK, lw=1.4, label="the untouched model")
    level_legend(figure, table["level"], [untouched])
    return figure


def finding(decomposition: pd.DataFrame, metric: str) -> str:
    """Return in a sentence how the median strategy's gain shrinks, learners pooled."""
    gains = decomposition.groupby("step")["gain"].median()
    n_pairs = len(decomposition[["strategy", "learner"]].drop_duplicates())
    return (
        f"The median of {count(n_pairs, 'treatment')} changes {metric} by "
        f"{gains['default']:+.3f} over the untouched model, by {gains['both_tuned']:+.3f} once "
        "both have a tuned threshold"
    )


def _panel(axes, table: pd.DataFrame, steps: list[str], highlight: set[str]) -> None:
    axes.axhline(0, color=BLACK, lw=1.4)
    grid = table.pivot(index="strategy", columns="step", values="gain").reindex(columns=steps)
    facts = table.drop_duplicates("strategy").set_index("strategy")
    x = np.arange(len(steps))
    for strategy, gains in grid.iterrows():
        named = strategy in highlight
        level = LEVELS[facts.loc[strategy, "level"]]
        axes.plot(
            x,
            gains,
            color=level.colour,
            marker=level.marker,
            ms=4.5 if named else 2.5,
            lw=2 if named else 0.8,
            alpha=1 if named else 0.35,
            zorder=3 if named else 2,
        )
    axes.set_xticks(x, [STEPS[step] for step in steps])
    axes.set_xlim(-1.6, len(steps) - 0.75)
    named = grid.loc[[name for name in grid.index if name in highlight], "default"].dropna()
    low, high = axes.get_ylim()
    heights = spread(named.to_numpy(), 0.06 * (high - low))
    for height, (strategy, gain) in zip(heights, named.items(), strict=True):
        axes.annotate(
            facts.loc[strategy, "label"],
            (0, gain),
            xytext=(-0.18, height),
            fontsize=7.5,
            ha="right",
            va="center",
            arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.5, "shrinkB": 3},
        )
