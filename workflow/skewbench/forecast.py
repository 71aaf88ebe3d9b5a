"""What a block will cost before it runs: CPU seconds and memory, from rows, columns and strategy.

Long blocks start first, clusters are asked for enough memory and time, and ``make plan`` sums it
up: all from the costs that were measured for each strategy and learner and stand in the catalogues.
Meant to be right within a factor of two. No heavy import: every Snakemake process runs this module.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Any

from skewbench.errors import Infeasible
from skewbench.feasibility import Size, check_size, check_task, learners_of, training_size
from skewbench.imports import import_paths
from skewbench.study import Study

REFERENCE_ROWS, REFERENCE_COLUMNS = 1000, 20
DEFAULT_COST = {"seconds": 0.004, "exponent": 1.0}
BLOCK_SECONDS = 1.6  # a fresh interpreter with the libraries
FOLD_SECONDS = 0.01  # encoding, decisions and metrics of one learner and fold
BASE_MEMORY_MB = 1000  # the libraries, a small table, and on a cluster two Snakemakes beside
COPIES = 20  # of the table in float64: 12 to 16 were measured on 300,000 rows x 30
TO_THE_LARGEST = re.compile("SMOTE|ADASYN|Over")  # classes of these names balance the classes
TO_THE_SMALLEST = re.compile("RandomUnder|NearMiss|ClusterCentroids|InstanceHardness")
BYTES_PER_ROW = 100  # of a file that has not been read: for the order of a first run only


def cell_seconds(
    strategy: dict[str, Any],
    learners: dict[str, dict[str, Any]],
    protocol: dict[str, Any],
    n_features: int,
    size: Size,
) -> dict[str, float]:
    """Return the CPU seconds of one cell by learner.

    Parameters
    ----------
    strategy : dict
        A catalogue entry.
    learners : dict of str to dict
        Entries of the learners that run. What the strategy does once for all of them is divided
        among them.
    protocol : dict
    n_features : int
    size : Size
        Of an outer training part.
    """
    folds, inner = protocol["folds"], protocol["inner_folds"]
    repeats = 1 if protocol.get("trials", 1) == 1 else 1 + protocol["trials"]
    passes = folds * (1 + repeats * max(0, inner - 1))  # inner parts have (inner - 1) / inner rows
    scale = max(1.0, n_features / REFERENCE_COLUMNS) ** 0.5 * max(1, len(size.counts) - 1)

    def once(entry: dict[str, Any], rows: int) -> float:
        cost = entry.get("cost_model", DEFAULT_COST)
        return scale * cost["seconds"] * (rows / REFERENCE_ROWS) ** cost["exponent"]

    shared = once(strategy, size.rows) / max(1, len(learners))
    shown = _rows_shown(strategy, size)
    return {
        name: passes * (shared + (0.0 if "model" in strategy else once(entry, shown)))
        + folds * FOLD_SECONDS
        for name, entry in learners.items()
    }


def _rows_shown(strategy: dict[str, Any], size: Size) -> int:
    """Rows that a learner is fitted on: resampling to balance doubles them, or leaves a few."""
    paths = [path.rpartition(".")[2] for path in import_paths(strategy.get("resample", {}))]
    if any(TO_THE_LARGEST.search(path) for path in paths):
        return len(size.counts) * max(size.counts)
    if any(TO_THE_SMALLEST.search(path) for path in paths):
        return len(size.counts) * min(size.counts)
    return size.rows


class Forecast:
    """What the blocks of a study will cost.

    Parameters
    ----------
    study : Study
    results : Path
        The study's folder of results, whose ``data/`` holds the facts of prepared data sets. One
        that is not prepared yet is judged by its file's size.
    """

    def __init__(self, study: Study, results: Path):
        self.study, self.results = study, results
        self._facts: dict[str, dict[str, Any]] = {}
        self._cells: dict[tuple[str, str, str], float] = {}

    def seconds(self, dataset: str, ratio: str, strategy: str, seeds: int) -> float:
        """CPU seconds of a block of ``seeds`` cells."""
        key = dataset, ratio, strategy
        if key in self._cells:
            return BLOCK_SECONDS + seeds * self._cells[key]
        facts = self._known(dataset)
        cell = self._cell_seconds(facts, ratio, self.study.strategies[strategy])
        if dataset in self._facts:  # a guess is not kept
            self._cells[key] = cell
        return BLOCK_SECONDS + seeds * cell

    def memory_mb(self, dataset: str) -> int:
        """Mebibytes that a block on a data set takes at most; asked twice, if it took more."""
        facts = self._known(dataset)
        table = sum(facts["class_counts"]) * facts["n_features"] * 8 / 2**20
        return ceil(BASE_MEMORY_MB + COPIES * table)

    def minutes(self, dataset: str, ratio: str, strategy: str, seeds: int) -> int:
        """Wall minutes to ask a cluster for: ten times the forecast, or what time limits allow."""
        longest = seeds * self.study.limits["time_limit"]
        return 5 + ceil(min(10 * self.seconds(dataset, ratio, strategy, seeds), longest) / 60)

    def _cell_seconds(self, facts: dict[str, Any], ratio: str, strategy: dict[str, Any]) -> float:
        try:
            check_task(strategy, ratio, facts["task"])
            size = training_size(facts, ratio, self.study.protocol)
            check_size(strategy, size)
        except Infeasible:
            return 0.0
        learners = {
            name: entry
            for name, entry in learners_of(strategy, self.study.learners).items()
            if size.rows <= entry.get("max_rows", size.rows)
        }
        protocol, n_features = self.study.protocol, facts["n_features"]
        if facts["split"]["kind"] == "fixed":
            protocol = protocol | {"folds": 1}
        return sum(cell_seconds(strategy, learners, protocol, n_features, size).values())

    def _known(self, dataset: str) -> dict[str, Any]:
        if dataset not in self._facts:
            try:
                text = (self.results / "data" / f"{dataset}.json").read_text(encoding="utf-8")
                self._facts[dataset] = json.loads(text)
            except (OSError, ValueError):
                return self._guess(self.study.datasets[dataset])
        return self._facts[dataset]

    def _guess(self, entry: dict[str, Any]) -> dict[str, Any]:
        rows = entry.get("n_samples", REFERENCE_ROWS)
        if "path" in entry:
            with suppress(OSError):
                rows = (self.study.root / entry["path"]).stat().st_size // BYTES_PER_ROW
        share = 1 / (1 + entry.get("imbalance_ratio", 1))
        positives = max(1, round(rows * share))
        return {
            "task": "binary",
            "class_counts": [max(positives, rows - positives), positives],
            "n_features": entry.get("n_features", REFERENCE_COLUMNS),
            "split": {"kind": "stratified"},
        }
