"""Decision regions in the plane: what strategies do to the boundary of each learner."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from skewbench.figures.resamplers import MAJORITY, MINORITY, SHADE
from skewbench.figures.style import GREY, INK, VERMILION, message_figure, new_figure, styled, title
from skewbench.figures.wording import learner_words

SIDE = 2.0  # inches of a panel
MOVED = {"colors": VERMILION, "linestyles": [(0, (4, 2))], "linewidths": 1.6}


@styled
def region_plot(
    regions: pd.DataFrame,
    measured: pd.DataFrame,
    sample: pd.DataFrame,
    strategies: pd.DataFrame,
    shown: Sequence[str],
) -> Figure:
    """Draw where each model answers "minority", a line of panels per learner.

    The dashed line is the untouched model's own boundary at the training-prior threshold: how far
    a boundary moves without any treatment.

    Parameters
    ----------
    regions, measured : DataFrame
        From :func:`skewbench.illustrations.decision_regions`.
    sample : DataFrame
        The training sample: ``x1``, ``x2``, ``target``.
    strategies : DataFrame, indexed by strategy
        ``label``.
    shown : sequence of str
        Strategies, in the order of the columns.
    """
    shown = [name for name in shown if name in set(regions["strategy"])]
    if not shown:
        return message_figure("No decision regions to show: no strategy could be fitted.")
    learners = list(dict.fromkeys(regions["learner"]))
    figure = new_figure(SIDE * len(shown) + 0.5, (SIDE + 0.25) * len(learners) + 0.6)
    panels = figure.subplots(len(learners), len(shown), squeeze=False, sharex=True, sharey=True)
    means = measured.groupby(["learner", "strategy", "decision"])
    spread = means[["recall", "false_positive_rate"]].agg(["mean", "std"])
    moved = measured[(measured["sample"] == 0) & (measured["decision"] == "prior")]
    moved = moved[moved["strategy"] == "none"].set_index("learner")["threshold"]
    for line, learner in zip(panels, learners, strict=True):
        drawn = regions[regions["learner"] == learner]
        for axes, name in zip(line, shown, strict=True):
            _panel(axes, drawn[drawn["strategy"] == name], sample)
            if learner in moved.index and "none" in shown:
                _boundary(axes, drawn[drawn["strategy"] == "none"], moved[learner], **MOVED)
            if (learner, name, "default") in spread.index:
                text = _numbers(spread.loc[learner, name, "default"])
                axes.set_title(text, fontsize=7, fontweight="normal")
        line[0].set_ylabel(f"{learner_words(learner)}\n\nfeature 2")
    for axes, name in zip(panels[0], shown, strict=True):
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        label = textwrap.fill(strategies.loc[name, "label"], 28)
        axes.annotate(label, (0, 1), (0, 26), fontsize=8.5, fontweight="bold", **place)
    for axes in panels[-1]:
        axes.set_xlabel("feature 1")
    positives = int(sample["target"].sum())
    n_samples = measured["sample"].nunique()
    detail = f"One generated sample, {positives} minority among {len(sample)} rows, at the default "
    detail += (
        "threshold. Above each panel: recall of the minority and false-positive rate on fresh "
    )
    detail += f"rows, mean ± standard deviation over {n_samples} such samples."
    title(figure, _finding(spread, shown, learners, strategies), detail)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=4)
    return figure


def _panel(axes: Axes, region: pd.DataFrame, sample: pd.DataFrame) -> None:
    for target, look in enumerate((MAJORITY, MINORITY)):
        points = sample[sample["target"] == target]
        axes.plot(points["x1"], points["x2"], ls="", ms=look.size, zorder=2 + target, **look.kept)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    if region.empty:
        text = {"transform": axes.transAxes, "ha": "center", "va": "center", "color": GREY}
        axes.text(0.5, 0.5, "not available", bbox={"fc": "white", "ec": "none"}, **text)
        return
    threshold = region["threshold"].iloc[0]
    x, y, score = _plane(region)
    axes.contourf(x, y, score >= threshold, levels=[0.5, 1.5], colors=[SHADE], zorder=0)
    _boundary(axes, region, threshold, colors=INK, linewidths=1.2)
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(y.min(), y.max())


def _boundary(axes: Axes, region: pd.DataFrame, threshold: float, **look) -> None:
    """Draw where the score crosses the threshold, if it does."""
    x, y, score = _plane(region)
    if score.min() < threshold <= score.max():
        axes.contour(x, y, score, levels=[threshold], zorder=4, **look)


def _plane(region: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = region.pivot(index="x2", columns="x1", values="score")
    return table.columns.to_numpy(), table.index.to_numpy(), table.to_numpy()


def _numbers(spread: pd.Series) -> str:
    return "\n".join(
        f"{name} {spread[column, 'mean']:.2f} ± {spread[column, 'std']:.2f}"
        for name, column in (("recall", "recall"), ("false positives", "false_positive_rate"))
    )


def _handles() -> list:
    points = [
        Line2D([], [], ls="", ms=look.size + 1.5, label=f"{look.name} row", **look.kept)
        for look in (MAJORITY, MINORITY)
    ]
    region = Patch(fc=SHADE, ec=INK, lw=1.2, label="answered “minority”")
    moved = Line2D([], [], color=VERMILION, ls=(0, (4, 2)), lw=1.6)
    moved.set_label("untouched model, threshold at the training prior")
    return [*points, region, moved]


def _finding(spread: pd.DataFrame, shown, learners, strategies: pd.DataFrame) -> str:
    """Return what the first learner finds: untouched, with a moved threshold, and treated."""
    learner = learners[0]
    means = spread.xs("mean", axis=1, level=1)

    if (learner, "none", "default") not in means.index:
        return "Decision regions at the default threshold"

    def found(strategy: str, decision: str, how: str) -> str:
        recall, alarms = means.loc[learner, strategy, decision]
        return f"{recall:.0%} {how} ({alarms:.0%} false positives)"

    text = f"Share of the minority that {learner_words(learner)} finds: "
    text += found("none", "default", "untouched")
    if (learner, "none", "prior") in means.index:
        text += ", " + found("none", "prior", "with its threshold at the training prior")
    treated = [
        name for name in shown if name != "none" and (learner, name, "default") in means.index
    ]
    if treated:
        label = strategies.loc[treated[0], "label"]
        inside = label if label[1:2].isupper() else label[0].lower() + label[1:]  # but not SMOTE
        text += ", " + found(treated[0], "default", f"after {inside}")
    return text
