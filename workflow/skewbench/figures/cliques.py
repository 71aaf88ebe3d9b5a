"""The critical-difference diagram, with cliques from pairwise tests (for an appendix).

The picture is Demsar's (2006). A bar joins strategies of which no pair differs significantly by
Holm-corrected signed-rank tests, as Benavoli et al. (2016) advise; Nemenyi's critical difference,
whose answer for a pair depends on all the others, is not drawn. Strategies in no common clique
differ; those in one are not shown to be equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skewbench.figures.gains import LETTER
from skewbench.figures.style import (
    INK,
    LEVELS,
    ROW,
    level_legend,
    message_figure,
    new_figure,
    only,
    styled,
    title,
)
from skewbench.figures.wording import count, learner_words, ratio_label, reading_label

BAR = 0.62  # rows between the bars of two cliques
MOST_BARS = 30


@styled
def critical_difference_plot(ranks: pd.DataFrame, cliques: Sequence[Sequence[str]]) -> Figure:
    """Draw strategies on the axis of mean ranks, and a bar through the members of each clique.

    Parameters
    ----------
    ranks : DataFrame
        Rows of :func:`skewbench.analysis.ranking.all_rank_tables` for one condition.
    cliques : sequence of sequences of str
        Strategies of which no pair differs; a clique of one needs no bar. A clique need not be an
        interval of the mean ranks: dots mark its members. The largest ``MOST_BARS`` are drawn.
    """
    ranks = ranks.dropna(subset="mean_rank").sort_values(["mean_rank", "strategy"])
    if ranks.empty:
        return message_figure("No ranks to show: no strategy has a score under this condition.")
    mean_rank = ranks.set_index("strategy")["mean_rank"]
    joined = sorted((list(names) for names in cliques if len(names) > 1), key=len, reverse=True)
    bars = [np.sort(mean_rank[names].to_numpy()) for names in joined[:MOST_BARS]]
    bars.sort(key=lambda bar: (bar[0], -bar[-1]))
    left = -(-len(ranks) // 2)
    first = len(bars) * BAR + 1.6
    width = max(9.6, 5.0 + 2 * (LETTER * ranks["label"].str.len().max() + 0.5))
    figure = new_figure(width, (first + left + 2.5) * ROW + 0.5)
    axes = figure.add_subplot()
    _axis(axes, mean_rank, len(ranks))
    for i, bar in enumerate(bars):
        y = np.full(len(bar), 0.8 + i * BAR)
        axes.plot(bar, y, color=INK, lw=1.4, marker="o", ms=3.6)
    for i, row in enumerate(ranks.itertuples()):
        on_left = i < left
        _name(axes, row, first + (i if on_left else len(ranks) - 1 - i), on_left)
    axes.set_ylim(first + left + 0.2, -2.2)
    reading = [only(ranks, name) for name in ("metric", "scores", "prior", "decision")]
    detail = f"{reading_label(*reading)}, {ratio_label(only(ranks, 'ratio'))}, "
    detail += f"{learner_words(only(ranks, 'learner'))}, "
    detail += count(int(ranks["n_datasets"].max()), "data set")
    detail += ". A bar joins, dot by dot, strategies of which no pair differs (signed-rank tests, "
    detail += "Holm over all pairs, .05): not shown to differ, which is not shown to be equal."
    if len(joined) > MOST_BARS:
        detail += f" The {MOST_BARS} largest of {len(joined)} groups are drawn."
    title(figure, _finding(ranks, cliques), detail[0].upper() + detail[1:])
    level_legend(figure, ranks["level"])
    return figure


def _axis(axes: Axes, mean_rank: pd.Series, size: int) -> None:
    """Draw the axis of ranks on top, best on the left, with room for names at both sides."""
    low, high = np.floor(mean_rank.min()), np.ceil(mean_rank.max())
    high = max(high, low + 1)
    span = high - low
    step = next(step for step in (1, 2, 5, 10, 20, 50) if span / step <= 12)
    ticks = np.arange(low, high + 1e-9, step)
    axes.plot([low, high], [0, 0], color=INK, lw=1)
    for tick in ticks:
        axes.plot([tick, tick], [-0.35, 0], color=INK, lw=1)
        axes.text(tick, -0.5, f"{tick:g}", ha="center", va="bottom", fontsize=8)
    axes.set_xlim(low - 0.06 * span, high + 0.06 * span)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(f"mean rank among {size} (1 = best), in brackets beside the name")
    axes.spines[:].set_visible(False)
    axes.grid(False)


def _name(axes: Axes, row, y: float, on_left: bool) -> None:
    """Draw the elbow from a strategy's rank to its name at the side."""
    level = LEVELS[row.level]
    x = axes.get_xlim()[0 if on_left else 1]
    axes.plot([row.mean_rank, row.mean_rank, x], [0, y, y], color=level.colour, lw=0.8, alpha=0.7)
    axes.plot(row.mean_rank, 0, level.marker, color=level.colour, ms=4.5, zorder=3)
    rank = f"({row.mean_rank:.1f})"
    text = f"{row.label} {rank} " if on_left else f" {rank} {row.label}"
    weight = "bold" if row.level in ("control", "anchor") else "normal"
    place = {"ha": "right" if on_left else "left", "va": "center", "fontsize": 8}
    axes.text(x, y, text, fontweight=weight, **place)


def _finding(ranks: pd.DataFrame, cliques: Sequence[Sequence[str]]) -> str:
    best = ranks.iloc[0]
    tied = {name for clique in cliques if best["strategy"] in clique for name in clique}
    others = len(tied - {best["strategy"]})
    rest = len(ranks) - 1
    if not rest:
        return f"{best['label']} is ranked alone"
    return f"{best['label']} ranks first; {others} of {rest} others are not shown to differ from it"
