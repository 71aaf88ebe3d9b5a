"""Sittings: what earlier runs of a long study have found, kept in one compact file.

An archive is a folder that can be committed: ``metrics.parquet`` has the pooled rows of
:func:`skewbench.analysis.collect.pool` (threshold metrics follow from their counts), and
``blocks.json`` says which blocks they are and what they were made from. A run leaves out the blocks
that are archived with the study's present settings, and collects them from there. Settings that
have changed make a block run again; code that has changed does not, but is told. No heavy import
here: every Snakemake process asks which blocks are archived.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from skewbench.errors import InputError
from skewbench.study import Block, Study

ROWS, BLOCKS = "metrics.parquet", "blocks.json"


def settings_digest(study: Study, strategy: str) -> str:
    """Return a digest of what the blocks of ``strategy`` depend on in the configuration."""
    text = json.dumps(study.block_settings(strategy), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def block_name(block: Block) -> str:
    """Return a block's path below ``metrics/``, without the suffix."""
    return f"{block.dataset}/{block.ratio}/{block.strategy}/seeds{block.first}-{block.last}"


def block_of(name: str) -> Block:
    """Return the block that :func:`block_name` has named."""
    dataset, ratio, strategy, seeds = name.split("/")
    first, _, last = seeds.removeprefix("seeds").partition("-")
    return Block(dataset, ratio, strategy, int(first), int(last))


def read_blocks(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the archive in ``folder`` says of its blocks, by name; nothing if there is none.

    Raises
    ------
    InputError
        When its list of blocks is damaged, or its metrics are missing.
    """
    file = folder / BLOCKS
    if not file.exists():
        return {}
    try:
        blocks = json.loads(file.read_text(encoding="utf-8"))["blocks"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: damaged ({error}); restore it, or delete the folder") from None
    if not (folder / ROWS).exists():
        raise InputError(f"{folder / ROWS}: missing; restore it, or delete {file}")
    return blocks


def write_blocks(blocks: dict[str, dict[str, Any]], folder: Path) -> None:
    """Write the archive's list of blocks, one to a line, whole or not at all."""
    lines = [f"{json.dumps(name)}: {json.dumps(blocks[name])}" for name in sorted(blocks)]
    temporary = folder / f".{BLOCKS}.tmp"
    temporary.write_text('{"blocks": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
    temporary.replace(folder / BLOCKS)


def archived_blocks(study: Study) -> tuple[list[Block], float]:
    """Return the blocks of ``study`` that its archive holds as they would be made today.

    And the CPU seconds that they took.
    """
    known = read_blocks(study.root / study.archive) if study.archive else {}
    digests = {name: settings_digest(study, name) for name in study.strategies} if known else {}
    found = [
        block
        for block in (study.blocks() if known else [])
        if known.get(block_name(block), {}).get("settings") == digests[block.strategy]
    ]
    return found, sum(known[block_name(block)]["cpu_seconds"] for block in found)
