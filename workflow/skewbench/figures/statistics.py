"""The figures of the statistics: which table and which reading each of them shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from skewbench.analysis.readings import PRIMARY
from skewbench.analysis.select import where
from skewbench.figures.cliques import critical_difference_plot
from skewbench.figures.forest import forest_plot
from skewbench.figures.heatmap import difference_map
from skewbench.figures.pairs import pair_plot
from skewbench.figures.style import save
from skewbench.figures.symptoms import confusion_plot, gap_plot
from skewbench.statistics.cliques import cliques
from skewbench.statistics.multiple import ALPHA

AT_PRIMARY = PRIMARY._asdict()


def draw_statistics(
    tables: dict[str, pd.DataFrame],
    folder: Path,
    panels: Iterable[tuple[str, str]],
    main_panels: Iterable[tuple[str, str]],
    learners: Iterable[str],
    highlight: Iterable[str],
) -> None:
    """Draw comparisons with the control, all pairs, differences and symptoms, panel by panel.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``comparisons``, ``pairs``, ``differences``, ``ranks``, ``confusions``, ``gaps``.
    folder : Path
    panels : iterable of (task, ratio)
    main_panels : iterable of (task, ratio)
        Where pairs, differences and cliques are drawn, one figure per learner.
    learners : iterable of str
        The first shows the confusion matrices.
        ``own`` stands for strategies with their own model.
    highlight : iterable of str
        Strategies with a confusion matrix.
    """
    learners = list(learners)
    for task, ratio in panels:
        at, name = {"task": task, "ratio": ratio}, f"{task}_{ratio}"
        compared = where(tables["comparisons"], **at, **AT_PRIMARY)
        save(forest_plot(compared), folder / f"forest_{name}")
        gaps = where(tables["gaps"], **at)
        ranking = where(gaps, metric=PRIMARY.metric)
        save(gap_plot(ranking), folder / f"gap_average_precision_{name}")
        if task == "binary":
            save(gap_plot(where(gaps, metric="recall")), folder / f"gap_recall_{name}")
            confusions = where(tables["confusions"], **at, learner=learners[0])
            confusions = pd.concat([where(confusions, strategy=name) for name in highlight])
            save(confusion_plot(confusions), folder / f"confusion_{name}")
    for task, ratio in main_panels:
        at, name = {"task": task, "ratio": ratio}, f"{task}_{ratio}"
        for learner in learners:
            under = at | AT_PRIMARY | {"learner": learner}
            ranks, pairs = (where(tables[table], **under) for table in ("ranks", "pairs"))
            save(pair_plot(pairs, ranks), folder / f"pairs_{name}_{learner}")
            groups = not_told_apart(pairs, ranks)
            save(critical_difference_plot(ranks, groups), folder / f"cliques_{name}_{learner}")
            differences = where(tables["differences"], **under)
            save(difference_map(differences), folder / f"heatmap_{name}_{learner}")


def not_told_apart(pairs: pd.DataFrame, ranks: pd.DataFrame) -> list[list[str]]:
    """Return the maximal groups of ranked strategies of which no pair differs after Holm.

    Parameters
    ----------
    pairs, ranks : DataFrame
        The tables ``pairs`` and ``ranks`` under one condition.
    """
    names = ranks.dropna(subset="mean_rank")["strategy"].to_numpy()
    place = {name: i for i, name in enumerate(names)}
    differ = pairs[(pairs["p_holm"] <= ALPHA).to_numpy()]
    first, second = (differ[column].map(place) for column in ("strategy_a", "strategy_b"))
    known = (first.notna() & second.notna()).to_numpy()
    a, b = (column[known].astype(int).to_numpy() for column in (first, second))
    different = np.zeros((len(names), len(names)), dtype=bool)
    different[a, b] = different[b, a] = True
    return [list(names[group]) for group in cliques(different)]
