"""What a run says on its way: in a pipe, on a real terminal, in the log, and when it should not."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from types import SimpleNamespace

import pytest
from workplace import ENVIRONMENT, MINI, Workplace

BROKEN = "class Broken:\n    def fit_resample(self, X, y):\n        raise RuntimeError('no luck')\n"
STUDY = MINI | {
    "study": "told",
    "strategies": [
        "none",
        {"broken": {"level": "data", "resample": {"my_methods.Broken": {}}}},
    ],
    "learners": ["decision_tree"],
    "keep_scores": False,
}
LINE = re.compile(r"^(\d+) of (\d+) cells \((\d+) %\)(?:, (\d+) failed)?", flags=re.MULTILINE)
STEPS = ("Select jobs", "Execute ", "Finished jobid", "steps (", "Provided cores", "job  ")


def in_terminal(place, *arguments, columns=100, until=None):
    """Run Snakemake in a terminal of its own; return its exit code and all that it wrote.

    Once ``until`` has been written, Ctrl-C is typed. Tests that a shell has put into the background
    ignore it, as would their children.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *place.command(*arguments)],
        cwd=place.folder,
        env=ENVIRONMENT | {"TERM": "xterm"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(follower)
    written = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # how Linux says that nobody has the terminal open any more
            break
        if not piece:
            break
        written += piece
        if until is not None and until in written:
            os.write(leader, b"\x03")
            until = None
    os.close(leader)
    return process.wait(timeout=60), written.decode()


def screen(written):
    """Return the lines that a terminal shows after ``written``, without colours."""
    lines = [""]
    for piece in re.sub(r"\x1b\[\d*m", "", written).replace("\r\n", "\n").split("\r\x1b[K"):
        lines[-1:] = piece.split("\n")
    return lines


@pytest.fixture(scope="module")
def told(tree, tmp_path_factory):
    """What a study with a broken strategy says when run, asked, finished, and resumed."""
    place = Workplace(tree, tmp_path_factory.mktemp("told"))
    place.write(STUDY)
    (place.folder / "my_methods.py").write_text(BROKEN, encoding="utf-8")
    log = place.folder / "results" / "told" / "logs" / "progress.log"
    run = place.snakemake("metrics")
    logged = log.read_text(encoding="utf-8")
    again = place.snakemake("metrics")
    gone = place.blocks()["blobs/natural/none/seeds1-1"]
    gone.unlink()
    asked = place.snakemake("-n", "metrics")
    resting = log.read_text(encoding="utf-8")
    resumed = in_terminal(place, "metrics")
    gone.unlink()
    quiet = place.snakemake("metrics", "--quiet", "all")
    return SimpleNamespace(**locals())


def test_a_pipe_gets_whole_lines_and_little_else(told):
    assert told.run.code == 0, told.run.output
    assert "\r" not in told.run.output
    assert "\x1b" not in told.run.output
    assert [step for step in STEPS if step in told.run.output] == []
    found = [tuple(map(int, match[:3])) for match in LINE.findall(told.run.output)]
    assert found == [(1, 4, 25), (2, 4, 50), (3, 4, 75), (4, 4, 100)]
    assert len(told.run.output.splitlines()) < 15


def test_the_start_says_what_there_is_to_do(told):
    # Four blocks; the data set and the target itself are the others.
    assert "Study 'told': 4 of 4 cells to run in 4 jobs, 2 other jobs." in told.run.output


def test_failures_are_counted_and_each_reason_is_told_once(told):
    assert LINE.findall(told.run.output)[-1][3] == "2"
    (sentence,) = [line for line in told.run.output.splitlines() if "no luck" in line]
    assert re.fullmatch(
        r"Failed: 1 of the cells of blobs, natural, broken, seeds (\d) to \1: "
        "fold 0: RuntimeError: no luck",
        sentence,
    )


def test_the_log_has_the_same_with_its_times(told):
    lines = told.logged.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", line) for line in lines)
    words = [line[20:] for line in lines]
    assert words == [line for line in told.run.output.splitlines() if line in words]
    assert len(words) == 6


def test_a_run_without_work_and_a_dry_run_say_nothing_of_it(told):
    for ended in (told.again, told.asked):
        assert ended.code == 0, ended.output
        assert not LINE.search(ended.output)
        assert "to run in" not in ended.output
    assert "Nothing to be done" in told.again.output
    assert "run_block" in told.asked.output
    assert told.resting == told.logged


def test_a_terminal_shows_one_line_and_what_was_done_before(told):
    code, written = told.resumed
    assert code == 0, written
    drawn = [match[:3] for match in LINE.findall(written.replace("\r\x1b[K", "\n"))]
    assert set(drawn) == {("3", "4", "75"), ("4", "4", "100")}
    shown = screen(written)
    (line,) = [line for line in shown if LINE.match(line)]
    assert LINE.match(line)[0] == "4 of 4 cells (100 %)"
    assert shown.index(line) < len(shown) - 1  # it is ended, and more came below
    assert "Study 'told': 1 of 4 cells to run in 1 jobs, 1 other jobs." in shown
    assert shown[-1] == ""


def test_quiet_is_quiet(told):
    assert told.quiet.code == 0
    assert not LINE.search(told.quiet.output)
    assert "to run in" not in told.quiet.output


@pytest.mark.slow
def test_an_interrupted_run_ends_its_line(workplace):
    workplace.write(MINI | {"seeds": 20})
    code, written = in_terminal(workplace, "metrics", columns=60, until=b"1 of 60 cells")
    assert code != 0
    drawn = [piece.split("^C")[0] for piece in written.split("\r\x1b[K") if LINE.match(piece)]
    assert max(map(len, drawn[:-1])) < 60
    shown = screen(written)
    (line,) = [line for line in shown if LINE.match(line)]
    assert int(LINE.match(line)[1]) < 60
    assert "left" not in line
    assert shown[-1] == ""


def test_a_defect_of_the_progress_stops_no_study(workplace):
    (workplace.folder / "results" / "mini" / "logs" / "progress.log").mkdir(parents=True)
    ended = workplace.snakemake("metrics")
    assert ended.code == 0, ended.output
    assert len(workplace.blocks()) == 6
    assert ended.output.count("Warning: the progress is not shown any more") == 1
    assert "Traceback" not in ended.output


def test_a_failed_job_is_told_with_the_place_to_look(tree, workplace):
    script = tree / "scripts" / "run_block.py"
    content = script.read_bytes()
    crash = b'\nif snakemake.wildcards.strategy == "none":\n    raise SystemExit(3)\n'
    script.write_bytes(content.replace(b"\nwith logged", crash + b"\nwith logged", 1))
    try:
        ended = workplace.snakemake("metrics")
    finally:
        script.write_bytes(content)
    assert ended.code != 0
    assert "4 of 6 cells (66 %), 2 lost to crashed jobs" in ended.output
    for seed in (0, 1):
        log = f"results/mini/logs/metrics/blobs/natural/none/seeds{seed}-{seed}.log"
        assert f"Error: a job of rule run_block failed; see {log}\n" in ended.output
