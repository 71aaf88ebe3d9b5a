"""Where a job's own words go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skewbench.errors import InputError


@contextmanager
def logged(log: str | Path) -> Iterator[None]:
    """Send everything the process and its children print to ``log``.

    An :class:`InputError` becomes its one sentence and exit status 1; any other exception keeps its
    traceback, for it is a defect.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with open(log, "w", buffering=1, encoding="utf-8") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        try:
            yield
        except InputError as error:
            print(f"Error: {error}", file=sys.stderr)
            sys.exit(1)
