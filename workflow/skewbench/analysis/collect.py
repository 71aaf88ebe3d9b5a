"""From the blocks' metrics files to one collected table: folds become repeats.

Ranking and probability metrics are means over a repeat's folds. Threshold metrics come from counts
pooled over the folds [Forman & Scholz 2010], here and nowhere else.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from skewbench.errors import InputError
from skewbench.metrics.costs import (
    bayes_threshold,
    cost_matrix,
    expected_cost,
    net_benefit,
    normalised_cost,
)
from skewbench.metrics.counts import threshold_metrics
from skewbench.metrics.shots import shot_accuracies
from skewbench.results import read_metrics

CELL = ["ratio", "strategy", "seed", "learner", "status", "reason", "flags", "task", "track"]
JUDGED = ["scores", "prior", "decision"]
COLUMNS = ["dataset", "family", "task", "track", "ratio", "strategy", "learner", "seed"]
COLUMNS += ["status", "reason", "flags", *JUDGED, "metric", "value"]
TEXT = [name for name in COLUMNS if name not in ("seed", "value")]
POOLED = ["dataset", *CELL, *JUDGED, "metric", "value"]
COUNT = "count_"


def collect(
    files: Iterable[str | Path],
    facts: Mapping[str, dict[str, Any]],
    archived: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[dict[str, str]], dict[str, str]]:
    """Read metrics files and return the collected table.

    Parameters
    ----------
    files : iterable of path
        Metrics files, one per block.
    facts : mapping of data set name to its facts
        ``family``, ``class_counts``, ``cost`` and ``shots`` are used.
    archived : DataFrame, optional
        Pooled rows of earlier sittings, which join those of the files.

    Returns
    -------
    collected : DataFrame
        One row per data set, ratio, strategy, learner, seed, scores, prior, decision and metric.
    versions : list of dict of str to str
        The distinct library versions the files were made with; more than one is a warning.
    problems : dict of str to str
        A sentence for every file that could not be read, is in the place of another, or is of a
        data set without facts; its cells are absent, the rest is here.

    Raises
    ------
    InputError
        When two files hold the same cell.
    """
    pooled, versions, problems = pool(files, facts)
    if archived is not None:
        pooled = pd.concat([pooled, archived], ignore_index=True)
    # As precise as an archive, wherever they come from: what was equal there is equal here.
    pooled = pooled.astype({"value": np.float32}).astype({"value": float})
    parts = [
        _compact(_derive(rows, dataset, facts[dataset]))
        for dataset, rows in pooled.groupby("dataset", sort=False, observed=True)
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS), [], problems
    collected = pa.concat_tables(parts).unify_dictionaries().to_pandas()
    for name in TEXT:
        words = collected[name].cat
        collected[name] = words.reorder_categories(sorted(words.categories))
    return collected, versions, problems


def pool(
    files: Iterable[str | Path], datasets: Container[str] | None = None
) -> tuple[pd.DataFrame, list[dict[str, str]], dict[str, str]]:
    """Read metrics files and return their rows with folds averaged, or summed if counts.

    Parameters
    ----------
    files : iterable of path
        Metrics files, one per block.
    datasets : container of str, optional
        A file of a data set that is not in it is a problem.

    Returns
    -------
    pooled : DataFrame
        Columns :data:`POOLED`, text as objects.
    versions, problems
        As in :func:`collect`.
    """
    files = [str(file) for file in files]
    tables, problems, versions = defaultdict(list), {}, {}
    for position, file in enumerate(files):
        try:
            table = read_metrics(file)
        except InputError as error:
            problems[file] = str(error)
            continue
        dataset = table["dataset"][0].as_py()
        if datasets is not None and dataset not in datasets:
            problems[file] = f"{file}: of data set '{dataset}', of which no facts are known"
            continue
        made_with = table.schema.metadata.get(b"skewbench.versions", b"{}")
        versions[made_with] = json.loads(made_with)
        number = pa.array(np.full(table.num_rows, position, np.int32))
        tables[dataset].append(table.append_column("file", number))
    parts = [
        _pool_folds(pa.concat_tables(found).unify_dictionaries().to_pandas(), dataset, files)
        for dataset, found in tables.items()
    ]
    nothing = pd.DataFrame(columns=POOLED).astype({"value": float})
    pooled = pd.concat(parts, ignore_index=True) if parts else nothing
    return pooled, list(versions.values()), problems


def _pool_folds(frame: pd.DataFrame, dataset: str, files: Sequence[str]) -> pd.DataFrame:
    """Return one data set's rows, folds averaged or pooled."""
    places = frame[[*CELL[:4], "file"]].drop_duplicates()
    twice = places[places.duplicated(CELL[:4], keep=False)]
    if len(twice):
        (ratio, strategy, seed, _), same = next(iter(twice.groupby(CELL[:4], observed=True)))
        raise InputError(
            f"data set '{dataset}', ratio {ratio}, strategy '{strategy}', seed {seed}: "
            f"{' and '.join(files[position] for position in same['file'])} hold the same cell"
        )
    ok = (frame["status"] == "ok").to_numpy()
    is_count = _counts(frame)
    keys = [*CELL, *JUDGED, "metric"]
    averaged = frame[ok & ~is_count].groupby(keys, observed=True)["value"].mean().reset_index()
    summed = frame[ok & is_count].groupby(keys, observed=True)["value"].sum().reset_index()
    parts = [frame[~ok][[*keys, "value"]], averaged, summed]
    parts = [part.astype({key: object for key in keys}) for part in parts]
    return pd.concat(parts).assign(dataset=dataset)[POOLED]


def _derive(pooled: pd.DataFrame, dataset: str, facts: dict[str, Any]) -> pd.DataFrame:
    """Return one data set's pooled rows with the metrics that come from counts."""
    is_count = _counts(pooled)
    parts = [pooled[~is_count]]
    if is_count.any():
        keys = [*CELL, *JUDGED]
        counts = pooled[is_count].set_index([*keys, "metric"])["value"].unstack("metric")
        sizes = pooled[pooled["metric"] == "n_train"].set_index(CELL[:4])["value"]
        parts.append(_from_counts(counts, sizes, facts))
    return pd.concat(parts).assign(dataset=dataset, family=facts["family"])


def _compact(collected: pd.DataFrame) -> pa.Table:
    """Return the rows with each word stored once: Python's objects would fill the memory."""
    columns = {name: pa.array(collected[name], pa.string()).dictionary_encode() for name in TEXT}
    columns["seed"] = pa.array(collected["seed"], pa.int64())
    columns["value"] = pa.array(collected["value"], pa.float64())
    return pa.table({name: columns[name] for name in COLUMNS})


def _counts(frame: pd.DataFrame) -> np.ndarray:
    return frame["metric"].str.startswith(COUNT).fillna(False).to_numpy(dtype=bool)


def _from_counts(pooled: pd.DataFrame, sizes: pd.Series, facts: dict[str, Any]) -> pd.DataFrame:
    """Return pooled counts and every metric derived from them, long.

    ``sizes`` are the training rows of each cell, as means over its folds.
    """
    n_classes = len(facts["class_counts"])
    names = [f"{COUNT}{true}_{pred}" for true in range(n_classes) for pred in range(n_classes)]
    counts = pooled[names].to_numpy().reshape(-1, n_classes, n_classes)
    costs = cost_matrix(facts["cost"], n_classes, np.array(facts["class_counts"]))
    values = dict(zip(names, pooled[names].to_numpy().T, strict=True))
    values |= threshold_metrics(counts)
    values["expected_cost"] = expected_cost(counts, costs)
    values["normalised_cost"] = normalised_cost(counts, costs)
    if n_classes == 2:
        values["net_benefit"] = net_benefit(counts, bayes_threshold(costs[1, 0], costs[0, 1]))
    else:
        rows = _training_rows(pooled.index, counts, sizes)
        values |= shot_accuracies(counts, rows, **(facts.get("shots") or {}))
    wide = pd.DataFrame(values, index=pooled.index).rename_axis(columns="metric")
    return wide.stack().rename("value").reset_index()


def _training_rows(index: pd.MultiIndex, counts: np.ndarray, sizes: pd.Series) -> np.ndarray:
    """Return the training rows per class of each row's cell, shape (n_rows, n_classes).

    They are the true classes of what was judged on training rows, which is summed over folds.
    """
    cells = index.droplevel([name for name in index.names if name not in CELL[:4]])
    training = index.get_level_values("scores") == "training"
    rows = pd.DataFrame(counts[training].sum(axis=2), index=cells[training])
    rows = rows.mul(sizes.reindex(rows.index) / rows.sum(axis=1), axis=0)
    return rows.reindex(cells).to_numpy().round(2)  # 100 stays 100, whatever the folds' sizes
