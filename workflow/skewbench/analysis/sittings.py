"""Putting the results of a sitting into a study's archive, and reading them back.

What an archive is, and which of its blocks still count, is in :mod:`skewbench.archive`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from skewbench.analysis.collect import POOLED, pool
from skewbench.analysis.status import SEVERITY
from skewbench.archive import (
    DIFFICULTY,
    FACTS,
    ROWS,
    data_digest,
    read_blocks,
    settings_digest,
    write_blocks,
)
from skewbench.blocks import Block, block_name, block_of
from skewbench.errors import InputError
from skewbench.provenance import cpu_seconds
from skewbench.results import read, read_metrics, write
from skewbench.study import Study

PLACE = ["dataset", "ratio", "strategy", "seed"]
TEXT = [name for name in POOLED if name not in ("seed", "value")]


def archived_rows(
    folder: Path, blocks: Iterable[Block], facts: Mapping[str, dict[str, Any]]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the pooled rows of archived ``blocks``, and a sentence for every block left out.

    Parameters
    ----------
    folder : Path
        The archive.
    blocks : iterable of Block
        Of those in the archive.
    facts : mapping of data set name to its facts
        A data set that is not what it was in the sitting is left out.

    Raises
    ------
    InputError
        When the archive is damaged.
    """
    known, blocks = read_blocks(folder), list(blocks)
    changed = {
        block.dataset
        for block in blocks
        if known[block_name(block)]["data"] != data_digest(facts[block.dataset])
    }
    cells = [cell for block in blocks if block.dataset not in changed for cell in _cells(block)]
    rows = _rows(folder).merge(pd.DataFrame(cells, columns=PLACE), on=PLACE)[POOLED]
    left_out = {
        block_name(block): f"data set '{block.dataset}' is not what it was in the sittings in "
        f"{folder}; its cells are left out now, and the same command runs them"
        for block in blocks
        if block.dataset in changed
    }
    return rows, left_out


def archived_versions(folder: Path) -> list[dict[str, str]]:
    """Return the distinct library versions that the sittings in ``folder`` were made with."""
    return json.loads(pq.read_schema(folder / ROWS).metadata[b"skewbench.versions"])


def archive(study: Study, results: Path) -> tuple[int, list[str]]:
    """Add the finished blocks of a study to its archive, in place of what it has of their cells.

    Parameters
    ----------
    study : Study
    results : Path
        The study's folder of results.

    Returns
    -------
    n_blocks : int
        Blocks of this study in the archive now.
    problems : list of str
        A sentence for everything that could not be archived.

    Raises
    ------
    InputError
        When the study has no archive, or a damaged one.
    """
    if study.archive is None:
        raise InputError(f"{study.file}: the study names no 'archive' to put its results into")
    folder = study.root / study.archive
    files = {
        block: results / "metrics" / f"{block_name(block)}.parquet" for block in study.blocks()
    }
    files = {block: file for block, file in files.items() if file.exists()}
    stale = {block for block, file in files.items() if _is_stale(block, file, study, results)}
    files = {block: file for block, file in files.items() if block not in stale}
    rows, versions, bad_files = pool(files.values())
    problems = list(bad_files.values())
    statuses = _statuses(rows)
    known = read_blocks(folder)
    made = [block for block in files if not statuses.keys().isdisjoint(_cells(block))]
    cells = {cell for block in made for cell in _cells(block)}
    entries = {name: known[name] for name in known if cells.isdisjoint(_cells(block_of(name)))}
    if known:
        kept = pd.DataFrame([c for name in entries for c in _cells(block_of(name))], columns=PLACE)
        versions += [found for found in archived_versions(folder) if found not in versions]
        rows = pd.concat([_rows(folder).merge(kept, on=PLACE)[POOLED], rows], ignore_index=True)
    data = {
        name: data_digest(json.loads((results / "data" / f"{name}.json").read_text("utf-8")))
        for name in {block.dataset for block in made}
    }
    for block in made:
        benchmark = results / "benchmarks" / "metrics" / f"{block_name(block)}.tsv"
        entries[block_name(block)] = {
            "settings": settings_digest(study, block.strategy),
            "data": data[block.dataset],
            "status": max((statuses[cell] for cell in _cells(block)), key=SEVERITY.index),
            "cpu_seconds": cpu_seconds(benchmark),
        }
    rows = rows.sort_values([*TEXT, "seed"], ignore_index=True)
    rows = rows.astype(dict.fromkeys(TEXT, "category") | {"value": np.float32})
    table = pa.Table.from_pandas(rows, preserve_index=False)
    write(table, folder / ROWS, {"versions": versions})
    for kind in (FACTS, DIFFICULTY):
        (folder / kind).mkdir(exist_ok=True)
        for file in (results / kind / f"{name}.json" for name in sorted(data)):
            if file.exists():  # difficulty may not have been measured yet
                shutil.copyfile(file, folder / kind / file.name)
    write_blocks(entries, folder)
    if stale:
        problems.append(
            f"{len(stale)} metrics files were made with other settings or data; "
            "run the study, and they are made anew"
        )
    return len({block_name(block) for block in study.blocks()} & set(entries)), problems


def _cells(block: Block) -> list[tuple[str, str, str, int]]:
    seeds = range(block.first, block.last + 1)
    return [(block.dataset, block.ratio, block.strategy, seed) for seed in seeds]


def _rows(folder: Path) -> pd.DataFrame:
    return read(folder / ROWS).to_pandas().astype(dict.fromkeys(TEXT, object))


def _is_stale(block: Block, file: Path, study: Study, results: Path) -> bool:
    """Return whether a metrics file is of other settings, or older than its data."""
    data = results / "data" / f"{block.dataset}.parquet"
    try:
        made_with = json.loads(read_metrics(file).schema.metadata[b"skewbench.settings"])
    except (InputError, KeyError):
        return False  # no metrics file of this block: told when its rows are pooled
    settings = json.loads(json.dumps(study.block_settings(block.strategy)))
    return made_with != settings or file.stat().st_mtime < data.stat().st_mtime


def _statuses(rows: pd.DataFrame) -> dict[tuple[str, str, str, int], str]:
    """Return the worst status of every cell, over its learners."""
    found = rows[[*PLACE, "status"]].drop_duplicates()
    order = found["status"].map(SEVERITY.index)
    worst = found.assign(order=order).sort_values("order").drop_duplicates(PLACE, keep="last")
    return worst.set_index(PLACE)["status"].to_dict()
