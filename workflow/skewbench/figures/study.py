"""The figures of a study: which table and which reading each of them shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

matplotlib.use("Agg")

from skewbench.analysis.ratios import ratio_facts
from skewbench.analysis.readings import PRIMARY
from skewbench.analysis.select import CONTROL, strategy_facts, where
from skewbench.figures.arms import arms_plot
from skewbench.figures.claims import claim_plot
from skewbench.figures.decisions import decision_plot
from skewbench.figures.decomposition import decomposition_plot
from skewbench.figures.difficulty import gain_plot, minority_types_plot
from skewbench.figures.effects import effect_plot
from skewbench.figures.ranks import rank_plot
from skewbench.figures.ratios import ratio_plot
from skewbench.figures.shots import shots_plot
from skewbench.figures.status import status_map
from skewbench.figures.style import save
from skewbench.figures.times import time_quality_plot

AT_PRIMARY = PRIMARY._asdict()


def draw_study(
    tables: dict[str, pd.DataFrame],
    folder: Path,
    panels: Iterable[tuple[str, str]],
    learners: Iterable[str],
    main_ratio: str,
    induced: bool,
    few: Iterable[str],
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
        One figure of gain against difficulty each, and of score against ratio.
    main_ratio : str
        At which gains are set against difficulty.
    induced : bool
        Whether the study has induced ratios.
    few : iterable of str
        Ratios of few minority rows that the study also has with a fixed number of rows.
    highlight : iterable of str
        Strategies that figure names.
    strategies : dict
        The study's catalogue entries.
    """
    facts, highlight = strategy_facts(strategies), list(highlight)
    for task, ratio in panels:
        at = {"task": task, "ratio": ratio}
        ranks = where(tables["ranks"], **at, **AT_PRIMARY)
        save(rank_plot(ranks), folder / f"ranks_{task}_{ratio}")
        effects = where(tables["differences"], **at, **AT_PRIMARY)
        save(effect_plot(effects), folder / f"effects_{task}_{ratio}")
        times = where(tables["resources"], **at)
        save(time_quality_plot(ranks, times), folder / f"time_quality_{task}_{ratio}")
        types = minority_types_plot(where(tables["difficulty"], **at))
        save(types, folder / f"minority_types_{task}_{ratio}")
        if task == "binary":
            decisions = where(tables["decisions"], **at)
            compared = where(tables["comparisons"], **at)
            save(decision_plot(decisions, compared), folder / f"decisions_{task}_{ratio}")
            gains = where(tables["decomposition"], **at)
            figure = decomposition_plot(gains, highlight)
            save(figure, folder / f"decomposition_{task}_{ratio}")
        else:
            shots = where(tables["shots"], **at)
            save(shots_plot(shots), folder / f"shots_{task}_{ratio}")
    for ratio in few:
        number, arm = ratio_facts(ratio)
        at = {"task": "binary", "imbalance_ratio": number, "arm": arm}
        save(arms_plot(where(tables["arms"], **at, **AT_PRIMARY)), folder / f"arms_{ratio}")
    save(claim_plot(tables["claims"]), folder / "claims")
    named = [name for name in highlight if name != CONTROL]
    gained = where(tables["differences"], task="binary", ratio=main_ratio, **AT_PRIMARY)
    for learner in learners:
        gains = where(gained, learner=learner)
        figure = gain_plot(gains, tables["difficulty"], named)
        save(figure, folder / f"difficulty_{learner}")
        if not induced:
            continue
        ratios = where(tables["ratios"], task="binary", learner=learner, metric=PRIMARY.metric)
        save(ratio_plot(ratios, highlight), folder / f"ratios_{learner}")
    save(status_map(tables["status"], facts), folder / "status")
