"""Which hyperparameters were chosen, where a study tunes them."""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.select import DESIGN


def hyperparameter_table(collected: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return how often each value was chosen; empty for the track ``default``.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``strategy``, ``level``, ``label``,
        ``parameter`` (``Class.parameter``), ``value`` (as JSON, or ``catalogue`` for that of the
        first trial), ``share`` of the folds in which
        the value was tried that chose it (mean over folds, then seeds, data sets and families) and
        ``n_datasets`` (families).
    """
    rows = collected[(collected["metric"] == "chosen").to_numpy()]
    keys = [*DESIGN, "strategy", "decision"]
    rows = rows.astype(dict.fromkeys([*keys, "family", "dataset"], str))
    share = rows.groupby([*keys, "family", "dataset"])["value"].mean()
    groups = share.groupby([*keys, "family"]).mean().groupby(keys)
    table = groups.agg(share="mean", n_datasets="size").reset_index()
    words = table.pop("decision").str.partition("=")
    table.insert(len(keys) - 1, "parameter", words[0] if len(table) else "")
    table.insert(len(keys), "value", words[2] if len(table) else "")
    facts = strategies[["level", "label"]]
    table = table.join(facts, on="strategy")
    columns = [*DESIGN, "strategy", *facts, "parameter", "value", "share", "n_datasets"]
    return table[columns]
