"""Does a strategy gain more where the imbalance is higher? (PROTOCOL 7.6)

On every data set, the slope of strategy minus control on log10 of the induced imbalance ratio,
within one arm; then the mean slope over data sets, with a bootstrap of data sets. Ratios are
repeated measures of a data set and are never pooled as if they were independent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.analysis.comparisons import MAIN_READINGS, by_size, is_reading
from skewbench.analysis.ratios import ratio_facts
from skewbench.analysis.select import READING
from skewbench.statistics.paired import bca_interval
from skewbench.statistics.slopes import slopes

_KEYS = ["task", "track", "learner", *READING, "arm", "strategy", "level", "label"]


def slope_table(differences: pd.DataFrame) -> pd.DataFrame:
    """Return the mean slope of the gain per factor ten of imbalance ratio.

    A data set counts where it has at least two induced ratios of the arm; its line goes through
    as many as it has.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``learner``, the reading (main readings), ``arm``, ``strategy``,
        ``level``, ``label``, ``slope`` (change of strategy minus control, in the metric's own
        sign, per factor ten), its BCa interval ``lower``, ``upper``, ``n_datasets`` and
        ``share_imputed`` (of the values that lines go through).
    """
    columns = [*_KEYS, "slope", "lower", "upper", "n_datasets", "share_imputed"]
    facts = {name: ratio_facts(name) for name in differences["ratio"].unique()}
    induced = [name for name, (ratio, _) in facts.items() if not np.isnan(ratio)]
    kept = differences[is_reading(differences, MAIN_READINGS) & differences["ratio"].isin(induced)]
    if kept.empty:
        return pd.DataFrame(columns=columns)
    kept = kept.assign(
        imbalance_ratio=kept["ratio"].map({name: ratio for name, (ratio, _) in facts.items()}),
        arm=kept["ratio"].map({name: arm for name, (_, arm) in facts.items()}),
    )
    grid = kept.set_index([*_KEYS, "family", "imbalance_ratio"])["difference"]
    grid = grid.astype(float).unstack("imbalance_ratio")
    lines = pd.Series(slopes(np.log10(grid.columns.to_numpy()), grid), index=grid.index).dropna()
    if lines.empty:
        return pd.DataFrame(columns=columns)
    groups = lines.groupby(level=_KEYS, sort=True)
    codes = groups.ngroup().to_numpy()
    table = pd.DataFrame({"slope": groups.mean()})
    interval = np.full((2, len(table)), np.nan)
    for rows, at in by_size(codes):
        interval[:, rows] = bca_interval(lines.to_numpy()[at])
    table["lower"], table["upper"] = interval
    table["n_datasets"] = groups.size()
    used = kept.set_index([*_KEYS, "family"])["imputed"].astype(float)
    used = used[used.index.isin(lines.index)]
    table["share_imputed"] = used.groupby(level=_KEYS).mean()
    return table.reset_index()[columns]
