"""A cell in a process of its own: forked, limited in time and memory, and ended with all it began.

The parent has imported the libraries once; the child is a fork of it. Whatever the child does
(raise, hang, exit, be killed, run out of memory, die while it answers), the parent gets an answer
within the time limit. Nothing outlives its parent: a child dies with the block's process, and the
block's process stops when the run that started it is gone, so that it can never overwrite what a
later run has made.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import platform
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait

from skewbench.errors import InputError
from skewbench.results import WHOLE_CELL, CellResult, MetricRow

LINUX = platform.system() == "Linux"
MEBIBYTE = 2**20
MEBIBYTES_PER_MAXRSS = 1 / 1024 if LINUX else 1 / MEBIBYTE
OUT_OF_MEMORY = ("MemoryError", "bad_alloc")  # Python's and numpy's word, and that of C++
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0  # between two looks at whether child and starter are still there
EXIT_SECONDS = 5.0  # for a child that has stopped answering to end
STARTER = os.getppid()


def run_limited(
    work: Callable[[], list[CellResult]],
    limit: float,
    seed: int,
    learners: list[str],
    memory_limit: float | None = None,
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
    memory_limit : float, optional
        MiB that the child may take, the libraries included; what goes beyond it has ``failed``.

    Raises
    ------
    InputError
        When the process that started this one has ended: nobody waits for the results.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = os.pipe()
    child = context.Process(target=_child, args=(work, memory_limit, receiver, sender))
    try:
        try:
            child.start()
        finally:
            os.close(sender)
        sent = _receive(receiver, child, time.monotonic() + limit)
        if sent is None:
            status, reason = "timeout", f"over the time_limit of {limit:g} s per cell"
        else:
            try:
                answer = pickle.loads(sent)
            except (EOFError, pickle.UnpicklingError):  # it died before, or while, it answered
                child.join(EXIT_SECONDS)
                answer = _death(child.exitcode, memory_limit)
            if isinstance(answer, list):
                return answer
            status, reason = "failed", answer
    finally:
        os.close(receiver)
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # with it, what it has started
            child.kill()
            child.join()
    return [CellResult(seed, learner, status, reason) for learner in learners]


def stop_if_abandoned() -> None:
    """Raise :class:`InputError` when the process that started this one has ended."""
    if os.getppid() != STARTER:
        raise InputError(
            "the run that started this job has ended, so it stops and writes nothing; "
            "the next run does it again"
        )


def _receive(receiver: int, child, deadline: float) -> bytes | None:
    """Return what the child has sent when it is done or dead, or None when time is up."""
    parts = []
    while (left := deadline - time.monotonic()) > 0:
        stop_if_abandoned()
        if wait([receiver], min(left, LOOK_SECONDS)):
            part = os.read(receiver, MEBIBYTE)
            if not part:
                return b"".join(parts)
            parts.append(part)
        elif child.exitcode is not None:  # though a process that it started holds the pipe open
            return b"".join(parts)
    return None


def _death(code: int | None, memory_limit: float | None) -> str:
    reason = f"the cell's process ended with exit code {code}"
    if code == -signal.SIGKILL:
        reason += " (killed, as when the machine's memory runs out)"
    elif memory_limit is not None and code is not None and code < 0:
        reason += f" (as code does that meets the memory_limit of {memory_limit:g} MiB per cell)"
    return reason


def _child(
    work: Callable[[], list[CellResult]], memory_limit: float | None, receiver: int, sender: int
) -> None:
    os.close(receiver)
    os.setpgid(0, 0)
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    start = time.perf_counter()
    try:
        with _limited_to(memory_limit):
            results = work()
        wall = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MEBIBYTES_PER_MAXRSS
        for result in results:
            if result.status == "ok":
                for metric, value in (("wall_seconds", wall), ("peak_memory_mb", peak)):
                    result.rows.append(MetricRow(WHOLE_CELL, "", "", "", metric, value))
            elif result.status == "failed":
                result.reason = _with_limit(result.reason, memory_limit)
        answer = pickle.dumps(results)
    except Exception as error:
        # A defect of ours or of a library: the traceback goes to the log, the row says what it was.
        traceback.print_exc()
        answer = pickle.dumps(_with_limit(f"{type(error).__name__}: {error}", memory_limit))
    with open(sender, "wb") as stream:
        stream.write(answer)


@contextmanager
def _limited_to(mebibytes: float | None) -> Iterator[None]:
    """Limit the memory that this process may write to, while it works and not while it answers.

    The limit is that of private writable memory (``RLIMIT_DATA``), which is what can fill a
    machine. The address space (``RLIMIT_AS``) also counts shared libraries, mapped files and what
    allocators only reserve for each thread: more than a gigabyte that is never used.
    """
    before = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if mebibytes is not None:
        wanted = int(mebibytes * MEBIBYTE)
        stricter = min(n for n in (wanted, soft, hard) if n != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_DATA, (stricter, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _with_limit(reason: str, memory_limit: float | None) -> str:
    """Return the reason of a failure, naming the limit where memory was refused."""
    if memory_limit is None or not any(sign in reason for sign in OUT_OF_MEMORY):
        return reason
    return f"over the memory_limit of {memory_limit:g} MiB per cell ({reason})"
