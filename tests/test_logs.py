"""What a job says goes to its log; what only its surroundings can put right is one sentence."""

import os
import subprocess
import sys

import pytest

from mounts import filled, read_only, small_disk
from small_cells import ROOT

JOB = """
import sys
from skewbench.logs import logged
with logged(sys.argv[1]):
    from skewbench.errors import InputError
    print("said", flush=True)
    {body}
"""


def job(log, body):
    return subprocess.run(
        [sys.executable, "-c", JOB.format(body=body), str(log)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_job_speaks_to_its_log(tmp_path):
    ended = job(tmp_path / "x.log", "import os; os.system('echo a child')")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert (tmp_path / "x.log").read_text().splitlines() == ["said", "a child"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise InputError('wrong')", "Error: wrong"),
        (
            "raise OSError(28, 'Error writing bytes. Detail: [errno 28]', 'some.parquet')",
            "Error: some.parquet: No space left on device; free some space and run again, "
            "what is finished is kept",
        ),
        (
            "raise PermissionError(13, 'x', 'there')",
            "Error: there: Permission denied; change its permissions and run again, "
            "what is finished is kept",
        ),
        (
            "raise MemoryError('Unable to allocate')",
            "Error: the job of {log}: Cannot allocate memory; run fewer jobs at once (--cores) "
            "and run again, what is finished is kept",
        ),
    ],
)
def test_what_is_no_defect_is_one_sentence(tmp_path, body, sentence):
    log = tmp_path / "x.log"
    ended = job(log, body)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert log.read_text().splitlines() == ["said", sentence.format(log=log)]


@pytest.mark.parametrize("body", ["1 / 0", "open('absent.parquet')"])
def test_a_defect_keeps_its_traceback(tmp_path, body):
    ended = job(tmp_path / "x.log", body)
    assert ended.returncode == 1
    assert "Traceback" in (tmp_path / "x.log").read_text()


def test_a_log_that_takes_no_words_leaves_them_to_standard_error(tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, "64k"):
        (disk / "x.log").touch()
        with filled(disk):
            full = job(disk / "x.log", "pass")
        with read_only(disk):
            closed = job(disk / "x.log", "pass")
    for ended, what in ((full, "No space left on device"), (closed, "Read-only file system")):
        assert ended.returncode == 1
        assert ended.stderr.count("Error: ") == 1
        assert what in ended.stderr
        assert str(disk / "x.log") in ended.stderr
        assert "Traceback" not in ended.stderr
