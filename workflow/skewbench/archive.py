"""Sittings: what earlier runs of a long study have found, kept in one compact file.

An archive is a folder that can be committed: ``metrics.parquet`` has the pooled rows of
:func:`skewbench.analysis.collect.pool` (threshold metrics follow from their counts), and
``blocks.json.gz`` says which blocks they are and what they were made from. A run leaves out the
blocks that are archived with the study's present settings and data, and collects them from there.
Code that has changed makes no archived block run again: hours of computing outlive an edited
comment. Facts and difficulty of the data sets are kept too, so that all tables and figures can be
made from an archive where the data are not. No heavy import here: every Snakemake process asks
which blocks are archived.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from skewbench.blocks import Block, block_name
from skewbench.errors import InputError
from skewbench.files import whole
from skewbench.study import Study

ROWS, BLOCKS = "metrics.parquet", "blocks.json.gz"
FACTS, DIFFICULTY = "data", "difficulty"  # folders of one JSON file per data set, as in results
AGAIN = ("failed", "timeout")  # what `make retry` runs again


def settings_digest(study: Study, strategy: str) -> str:
    """Return a digest of what the blocks of ``strategy`` depend on in the configuration."""
    text = json.dumps(study.block_settings(strategy), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def data_digest(facts: dict[str, Any]) -> str:
    """Return a digest of what the blocks of a data set depend on in its facts."""
    text = json.dumps([facts[key] for key in ("checksum", "split", "cost")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_blocks(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the archive in ``folder`` says of its blocks, by name; nothing if there is none.

    Raises
    ------
    InputError
        When its list of blocks is damaged, or one of list and metrics is missing.
    """
    file = folder / BLOCKS
    if not file.exists():
        if (folder / ROWS).exists():
            raise InputError(f"{file}: missing; restore it, or delete {folder / ROWS}")
        return {}
    try:
        blocks = dict(json.loads(gzip.decompress(file.read_bytes()))["blocks"])
        for entry in blocks.values():
            entry["settings"], entry["data"], entry["status"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: damaged ({error}); restore it, or delete the folder") from None
    if not (folder / ROWS).exists():
        raise InputError(f"{folder / ROWS}: missing; restore it, or delete {file}")
    return blocks


def write_blocks(blocks: dict[str, dict[str, Any]], folder: Path) -> None:
    """Write the archive's list of blocks, one to a line, whole or not at all."""
    lines = [f"{json.dumps(name)}: {json.dumps(blocks[name])}" for name in sorted(blocks)]
    text = '{"blocks": {\n' + ",\n".join(lines) + "\n}}\n"
    with whole(folder / BLOCKS) as temporary:
        temporary.write_bytes(gzip.compress(text.encode(), mtime=0))  # the same bytes every time


def archived_blocks(study: Study, results: Path) -> list[Block]:
    """Return the blocks of ``study`` that its archive holds as they would be made today.

    A data set that has not been prepared in ``results`` yet is taken to be what it was: collecting
    looks again.
    """
    known = read_blocks(study.root / study.archive) if study.archive else {}
    if not known:
        return []
    settings = {name: settings_digest(study, name) for name in study.strategies}
    data = {name: _prepared(results / "data" / f"{name}.json") for name in study.datasets}
    found = []
    for block in study.blocks():
        entry = known.get(block_name(block))
        if (
            entry
            and entry["settings"] == settings[block.strategy]
            and data[block.dataset] in (None, entry["data"])
        ):
            found.append(block)
    return found


def archived_part(study: Study, blocks: Iterable[Block]) -> Study:
    """Return ``study`` with no data sets and ratios but those of archived ``blocks``.

    Raises
    ------
    InputError
        When there are none.
    """
    blocks = list(blocks)
    if not blocks:
        raise InputError(f"{study.file}: nothing of this study is archived")
    found = {block.dataset for block in blocks}
    return replace(
        study,
        datasets={name: entry for name, entry in study.datasets.items() if name in found},
        ratios=tuple(ratio for ratio in study.ratios if ratio in {b.ratio for b in blocks}),
    )


def forget(folder: Path) -> int:
    """Take blocks with a failed or timed-out cell out of an archive; return how many."""
    blocks = read_blocks(folder)
    kept = {name: entry for name, entry in blocks.items() if entry["status"] not in AGAIN}
    if len(kept) < len(blocks):
        write_blocks(kept, folder)
    return len(blocks) - len(kept)


def _prepared(facts: Path) -> str | None:
    try:
        return data_digest(json.loads(facts.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return None
