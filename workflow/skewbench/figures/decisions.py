"""How much of a strategy is its threshold: default against tuned, beside the tuned control."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.analysis.comparisons import TOO_FEW
from skewbench.analysis.select import CONTROL, where
from skewbench.figures.style import (
    BLACK,
    GREY,
    LEVELS,
    clean,
    level_legend,
    message_figure,
    name_rows,
    only,
    panel_grid,
    styled,
    title,
)
from skewbench.figures.wording import change, count, learner_label, metric_label, ratio_label


@styled
def decision_plot(decisions: pd.DataFrame, comparisons: pd.DataFrame | None = None) -> Figure:
    """Draw a dumbbell per strategy from the default to the tuned threshold, by learner.

    Parameters
    ----------
    decisions : DataFrame
        Rows of :func:`skewbench.analysis.decisions.decision_table` for one task, track and ratio;
        any number of learners.
    comparisons : DataFrame, optional
        Rows of :func:`skewbench.analysis.comparisons.comparison_table` for the same task, track
        and ratio. With them the title says how many gains are tested.
    """
    if decisions.empty:
        return message_figure("No decisions to compare: no tuned threshold in this study.")
    metric, ratio = metric_label(only(decisions, "metric")), only(decisions, "ratio")
    learners = sorted(set(decisions["learner"]), key=lambda name: (name == "own", name))
    sizes = decisions["learner"].value_counts()
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners})
    values = decisions[["default", "tuned"]]
    margin = 0.04 * (values.max().max() - values.min().min()) or 0.02
    limits = (values.min().min() - margin, values.max().max() + margin)
    for learner, axes in panels.items():
        _panel(axes, decisions[decisions["learner"] == learner], limits)
        axes.set_title(learner_label(learner))
        axes.set_xlabel(f"mean {metric} over data sets")
    n_datasets = int(decisions["n_datasets"].max())
    detail = f"Mean {metric}, {ratio_label(ratio)}, {count(n_datasets, 'data set')}; the threshold "
    detail += "is tuned on out-of-fold training scores, the model is never refitted. Right: data "
    detail += "sets on which the tuned strategy beats the tuned control."
    if tested := _tested(decisions, comparisons):
        detail += " Better and worse: signed-rank test, Holm's correction."
    title(figure, tested or _finding(decisions, metric), detail)
    extra = [
        Line2D([], [], ls="", marker="o", mfc="white", mec=GREY, ms=5, label="default threshold"),
        Line2D([], [], ls="", marker="o", color=GREY, ms=5, label="tuned threshold"),
        Line2D([], [], ls=":", color=BLACK, lw=1.2, label="the untouched model, default"),
        Line2D([], [], ls="-", color=BLACK, lw=1.2, label="the untouched model, tuned"),
    ]
    level_legend(figure, decisions["level"], extra)
    return figure


def _panel(axes, table: pd.DataFrame, limits: tuple[float, float]) -> None:
    table = table.sort_values(["tuned", "strategy"], ascending=[False, True])
    control = table[["control_default", "control_tuned"]].iloc[0]
    if control.notna().all():
        axes.axvline(control["control_default"], color=BLACK, ls=":", lw=1.2)
        axes.axvline(control["control_tuned"], color=BLACK, lw=1.2)
    for y, row in enumerate(table.itertuples()):
        level = LEVELS[row.level]
        axes.plot([row.default, row.tuned], [y, y], color=level.colour, lw=1.6, alpha=0.45)
        style = {"marker": level.marker, "mec": level.colour, "ms": 5, "mew": 1.2}
        axes.plot(row.default, y, mfc="white", **style)
        axes.plot(row.tuned, y, mfc=level.colour, **style)
        if row.strategy != "none" and pd.notna(row.wins):
            axes.annotate(
                f"{row.wins:.0f}/{row.n_datasets}",
                (1.01, y),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=7.5,
                color="#555555",
            )
    name_rows(axes, table["label"], table["level"])
    axes.set_xlim(*limits)
    clean(axes)


def _tested(decisions: pd.DataFrame, comparisons: pd.DataFrame | None) -> str:
    """Return how many gains over the untouched model are tested; "" without such tests."""
    metric = only(decisions, "metric")
    rules = ("default", f"tuned_{metric}")
    if comparisons is None:
        return ""
    rows = where(comparisons, metric=metric, scores="raw", prior="matched", control=CONTROL)
    default, tuned = (where(rows, decision=rule)["verdict"] for rule in rules)
    tested = [verdicts[verdicts != TOO_FEW] for verdicts in (default, tuned)]
    if not all(map(len, tested)):
        return ""
    before, after = ((verdicts == "better").sum() for verdicts in tested)
    text = f"{before} of {count(len(tested[0]), 'pair')} of treatment and learner are better in "
    text += f"{metric_label(metric)} than the untouched model at the default threshold, {after} "
    return text + f"once both have a tuned one ({(tuned == 'worse').sum()} are worse)"


def _finding(decisions: pd.DataFrame, metric: str) -> str:
    pairs = decisions[decisions["control_tuned"].notna() & (decisions["strategy"] != "none")]
    if pairs.empty:
        gain = (decisions["tuned"] - decisions["default"]).median()
        return f"Tuning the threshold changes {metric} by {change(gain)} for the median strategy"
    before = (pairs["default"] > pairs["control_default"]).sum()
    after = (pairs["tuned"] > pairs["control_tuned"]).sum()
    return (
        f"{before} of {count(len(pairs), 'pair')} of treatment and learner have a higher mean "
        f"{metric} than the untouched model at the default threshold, {after} once both have a "
        "tuned one"
    )
