"""Where a job's own words go, and how it says what only its surroundings can put right."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skewbench.errors import InputError

ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "make it writable",
    errno.EACCES: "change its permissions",
    errno.EPERM: "change its permissions",
    errno.EIO: "check the disk",
    errno.ESTALE: "mount the file system again",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.ENFILE: "allow more open files (ulimit -n)",
    errno.ENOMEM: "run fewer jobs at once (--cores)",
    errno.EAGAIN: "allow more processes (ulimit -u)",
}


@contextmanager
def logged(log: str | Path) -> Iterator[None]:
    """Send everything the process and its children print to ``log``.

    What is wrong without being a defect becomes one sentence and exit status 1: an
    :class:`InputError`, a full disk, a folder that cannot be written, too little memory. Where the
    log itself cannot take the sentence, standard error does. Any other exception keeps its
    traceback.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    outside = os.dup(2)
    try:
        with open(log, "w", encoding="utf-8") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        yield
    except InputError as error:
        _end(f"{error}", outside)
    except MemoryError:
        _end(explain(OSError(errno.ENOMEM, ""), f"the job of {log}"), outside)
    except OSError as error:
        if error.errno not in ADVICE:
            raise
        _end(explain(error, f"the job of {log}"), outside)


def explain(error: OSError, where: str | Path) -> str:
    """Return one sentence on an error of the surroundings: where, what, what to do.

    ``where`` is said of an error that names no file itself.
    """
    what, advice = os.strerror(error.errno), ADVICE.get(error.errno, "put it right")
    return f"{error.filename or where}: {what}; {advice} and run again, what is finished is kept"


def _end(sentence: str, outside: int) -> None:
    text = f"Error: {sentence}\n".encode()
    try:
        os.write(2, text)
    except OSError:
        os.write(outside, text)
    sys.exit(1)
