"""The figures that need every score: from kept scores to curves, costs and reliability."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from skewbench.analysis.select import strategy_facts
from skewbench.figures.cost_curves import cost_plot
from skewbench.figures.curves import curve_plot
from skewbench.figures.kept import kept_scores
from skewbench.figures.reliability import probabilities, reliability_plot
from skewbench.figures.style import save


def draw_curves(
    files: Iterable[tuple[Path, Path]],
    folder: Path,
    ratio: str,
    learner: str,
    strategies: dict[str, dict[str, Any]],
    costs: dict[str, dict[str, float]],
) -> None:
    """Draw what needs every score: PR and ROC curves, cost curves and reliability.

    Parameters
    ----------
    files : iterable of (scores file, metrics file)
        Their folders name data set, ratio and strategy, as blocks write them; multi-class data
        sets are passed over.
    folder : Path
    ratio : str
        Of all files.
    learner : str
        Shown beside strategies' own models.
    strategies : dict
        The catalogue entries of the strategies shown.
    costs : dict of str to dict
        Of false negatives and false positives, by data set.
    """
    kept, facts = kept_scores(files, learner), strategy_facts(strategies)
    test = kept[kept["part"] == "test"]
    save(curve_plot(test, facts), folder / f"curves_{ratio}")
    save(cost_plot(test, facts, costs), folder / f"cost_curves_{ratio}")
    save(reliability_plot(probabilities(kept, strategies), facts), folder / f"reliability_{ratio}")
