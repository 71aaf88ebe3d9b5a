"""A study with cells that take too long or too much memory, or kill their process."""

import platform

import pytest
from workplace import MINI

OWN = """
from pathlib import Path

import numpy as np


class Badly:
    def __init__(self, how="well"):
        self.how = how

    def fit_resample(self, X, y):
        if Path(__file__).with_name("badly").exists():
            getattr(self, self.how)()
        return X, y

    def slowly(self):
        import time

        time.sleep(100)

    def greedily(self):
        np.ones(2**28)

    def deadly(self):
        import os

        os.kill(os.getpid(), 9)
"""
REASONS = {
    "slowly": ("timeout", "over the time_limit of 4 s per cell"),
    "greedily": ("failed", "over the memory_limit of 800 MiB per cell (fold 0: "),
    "deadly": ("failed", "the cell's process ended with exit code -9 (killed, as when"),
}


@pytest.mark.slow
@pytest.mark.skipif(platform.system() != "Linux", reason="only Linux keeps the memory limit")
def test_cells_over_a_limit_are_rows_with_a_reason_and_run_again(workplace):
    mine = {
        how: {"level": "data", "resample": {"my_methods.Badly": {"how": how}}} for how in REASONS
    }
    study = {"strategies": ["none", *({name: entry} for name, entry in mine.items())], "seeds": 1}
    workplace.write(MINI | study | {"time_limit": 4, "memory_limit": 800})
    (workplace.folder / "my_methods.py").write_text(OWN, encoding="utf-8")
    (workplace.folder / "badly").touch()
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    found = {block.split("/")[2]: cells for block, cells in workplace.statuses().items()}
    assert found.pop("none") == {("ok", "")}
    for how, (status, reason) in REASONS.items():
        ((said_status, said_reason),) = found[how]
        assert (said_status, said_reason[: len(reason)]) == (status, reason)
    assert "make retry" in ended.output
    untouched = workplace.blocks()["blobs/natural/none/seeds0-0"]
    before = untouched.stat().st_mtime_ns

    (workplace.folder / "badly").unlink()
    forgotten = workplace.script("forget_failed.py", workplace.study)
    assert "3 metrics files removed" in forgotten.output
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    assert set.union(*workplace.statuses().values()) == {("ok", "")}
    assert untouched.stat().st_mtime_ns == before

    workplace.write(MINI | study | {"time_limit": 400})  # a limit that none met changes none
    assert "Nothing to be done" in workplace.snakemake("tables").output
