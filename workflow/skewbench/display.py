"""Where a run's progress is shown: in one line of a terminal, or line by line, and in a log file.

On a terminal the line is written over itself, and whatever else is said goes above it. Elsewhere,
and in the log file, a line comes every minute or every twentieth of the cells, and at the end.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from skewbench.progress import Progress

LINE_SECONDS, LINE_PERCENT = 60.0, 5
DRAW_SECONDS = 0.2  # between two lines; others have as long to write after `erase`
ERASE = "\r\x1b[K"


class Display:
    """Shows a :class:`Progress` until it is closed; safe to use from several threads.

    Parameters
    ----------
    progress : Progress
        If it has nothing to run, no line is shown of it.
    log : Path
        Lines are added to it, each with its time.
    stream : text stream
        The terminal, pipe or file to write to.
    visible : bool
        Whether the stream gets anything but errors.
    clock : callable
        Returns seconds; for tests.
    """

    def __init__(
        self,
        progress: Progress,
        log: Path,
        stream: TextIO,
        visible: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.beside = ""  # what runs beside blocks, for the line on a terminal
        self._progress, self._log, self._stream = progress, log, stream
        self._visible, self._clock = visible, clock
        self._in_place = visible and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = ""  # the line that stands on the terminal
        self._said, self._said_percent = "", progress.percent
        self._drawn_at = self._said_at = clock()
        self._closed = False
        self._lock = threading.RLock()

    def refresh(self) -> None:
        """Show what is new, if it is time; cheap enough for every event of a run."""
        with self._lock:
            if self._closed or not self._progress.to_run:
                return
            now = self._clock()
            if self._in_place and now - self._drawn_at >= DRAW_SECONDS:
                self._draw()
            if (
                now - self._said_at >= LINE_SECONDS
                or self._progress.percent - self._said_percent >= LINE_PERCENT
            ):
                self._say_progress()

    def erase(self) -> None:
        """Make way for what others write to the stream."""
        with self._lock:
            if self._drawn:
                self._write(ERASE)
                self._drawn = ""
            self._drawn_at = self._clock()

    def say(self, sentence: str, error: bool = False) -> None:
        """Write a sentence of its own, above the line on a terminal."""
        with self._lock:
            self.erase()
            if self._visible or error:
                self._write(f"{sentence}\n")
            self._note(sentence)

    def close(self) -> None:
        """Say the last state and end the line; further calls do nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.erase()
                if self._progress.to_run:
                    self._say_progress(ended=True)

    def _draw(self) -> None:
        try:
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
        except OSError:
            width = 80
        # In its last column a terminal may already start a new line.
        line = self._progress.line(width - 1, self.beside)
        if line != self._drawn:
            self._write(ERASE + line)
            self._drawn, self._drawn_at = line, self._clock()

    def _say_progress(self, ended: bool = False) -> None:
        line = self._progress.line(ended=ended)
        new = line != self._said
        self._said, self._said_at = line, self._clock()
        self._said_percent = self._progress.percent
        if self._visible and (ended if self._in_place else new):
            self._write(f"{line}\n")
        if new:
            self._note(line)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _note(self, line: str) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
