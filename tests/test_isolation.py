"""Whatever a cell's process does, there is an answer in time, and nothing of it lives on."""

import faulthandler
import os
import platform
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from skewbench import isolation
from skewbench.isolation import run_limited
from skewbench.results import CellResult
from small_cells import ROOT

linux = pytest.mark.skipif(platform.system() != "Linux", reason="only Linux keeps this limit")
MEMORY_CGROUP = Path("/sys/fs/cgroup/memory")


def ok():
    return [CellResult(0, "a", "ok")]


def one(work, limit=30, memory_limit=None):
    """Return status and reason of a cell with one learner."""
    (result,) = run_limited(work, limit, 0, ["a"], memory_limit)
    return result.status, result.reason


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return not state.stdout.startswith("Z")


def gone(pid, within=10):
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def waited_for(file, within=30):
    """Return a process id that another process writes to ``file``."""
    end = time.monotonic() + within
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return int(file.read_text())


# --- Answers --------------------------------------------------------------------------------------


def test_an_error_outside_any_learner_is_a_failure():
    """The child's last resort: what it raises is the reason."""

    def work():
        raise ZeroDivisionError("in the cell")

    (result,) = run_limited(work, 10, 4, ["a"])
    assert (result.seed, result.status, result.reason) == (
        4,
        "failed",
        "ZeroDivisionError: in the cell",
    )


def test_answers_larger_than_a_pipe_arrive_whole():
    scores = np.random.default_rng(0).random(300_000)  # 2.4 MB; a pipe holds 64 kB

    def work():
        return [CellResult(0, "a", "ok", scores=[{"score": scores}])]

    (result,) = run_limited(work, 30, 0, ["a"])
    np.testing.assert_array_equal(result.scores[0]["score"], scores)


def test_a_child_that_dies_while_it_answers_is_a_failure():
    class DiesWhenPickled:
        def __reduce__(self):
            os._exit(7)

    def work():
        return [CellResult(0, "a", "ok", scores=[{"score": DiesWhenPickled()}])]

    assert one(work) == ("failed", "the cell's process ended with exit code 7")


class HalfAnAnswer:
    """Stands for the pipe in the child: takes half of the answer, then does as told."""

    def __init__(self, sender, then):
        self.sender, self.then = sender, then

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def write(self, answer):
        os.write(self.sender, answer[: len(answer) // 2])
        self.then()


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (
            lambda: time.sleep(60),
            ("timeout", "over the time_limit of 1 s per cell"),
        ),
        (
            lambda: os.kill(os.getpid(), signal.SIGSTOP),
            ("timeout", "over the time_limit of 1 s per cell"),
        ),
        (
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            (
                "failed",
                "the cell's process ended with exit code -9 "
                "(killed, as when the machine's memory runs out)",
            ),
        ),
    ],
    ids=["hangs", "stopped", "killed"],
)
def test_half_an_answer_is_never_waited_for_nor_used(monkeypatch, then, expected):
    monkeypatch.setattr(
        isolation, "open", lambda sender, mode: HalfAnAnswer(sender, then), raising=False
    )
    start = time.monotonic()
    assert one(ok, limit=1) == expected
    assert time.monotonic() - start < 10


def test_a_result_that_cannot_be_sent_is_a_failure():
    def work():
        return [CellResult(0, "a", "ok", scores=[{"score": lambda: None}])]

    status, reason = one(work)
    assert status == "failed"
    assert "pickle" in reason


def test_a_thread_that_never_ends_delays_no_answer():
    def work():
        threading.Thread(target=time.sleep, args=(60,)).start()  # the process waits for it
        return ok()

    start = time.monotonic()
    assert one(work) == ("ok", "")
    assert time.monotonic() - start < 20


def test_a_denied_fork_is_told_as_it_is(monkeypatch):
    def denied():
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(os, "fork", denied)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        one(ok)


# --- What a cell leaves behind --------------------------------------------------------------------


def test_what_a_late_cell_has_started_ends_with_it(tmp_path):
    def work():
        started = subprocess.Popen(["sleep", "300"])
        (tmp_path / "pid").write_text(str(started.pid))
        time.sleep(300)

    assert one(work, limit=1)[0] == "timeout"
    assert gone(waited_for(tmp_path / "pid"))


def test_a_process_that_keeps_the_pipe_open_delays_no_failure(tmp_path):
    def work():
        pid = os.fork()
        if pid == 0:
            time.sleep(300)
        (tmp_path / "pid").write_text(str(pid))
        os._exit(3)

    start = time.monotonic()
    assert one(work, limit=60) == ("failed", "the cell's process ended with exit code 3")
    assert time.monotonic() - start < 20
    assert gone(waited_for(tmp_path / "pid"))


BLOCK = """
    import os, sys, time
    from pathlib import Path
    from skewbench.isolation import run_limited
    from skewbench.errors import InputError

    folder = Path(sys.argv[1])

    def work():
        (folder / "cell").write_text(str(os.getpid()))
        time.sleep(300)

    (folder / "block").write_text(str(os.getpid()))
    try:
        run_limited(work, 300, 0, ["a"])
    except InputError as error:
        (folder / "said").write_text(str(error))
"""


@pytest.fixture
def block_process(tmp_path):
    """Start a block in a process of its own, by way of a shell; return the shell."""
    file = tmp_path / "block.py"
    file.write_text(textwrap.dedent(BLOCK), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    command = f"'{sys.executable}' '{file}' '{tmp_path}'; true"
    shell = subprocess.Popen(["sh", "-c", command], env=environment, start_new_session=True)
    yield shell
    for name in ("cell", "block"):
        if (tmp_path / name).exists() and alive(int((tmp_path / name).read_text())):
            os.kill(int((tmp_path / name).read_text()), signal.SIGKILL)
    shell.kill()
    shell.wait()


@linux
def test_a_cell_dies_with_its_block(block_process, tmp_path):
    cell, block = waited_for(tmp_path / "cell"), waited_for(tmp_path / "block")
    os.kill(block, signal.SIGKILL)
    assert gone(cell)


def test_a_block_stops_when_its_starter_is_gone(block_process, tmp_path):
    """What Snakemake started must not write over what a later run has made."""
    cell, block = waited_for(tmp_path / "cell"), waited_for(tmp_path / "block")
    block_process.kill()
    block_process.wait()
    assert gone(block)
    assert gone(cell)
    assert "the run that started this job has ended" in (tmp_path / "said").read_text()


# --- Memory ---------------------------------------------------------------------------------------


def taken():
    """Return the private writable memory of this process in MiB, from which a cell starts."""
    words = Path("/proc/self/status").read_text().split()
    return int(words[words.index("VmData:") + 1]) // 1024


def needs(mebibytes):
    def work():
        np.ones(mebibytes * 2**17)  # 8 bytes each
        return ok()

    return work


@linux
def test_a_cell_over_the_memory_limit_has_failed_and_says_so():
    limit = taken() + 400
    status, reason = one(needs(900), memory_limit=limit)
    assert status == "failed"
    assert reason.startswith(f"over the memory_limit of {limit} MiB per cell (")
    assert "Unable to allocate" in reason
    # Neither this process nor the next cell keeps the limit, and what fits runs.
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY
    assert one(needs(900)) == ("ok", "")
    assert one(needs(100), memory_limit=limit) == ("ok", "")


@linux
def test_a_learner_over_the_memory_limit_costs_the_others_nothing():
    def work():
        try:
            np.ones(2**29)
        except MemoryError as error:
            failed = CellResult(0, "a", "failed", f"fold 0: {type(error).__name__}: {error}")
        return [failed, CellResult(0, "b", "failed", "fold 0: ValueError: no"), *ok()]

    limit = taken() + 400
    first, second, third = run_limited(work, 30, 0, ["a", "b", "c"], limit)
    assert first.reason.startswith(f"over the memory_limit of {limit} MiB per cell (fold 0: ")
    assert (second.reason, third.status) == ("fold 0: ValueError: no", "ok")


@linux
def test_shared_libraries_and_reserved_addresses_do_not_count():
    """Of the address space far more is used than of memory; a limit on it would refuse cells."""

    def work():
        import mmap

        mmap.mmap(-1, 4 * 2**30, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        return ok()

    assert one(work, memory_limit=taken() + 400) == ("ok", "")


@linux
def test_the_answer_may_take_more_than_the_limit_left():
    def work():
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        scores = np.zeros(2**22)  # 32 MiB, and nothing after it
        resource.setrlimit(resource.RLIMIT_DATA, (taken() << 20, hard))
        return [CellResult(0, "a", "ok", scores=[{"score": scores}])]

    assert one(work, memory_limit=taken() + 400) == ("ok", "")


@linux
def test_code_that_aborts_names_the_limit_it_may_have_met():
    def aborts():
        faulthandler.disable()  # pytest's, which would print every stack
        os.abort()

    assert one(aborts, memory_limit=1000) == (
        "failed",
        "the cell's process ended with exit code -6 "
        "(as code does that meets the memory_limit of 1000 MiB per cell)",
    )
    assert one(aborts) == ("failed", "the cell's process ended with exit code -6")


LIMITED = """
    import os, resource, sys
    import numpy as np
    from skewbench.isolation import run_limited
    from skewbench.results import CellResult

    exec(sys.argv[1])

    def work(mebibytes):
        np.ones(mebibytes * 2**17)
        return [CellResult(0, "a", "ok")]

    for mebibytes in (2000, 1):
        (result,) = run_limited(lambda: work(mebibytes), 60, 0, ["a"])
        print(result.status, result.reason)
"""


def cells_under(limit):
    """Return what becomes of a cell that needs 2000 MiB, and of the next, in a limited process."""
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIMITED), limit],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@linux
def test_memory_refused_by_ulimit_fails_one_cell():
    first, second = cells_under("resource.setrlimit(resource.RLIMIT_AS, (1500 << 20,) * 2)")
    assert first.startswith("failed ")
    assert "MemoryError: Unable to allocate" in first
    assert second == "ok "


def test_the_kernel_kills_the_cell_and_not_the_block(request):
    group = MEMORY_CGROUP / "skewbench_test"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(500 << 20))
    except OSError as error:
        pytest.skip(f"needs a memory cgroup (version 1) that may be made: {error}")
    request.addfinalizer(group.rmdir)
    first, second = cells_under(f"open('{group}/cgroup.procs', 'w').write(str(os.getpid()))")
    assert first == (
        "failed the cell's process ended with exit code -9 "
        "(killed, as when the machine's memory runs out)"
    )
    assert second == "ok "
