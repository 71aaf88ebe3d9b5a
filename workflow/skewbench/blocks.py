"""A block, the job of the pipeline, and its name, which is its path below ``metrics/``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Block:
    """One job: ``first`` to ``last`` (inclusive) seeds of one data set, ratio and strategy."""

    dataset: str
    ratio: str
    strategy: str
    first: int
    last: int


def block_name(block: Block) -> str:
    """Return a block's path below ``metrics/``, without the suffix."""
    return f"{block.dataset}/{block.ratio}/{block.strategy}/seeds{block.first}-{block.last}"


def block_of(name: str) -> Block:
    """Return the block that :func:`block_name` has named."""
    dataset, ratio, strategy, seeds = name.split("/")
    first, _, last = seeds.removeprefix("seeds").partition("-")
    return Block(dataset, ratio, strategy, int(first), int(last))
