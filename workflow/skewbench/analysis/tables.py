"""Every table of a study from its collected table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from skewbench.analysis.comparisons import comparison_table
from skewbench.analysis.costs import resource_table
from skewbench.analysis.decisions import decision_table
from skewbench.analysis.decomposition import decomposition_table
from skewbench.analysis.difficulty import arms_table, difficulty_effects
from skewbench.analysis.effects import effect_differences, effect_table, leaking_differences
from skewbench.analysis.hyperparameters import hyperparameter_table
from skewbench.analysis.own_models import own_model_table
from skewbench.analysis.pairs import pair_table
from skewbench.analysis.ranking import all_rank_tables
from skewbench.analysis.ratios import ratio_table
from skewbench.analysis.screens import screen_table
from skewbench.analysis.select import family_means, strategy_facts
from skewbench.analysis.sensitivity import sensitivity_table
from skewbench.analysis.shots import shot_table
from skewbench.analysis.slopes import slope_table
from skewbench.analysis.status import status_table
from skewbench.analysis.symptoms import confusion_table, gap_table


def all_tables(
    collected: str | Path | pd.DataFrame,
    strategies: dict[str, dict[str, Any]],
    difficulty: pd.DataFrame,
    datasets: Iterable[dict[str, Any]],
    missing: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the study's tables by name: ranks, effects, comparisons, ...

    Parameters
    ----------
    collected : path or DataFrame
        The collected table.
    strategies : dict
        The study's catalogue entries.
    difficulty : DataFrame
        From :func:`skewbench.analysis.difficulty.difficulty_table`.
    datasets : iterable of dict
        The facts of the data sets.
    missing : DataFrame, optional
        From :func:`skewbench.analysis.status.missing_cells`.
    """
    if not isinstance(collected, pd.DataFrame):
        collected = pd.read_parquet(collected)
    facts = strategy_facts(strategies)
    means = family_means(collected, facts)
    differences = effect_differences(means, facts)
    return {
        "ranks": all_rank_tables(means, facts),
        "effects": effect_table(differences),
        "differences": differences,
        "comparisons": comparison_table(differences),
        "sensitivity": sensitivity_table(differences, collected, datasets),
        "screens": screen_table(means.values, facts),
        "pairs": pair_table(means, facts),
        "own_models": own_model_table(*means, facts),
        "leaking": effect_table(leaking_differences(means, facts)),
        "decisions": decision_table(means, facts),
        "decomposition": decomposition_table(means, facts),
        "ratios": ratio_table(means, facts),
        "slopes": slope_table(differences),
        "arms": arms_table(differences, difficulty),
        "difficulty": difficulty,
        "difficulty_effects": difficulty_effects(differences, difficulty),
        "confusions": confusion_table(collected, facts),
        "gaps": gap_table(collected, facts),
        "shots": shot_table(collected, facts),
        "status": status_table(collected, missing),
        "resources": resource_table(collected, facts),
        "hyperparameters": hyperparameter_table(collected, facts),
    }
