"""What is said of a failed job, and at the end of a run."""

import os
from types import SimpleNamespace

import pytest

from skewbench.closing import announce_results, errors_of

STUDY = SimpleNamespace(name="x", file="x.yaml")


def test_the_sentences_of_a_jobs_log_are_its_error(tmp_path):
    log, absent = tmp_path / "job.log", tmp_path / "absent.log"
    log.write_text("KeyError: 'x'\nError: no such column\nError: nor this\n", encoding="utf-8")
    said = errors_of("prepare_dataset", "exit 1", [str(log), str(absent)])
    assert said == ["Error: no such column", "Error: nor this"]


@pytest.mark.parametrize(
    ("message", "words"), [(None, ""), ("job 7 ran\n out of memory", " (job 7 ran out of memory)")]
)
def test_a_job_that_says_nothing_is_told_with_its_logs(tmp_path, message, words):
    log = tmp_path / "job.log"
    log.write_text("Traceback (most recent call last):\n", encoding="utf-8")
    said = errors_of("run_block", message, [str(log), "slurm.log"])
    assert said == [f"Error: a job of rule run_block failed{words}; see {log} and slurm.log"]


@pytest.fixture
def results(tmp_path):
    for folder in ("tables", "logs/data"):
        (tmp_path / folder).mkdir(parents=True)
    for name, words in (("old", "a note of before"), ("new", "two rows were dropped")):
        (tmp_path / "logs" / "data" / f"{name}.log").write_text(f"{words}\n", encoding="utf-8")
    os.utime(tmp_path / "logs" / "data" / "old.log", (1, 1))
    return tmp_path


def status(results, *values):
    rows = "".join(f"a,{value}\n" for value in ("status", *values))
    (results / "tables" / "status.csv").write_text(rows, encoding="utf-8")


@pytest.mark.parametrize("bad", ["failed", "timeout", "missing"])
def test_the_end_names_the_results_and_the_notes_of_this_run(results, capsys, bad):
    status(results, "ok", "ok", bad)
    announce_results(STUDY, results, since=1000)
    said = capsys.readouterr()
    assert said.err == "two rows were dropped\n"
    assert f"see {results}/tables.\n" in said.out
    assert f"2 ok, 1 {bad}" in said.out
    assert "make retry STUDY=x.yaml" in said.out


def test_nothing_is_to_be_retried_when_nothing_failed(results, capsys):
    status(results, "ok", "infeasible")
    announce_results(STUDY, results, since=1000)
    assert "retry" not in capsys.readouterr().out


def test_without_a_table_there_is_nothing_to_name(results, capsys):
    announce_results(STUDY, results, since=1000)
    assert capsys.readouterr().out == ""
