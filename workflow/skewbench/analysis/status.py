"""What became of every cell that has been run: no combination disappears without a reason.

Of blocks that no sitting has run yet, the report says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from skewbench.analysis.select import sorted_categories
from skewbench.blocks import block_of

SEVERITY = ("ok", "infeasible", "timeout", "failed", "missing")
GROUP = ["task", "track", "dataset", "ratio", "strategy", "learner"]


def missing_cells(
    not_collected: Mapping[str, str],
    tasks: Mapping[str, str],
    learners: Mapping[str, Iterable[str]],
) -> pd.DataFrame:
    """Return the cells of blocks that ran and could not be collected, as the collected table would.

    Parameters
    ----------
    not_collected : mapping of block name to sentence
        What is wrong with each of them.
    tasks : mapping of data set name to task
    learners : mapping of strategy name to learner names
    """
    rows = []
    for name, reason in not_collected.items():
        block = block_of(name)
        place = {"task": tasks[block.dataset], "dataset": block.dataset, "ratio": block.ratio}
        place |= {"strategy": block.strategy, "status": "missing", "reason": reason, "flags": ""}
        rows += [
            place | {"learner": learner, "seed": seed}
            for learner in learners[block.strategy]
            for seed in range(block.first, block.last + 1)
        ]
    return pd.DataFrame(rows)


def status_table(collected: pd.DataFrame, missing: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the worst status per data set, ratio, strategy and learner.

    Parameters
    ----------
    collected : DataFrame
        The collected table.
    missing : DataFrame, optional
        From :func:`missing_cells`; they are of the same track.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``dataset``, ``ratio``, ``strategy``, ``learner``, ``status`` (the
        worst over seeds: missing, failed, timeout, infeasible, ok), ``reason`` (the distinct
        reasons of that status, joined by "; "), ``flags`` (all that any seed raised, joined by
        commas), ``n_seeds`` and ``n_ok``.
    """
    text = [*GROUP, "status", "reason", "flags"]
    cells = collected[[*text, "seed"]].drop_duplicates()
    if missing is not None and len(missing):
        track = str(cells["track"].iloc[0]) if len(cells) else "default"
        cells = pd.concat([cells, missing.assign(track=track)], ignore_index=True)
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
