"""What became of a block's cells, as the last line of its log, which a run's progress reads.

The metrics file says the same, but reading it would load pyarrow into Snakemake's own process. A
cell has failed if one of its learners has (or was late), and is infeasible if none could run.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from skewbench.results import CellResult

LINE = re.compile(r"cells: (\d+) ok, (\d+) failed, (\d+) infeasible(?:; (.+))?")
REASON_LENGTH = 200
TAIL_BYTES = 4096  # libraries may have the last word, as they exit


class Outcome(NamedTuple):
    """Cells of a block by status, and why the first one failed."""

    ok: int
    failed: int
    infeasible: int
    reason: str = ""

    def __str__(self) -> str:
        line = f"cells: {self.ok} ok, {self.failed} failed, {self.infeasible} infeasible"
        return f"{line}; {self.reason}" if self.reason else line


def outcome_of(results: Iterable[CellResult]) -> Outcome:
    """Return the outcome of a block from its cells' results, one for each seed and learner."""
    statuses: dict[int, set[str]] = {}
    reason = ""
    for result in results:
        statuses.setdefault(result.seed, set()).add(result.status)
        if result.status in ("failed", "timeout") and not reason:
            reason = " ".join(result.reason.split())[:REASON_LENGTH]
    cells = Counter(map(_worst, statuses.values()))
    return Outcome(cells["ok"], cells["failed"], cells["infeasible"], reason)


def read_outcome(log: str | Path) -> Outcome | None:
    """Return the outcome at the end of a block's log; None if it is not there (yet)."""
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL_BYTES))
            tail = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return None
    for line in reversed(tail.splitlines()):
        if found := LINE.fullmatch(line):
            ok, failed, infeasible, reason = found.groups(default="")
            return Outcome(int(ok), int(failed), int(infeasible), reason)
    return None


def _worst(statuses: set[str]) -> str:
    if statuses & {"failed", "timeout"}:
        return "failed"
    return "ok" if "ok" in statuses else "infeasible"
