"""A claim on a study is one process's, and ends with it."""

import errno
import fcntl
import os
import signal
import subprocess
import sys

import pytest

from skewbench.errors import InputError
from skewbench.running import claim
from small_cells import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from skewbench.running import claim
held = claim(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(300)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the claim on ``tmp_path / "mini"``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "mini")],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_claim_is_refused_while_another_process_has_it_and_dies_with_it(tmp_path, holder):
    for _ in range(2):  # a refusal changes nothing
        with pytest.raises(InputError) as caught:
            claim(tmp_path / "mini")
        assert f"{tmp_path / 'mini'}: this study is being run by process {holder.pid} on " in str(
            caught.value
        )
        assert str(caught.value).endswith("; wait until it ends, or stop it")
    claim(tmp_path / "another").close()
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with claim(tmp_path / "mini"):
        assert f"process {os.getpid()} " in (tmp_path / "mini" / ".running").read_text()
    claim(tmp_path / "mini").close()


def test_a_file_system_without_locks_stops_no_run(tmp_path, monkeypatch):
    def not_offered(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", not_offered)
    claim(tmp_path / "mini").close()


def test_another_error_is_not_hidden(tmp_path):
    (tmp_path / "mini").write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        claim(tmp_path / "mini")
