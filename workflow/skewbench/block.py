"""One job: one data set, ratio and strategy for a run of seeds, each cell in a forked child.

The parent has imported the libraries once; every child is a fork of it, so a cell that runs out of
time or memory, or takes its process down, ends as a status row and costs no other cell anything.
Children run one at a time and one thread each: the jobs are the parallelism.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import resource
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from skewbench.errors import Infeasible
from skewbench.feasibility import check_task, learners_of
from skewbench.imports import import_paths, load
from skewbench.results import WHOLE_CELL, CellResult, MetricRow, metrics_table, scores_table, write

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MEBIBYTES_PER_MAXRSS = 1 / 1024 if platform.system() == "Linux" else 1 / 1024**2


def run_block(
    data: str | Path,
    facts_file: str | Path,
    block: tuple[str, str, str, int, int],
    settings: dict[str, Any],
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
    folder : Path
        Where the user's own modules are.
    metrics, scores : path
        Output files; no scores are kept where ``scores`` is None.
    metadata : dict
        Versions and digests for the metrics file.
    """
    dataset, ratio, strategy, first, last = block
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
        results = _run_cells(data, facts_file, (dataset, ratio, strategy), seeds, settings, folder)
    if scores is not None:
        write(scores_table(results), scores, metadata)
    keys = {"dataset": dataset, "ratio": ratio, "strategy": strategy}
    keys |= {"task": facts["task"], "track": "default"}
    write(metrics_table(results, keys), metrics, metadata)
    return results


def _run_cells(data, facts_file, place, seeds, settings, folder) -> list[CellResult]:
    """Run each seed's cell in a child; what children share is imported and read here, once."""
    for variable in THREADS:
        os.environ[variable] = "1"  # read when the libraries load, which is below
    from skewbench.cell import run_cell
    from skewbench.data import table as tables

    for path in import_paths(settings):
        load(path, folder)
    table, facts = tables.read(data, facts_file)
    limit = settings["protocol"]["time_limit"]
    learners = list(learners_of(settings["strategy"], settings["learners"]))
    results: list[CellResult] = []
    for seed in seeds:
        work = partial(run_cell, table, facts, (*place, seed), settings, folder)
        results += run_limited(work, limit, seed, learners)
    return results


def run_limited(
    work: Callable[[], list[CellResult]], limit: float, seed: int, learners: list[str]
) -> list[CellResult]:
    """Run one cell in a forked child and return its results, whatever happens to the child.

    Parameters
    ----------
    work : callable
        Returns the cell's results.
    limit : float
        Wall seconds after which the child is killed and the cell is a ``timeout``.
    seed : int
    learners : list of str
        Who gets a status row when the child does not answer.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(work, sender))
    child.start()
    sender.close()
    status, reason = "timeout", f"over the time limit of {limit:g} s per cell"
    try:
        if receiver.poll(limit):
            answer = receiver.recv()
            if isinstance(answer, list):
                return answer
            status, reason = "failed", answer
    except (EOFError, OSError):
        child.join()
        status, reason = "failed", f"the cell's process ended with exit code {child.exitcode}"
        if child.exitcode == -9:
            reason += " (killed, as when memory runs out)"
    finally:
        child.kill()
        child.join()
        receiver.close()
    return [CellResult(seed, learner, status, reason) for learner in learners]


def _child(work: Callable[[], list[CellResult]], sender) -> None:
    start = time.perf_counter()
    try:
        results = work()
    except Exception as error:
        # A defect of ours or of a library: the traceback goes to the log, the row says what it was.
        traceback.print_exc()
        sender.send(f"{type(error).__name__}: {error}")
        return
    wall = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MEBIBYTES_PER_MAXRSS
    for result in results:
        if result.status == "ok":
            for metric, value in (("wall_seconds", wall), ("peak_memory_mb", peak)):
                result.rows.append(MetricRow(WHOLE_CELL, "", "", "", metric, value))
    sender.send(results)
