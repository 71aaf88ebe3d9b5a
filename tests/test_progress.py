"""What a run's progress says, against numbers worked out by hand, and where it says it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skewbench.display import Display
from skewbench.progress import Progress, Work, duration


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds

    def wait(self, seconds):
        self.seconds += seconds


@pytest.fixture
def clock():
    return Clock()


def equal(n, clock, cells_before=0):
    return Progress(dict.fromkeys(range(n), Work(1, 1.0)), cells_before, clock)


def work_off(progress, clock, blocks, seconds):
    """Do blocks one after another, each in some seconds."""
    for block in blocks:
        progress.started(block)
        clock.wait(seconds)
        progress.finished(block)


# --- How much is left -----------------------------------------------------------------------------


def test_time_left_is_counted_in_expected_seconds_and_not_in_blocks(clock):
    progress = Progress({"long": Work(1, 100.0)} | {i: Work(1, 1.0) for i in range(10)}, 0, clock)
    work_off(progress, clock, ["long"], 200)
    # Twice as slow as expected; ten expected seconds are left. By blocks it would be 2000.
    assert progress.seconds_left() == pytest.approx(20)


def test_time_left_runs_down_while_a_block_runs_but_not_out(clock):
    progress = equal(2, clock)
    work_off(progress, clock, [0], 10)
    progress.started(1)
    assert progress.seconds_left() == pytest.approx(10)
    clock.wait(4)
    assert progress.seconds_left() == pytest.approx(6)
    clock.wait(100)
    assert progress.seconds_left() == pytest.approx(1)  # a tenth of the block


def test_time_left_does_not_run_down_while_nothing_runs(clock):
    progress = equal(2, clock)
    work_off(progress, clock, [0], 10)
    clock.wait(5)
    assert progress.seconds_left() == pytest.approx(10)


def test_cores_count_by_what_they_finish_together(clock):
    progress = equal(40, clock)
    for pair in range(5):
        for block in (2 * pair, 2 * pair + 1):
            progress.started(block)
        clock.wait(8)
        for block in (2 * pair, 2 * pair + 1):
            progress.finished(block)
    # Thirty blocks by two in eight seconds.
    assert progress.seconds_left() == pytest.approx(120, rel=0.05)


def test_nothing_is_estimated_from_the_first_moments(clock):
    progress = equal(100, clock)
    assert progress.seconds_left() is None
    work_off(progress, clock, [0], 2)
    assert progress.seconds_left() is None
    assert "left" not in progress.line()
    clock.wait(8)
    assert progress.seconds_left() == pytest.approx(198)
    quick = equal(100, clock)
    work_off(quick, clock, range(5), 0.1)
    assert quick.seconds_left() == pytest.approx(9.5)


def test_the_time_before_the_first_block_is_no_part_of_the_rate(clock):
    progress = equal(10, clock)
    clock.wait(3600)
    work_off(progress, clock, [0], 6)
    assert progress.seconds_left() == pytest.approx(54)
    assert progress.line() == "1 of 10 cells (10 %), 10 cells/min, about 54 s left"


def test_the_rate_follows_what_has_changed(clock):
    progress = equal(100, clock)
    work_off(progress, clock, range(50), 1)
    work_off(progress, clock, range(50, 80), 10)
    # Twenty blocks of ten seconds are left; the mean of all so far would say 20 x 350 / 80 = 87.5.
    assert 140 < progress.seconds_left() < 200


def test_cells_of_earlier_runs_are_done_and_no_part_of_the_rate(clock):
    progress = equal(10, clock, cells_before=90)
    assert progress.line() == "90 of 100 cells (90 %)"
    work_off(progress, clock, [0], 6)
    assert progress.line() == "91 of 100 cells (91 %), 10 cells/min, about 54 s left"


def test_a_new_weight_counts_from_now_on(clock):
    progress = equal(3, clock)
    progress.weigh(2, 5.0)
    work_off(progress, clock, [0], 10)
    assert progress.seconds_left() == pytest.approx(60)


def test_a_crashed_block_is_lost_until_it_starts_again(clock):
    progress = Progress({"a": Work(4, 1.0), "b": Work(4, 1.0)}, 0, clock)
    work_off(progress, clock, ["a"], 24)
    progress.started("b")
    progress.crashed("b")
    assert progress.line() == ("4 of 8 cells (50 %), 4 lost to crashed jobs, 10 cells/min, in 24 s")
    progress.started("b")
    assert progress.line() == "4 of 8 cells (50 %), 10 cells/min, about 24 s left"
    clock.wait(24)
    progress.finished("b")
    assert progress.line() == "8 of 8 cells (100 %), 10 cells/min, in 48 s"


# --- In words -------------------------------------------------------------------------------------


def test_failures_are_counted_in_the_line(clock):
    progress = Progress({"a": Work(10, 1.0), "b": Work(10, 1.0)}, 0, clock)
    progress.started("a")
    clock.wait(60)
    progress.finished("a", failed=2, infeasible=3)
    assert progress.line() == (
        "10 of 20 cells (50 %), 2 failed, 3 infeasible, 10 cells/min, about 60 s left"
    )


def test_a_narrow_line_keeps_what_matters_most(clock):
    progress = Progress({"a": Work(10, 1.0), "b": Work(10, 1.0)}, 0, clock)
    progress.started("a")
    clock.wait(60)
    progress.finished("a", failed=2, infeasible=3)
    assert progress.line(65) == "10 of 20 cells (50 %), 2 failed, 10 cells/min, about 60 s left"
    assert progress.line(50) == "10 of 20 cells (50 %), 2 failed, about 60 s left"
    assert progress.line(35) == "10 of 20 cells (50 %), 2 failed"
    assert progress.line(8) == "10 of 20"
    assert progress.line(0) == ""


def test_what_else_runs_is_said_while_no_block_does(clock):
    progress = equal(1, clock)
    assert progress.line(beside="prepare_dataset") == "0 of 1 cells (0 %), now prepare_dataset"
    progress.started(0)
    assert progress.line(beside="prepare_dataset") == "0 of 1 cells (0 %)"


def test_an_ended_run_promises_nothing(clock):
    progress = equal(10, clock)
    work_off(progress, clock, range(2), 6)
    assert progress.line(ended=True) == "2 of 10 cells (20 %), 10 cells/min, in 12 s"


def test_the_rate_is_in_a_unit_that_has_cells(clock):
    per_hour, per_day = equal(2, clock), equal(2, clock)
    work_off(per_hour, clock, [0], 900)
    work_off(per_day, clock, [0], 4 * 3600)
    assert "4.0 cells/h" in per_hour.line()
    assert "6.0 cells/day" in per_day.line()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "0 s"), (0.2, "1 s"), (119.5, "120 s"), (120, "2 min"), (1770, "30 min")),
        *((7190, "120 min"), (7200, "2 h"), (47 * 3600, "47 h"), (75 * 3600, "3 days 3 h")),
    ],
)
def test_a_length_of_time_is_as_exact_as_needed(seconds, words):
    assert duration(seconds) == words


@given(
    blocks=st.lists(
        st.tuples(
            st.integers(1, 50),
            st.just(0.0) | st.floats(1e-3, 1e6),
            st.floats(0, 1e5),
            st.sampled_from(["done", "failed", "crashed", "again"]),
        ),
        min_size=1,
        max_size=30,
    ),
    cells_before=st.integers(0, 10_000),
    width=st.integers(0, 300),
)
def test_no_course_of_a_run_says_nonsense(blocks, cells_before, width):
    clock = Clock()
    progress = Progress(
        {i: Work(cells, weight) for i, (cells, weight, _, _) in enumerate(blocks)},
        cells_before,
        clock,
    )
    percent, complete = progress.percent, True
    for i, (cells, _, seconds, end) in enumerate(blocks):
        progress.started(i)
        clock.wait(seconds)
        if end in ("crashed", "again"):
            progress.crashed(i)
        if end == "again":
            progress.started(i)
        if end == "crashed":
            complete = False
        else:
            progress.finished(i, failed=cells if end == "failed" else 0)
        left = progress.seconds_left()
        assert left is None or left >= 0
        assert percent <= progress.percent <= 100
        percent = progress.percent
        line = progress.line(width)
        assert len(line) <= width
        assert "\n" not in line
        assert progress.line().startswith(line.split(",")[0])
    assert (progress.percent == 100) == complete


# --- On a terminal, in a pipe, in a file ----------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def screen(written):
    """Return the lines that a terminal shows after ``written``."""
    lines = [""]
    for piece in written.split("\r\x1b[K"):
        lines[-1:] = piece.split("\n")
    return lines


@pytest.fixture(autouse=True)
def terminal_type(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")


def logged(folder):
    """Return the lines of the log without their times."""
    lines = (folder / "logs" / "progress.log").read_text(encoding="utf-8").splitlines()
    return [line[len("2026-01-01 00:00:00 ") :] for line in lines]


def display(progress, stream, clock, folder, **keys):
    return Display(progress, folder / "logs" / "progress.log", stream, clock=clock, **keys)


def test_a_terminal_shows_one_line_that_is_written_over(clock, tmp_path):
    progress, stream = equal(4, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path)
    for block in range(4):
        work_off(progress, clock, [block], 30)
        shown.refresh()
        assert screen(stream.getvalue()) == [progress.line()]
    shown.close()
    last = "4 of 4 cells (100 %), 2.0 cells/min, in 2 min"
    assert screen(stream.getvalue()) == [last, ""]
    shown.refresh()
    shown.close()
    assert screen(stream.getvalue()) == [last, ""]


def test_sentences_go_above_the_line(clock, tmp_path):
    progress, stream = equal(4, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path)
    work_off(progress, clock, [0], 30)
    shown.refresh()
    shown.say("One has failed.")
    clock.wait(1)
    shown.refresh()
    shown.erase()
    stream.write("Snakemake's own words.\n")
    clock.wait(1)
    shown.refresh()
    line = "1 of 4 cells (25 %), 2.0 cells/min, about 90 s left"
    assert screen(stream.getvalue()) == ["One has failed.", "Snakemake's own words.", line]


def test_a_line_is_not_drawn_into_what_others_write(clock, tmp_path):
    progress, stream = equal(4, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path)
    work_off(progress, clock, [0], 30)
    clock.wait(1)
    shown.refresh()
    clock.wait(1)
    shown.erase()
    shown.refresh()  # by another thread, before the others have written
    assert screen(stream.getvalue()) == [""]


def test_a_pipe_gets_a_line_every_twentieth_and_every_minute(clock, tmp_path):
    progress, stream = equal(100, clock), io.StringIO()
    shown = display(progress, stream, clock, tmp_path)
    for block in range(12):
        work_off(progress, clock, [block], 1)
        shown.refresh()
    assert [line[:2] for line in stream.getvalue().splitlines()] == ["5 ", "10"]
    clock.wait(59)
    shown.refresh()
    shown.refresh()
    assert [line[:2] for line in stream.getvalue().splitlines()] == ["5 ", "10", "12"]
    shown.close()
    lines = stream.getvalue().splitlines()
    assert lines[-1] == "12 of 100 cells (12 %), 60 cells/min, in 12 s"
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert logged(tmp_path) == lines


def test_a_dumb_terminal_is_treated_as_a_pipe(clock, tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    progress, stream = equal(2, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path)
    work_off(progress, clock, [0], 1)
    shown.refresh()
    assert stream.getvalue() == "1 of 2 cells (50 %), 60 cells/min, about 1 s left\n"


def test_the_log_gets_the_lines_of_a_terminal_too(clock, tmp_path):
    progress, stream = equal(40, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path)
    for block in range(40):
        work_off(progress, clock, [block], 1)
        shown.refresh()
    shown.close()
    found = logged(tmp_path)
    assert len(found) == 20
    assert found[-1] == "40 of 40 cells (100 %), 60 cells/min, in 40 s"


def test_an_invisible_display_writes_errors_and_the_log(clock, tmp_path):
    progress, stream = equal(1, clock), Terminal()
    shown = display(progress, stream, clock, tmp_path, visible=False)
    shown.say("Study 'x' starts.")
    work_off(progress, clock, [0], 1)
    shown.refresh()
    shown.say("Error: x", error=True)
    shown.close()
    assert stream.getvalue() == "Error: x\n"
    line = "1 of 1 cells (100 %), 60 cells/min, in 1 s"
    assert logged(tmp_path) == ["Study 'x' starts.", line, "Error: x"]


def test_a_run_without_blocks_shows_no_line(clock, tmp_path):
    stream = Terminal()
    shown = display(equal(0, clock, cells_before=5), stream, clock, tmp_path)
    clock.wait(100)
    shown.refresh()
    shown.close()
    assert stream.getvalue() == ""
    assert not (tmp_path / "logs").exists()
