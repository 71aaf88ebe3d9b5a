"""Mean ranks of all strategies, one panel per learner."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from skewbench.figures.style import (
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
from skewbench.figures.wording import (
    count,
    learner_label,
    learner_words,
    ratio_label,
    reading_label,
)


@styled
def rank_plot(ranks: pd.DataFrame) -> Figure:
    """Draw the mean rank of every strategy, best on top, with the quartiles over data sets.

    Parameters
    ----------
    ranks : DataFrame
        Rows of :func:`skewbench.analysis.ranking.all_rank_tables` for one task, track, ratio and
        reading; any number of learners.
    """
    dropped = ranks[ranks["dropped"].astype(bool)] if len(ranks) else ranks
    ranks = ranks.drop(dropped.index)
    if ranks.empty:
        return message_figure("No ranks to show: no strategy has a score under this condition.")
    reading = [only(ranks, name) for name in ("metric", "scores", "prior", "decision")]
    ratio = only(ranks, "ratio")
    sizes = ranks["learner"].value_counts()
    learners = sorted(sizes.index, key=lambda name: (name == "own", -sizes[name], name))
    figure, panels = panel_grid({name: int(sizes[name]) for name in learners})
    for learner, axes in panels.items():
        table = ranks[ranks["learner"] == learner].sort_values(["mean_rank", "strategy"])
        _panel(axes, table, learner)
    n_datasets = int(ranks["n_datasets"].max())
    title(figure, _finding(ranks), _detail(reading, ratio, n_datasets, dropped))
    imputed = Line2D([], [], ls="", marker="o", mfc="white", mec=GREY, ms=6)
    imputed.set_label("open: some cells take the control's value")
    spread = Line2D([], [], color=GREY, lw=2.2, alpha=0.6, label="quartiles over data sets")
    level_legend(figure, ranks["level"], [spread, imputed])
    return figure


def _panel(axes, table: pd.DataFrame, learner: str) -> None:
    for y, row in enumerate(table.itertuples()):
        level = LEVELS[row.level]
        axes.hlines(y, row.rank_lower, row.rank_upper, color=level.colour, lw=2.2, alpha=0.35)
        face = "white" if row.share_imputed > 0 else level.colour
        axes.plot(row.mean_rank, y, level.marker, mfc=face, mec=level.colour, ms=5, mew=1.2)
    names = [f"{row.label}  {row.mean:.3f}" for row in table.itertuples()]
    name_rows(axes, names, table["level"])
    axes.set_xlim(0, len(table) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_xlabel(f"mean rank among {len(table)} strategies (1 = best)")
    axes.set_title(learner_label(learner))
    clean(axes)


def _finding(ranks: pd.DataFrame) -> str:
    """Return what the ranks show, in one sentence that claims no more than they do."""
    best = ranks.sort_values(["mean_rank", "strategy"]).groupby("learner").head(1)
    if best["strategy"].nunique() == 1 and len(best) > 1:
        return f"{best['label'].iloc[0]} ranks first with every learner"
    controls = ranks[ranks["strategy"] == "none"].set_index("learner")["mean_rank"]
    others = ranks[(ranks["strategy"] != "none") & ranks["learner"].isin(controls.index)]
    if others.empty:
        return f"{best['label'].iloc[0]} ranks first"
    ahead = others["mean_rank"] < others["learner"].map(controls)
    shares = ahead.groupby(others["learner"]).agg(["sum", "size"])
    parts = [
        f"{row['sum']} of {row['size']} with {learner_words(name)}"
        for name, row in shares.iterrows()
    ]
    return f"Ranked ahead of the untouched model: {'; '.join(parts)}"


def _detail(reading, ratio: str, n_datasets: int, dropped: pd.DataFrame) -> str:
    text = f"Mean rank by {reading_label(*reading)}, {ratio_label(ratio)}, over "
    text += f"{count(n_datasets, 'data set')}; beside the name, the mean score."
    if n_datasets < 2:
        text += " One data set shows no spread and decides nothing."
    if len(dropped):
        names = dropped.groupby("learner")["label"].agg(lambda labels: ", ".join(sorted(labels)))
        left = "; ".join(f"{learner_words(learner)}: {labels}" for learner, labels in names.items())
        text += f" Not ranked, absent from too many data sets: {left}."
    return text
