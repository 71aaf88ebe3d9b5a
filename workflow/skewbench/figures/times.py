"""Time against quality: which strategies are worth their CPU seconds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.labels import place_labels
from skewbench.figures.style import (
    INK,
    LEVELS,
    clean,
    level_legend,
    log_ticks,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import count, learner_label, metric_label, ratio_label, reading_label


@styled
def time_quality_plot(ranks: pd.DataFrame, resources: pd.DataFrame) -> Figure:
    """Draw mean score against CPU seconds per fold, the Pareto front marked and named.

    Parameters
    ----------
    ranks : DataFrame
        Rows of :func:`skewbench.analysis.ranking.all_rank_tables` for one task, track, ratio and
        reading with larger scores better; any number of learners.
    resources : DataFrame
        From :func:`skewbench.analysis.costs.resource_table`.
    """
    keys = ["task", "track", "ratio", "learner", "strategy"]
    timed = resources[[*keys, "cpu_seconds", "n_datasets"]].rename(
        columns={"n_datasets": "n_timed"}
    )
    both = ranks.dropna(subset=["mean"]).merge(timed, on=keys)
    both = both[both["cpu_seconds"] > 0]
    if both.empty:
        return message_figure("No times to show: no strategy has both a score and a time.")
    reading = [only(both, name) for name in ("metric", "scores", "prior", "decision")]
    learners = sorted(set(both["learner"]), key=lambda name: (name == "own", name))
    columns = min(2, len(learners))
    lines = -(-len(learners) // columns)
    figure = new_figure(5.4 * columns, 4.1 * lines + 0.4)
    panels = list(figure.subplots(lines, columns, squeeze=False).flat)
    fronts = {}
    for axes, learner in zip(panels, learners, strict=False):
        table = both[both["learner"] == learner].sort_values(["cpu_seconds", "strategy"])
        fronts[learner] = pareto_front(table["cpu_seconds"], table["mean"])
        _panel(axes, table, fronts[learner])
        axes.set_title(learner_label(learner))
        axes.set_xlabel("mean CPU seconds per fold: resample, fit and score (log)")
        axes.set_ylabel(f"mean {metric_label(reading[0])}")
    for axes in panels[len(learners) :]:
        axes.remove()
    n_datasets = int(both["n_datasets"].max())
    detail = f"{reading_label(*reading)}, {ratio_label(only(both, 'ratio'))}, means over "
    detail += f"{count(n_datasets, 'data set')}"
    timed = sorted({_common(table) for _, table in both.groupby("learner")})
    if timed != [n_datasets]:
        detail += f" (times: {' or '.join(map(str, timed))})"
    detail += ". On the front nothing is both faster and better."
    title(figure, _finding(both, fronts), detail[0].upper() + detail[1:])
    front = Line2D([], [], color=INK, lw=1, label="Pareto front")
    partial = Line2D([], [], ls="", marker="o", mfc="white", mec="#777777", ms=6)
    partial.set_label(
        "open: some cells without a result of\ntheir own, or timed on more or fewer data"
    )
    level_legend(figure, both["level"], [front, partial])
    for axes, learner in zip(figure.axes, learners, strict=True):
        table = both[both["learner"] == learner].sort_values(["cpu_seconds", "strategy"])
        named = fronts[learner] | (table["strategy"] == "none").to_numpy()
        points = table[["cpu_seconds", "mean"]].to_numpy()
        edge = points[fronts[learner]]
        step = np.column_stack([np.repeat(edge[:, 0], 2)[1:], np.repeat(edge[:, 1], 2)[:-1]])
        place_labels(axes, points, np.flatnonzero(named), table["label"].to_numpy(), step)
    return figure


def pareto_front(seconds, scores) -> np.ndarray:
    """Return which points are on the front: nothing is at least as fast and better.

    Parameters
    ----------
    seconds, scores : array-like (n,)

    Returns
    -------
    array of bool (n,)
    """
    seconds, scores = np.asarray(seconds, dtype=float), np.asarray(scores, dtype=float)
    faster = seconds[None, :] <= seconds[:, None]
    better = scores[None, :] >= scores[:, None]
    strictly = (seconds[None, :] < seconds[:, None]) | (scores[None, :] > scores[:, None])
    return ~(faster & better & strictly).any(axis=1)


def _panel(axes, table: pd.DataFrame, front: np.ndarray) -> None:
    edge = table[front]
    axes.step(edge["cpu_seconds"], edge["mean"], where="post", color=INK, lw=1, zorder=1)
    common = _common(table)
    for row, marked in zip(table.itertuples(), front, strict=True):
        level = LEVELS[row.level]
        partial = row.share_imputed > 0 or row.n_timed != common
        axes.plot(
            row.cpu_seconds, row.mean, level.marker, mec=level.colour, mew=1.1,
            mfc="white" if partial else level.colour, ms=6.5 if marked else 5,
            alpha=1 if marked or row.level in ("control", "anchor") else 0.55,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.margins(0.06, 0.12)
    low, high = axes.get_xlim()
    axes.set_xlim(low * (low / high) ** 0.45, high)
    log_ticks(axes)
    clean(axes, "both")


def _common(table: pd.DataFrame) -> int:
    """Return the number of data sets that most strategies of a panel were timed on."""
    return int(table["n_timed"].mode().max())


def _finding(both: pd.DataFrame, fronts: dict[str, np.ndarray]) -> str:
    on_front = 0
    for learner in fronts:
        table = both[both["learner"] == learner].sort_values(["cpu_seconds", "strategy"])
        on_front += bool((fronts[learner] & (table["strategy"] == "none").to_numpy()).any())
    controlled = both.loc[both["strategy"] == "none", "learner"].nunique()
    size = sum(front.sum() for front in fronts.values())
    text = f"{size} of {len(both)} strategies are on the Pareto front of time and quality"
    if controlled:
        text += f"; the untouched model is on it for {on_front} of "
        text += count(controlled, "learner")
    return text
