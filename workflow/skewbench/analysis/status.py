"""What became of every cell: no combination disappears without a reason."""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.select import sorted_categories

SEVERITY = ("ok", "infeasible", "timeout", "failed")
GROUP = ["task", "track", "dataset", "ratio", "strategy", "learner"]


def status_table(collected: pd.DataFrame) -> pd.DataFrame:
    """Return the worst status per data set, ratio, strategy and learner.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``dataset``, ``ratio``, ``strategy``, ``learner``, ``status`` (the
        worst over seeds: failed, timeout, infeasible, ok), ``reason`` (the distinct reasons of
        that status, joined by "; "), ``flags`` (all that any seed raised, joined by commas),
        ``n_seeds`` and ``n_ok``.
    """
    text = [*GROUP, "status", "reason", "flags"]
    cells = collected[[*text, "seed"]].drop_duplicates()
    cells = sorted_categories(cells, text)
    cells["severity"] = cells["status"].astype(str).map(SEVERITY.index).astype(int)
    groups = cells.groupby(GROUP, observed=True, sort=True)
    worst = groups["severity"].transform("max")
    table = pd.DataFrame({"severity": groups["severity"].max()})
    table["status"] = table.pop("severity").map(dict(enumerate(SEVERITY)))
    reasons = cells[cells["severity"] == worst].groupby(GROUP, observed=True)["reason"]
    table["reason"] = reasons.agg(lambda found: "; ".join(sorted(set(found) - {""})))
    table["flags"] = groups["flags"].agg(_all_flags)
    table["n_seeds"] = groups["seed"].nunique()
    ok = cells.assign(seed=cells["seed"].where(cells["status"] == "ok"))
    table["n_ok"] = ok.groupby(GROUP, observed=True)["seed"].nunique()
    table = table.reset_index()
    table[GROUP] = table[GROUP].astype(str)
    return table


def _all_flags(joined: pd.Series) -> str:
    return ",".join(sorted({flag for text in set(joined) for flag in text.split(",") if flag}))
