"""Putting the results of a sitting into a study's archive, and reading them back.

What an archive is, and which of its blocks still count, is in :mod:`skewbench.archive`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from skewbench.analysis.collect import POOLED, pool
from skewbench.archive import (
    ROWS,
    archived_blocks,
    block_name,
    read_blocks,
    settings_digest,
    write_blocks,
)
from skewbench.errors import InputError
from skewbench.provenance import cpu_seconds
from skewbench.results import read, write
from skewbench.study import Block, Study

PLACE = ["dataset", "ratio", "strategy", "seed"]
TEXT = [name for name in POOLED if name not in ("seed", "value")]


def archived_rows(
    folder: Path, blocks: Iterable[Block], facts: Mapping[str, dict[str, Any]]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the pooled rows of archived ``blocks``, and a sentence for every data set left out.

    Parameters
    ----------
    folder : Path
        The archive.
    blocks : iterable of Block
        Of those in the archive.
    facts : mapping of data set name to its facts
        A data set whose ``checksum`` is not that of the sitting is left out.

    Raises
    ------
    InputError
        When the archive is damaged.
    """
    known, blocks = read_blocks(folder), list(blocks)
    changed = {
        block.dataset
        for block in blocks
        if known[block_name(block)]["data"] != facts[block.dataset]["checksum"]
    }
    cells = [
        (block.dataset, block.ratio, block.strategy, seed)
        for block in blocks
        if block.dataset not in changed
        for seed in range(block.first, block.last + 1)
    ]
    rows = read(folder / ROWS).to_pandas().astype({name: object for name in TEXT})
    rows = rows.merge(pd.DataFrame(cells, columns=PLACE), on=PLACE)[POOLED]
    problems = [
        f"data set '{name}' is not what it was in the sittings in {folder}, so its archived cells "
        "are left out"
        for name in sorted(changed)
    ]
    return rows, problems


def archived_versions(folder: Path) -> list[dict[str, str]]:
    """Return the distinct library versions that the sittings in ``folder`` were made with."""
    return json.loads(pq.read_schema(folder / ROWS).metadata[b"skewbench.versions"])


def archive(study: Study, results: Path) -> tuple[int, list[str]]:
    """Add the finished blocks of a study to its archive.

    Parameters
    ----------
    study : Study
    results : Path
        The study's folder of results.

    Returns
    -------
    n_blocks : int
        Blocks in the archive now.
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
    earlier = [block for block in archived_blocks(study)[0] if block not in files]
    datasets = {block.dataset for block in (*files, *earlier)}
    facts = {
        name: json.loads((results / "data" / f"{name}.json").read_text(encoding="utf-8"))
        for name in datasets
    }
    rows, versions, problems = pool(files.values())
    readable = set(rows[PLACE].itertuples(index=False, name=None))
    known = read_blocks(folder)
    entries = {block_name(block): known[block_name(block)] for block in earlier}
    entries |= {
        block_name(block): {
            "settings": settings_digest(study, block.strategy),
            "code": json.loads(pq.read_schema(file).metadata[b"skewbench.code"]),
            "data": facts[block.dataset]["checksum"],
            "cpu_seconds": cpu_seconds(
                results / "benchmarks" / "metrics" / f"{block_name(block)}.tsv"
            ),
        }
        for block, file in files.items()
        if (block.dataset, block.ratio, block.strategy, block.first) in readable
    }
    if earlier:
        kept, left_out = archived_rows(folder, earlier, facts)
        versions += [found for found in archived_versions(folder) if found not in versions]
        rows, problems = pd.concat([kept, rows], ignore_index=True), [*left_out, *problems]
    rows = rows.sort_values([*TEXT, "seed"], ignore_index=True)
    table = pa.Table.from_pandas(rows.astype(dict.fromkeys(TEXT, "category")), preserve_index=False)
    write(table, folder / ROWS, {"versions": versions})
    write_blocks(entries, folder)
    return len(entries), problems
