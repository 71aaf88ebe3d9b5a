"""Long tails: accuracy on classes with many, a medium number of and few training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.select import CONTROL
from skewbench.figures.gains import LETTER
from skewbench.figures.style import (
    GREY,
    INK,
    LEVELS,
    clean,
    few_ticks,
    level_legend,
    message_figure,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import count, ratio_label, words


@styled
def shots_plot(shots: pd.DataFrame) -> Figure:
    """Draw a line per strategy from its accuracy on few-shot classes to that on many-shot ones.

    Parameters
    ----------
    shots : DataFrame
        Rows of :func:`skewbench.analysis.shots.shot_table` of one ratio; any number of learners.
        Where no class is few-shot, medium-shot classes take their place.
    """
    if shots.empty:
        return message_figure("No data set here has classes with few training rows.")
    rare = "few" if shots["few"].notna().any() else "medium"
    shots = shots.dropna(subset=[rare])
    sizes = shots["learner"].value_counts()
    learners = sorted(sizes.index, key=lambda name: (name == "own", -sizes[name], name))
    width = max(5.4, 3.8 + LETTER * shots["label"].str.len().max())
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners}, width)
    for learner, axes in panels.items():
        table = shots[shots["learner"] == learner].sort_values([rare, "strategy"])
        for y, row in enumerate(table.to_dict("records")):
            _row(axes, y, row, rare)
        untouched = table.loc[table["strategy"] == CONTROL, rare]
        if len(untouched):
            axes.axvline(untouched.iloc[0], color=INK, lw=0.8, ls=":", zorder=0)
        axes.set_yticks(range(len(table)), table["label"])
        for text, level in zip(axes.get_yticklabels(), table["level"], strict=True):
            text.set_fontweight("bold" if level in ("control", "anchor") else "normal")
        few_ticks(axes)
        clean(axes)
        axes.set_title(words(learner))
        axes.set_xlabel("accuracy (mean recall of the classes)")
    size = count(int(shots["n_datasets"].max()), "data set")
    detail = f"{ratio_label(only(shots, 'ratio'))}, {size}; the largest raw score decides. "
    detail += "Right: accuracy on all classes, each counting the same. "
    detail += f"Dotted: no treatment, {rare}-shot."
    title(figure, _finding(shots, rare), detail[0].upper() + detail[1:])
    extra = [_mark(f"{rare}-shot classes", GREY)]
    if rare == "few":
        extra.append(Line2D([], [], ls="", marker="|", color=GREY, ms=7, label="medium-shot"))
    level_legend(figure, shots["level"], [*extra, _mark("many-shot", "white")])
    return figure


def _row(axes, y: int, row: dict, rare: str) -> None:
    level = LEVELS[row["level"]]
    ends = [row[group] for group in (rare, "medium", "many") if np.isfinite(row[group])]
    axes.plot([min(ends), max(ends)], [y, y], color=level.colour, lw=1.6, alpha=0.45)
    style = {"marker": level.marker, "mec": level.colour, "ms": 5, "mew": 1.2}
    axes.plot(row["many"], y, mfc="white", **style)
    if rare == "few":
        axes.plot(row["medium"], y, marker="|", color=level.colour, ms=7, mew=1.4)
    axes.plot(row[rare], y, mfc=level.colour, **style)
    axes.annotate(
        f"{row['all']:.2f}",
        (1.01, y),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=7,
        color="#555555",
    )


def _mark(label: str, face: str) -> Line2D:
    return Line2D([], [], ls="", marker="o", mfc=face, mec=GREY, ms=5, label=label)


def _finding(shots: pd.DataFrame, rare: str) -> str:
    treated = shots[shots["strategy"] != CONTROL]
    if treated.empty:
        return f"Accuracy on {rare}-shot classes without any treatment"
    gain = treated[rare] - treated["learner"].map(
        shots[shots["strategy"] == CONTROL].set_index("learner")[rare]
    )
    text = f"{(gain > 0).sum()} of {count(len(treated), 'combination')} find more of the "
    text += f"{rare}-shot classes than no treatment does"
    best = treated.loc[treated[rare].idxmax()]
    return f"{text}; {best['label']} most, {best[rare]:.0%}"
