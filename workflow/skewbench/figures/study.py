"""The figures of a study: which table and which reading each of them shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

matplotlib.use("Agg")

from skewbench import results
from skewbench.analysis.select import OWN, where
from skewbench.analysis.tables import strategy_facts
from skewbench.figures.curves import curve_plot
from skewbench.figures.decisions import decision_plot
from skewbench.figures.effects import effect_plot
from skewbench.figures.ranks import rank_plot
from skewbench.figures.ratios import ratio_plot
from skewbench.figures.status import status_map
from skewbench.figures.style import save
from skewbench.figures.times import time_quality_plot

PRIMARY = {"metric": "average_precision", "scores": "raw", "prior": "matched", "decision": ""}


def draw_study(
    tables: dict[str, pd.DataFrame],
    folder: Path,
    panels: Iterable[tuple[str, str]],
    learners: Iterable[str],
    highlight: Iterable[str],
    strategies: dict[str, dict[str, Any]],
) -> None:
    """Draw ranks, effects, decisions and time against quality per panel, and the overviews.

    Parameters
    ----------
    tables : dict of str to DataFrame
        From :func:`skewbench.analysis.tables.all_tables`.
    folder : Path
    panels : iterable of (task, ratio)
    learners : iterable of str
        One figure of score against ratio each.
    highlight : iterable of str
        Strategies that figure names.
    strategies : dict
        The study's catalogue entries.
    """
    facts = strategy_facts(strategies)
    for task, ratio in panels:
        at = {"task": task, "ratio": ratio}
        ranks = where(tables["ranks"], **at, **PRIMARY)
        save(rank_plot(ranks), folder / f"ranks_{task}_{ratio}")
        effects = where(tables["differences"], **at, **PRIMARY)
        save(effect_plot(effects), folder / f"effects_{task}_{ratio}")
        times = where(tables["resources"], **at)
        save(time_quality_plot(ranks, times), folder / f"time_quality_{task}_{ratio}")
        if task == "binary":
            decisions = where(tables["decisions"], **at)
            save(decision_plot(decisions), folder / f"decisions_{task}_{ratio}")
    for learner in learners:
        ratios = where(tables["ratios"], task="binary", learner=learner, metric=PRIMARY["metric"])
        save(ratio_plot(ratios, list(highlight)), folder / f"ratios_{learner}")
    save(status_map(tables["status"], facts), folder / "status")


def draw_curves(
    files: Iterable[Path], path: Path, learner: str, strategies: dict[str, dict[str, Any]]
) -> None:
    """Draw PR and ROC curves of the binary data sets, for one learner and strategies' own models.

    The files' folders name data set, ratio and strategy, as blocks write them.
    """
    parts = []
    for file in files:
        dataset, _, strategy = file.parts[-4:-1]
        kept = results.read(file).to_pandas()
        if "score" not in kept:
            continue
        kept = kept[kept["learner"].isin([learner, OWN]) & (kept["part"] == "test")]
        parts.append(
            kept[["seed", "fold", "target", "score", "weight"]]
            .rename(columns={"target": "y"})
            .assign(dataset=dataset, strategy=strategy)
        )
    columns = ["dataset", "strategy", "seed", "fold", "y", "score", "weight"]
    scores = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    save(curve_plot(scores, strategy_facts(strategies)), path)
