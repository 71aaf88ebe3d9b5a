"""All pairs of the best strategies: the multi-comparison matrix.

After Ismail-Fawaz et al. (2023), "An approach to multiple comparison benchmark evaluations that is
stable under manipulation of the comparate set": the difference, wins, ties and losses of a cell
depend on its two strategies alone; p is corrected for the number of pairs (Holm).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from skewbench.analysis.readings import orientation
from skewbench.figures.gains import (
    LETTER,
    difference_colours,
    difference_scale,
    ink_on,
    short_label,
)
from skewbench.figures.style import INK, message_figure, new_figure, only, styled, title
from skewbench.figures.wording import change, count, learner_words, ratio_label, reading_label
from skewbench.statistics.multiple import ALPHA

SHOWN = 12
CELL_WIDTH, CELL_HEIGHT, KEY_WIDTH = 0.66, 0.5, 6.2  # inches
_MIRRORED = {"strategy_a": "strategy_b", "strategy_b": "strategy_a"}
_MIRRORED |= {"wins": "losses", "losses": "wins"}


@styled
def pair_plot(pairs: pd.DataFrame, ranks: pd.DataFrame) -> Figure:
    """Draw the paired differences of the best-ranked strategies, the control always among them.

    Parameters
    ----------
    pairs : DataFrame
        Rows of the table ``pairs`` for one condition: ``strategy_a``, ``strategy_b``, ``mean`` (of
        a minus b), ``wins``, ``ties``, ``losses`` (of a), ``p_holm``, ``n_datasets``. A pair may be
        there once or both ways.
    ranks : DataFrame
        Rows of :func:`skewbench.analysis.ranking.all_rank_tables` for the same condition; they
        give the order and the labels.
    """
    best = _best(pairs, ranks)
    if len(best) < 2:
        return message_figure("No pairs to show: fewer than two strategies were compared.")
    names, metric = list(best["strategy"]), only(pairs, "metric")
    cells = _cells(pairs, names)
    size, longest = len(names) - 1, LETTER * best["label"].str.len().max()
    width = longest + max(size * CELL_WIDTH + 0.82 * longest, KEY_WIDTH)
    figure = new_figure(width, size * CELL_HEIGHT + 0.57 * longest + 1.0)
    axes = figure.add_subplot()
    colours, scale = difference_colours(metric), difference_scale(cells["mean"].to_numpy(float))
    for cell in cells.itertuples():
        _draw_cell(axes, cell, colours(scale(cell.mean)))
    axes.set_xlim(0.5, size + 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    labels = list(best["label"])
    axes.set_yticks(range(size), labels[:-1])
    turned = {"rotation": 35, "ha": "left", "rotation_mode": "anchor"}
    axes.set_xticks(range(1, size + 1), labels[1:], **turned)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    ticks = (*axes.get_yticklabels(), *axes.get_xticklabels())
    for text, name in zip(ticks, [*names[:-1], *names[1:]], strict=True):
        text.set_fontweight("bold" if name == "none" else "normal")
    axes.spines[:].set_visible(False)
    axes.grid(False)
    axes.set_xlabel(_key(metric), loc="left")
    reading = [only(pairs, name) for name in ("metric", "scores", "prior", "decision")]
    detail = f"{reading_label(*reading)}, {ratio_label(only(pairs, 'ratio'))}, "
    detail += f"{learner_words(only(pairs, 'learner'))}, "
    detail += count(int(pairs["n_datasets"].max()), "data set")
    n_pairs = len(_once(pairs))
    detail += f"; {len(names)} of {ranks['strategy'].nunique()} strategies, in the order of their "
    detail += f"mean rank; {len(cells)} of {count(n_pairs, 'pair')}, p corrected for all."
    needed = int(pairs["n_needed"].max())
    if pairs["n_datasets"].max() < needed:
        detail += f" No p can reach .05 with fewer than {needed} data sets."
    title(figure, _finding(cells), detail[0].upper() + detail[1:])
    return figure


def _best(pairs: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of the strategies to show, best first."""
    compared = set(pairs["strategy_a"]) | set(pairs["strategy_b"])
    ranked = ranks[ranks["strategy"].isin(compared)].dropna(subset="mean_rank")
    ranked = ranked.sort_values(["mean_rank", "strategy"])
    control = ranked["strategy"] == "none"
    places = SHOWN - int(control.any())
    return ranked[control | ((~control).cumsum() <= places)]


def _cells(pairs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the pairs of ``names`` as better-ranked minus worse-ranked, with row and column."""
    other = pairs.rename(columns=_MIRRORED).assign(mean=-pairs["mean"])
    both = pd.concat([pairs, other]).drop_duplicates(["strategy_a", "strategy_b"])
    place = {name: i for i, name in enumerate(names)}
    both = both.assign(row=both["strategy_a"].map(place), column=both["strategy_b"].map(place))
    return both[both["row"] < both["column"]].sort_values(["row", "column"])


def _draw_cell(axes: Axes, cell, colour) -> None:
    differs = cell.p_holm <= ALPHA
    x, y = cell.column, cell.row
    box = {"fc": colour, "ec": INK if differs else "white", "lw": 1.6}
    axes.add_patch(Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, **box))
    text = {"ha": "center", "va": "center", "color": ink_on(colour)}
    weight = "bold" if differs else "normal"
    axes.text(x, y - 0.25, change(cell.mean), fontsize=7.5, fontweight=weight, **text)
    axes.text(x, y + 0.02, f"{cell.wins:g}/{cell.ties:g}/{cell.losses:g}", fontsize=6.5, **text)
    axes.text(x, y + 0.27, p_words(cell.p_holm), fontsize=6.5, fontweight=weight, **text)


def p_words(p: float) -> str:
    """Return p as a reader wants it: two digits, never 0."""
    if not np.isfinite(p):
        return "no p"
    return "p < .001" if p < 0.001 else f"p = {p:.2g}".replace("= 0.", "= .")


def _key(metric: str) -> str:
    way = "larger" if orientation(metric) > 0 else "smaller"
    return (
        f"in each cell: mean difference in {short_label(metric)}, row minus column ({way} is "
        "better);\ndata sets won/tied/lost by the row; p of the signed-rank test after Holm's "
        "correction\nblue: the row is better; orange: the column; bold and framed: p ≤ .05"
    )


def _once(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return every pair once, whichever way round it is there first."""
    two = zip(pairs["strategy_a"], pairs["strategy_b"], strict=True)
    return pairs.assign(pair=[frozenset(names) for names in two]).drop_duplicates("pair")


def _finding(shown: pd.DataFrame) -> str:
    differ = int((shown["p_holm"] <= ALPHA).sum())
    tested = f"the {count(len(shown), 'pair')} shown"
    if not differ:
        return f"None of {tested} differs after Holm's correction"
    return f"{differ} of {tested} differ after Holm's correction"
