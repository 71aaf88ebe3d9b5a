"""Printed commands come through a shell and make unchanged."""

import shlex
import subprocess
from pathlib import Path

import pytest

from skewbench.recommend import make

ROOT = Path(__file__).resolve().parents[2]
STRANGE = [
    "my table.csv",
    "it's",
    'a "b"',
    "$HOME",
    "$(shell id)",
    "`id`",
    "a\\b",
    "#1",
    "50 %",
    "é!",
]


@pytest.fixture
def project(tmp_path):
    """The Makefile with an interpreter that says what it was told."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "requirements.lock").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


def told(command, project):
    """Return the arguments that the script is called with."""
    said = subprocess.run(
        ["sh", "-c", f"{command} --silent"],
        cwd=project,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.splitlines()


@pytest.mark.parametrize("text", STRANGE)
def test_names_arrive_as_they_are(project, text):
    words = ["--separator", ";", "--drop", text, "other"]
    table = {"DATA": text, "TARGET": text, "POSITIVE": text, "LEARNER": "xgboost"}
    wanted = [text, "--target", text, "--positive", text, "--learner", "xgboost"]
    fit = make.command(
        "fit", **table, STRATEGY="smote", DECISION="corrected/cost", ARGS=shlex.join(words)
    )
    chosen = ["--strategy", "smote", "--decision", "corrected/cost"]
    assert told(fit, project) == ["scripts/fit.py", *wanted, *chosen, *words]
    recommend = make.command("recommend", **table, KNOWLEDGE=text, ARGS=shlex.join(words))
    wanted += ["--knowledge", text]
    assert told(recommend, project) == ["scripts/recommend.py", *wanted, *words]


def test_what_has_no_value_is_left_out(project):
    fit = make.command("fit", DATA="my.csv", TARGET="y", POSITIVE=None, ARGS="")
    assert fit == "make fit DATA=my.csv TARGET=y"
    assert told(fit, project) == ["scripts/fit.py", "my.csv", "--target", "y"]


def test_quotes_of_arguments_can_be_read():
    assert make.variable("ARGS", "--drop 'customer id'") == "ARGS=\"--drop 'customer id'\""


def test_paths_are_called_from_the_project(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert make.from_root("my.csv", tmp_path) == "elsewhere/my.csv"
    assert make.from_root("../my.csv", tmp_path) == "my.csv"
    assert make.from_root("/data/my.csv", tmp_path) == "/data/my.csv"
