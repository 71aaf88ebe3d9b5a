"""Tables that no file holds as the page shows them: failures, data sets, strategies, versions."""

from __future__ import annotations

import pandas as pd

from skewbench.report.inputs import Absent, Inputs, main_design

PLACE = ["task", "track", "dataset", "ratio"]
REPAIRED_CUT = {"f1": "0.5", "expected_cost": "cost-optimal"}


def failed_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy, learner and reason of what failed, was late or is missing."""
    return _by_reason(inputs, name, ("failed", "timeout", "missing"))


def infeasible_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy, learner and reason of what the design rules out."""
    return _by_reason(inputs, name, ("infeasible",))


def decomposed_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy, learner and metric (F1 and expected cost), a step a column.

    Beside a step's gain are its ``<step>_lower`` and ``<step>_upper``, as far as the table has
    them, and the largest share of filled-in values of any step.
    """
    rows = main_design(inputs.table(name, "strategy", "learner", "metric", "step", "gain"))
    rows = rows[rows["metric"].isin(REPAIRED_CUT)]
    keys = ["strategy", "learner", "metric"]
    groups = rows.groupby(keys, observed=True)
    facts = [column for column in ("n_datasets", "share_imputed") if column in rows]
    table = groups[facts].max()
    for column, ending in (("gain", ""), ("lower", "_lower"), ("upper", "_upper")):
        if column in rows:
            wide = rows.pivot(index=keys, columns="step", values=column)
            table = table.join(wide.add_suffix(ending))
    table = table.reset_index()
    return table.assign(cut=table["metric"].map(REPAIRED_CUT))


def dataset_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per data set with its facts."""
    if not inputs.datasets:
        raise Absent(f"The facts of the data sets are missing; make them: `{inputs.command}`.")
    facts = pd.DataFrame(inputs.datasets)
    if "class_counts" in facts:
        facts["n_smallest"] = facts["class_counts"].map(min)
        facts["n_classes"] = facts["class_counts"].map(len)
    return facts


def strategy_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy of the study with its level, source and control."""
    rows = [
        {
            "label": inputs.strategy_label(key),
            "level": entry.get("level"),
            "source": entry.get("source"),
            "anchor": inputs.strategy_label(entry.get("anchor") or ""),
            "ranked": "yes" if entry.get("ranked", True) else "no: it leaks",
        }
        for key, entry in inputs.strategies.items()
    ]
    if not rows:
        raise Absent("The study names no strategy.")
    return pd.DataFrame(rows)


def version_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per library with the version, or versions, that made the results."""
    made_with = inputs.provenance.get("versions", [])
    if not made_with:
        raise Absent(f"The library versions are missing; make them: `{inputs.command}`.")
    sets = [made_with] if isinstance(made_with, dict) else made_with
    libraries = dict.fromkeys(library for versions in sets for library in versions)
    rows = [
        (library, ", ".join(dict.fromkeys(str(each[library]) for each in sets if library in each)))
        for library in libraries
    ]
    return pd.DataFrame(rows, columns=["library", "version"])


def _by_reason(inputs: Inputs, name: str, statuses: tuple[str, ...]) -> pd.DataFrame:
    status = inputs.table(name, *PLACE, "strategy", "learner", "status", "reason")
    rows = status[status["status"].isin(statuses)].astype(str)
    rows = rows.assign(
        label=[inputs.strategy_label(strategy) for strategy in rows["strategy"]],
        place=rows["dataset"] + " (" + rows["ratio"] + ")",
    )
    groups = rows.groupby(["label", "learner", "status", "reason"], sort=True)["place"]
    table = groups.agg(n="size", places=lambda places: ", ".join(sorted(set(places))))
    return table.reset_index().sort_values(["status", "n"], ascending=[True, False])
