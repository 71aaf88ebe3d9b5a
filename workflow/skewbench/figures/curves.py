"""Precision-recall and ROC curves, averaged over folds at equal recall or false-positive rate.

A precision-recall curve is a step function: between two cuts a recall is only reached at the later
cut, so its precision is that cut's, and the area below is exactly average precision (a straight
line between cuts promises precision that no threshold gives, Davis and Goadrich 2006). A ROC curve
is straight between cuts, which a random choice between two thresholds attains (Fawcett 2006).
Equal scores are one cut, so the order of rows changes nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skewbench.figures.style import (
    GREY,
    clean,
    line_styles,
    message_figure,
    new_figure,
    styled,
    title,
)
from skewbench.figures.wording import count, words

GRID = np.linspace(0, 1, 201)


def cuts(y, score, weight) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted true and false positives at every distinct score, highest first.

    Parameters
    ----------
    y : array-like (n,) of 0 and 1
    score, weight : array-like (n,)

    Returns
    -------
    true_positives, false_positives : array (n_cuts,)
    """
    y, score, weight = (np.asarray(values, dtype=float) for values in (y, score, weight))
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    true = np.cumsum((weight * y)[order])[ends]
    false = np.cumsum((weight * (1 - y))[order])[ends]
    return true, false


def precision_at_recall(y, score, weight, recall=GRID) -> np.ndarray:
    """Return the precision at which each recall is first reached (a step function).

    At recall 0 it is the precision of the first cut that finds a positive.
    """
    true, false = cuts(y, score, weight)
    precision = true / (true + false)
    reached = true / true[-1]
    first = np.searchsorted(reached, np.maximum(recall, reached[reached > 0][0]) - 1e-12)
    return precision[first]


def recall_at_false_positive_rate(y, score, weight, rate=GRID) -> np.ndarray:
    """Return the highest recall at each false-positive rate, straight between cuts."""
    true, false = cuts(y, score, weight)
    recall, fpr = (np.append(0, values / values[-1]) for values in (true, false))
    below = np.searchsorted(fpr, np.asarray(rate) + 1e-12, side="right") - 1
    above = np.minimum(below + 1, len(fpr) - 1)
    width = fpr[above] - fpr[below]
    share = np.divide(rate - fpr[below], width, out=np.zeros_like(width), where=width > 0)
    return recall[below] + np.clip(share, 0, 1) * (recall[above] - recall[below])


@styled
def curve_plot(scores: pd.DataFrame, strategies: pd.DataFrame) -> Figure:
    """Draw mean PR and ROC curves with a band over folds, one row of panels per data set.

    Parameters
    ----------
    scores : DataFrame
        Columns ``dataset``, ``strategy``, ``seed``, ``fold``, ``y`` (0 or 1), ``score`` and
        ``weight``, one row per test row; for one learner and ratio, and a handful of strategies.
    strategies : DataFrame, indexed by strategy
        ``level`` and ``label``.
    """
    folds = scores.groupby(["dataset", "seed", "fold"], observed=True)["y"]
    both = scores[folds.transform("nunique") == 2]
    if both.empty:
        return message_figure("No curves to show: no test fold holds both classes.")
    datasets = sorted(map(str, both["dataset"].unique()))
    found = set(both["strategy"].astype(str))
    shown = [name for name in strategies.index if name in found]
    styles = line_styles(shown, strategies["level"])
    figure = new_figure(10.8, 3.7 * len(datasets) + 0.3)
    panels = figure.subplots(len(datasets), 2, squeeze=False)
    leaders = []
    for (left, right), dataset in zip(panels, datasets, strict=True):
        data = both[both["dataset"] == dataset]
        areas = {}
        for strategy in shown:
            rows = data[data["strategy"] == strategy]
            if rows.empty:
                continue
            areas[strategy] = _draw(left, right, rows, styles[strategy])
        prevalence = np.average(data["y"], weights=data["weight"])
        left.axhline(prevalence, color=GREY, ls=":", lw=1.2)
        right.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.2)
        _frame(left, right, dataset)
        handles = [
            Line2D([], [], lw=1.8, label=_entry(strategies.loc[key, "label"], *area), **styles[key])
            for key, area in areas.items()
        ]
        chance = f"chance (prevalence {prevalence:.3g})"
        handles.append(Line2D([], [], color=GREY, ls=":", lw=1.2, label=chance))
        right.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), labelspacing=0.8
        )
        ranked = strategies.get("ranked", pd.Series(True, strategies.index))  # leaks win nothing
        candidates = [key for key in areas if ranked[key]] or list(areas)
        best = max(candidates, key=lambda key: (np.mean(areas[key][0]), key))
        leaders.append(strategies.loc[best, "label"])
    n_curves = both[["dataset", "seed", "fold"]].drop_duplicates().groupby("dataset").size().max()
    detail = f"Mean over {count(int(n_curves), 'test fold')} of each data set; band: one standard "
    detail += "deviation over folds. PR curves averaged at equal recall, ROC curves at equal "
    detail += "false-positive rate."
    title(figure, _finding(leaders), detail)
    return figure


def _draw(left, right, rows: pd.DataFrame, style: dict) -> tuple[np.ndarray, np.ndarray]:
    """Draw one strategy in both panels and return its AP and AUC per fold."""
    curves = {"pr": [], "roc": []}
    areas = []
    for _, fold in rows.groupby(["seed", "fold"], observed=True, sort=True):
        arrays = [fold[name].to_numpy(dtype=float) for name in ("y", "score", "weight")]
        curves["pr"].append(precision_at_recall(*arrays))
        curves["roc"].append(recall_at_false_positive_rate(*arrays))
        areas.append(_areas(*arrays))
    for axes, curve in ((left, curves["pr"]), (right, curves["roc"])):
        mean, spread = np.mean(curve, axis=0), np.std(curve, axis=0)
        axes.plot(GRID, mean, lw=1.8, **style)
        low, high = np.clip(mean - spread, 0, 1), np.clip(mean + spread, 0, 1)
        axes.fill_between(GRID, low, high, color=style["color"], alpha=0.13, lw=0)
    precision, recall = zip(*areas, strict=True)
    return np.array(precision), np.array(recall)


def _areas(y, score, weight) -> tuple[float, float]:
    """Return average precision and ROC-AUC from the cuts."""
    true, false = cuts(y, score, weight)
    precision = np.sum(np.diff(true, prepend=0) / true[-1] * true / (true + false))
    recall, fpr = np.append(0, true / true[-1]), np.append(0, false / false[-1])
    return float(precision), float(np.trapezoid(recall, fpr))


def _frame(left, right, dataset: str) -> None:
    left.set_title(f"{words(dataset)}: precision-recall")
    left.set_xlabel("recall (share of the minority found)")
    left.set_ylabel("precision")
    right.set_title(f"{words(dataset)}: ROC")
    right.set_xlabel("false-positive rate")
    right.set_ylabel("recall (true-positive rate)")
    for axes in (left, right):
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.01, 1.03)
        clean(axes, "both")


def _entry(label: str, precision: np.ndarray, auc: np.ndarray) -> str:
    numbers = []
    for name, areas in (("AP", precision), ("AUC", auc)):
        spread = f" ± {np.std(areas):.3f}" if len(areas) > 1 else ""
        numbers.append(f"{name} {np.mean(areas):.3f}{spread}")
    return f"{label}\n{', '.join(numbers)}"


def _finding(leaders: list[str]) -> str:
    if len(leaders) == 1:
        return f"{leaders[0]} has the highest mean average precision"
    most = max(sorted(set(leaders)), key=leaders.count)
    return (
        f"{most} has the highest mean average precision on {leaders.count(most)} of "
        f"{count(len(leaders), 'data set')}"
    )
