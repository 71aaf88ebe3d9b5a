"""One job: one data set, ratio and strategy for a run of seeds, each cell in a forked child.

A cell that runs out of time or memory, or takes its process down, ends as a status row and costs no
other cell anything (:mod:`skewbench.isolation`). Children run one at a time and one thread each:
the jobs are the parallelism.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from skewbench.errors import Infeasible, InputError
from skewbench.feasibility import check_task, learners_of
from skewbench.imports import import_paths, load
from skewbench.isolation import run_limited, stop_if_abandoned
from skewbench.results import CellResult, metrics_table, scores_table, write

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_block(
    data: str | Path,
    facts_file: str | Path,
    block: tuple[str, str, str, int, int],
    settings: dict[str, Any],
    limits: dict[str, float],
    folder: Path,
    metrics: str | Path,
    scores: str | Path | None,
    metadata: dict[str, Any],
) -> list[CellResult]:
    """Run the cells of a block and write its metrics file (and scores, first, if asked).

    Parameters
    ----------
    data, facts_file : path
        The prepared data set and its facts.
    block : (dataset, ratio, strategy, first seed, last seed)
    settings : dict
        ``strategy``, ``learners``, ``protocol``.
    limits : dict
        Of a cell: ``time_limit`` in seconds, and ``memory_limit`` in MiB where there is one.
    folder : Path
        Where the user's own modules are.
    metrics, scores : path
        Output files; no scores are kept where ``scores`` is None.
    metadata : dict
        Versions and digests for the metrics file.
    """
    dataset, ratio, strategy, first, last = block
    with _named(facts_file):
        facts = json.loads(Path(facts_file).read_text(encoding="utf-8"))
    learners = list(learners_of(settings["strategy"], settings["learners"]))
    seeds = range(first, last + 1)
    try:
        check_task(settings["strategy"], ratio, facts["task"])
    except Infeasible as error:
        results = [
            CellResult(seed, name, "infeasible", str(error)) for seed in seeds for name in learners
        ]
    else:
        place = dataset, ratio, strategy
        results = _run_cells(data, facts_file, place, seeds, settings, limits, folder)
    stop_if_abandoned()
    if scores is not None:
        write(scores_table(results), scores, metadata)
    keys = {"dataset": dataset, "ratio": ratio, "strategy": strategy}
    track = "tuned" if "trials" in settings["protocol"] else "default"
    keys |= {"task": facts["task"], "track": track}
    write(metrics_table(results, keys), metrics, metadata)
    return results


def _run_cells(data, facts_file, place, seeds, settings, limits, folder) -> list[CellResult]:
    """Run each seed's cell in a child; what children share is imported and read here, once."""
    for variable in THREADS:
        os.environ[variable] = "1"  # read when the libraries load, which is below
    from skewbench.cell import run_cell
    from skewbench.data import table as tables

    for path in import_paths(settings):
        load(path, folder)
    with _named(data):
        table, facts = tables.read(data, facts_file)
        if tables.checksum(table) != facts["checksum"]:
            raise ValueError(f"its content is not what {facts_file} says")
    learners = list(learners_of(settings["strategy"], settings["learners"]))
    results: list[CellResult] = []
    for seed in seeds:
        work = partial(run_cell, table, facts, (*place, seed), settings, folder)
        results += run_limited(
            work, limits["time_limit"], seed, learners, limits.get("memory_limit")
        )
    return results


@contextmanager
def _named(file: str | Path) -> Iterator[None]:
    """Name a prepared file that cannot be read, and what to do."""
    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{file}: damaged ({reason}); delete it and run again, then it is prepared anew"
        ) from None
