"""Reliability diagrams: how often what was predicted came true, by score version.

Bins hold equal numbers of rows and never split ties. Each row counts once (the first repeat), so
that the intervals, Wilson's (1927), are of independent rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator
from scipy.stats import rankdata

from skewbench.decisions import score_versions
from skewbench.figures.style import (
    GREY,
    LEVELS,
    clean,
    line_styles,
    message_figure,
    new_figure,
    styled,
    title,
)
from skewbench.figures.wording import count, words

VERSIONS = {
    "raw": "raw",
    "corrected": "corrected for the prior",
    "recalibrated": "recalibrated",
}
BINS = 10
_Z = 1.959963984540054  # of a 95 % interval


def probabilities(kept: pd.DataFrame, strategies: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return the test probabilities of every score version, as cells make them.

    Parameters
    ----------
    kept : DataFrame
        From :func:`skewbench.figures.kept.kept_scores`, test and out-of-fold rows.
    strategies : mapping
        The study's catalogue entries; ``correction`` is used.

    Returns
    -------
    DataFrame
        ``dataset``, ``strategy``, ``seed``, ``fold``, ``scores``, ``y``, ``p``, ``weight``.
    """
    tables = []
    keys = ["dataset", "strategy", "seed", "fold"]
    for key, fold in kept.groupby(keys, observed=True, sort=True):
        test, oof = (fold[fold["part"] == part] for part in ("test", "oof"))
        effective = float(fold["effective_prior"].iloc[0])
        probabilistic, inner = np.isfinite(effective), len(oof) > 0
        positive = oof["y"].mean()  # the out-of-fold rows are the training part
        versions = score_versions(
            test["score"].to_numpy(float),
            oof["score"].to_numpy(float) if inner else None,
            oof["y"].to_numpy(int) if inner else None,
            prior=np.array([1 - positive, positive]),
            effective_prior=np.array([1 - effective, effective]),
            correction=strategies[key[1]].get("correction", "approximate")
            if inner
            else "not_applicable",
            probabilistic=probabilistic,
        )
        for version, p in versions.items():
            if p is None or (version == "raw" and not probabilistic):
                continue
            made = {"scores": version, "y": test["y"].to_numpy(), "p": p}
            tables.append(
                pd.DataFrame(made).assign(
                    weight=test["weight"].to_numpy(), **dict(zip(keys, key, strict=True))
                )
            )
    columns = [*keys, "scores", "y", "p", "weight"]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )


def reliability_curve(y, p, weight) -> pd.DataFrame:
    """Return the observed share of positives against the predicted one, in bins of equal size.

    Parameters
    ----------
    y : array-like (n,) of 0 and 1
    p, weight : array-like (n,)
        Weights depend on the class alone: they give the test rows another prior.

    Returns
    -------
    DataFrame, one row per bin
        ``predicted`` (mean), ``observed``, ``lower`` and ``upper`` (95 % interval), ``n_rows``.
    """
    rows = pd.DataFrame({"y": y, "p": p, "weight": weight}).astype(float)
    position = (rankdata(rows["p"]) - 0.5) / len(rows)  # ties share the middle of their block
    rows["bin"] = np.minimum((position * BINS).astype(int), BINS - 1)
    by_class = rows.groupby("y")["weight"].mean().reindex([0.0, 1.0]).fillna(1.0)
    odds = by_class[1.0] / by_class[0.0]
    rows["mass"] = rows["weight"] * rows["p"]
    bins = rows.groupby("bin").agg(
        positives=("y", "sum"), n_rows=("y", "size"), mass=("mass", "sum"), weight=("weight", "sum")
    )
    share = bins["positives"] / bins["n_rows"]
    centre = (share + _Z**2 / 2 / bins["n_rows"]) / (1 + _Z**2 / bins["n_rows"])
    half = _Z / (1 + _Z**2 / bins["n_rows"]) * np.sqrt(
        share * (1 - share) / bins["n_rows"] + (_Z / 2 / bins["n_rows"]) ** 2
    )  # fmt: skip
    shares = {"observed": share, "lower": centre - half, "upper": centre + half}
    at_prior = {name: odds * s / (odds * s + 1 - s) for name, s in shares.items()}
    table = pd.DataFrame({"predicted": bins["mass"] / bins["weight"]} | at_prior)
    return table.clip(0, 1).assign(n_rows=bins["n_rows"]).reset_index(drop=True)


@styled
def reliability_plot(predicted: pd.DataFrame, strategies: pd.DataFrame) -> Figure:
    """Draw observed against predicted shares by score version, a row of panels per data set.

    Parameters
    ----------
    predicted : DataFrame
        From :func:`probabilities`, for one ratio and learner.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label`` and ``ranked``: the leak, whose test rows are not of this prior, is
        left out.
    """
    honest = predicted["strategy"].isin(strategies.index[strategies["ranked"].astype(bool)])
    predicted = predicted[honest & (predicted["seed"] == predicted["seed"].min())]
    if predicted.empty:
        return message_figure("No probabilities to show: no kept scores are probabilities.")
    datasets = sorted(map(str, predicted["dataset"].unique()))
    found = set(predicted["strategy"])
    shown = [name for name in strategies.index if name in found]
    styles = line_styles(shown, strategies["level"])
    versions = [name for name in VERSIONS if name in set(predicted["scores"])]
    figure = new_figure(3.6 * len(versions) + 0.4, 4.3 * len(datasets) + 0.3)
    grid = figure.add_gridspec(
        2 * len(datasets), len(versions), height_ratios=[4, 1] * len(datasets)
    )
    gaps = []
    for i, dataset in enumerate(datasets):
        for j, version in enumerate(versions):
            axes = figure.add_subplot(grid[2 * i, j])
            below = figure.add_subplot(grid[2 * i + 1, j], sharex=axes)
            panel = predicted[(predicted["dataset"] == dataset) & (predicted["scores"] == version)]
            for strategy in shown:
                rows = panel[panel["strategy"] == strategy]
                if len(rows):
                    marker = LEVELS[strategies.loc[strategy, "level"]].marker
                    gaps.append((version, _draw(axes, below, rows, styles[strategy], marker)))
            _frame(axes, below, f"{words(dataset)}: {VERSIONS[version]}", first=j == 0)
    handles = [
        Line2D([], [], label=strategies.loc[key, "label"], ms=4.5, lw=1.6,
               marker=LEVELS[strategies.loc[key, "level"]].marker, **styles[key])
        for key in shown
    ]  # fmt: skip
    handles.append(Line2D([], [], color=GREY, ls=":", label="calibrated"))
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    detail = f"{BINS} bins of equal numbers of test rows, one repeat of "
    detail += f"{count(len(datasets), 'data set')}; line: 95% interval of the share (Wilson). "
    detail += "Below: how many rows were given which probability."
    title(figure, _finding(pd.DataFrame(gaps, columns=["scores", "gap"])), detail)
    return figure


def _draw(axes: Axes, below: Axes, rows: pd.DataFrame, style: dict, marker: str) -> float:
    """Draw one strategy's curve and histogram; return its mean distance from the diagonal."""
    curve = reliability_curve(rows["y"], rows["p"], rows["weight"])
    axes.plot(curve["predicted"], curve["observed"], marker=marker, ms=4.5, lw=1.6, **style)
    axes.vlines(curve["predicted"], curve["lower"], curve["upper"], color=style["color"], lw=0.8)
    heights, edges = np.histogram(rows["p"], bins=np.linspace(0, 1, 21))
    below.stairs(heights, edges, baseline=None, lw=1.2, color=style["color"], ls=style["ls"])
    return float(
        np.average((curve["observed"] - curve["predicted"]).abs(), weights=curve["n_rows"])
    )


def _frame(axes: Axes, below: Axes, heading: str, first: bool) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.2, zorder=1)
    axes.set_title(heading)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.tick_params(labelbottom=False)
    below.set_yscale("log")
    below.set_ylim(bottom=0.7)
    below.yaxis.set_major_locator(LogLocator(numticks=4))
    below.yaxis.set_major_formatter("{x:g}")
    below.yaxis.set_minor_locator(NullLocator())
    below.set_xlabel("predicted probability of the minority")
    axes.set_xlabel("")
    if first:
        axes.set_ylabel("observed share of the minority")
        below.set_ylabel("test rows")
    clean(axes, "both")
    clean(below, "y")


def _finding(gaps: pd.DataFrame) -> str:
    means = gaps.groupby("scores")["gap"].mean()
    parts = [f"{means[name]:.3f} {VERSIONS[name]}" for name in VERSIONS if name in means]
    return f"Mean distance of predicted from observed shares: {', '.join(parts)}"
