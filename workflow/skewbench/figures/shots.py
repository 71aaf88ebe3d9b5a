"""Long tails: accuracy on classes with many, a medium number of and few training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.select import CONTROL, complete_block
from skewbench.figures.gains import LETTER
from skewbench.figures.style import (
    GREY,
    INK,
    LEVELS,
    clean,
    few_ticks,
    filled_in_handle,
    level_legend,
    message_figure,
    name_rows,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import change, count, filled_in, learner_label, ratio_label

LINES = {"default": ":", "prior": "--"}
PALENESS = 0.35  # opacity of what is filled in


@styled
def shots_plot(shots: pd.DataFrame) -> Figure:
    """Draw a line per strategy from its accuracy on few-shot classes to that on many-shot ones.

    The largest score decides; beside it, what the untouched model finds of those classes if its
    scores are divided by the training prior. Means over the families of data sets that have
    few-shot classes and on which a learner has every strategy shown; a strategy that half of them
    lack is left out. Where no class is few-shot, medium-shot ones take their place. A strategy
    with values filled in with the control's is pale and says so, and the title does not count it.

    Parameters
    ----------
    shots : DataFrame
        Rows of :func:`skewbench.analysis.shots.shot_table` of one task and ratio; any number of
        learners.
    """
    rare = "few" if shots["few"].notna().any() else "medium"
    decided = shots[shots["decision"] == "default"]
    parts = {name: _means(part, rare) for name, part in decided.groupby("learner", sort=True)}
    parts = {name: table for name, table in parts.items() if len(table)}
    if not parts:
        return message_figure("No data set here has classes with few training rows.")
    learners = sorted(parts, key=lambda name: (name == "own", -len(parts[name]), name))
    drawn = pd.concat(parts.values(), ignore_index=True)
    width = max(5.4, 3.8 + LETTER * drawn["name"].str.len().max())
    figure, panels = panel_grid({name: len(parts[name]) for name in learners}, width)
    for learner, axes in panels.items():
        table = parts[learner]
        for y, row in enumerate(table.to_dict("records")):
            _row(axes, y, row, rare)
        untouched = shots[(shots["learner"] == learner) & (shots["strategy"] == CONTROL)]
        untouched = untouched[untouched["family"].isin(table.attrs["families"])]
        for rule, value in untouched.groupby("decision")[rare].mean().items():
            axes.axvline(value, color=INK, lw=0.8, ls=LINES[rule], zorder=0)
        name_rows(axes, table["name"], table["level"])
        few_ticks(axes)
        clean(axes)
        axes.set_title(learner_label(learner))
        axes.set_xlabel("accuracy (mean recall of the classes)")
    size = count(int(drawn["n_datasets"].max()), "data set")
    detail = f"{ratio_label(only(shots, 'ratio'))}, {size}; the largest raw score decides. "
    detail += "Right: accuracy on all classes, each counting the same. "
    detail += f"Lines: the untouched model, {rare}-shot; dotted as it is, dashed if its scores are "
    detail += "divided by the training prior."
    filled = (drawn["imputed"] > 0).sum()
    if filled:
        detail += " Above, those with values filled in with the control's are not counted."
    title(figure, _finding(drawn, rare), detail[0].upper() + detail[1:])
    extra = [_mark(f"{rare}-shot classes", GREY)]
    if rare == "few" and drawn["medium"].notna().any():
        extra.append(Line2D([], [], ls="", marker="|", color=GREY, ms=7, label="medium-shot"))
    if drawn["many"].notna().any():
        extra.append(_mark("many-shot", "white"))
    if filled:
        extra.append(filled_in_handle())
    level_legend(figure, drawn["level"], extra)
    return figure


def _means(shots: pd.DataFrame, rare: str) -> pd.DataFrame:
    """Return one learner's means over the same families for all strategies, the best last."""
    by_family = shots.pivot(index="family", columns="strategy", values=rare)
    block, _ = complete_block(by_family.dropna(how="all"), CONTROL)
    kept = shots[shots["family"].isin(block.index) & shots["strategy"].isin(block.columns)]
    groups = kept.groupby(["strategy", "label", "level"])
    table = groups[["many", "medium", "few", "all", f"{rare}_gain", "imputed"]].mean()
    table["n_datasets"] = groups["family"].nunique()
    table = table.reset_index().sort_values([rare, "strategy"])
    named = zip(table["label"], table["imputed"], strict=True)
    table["name"] = [filled_in(label, share) for label, share in named]
    table.attrs["families"] = list(block.index)
    return table


def _row(axes, y: int, row: dict, rare: str) -> None:
    level = LEVELS[row["level"]]
    ends = [row[group] for group in (rare, "medium", "many") if np.isfinite(row[group])]
    seen = PALENESS if row["imputed"] > 0 else 1
    axes.plot([min(ends), max(ends)], [y, y], color=level.colour, lw=1.6, alpha=0.45 * seen)
    style = {"marker": level.marker, "mec": level.colour, "ms": 5, "mew": 1.2, "alpha": seen}
    axes.plot(row["many"], y, mfc="white", **style)
    if rare == "few":
        axes.plot(row["medium"], y, marker="|", color=level.colour, ms=7, mew=1.4, alpha=seen)
    axes.plot(row[rare], y, mfc=level.colour, **style)
    axes.annotate(
        f"{row['all']:.3f}",
        (1.01, y),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=7,
        color="#555555",
    )


def _mark(label: str, face: str) -> Line2D:
    return Line2D([], [], ls="", marker="o", mfc=face, mec=GREY, ms=5, label=label)


def _finding(drawn: pd.DataFrame, rare: str) -> str:
    gain = f"{rare}_gain"
    treated = ~drawn["level"].isin(("control", "anchor"))
    compared = drawn[treated & (drawn["imputed"] == 0)].dropna(subset=gain)
    more = (compared[gain] > 0).sum()
    text = f"{more} of {count(len(compared), 'combination')} find more of the {rare}-shot classes "
    text += "than their control does"
    if more:
        best = compared.loc[compared[gain].idxmax()]
        text += f"; most is gained by {best['label']}, {change(best[gain])}"
    return text
