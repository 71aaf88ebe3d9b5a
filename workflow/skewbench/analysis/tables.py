"""Every table of a study from its collected table, and how tables are written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from skewbench.analysis.costs import resource_table
from skewbench.analysis.decisions import decision_table
from skewbench.analysis.effects import effect_differences, effect_table, leaking_differences
from skewbench.analysis.ranking import all_rank_tables
from skewbench.analysis.ratios import ratio_table
from skewbench.analysis.status import status_table


def strategy_facts(strategies: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return ``level``, ``label``, ``ranked`` and ``anchor`` per strategy, from the catalogue."""
    rows = {
        name: {
            "level": spec["level"],
            "label": spec.get("label", name),
            "ranked": spec.get("ranked", True),
            # A plain ensemble is its own control.
            "anchor": spec.get("anchor", name if "model" in spec else None),
        }
        for name, spec in strategies.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")


def all_tables(
    collected: str | Path | pd.DataFrame, strategies: dict[str, dict[str, Any]]
) -> dict[str, pd.DataFrame]:
    """Return the study's tables by name: ranks, effects, differences, leaking, ..."""
    if not isinstance(collected, pd.DataFrame):
        collected = pd.read_parquet(collected)
    facts = strategy_facts(strategies)
    differences = effect_differences(collected, facts)
    return {
        "ranks": all_rank_tables(collected, facts),
        "effects": effect_table(differences),
        "differences": differences,
        "leaking": effect_table(leaking_differences(collected, facts)),
        "decisions": decision_table(collected, facts),
        "ratios": ratio_table(collected, facts),
        "status": status_table(collected),
        "resources": resource_table(collected, facts),
    }


def write(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV or Parquet, by the suffix, whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        if file.suffix == ".csv":
            table.to_csv(temporary, index=False, float_format="%.6g")
        else:
            table.to_parquet(temporary, index=False)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
