"""What a strategy costs to run: CPU time and memory, beside the control's.

Times are CPU seconds of one fold (resampling, fitting, scoring), averaged over folds and seeds and
then over data sets. Cells without a result have no time, so ``n_datasets`` belongs to every number
and the time relative to the control is paired by data set. A data set is left out that fewer than
half as many strategies ran on as on another.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import DESIGN, control_of, seed_values

CPU = ("resample_seconds", "fit_seconds", "score_seconds")
SEARCH = "search_seconds"
MEMORY = "peak_memory_mb"


def resource_table(collected: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """Return mean CPU seconds and peak memory per strategy, learner and ratio.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``ratio``, ``learner``, ``strategy``, ``level``, ``label``, mean
        ``resample_seconds``, ``fit_seconds``, ``score_seconds`` and their sum ``cpu_seconds`` per
        fold, ``search_seconds`` per fold for tuning hyperparameters (NaN without),
        ``peak_memory_mb`` (mean over data sets), ``relative_seconds`` (geometric mean over
        data sets of the time divided by the control's) and ``n_datasets`` (families).
    """
    readings = [Reading(metric, scores="", prior="") for metric in (*CPU, SEARCH, MEMORY)]
    cells = seed_values(collected, strategies, readings)
    cells = cells[cells["imputed"] == 0]
    unit = [*DESIGN, "strategy", "family"]
    data = cells.groupby([*unit, "dataset", "metric"], observed=True)["value"].mean()
    data = data.unstack("metric").reindex(columns=[*CPU, SEARCH, MEMORY])
    data = data.groupby(unit, observed=True).mean()
    data.columns = data.columns.astype(str)
    data["cpu_seconds"] = data[list(CPU)].sum(axis=1, min_count=1)
    data = data.dropna(subset="cpu_seconds").reset_index()
    data[unit] = data[unit].astype(str)
    data = _of_most_strategies(data).join(strategies[["level", "label"]], on="strategy")
    data["relative_seconds"] = _relative_to_control(data, strategies)
    keys = [*DESIGN, "strategy", "level", "label"]
    groups = data.groupby(keys, sort=True)
    table = groups[[*CPU, "cpu_seconds", SEARCH, MEMORY]].mean()
    logs = data.assign(relative_seconds=np.log(data["relative_seconds"])).groupby(keys)
    table["relative_seconds"] = np.exp(logs["relative_seconds"].mean())
    table["n_datasets"] = groups.size()
    return table.reset_index()


def _of_most_strategies(data: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of families that half as many strategies ran on as on any of a condition.

    Means of strategies are compared: one data set that a few have done in a study that is not
    finished would set them apart.
    """
    here = [data[name] for name in [*DESIGN, "family"]]
    ran = data["strategy"].groupby(here).transform("nunique")
    return data[2 * ran >= ran.groupby(here[:-1]).transform("max")]


def _relative_to_control(data: pd.DataFrame, strategies: pd.DataFrame) -> pd.Series:
    """Return each row's CPU seconds divided by its control's on the same data (NaN without)."""
    known = data.set_index([*DESIGN, "family", "strategy"])["cpu_seconds"]
    control = [
        control_of(strategies, learner)[strategy]
        for learner, strategy in zip(data["learner"], data["strategy"], strict=True)
    ]
    keys = [data[name] for name in [*DESIGN, "family"]]
    reference = known.reindex(pd.MultiIndex.from_arrays([*keys, control])).to_numpy(dtype=float)
    positive = (reference > 0) & (data["cpu_seconds"] > 0)
    return (data["cpu_seconds"] / np.where(positive, reference, np.nan)).where(positive)
