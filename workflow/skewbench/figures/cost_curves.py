"""Cost curves: what a strategy costs for every ratio of costs and classes.

After Drummond & Holte (2006), "Cost curves: an improved method for visualizing classifier
performance": the probability cost PC(+) is the share of the possible cost that missed minority rows
would cause, and a threshold is a straight line from its false-positive rate (PC(+) = 0) to its
false-negative rate (PC(+) = 1). The best threshold for every cost is the lower envelope
(:func:`skewbench.metrics.costs.cost_curve`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.style import (
    GREY,
    INK,
    PALE,
    clean,
    line_styles,
    message_figure,
    new_figure,
    styled,
    title,
)
from skewbench.figures.wording import count, words
from skewbench.metrics.costs import cost_curve

COST = "normalised expected cost"


@styled
def cost_plot(
    scores: pd.DataFrame, strategies: pd.DataFrame, costs: Mapping[str, Mapping[str, float]]
) -> Figure:
    """Draw the best threshold for every cost beside the default threshold, a row per data set.

    Parameters
    ----------
    scores : DataFrame
        Test rows of :func:`skewbench.figures.kept.kept_scores`, for one ratio.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``.
    costs : mapping of data set to mapping
        ``false_negative`` and ``false_positive``: where the study itself stands.
    """
    folds = scores.groupby(["dataset", "seed", "fold"], observed=True)["y"]
    both = scores[folds.transform("nunique") == 2]
    if both.empty:
        return message_figure("No cost curves to show: no test fold holds both classes.")
    datasets = sorted(map(str, both["dataset"].unique()))
    found = set(both["strategy"].astype(str))
    shown = [name for name in strategies.index if name in found]
    styles = line_styles(shown, strategies["level"])
    figure = new_figure(10.8, 3.4 * len(datasets) + 0.3)
    panels = figure.subplots(len(datasets), 2, squeeze=False, sharey=True)
    at_study = []
    for line, dataset in zip(panels, datasets, strict=True):
        data = both[both["dataset"] == dataset]
        here = _probability_cost(data, costs[dataset])
        for strategy in shown:
            rows = data[data["strategy"] == strategy]
            if rows.empty:
                continue
            costs_here = []
            for axes, curves in zip(line, _curves(rows), strict=True):
                _draw(axes, curves, styles[strategy])
                costs_here.append(np.interp(here, _grid(curves), curves.mean(axis=0)))
            at_study.append((dataset, strategy, *costs_here))
        _frame(line, dataset, here)
    study = pd.DataFrame(at_study, columns=["dataset", "strategy", "best", "default"])
    handles = [
        Line2D([], [], lw=1.8, label=strategies.loc[key, "label"], **styles[key]) for key in shown
    ]
    handles.append(Line2D([], [], color=INK, ls=":", lw=1.2, label="the study's costs"))
    handles.append(Line2D([], [], color=PALE, lw=6, label="dearer than one answer for all"))
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    n_folds = both[["dataset", "seed", "fold"]].drop_duplicates().groupby("dataset").size().max()
    detail = f"Mean over {count(int(n_folds), 'test fold')} of each data set; band: one standard "
    detail += "deviation over folds. Left, thresholds are "
    detail += "chosen on the test rows themselves: what the scores could give, at the most."
    title(figure, _finding(study, strategies), detail)
    return figure


def _curves(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return (n_folds, points) costs of the best and of the default threshold."""
    best, default = [], []
    for _, fold in rows.groupby(["seed", "fold"], observed=True, sort=True):
        y, score = fold["y"].to_numpy(), fold["score"].to_numpy(dtype=float)
        probability_cost, envelope = cost_curve(y, score, fold["weight"].to_numpy(dtype=float))
        predicted = score >= fold["threshold"].iloc[0]
        miss, false_alarm = 1 - predicted[y == 1].mean(), predicted[y == 0].mean()
        best.append(envelope)
        default.append(probability_cost * miss + (1 - probability_cost) * false_alarm)
    return np.array(best), np.array(default)


def _grid(curves: np.ndarray) -> np.ndarray:
    return np.linspace(0, 1, curves.shape[1])


def _probability_cost(data: pd.DataFrame, cost: Mapping[str, float]) -> float:
    """Return PC(+) of the study: its costs at the weighted share of positives."""
    prior = np.average(data["y"], weights=data["weight"])
    missed = prior * cost["false_negative"]
    return missed / (missed + (1 - prior) * cost["false_positive"])


def _draw(axes: Axes, curves: np.ndarray, style: dict) -> None:
    mean, spread = curves.mean(axis=0), curves.std(axis=0)
    axes.plot(_grid(curves), mean, lw=1.8, **style)
    low = np.maximum(mean - spread, 0)
    axes.fill_between(_grid(curves), low, mean + spread, color=style["color"], alpha=0.13, lw=0)


def _frame(line: np.ndarray, dataset: str, here: float) -> None:
    """Draw what both panels share: the constant answers and where the study stands."""
    kinds = ("the best threshold for each cost", "the default threshold")
    for axes, kind in zip(line, kinds, strict=True):
        axes.fill_between([0, 0.5, 1], [0, 0.5, 0], 0.53, color=PALE, lw=0, alpha=0.6, zorder=0)
        axes.plot([0, 0.5, 1], [0, 0.5, 0], color=GREY, lw=0.8, zorder=1)
        axes.axvline(here, color=INK, ls=":", lw=1.2)
        axes.set_title(f"{words(dataset)}: {kind}")
        axes.set_xlabel(
            "probability cost PC(+): share of the possible cost in missed minority rows"
        )
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 0.53)
        clean(axes, "both")
    line[0].set_ylabel(f"{COST}\n(1: every row wrong)")


def _finding(study: pd.DataFrame, strategies: pd.DataFrame) -> str:
    ranked = strategies.get("ranked", pd.Series(True, strategies.index))
    honest = study[study["strategy"].map(ranked).astype(bool)]
    spread = honest.groupby("dataset")[["best", "default"]].agg(np.ptp).mean()
    return (
        f"At the study's costs strategies differ by {spread['default']:.3f} in {COST} at the "
        f"default threshold, by {spread['best']:.3f} once each has its best one"
    )
