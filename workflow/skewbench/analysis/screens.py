"""Friedman's screen: is there any difference among the strategies of a condition? (PROTOCOL 7.2)

The table uses the chi-square corrected for ties; see :mod:`skewbench.statistics.friedman`.
"""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.readings import orientation
from skewbench.analysis.select import CONDITION, CONTROL, OWN, complete_block
from skewbench.statistics.friedman import friedman


def screen_table(values: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return Friedman's test per condition, on the complete block that is also ranked.

    Parameters
    ----------
    values : DataFrame
        From :func:`skewbench.analysis.select.family_means`.
    strategies : DataFrame, indexed by strategy
        ``ranked`` is used.

    Returns
    -------
    DataFrame, tidy
        The condition, ``chi2`` (corrected for ties), ``f`` and ``p`` (Iman-Davenport),
        ``n_datasets`` and ``n_strategies``; NaN where either is below two.
    """
    ranked = [name for name in values if strategies.loc[name, "ranked"]]
    rows = []
    for condition, block in values[ranked].groupby(level=CONDITION, observed=True, sort=True):
        names = dict(zip(CONDITION, map(str, condition), strict=True))
        control = None if names["learner"] == OWN else CONTROL
        block = block.reset_index(drop=True).dropna(axis="columns", how="all")
        complete, _ = complete_block(block, control)
        sign = orientation(names["metric"])
        test = friedman(sign * complete.to_numpy(dtype=float))
        n_datasets, n_strategies = complete.shape
        rows.append((*names.values(), test.chi2, test.f, test.p, n_datasets, n_strategies))
    columns = [*CONDITION, "chi2", "f", "p", "n_datasets", "n_strategies"]
    return pd.DataFrame(rows, columns=columns)
