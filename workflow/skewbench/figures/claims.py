"""Claims as a forest: the effect of every claim with its interval, margin and verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from skewbench.analysis.claims.verdict import multiplicity
from skewbench.figures.style import (
    BEYOND,
    BLUE,
    INK,
    PALE,
    ROW,
    VERMILION,
    clean,
    few_ticks,
    message_figure,
    new_figure,
    styled,
    title,
)
from skewbench.figures.wording import change, count, words

# Verdict: colour, marker, fill; told apart without colour too.
_LOOKS = {
    "supported": (BLUE, "o", BLUE),
    "contradicted": (VERMILION, "s", VERMILION),
    "undecided": ("#666666", "D", "white"),
}
_ACRONYMS = ("adasyn", "ap", "auc", "f1", "f2", "mcc", "pr", "roc", "smote")
_PANELS = {
    "difference": "difference in the claim's metric (right: as advised)",
    "log ratio": "log ratio (right: as advised; 0.69 is a factor of two)",
    "correlation": "rank correlation (right: as advised)",
}


@styled
def claim_plot(claims: pd.DataFrame) -> Figure:
    """Draw effect, 95 % interval, margin and verdict of every claim that has an interval.

    Parameters
    ----------
    claims : DataFrame
        The table ``claims`` of :func:`skewbench.analysis.claims.table.claim_tables`.
    """
    drawn = claims.dropna(subset=["lower", "upper"])
    if drawn.empty:
        return message_figure(
            "No claim has an interval: every one of them needs six data-set families or more."
        )
    drawn = drawn.assign(panel=drawn["unit"].map(_panel_of))
    panels = {
        name: part.sort_values(["number", "effect"], ascending=[True, False], kind="stable")
        for name in _PANELS
        if len(part := drawn[drawn["panel"] == name])
    }
    heights = [len(part) for part in panels.values()]
    figure = new_figure(9, sum(heights) * ROW + 0.85 * len(panels))
    grid = figure.add_gridspec(len(panels), 1, height_ratios=[h + 2 for h in heights])
    for position, (name, part) in enumerate(panels.items()):
        axes = figure.add_subplot(grid[position])
        _forest(axes, part)
        axes.set_xlabel(_PANELS[name])
    title(figure, _finding(drawn), _detail(claims, drawn))
    figure.legend(handles=_handles(drawn), loc="outside lower center", ncols=3)
    return figure


def _forest(axes: Axes, part: pd.DataFrame) -> None:
    bounds = part[["lower", "upper"]].abs().to_numpy()
    # The bulk decides the axis; what lies beyond is drawn at its edge with its value.
    reach = max(1.3 * np.quantile(bounds, 0.9), 3 * part["margin"].max())
    axes.barh(
        range(len(part)), 2 * part["margin"], left=-part["margin"], color=PALE, height=1, zorder=0
    )
    axes.axvline(0, color=INK, lw=1)
    edge = 1.03 * reach
    for y, row in enumerate(part.itertuples()):
        colour, marker, fill = _LOOKS[row.verdict]
        lower, effect, upper = np.clip([row.lower, row.effect, row.upper], -reach, reach)
        axes.hlines(y, lower, upper, color=colour, lw=1.5, zorder=3)
        axes.plot(effect, y, marker, color=colour, mfc=fill, ms=5, zorder=4, clip_on=False)
        arrow = {"ls": "", "color": colour, "ms": 4, "clip_on": False, "label": BEYOND}
        if row.lower < -reach:
            axes.plot(-edge, y, marker="<", **arrow)
        if row.upper > reach:
            axes.plot(edge, y, marker=">", **arrow)
        if abs(row.effect) > reach:
            side = "right" if row.effect > 0 else "left"
            axes.text(
                effect, y - 0.35, f"{change(row.effect, 2)}  ", fontsize=6, ha=side, va="center"
            )
    axes.set_yticks(range(len(part)), [_label(row) for row in part.itertuples()])
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.set_xlim(-edge, edge)
    few_ticks(axes)
    clean(axes)


def _panel_of(unit: str) -> str:
    if "correlation" in unit:
        return "correlation"
    return "log ratio" if unit.startswith("log ratio") else "difference"


def _label(row) -> str:
    expected = "" if row.expect == "better" else f" ({row.expect})"
    spelt = [word.upper() if word in _ACRONYMS else word for word in words(row.id).split()]
    return f"{' '.join(spelt)}{expected}  {row.number}"


def _finding(drawn: pd.DataFrame) -> str:
    found = drawn["verdict"].value_counts()
    said = [f"{found.get(name, 0)} {name}" for name in ("supported", "contradicted", "undecided")]
    return f"Of {count(len(drawn), 'judged claim')}, {said[0]}, {said[1]}, {said[2]}"


def _detail(claims: pd.DataFrame, drawn: pd.DataFrame) -> str:
    fewest, most = drawn["n_datasets"].min(), drawn["n_datasets"].max()
    families = f"{fewest:g}" if fewest == most else f"{fewest:g} to {most:g}"
    absent = len(claims) - len(drawn)
    text = f"Mean over {families} data-set families with 95 % BCa interval, one claim a row with "
    text += "its number in the list of advice; an arrow: the interval goes on beyond the axis. "
    text += multiplicity(claims)
    if absent:
        text += f" Not drawn, for want of data: {count(absent, 'claim')}."
    return text


def _handles(drawn: pd.DataFrame) -> list:
    handles = [
        Line2D([], [], color=colour, marker=marker, mfc=fill, ms=5, lw=1.5, label=verdict)
        for verdict, (colour, marker, fill) in _LOOKS.items()
        if verdict in set(drawn["verdict"])
    ]
    return [*handles, Patch(color=PALE, label="within the margin")]
