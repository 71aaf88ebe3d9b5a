"""How far a run is: cells done and failed, their rate, and about how long the rest will take.

Blocks differ a thousandfold in cost and the longest start first, so the time left is reckoned in
expected seconds (weights) and not in cells: those left, by those done per second of this run, where
the last quarter of the work counts most. The rate is one of wall time, cores and nodes included.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

MEMORY = 0.25  # the share of all work over which the rate forgets
FIRST_SHARE, FIRST_SECONDS = 0.05, 10.0  # no estimate before one of these has passed
UNDER_WAY = 0.9  # running blocks are not taken for more than this part done


@dataclass(frozen=True)
class Work:
    """A block that is to run: its cells, and the seconds that it is expected to take."""

    cells: int
    weight: float


class Progress:
    """The state of a run, told of every block that starts, ends or crashes.

    Parameters
    ----------
    work : mapping of block to Work
        What this run is to do; any hashable name for a block will do.
    cells_before : int
        Cells of earlier runs: they count as done, but not into the rate.
    clock : callable
        Returns seconds; for tests.
    """

    def __init__(
        self,
        work: Mapping[Hashable, Work],
        cells_before: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._work = dict(work)
        self._clock = clock
        self._running: set[Hashable] = set()
        self._crashed: set[Hashable] = set()
        self._cells_before = cells_before
        self._cells = sum(each.cells for each in work.values())
        self._done = self._failed = self._infeasible = self._lost = 0  # cells of this run
        self._blocks_left = len(work)
        self._weight = self._weight_left = sum(each.weight for each in work.values())
        self._start: float | None = None  # of the first block: data are prepared before
        self._last = 0.0  # when a block was last done, or the first one started
        self._recent_weight = self._recent_seconds = 0.0

    @property
    def to_run(self) -> int:
        """Cells that this run is to do."""
        return self._cells

    @property
    def total(self) -> int:
        """Cells of this run and of those before."""
        return self._cells_before + self._cells

    @property
    def done(self) -> int:
        """Cells that are done, before this run or in it."""
        return self._cells_before + self._done

    @property
    def percent(self) -> int:
        """Share of the cells that are done; 100 only when all are."""
        return 100 * self.done // self.total if self.total else 100

    def weigh(self, block: Hashable, weight: float) -> None:
        """Take another weight for a block that is left, as when its data have been prepared."""
        change = weight - self._work[block].weight
        self._work[block] = Work(self._work[block].cells, weight)
        self._weight += change
        self._weight_left += change

    def started(self, block: Hashable) -> None:
        """A block starts, perhaps again after a crash."""
        if self._start is None:
            self._start = self._last = self._clock()
        self._running.add(block)
        if block in self._crashed:
            self._crashed.remove(block)
            self._lost -= self._work[block].cells
            self._blocks_left += 1
            self._weight_left += self._work[block].weight

    def finished(self, block: Hashable, failed: int = 0, infeasible: int = 0) -> None:
        """A block is done; some of its cells may have failed or be infeasible."""
        cells, weight = self._leave(block)
        self._done += cells
        self._failed += failed
        self._infeasible += infeasible
        now = self._clock()
        forget = math.exp(-weight / (MEMORY * self._weight)) if weight else 1.0
        self._recent_weight = forget * self._recent_weight + weight
        self._recent_seconds = forget * self._recent_seconds + now - self._last
        self._last = now

    def crashed(self, block: Hashable) -> None:
        """The job of a block ended without its file: none of its cells is done."""
        self._lost += self._leave(block)[0]
        self._crashed.add(block)

    def _leave(self, block: Hashable) -> tuple[int, float]:
        cells, weight = self._work[block].cells, self._work[block].weight
        self._running.discard(block)
        self._blocks_left -= 1
        self._weight_left -= weight
        return cells, weight

    def seconds_left(self) -> float | None:
        """About how long the blocks that are left will take; None while it is too early to say."""
        if self._start is None or min(self._recent_weight, self._recent_seconds) <= 0:
            return None
        now = self._clock()
        if self._done < FIRST_SHARE * self._cells and now - self._start < FIRST_SECONDS:
            return None
        rate = self._recent_weight / self._recent_seconds
        running = sum(self._work[block].weight for block in self._running)
        under_way = min(UNDER_WAY * running, rate * (now - self._last))
        return max(0.0, (self._weight_left - under_way) / rate)

    def line(self, width: int | None = None, beside: str = "", ended: bool = False) -> str:
        """Return the state in one line.

        Parameters
        ----------
        width : int, optional
            Characters there are; what matters least is left out first, and what remains is cut.
        beside : str
            What else runs; said while no block does.
        ended : bool
            Whether the run is over, though cells may be left.
        """
        parts = {f"{self.done} of {self.total} cells ({self.percent} %)": 0}
        if self._failed:
            parts[f"{self._failed} failed"] = 1
        if self._lost:
            parts[f"{self._lost} lost to crashed jobs"] = 2
        if self._infeasible:
            parts[f"{self._infeasible} infeasible"] = 6
        if self._done and self._last > self._start:
            parts[_rate(self._done / (self._last - self._start))] = 5
        if beside and not self._running:
            parts[f"now {beside}"] = 4
        left = self.seconds_left()
        if self._start is not None and (ended or not self._blocks_left):
            parts[f"in {duration(self._last - self._start)}"] = 3
        elif left is not None:
            parts[f"about {duration(left)} left"] = 3
        while width is not None and len(parts) > 1 and len(", ".join(parts)) > width:
            del parts[max(parts, key=parts.get)]
        return ", ".join(parts)[:width]


def duration(seconds: float) -> str:
    """Return a length of time in words, as exactly as a person wants to know it."""
    if seconds < 120:
        return f"{math.ceil(seconds)} s"
    if seconds < 120 * 60:
        return f"{round(seconds / 60)} min"
    hours = round(seconds / 3600)
    return f"{hours} h" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def _rate(cells_per_second: float) -> str:
    """Return the rate in a unit of time in which at least one cell is done."""
    unit, rate = "day", cells_per_second * 86400
    if rate >= 24:
        unit, rate = "h", rate / 24
    if unit == "h" and rate >= 60:
        unit, rate = "min", rate / 60
    return f"{rate:.0f} cells/{unit}" if rate >= 10 else f"{rate:.1f} cells/{unit}"
