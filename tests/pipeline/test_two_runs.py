"""One run of a study at a time, and no lock that outlives the run."""

import os
import re
import signal
import time

import pytest
from workplace import MINI

OWN = """
import time
from pathlib import Path


class Waits:
    def fit_resample(self, X, y):
        Path(__file__).with_name("waits").touch()
        while not Path(__file__).with_name("go").exists():
            time.sleep(0.05)
        return X, y
"""
WAITING = {"waits": {"level": "data", "resample": {"my_methods.Waits": {}}}}


def wait_for(condition, within=120):
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_second_run_is_refused_and_a_killed_one_is_not_in_the_way(workplace):
    (workplace.folder / "my_methods.py").write_text(OWN, encoding="utf-8")
    workplace.write(MINI | {"strategies": ["none", WAITING], "seeds": 1})
    with workplace.started("metrics") as first:
        wait_for((workplace.folder / "waits").exists)
        second = workplace.snakemake("metrics")
        forgetting = workplace.script("forget_failed.py", workplace.study)
        dry = workplace.snakemake("-n")
        assert first.poll() is None
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        (workplace.folder / "go").touch()  # for the job that goes on without it, and the next
        resumed = workplace.snakemake("metrics")
    told = rf"Error: results/mini: this study is being run by process {first.pid} on .* since .*; "
    for refused in (second, forgetting):
        assert refused.code == 1
        assert len(re.findall(told + "wait until it ends, or stop it", refused.output)) == 1
        assert "Traceback" not in refused.output
    assert dry.code == 0
    assert resumed.code == 0, resumed.output  # without --unlock
    assert set.union(*workplace.statuses().values()) == {("ok", "")}
    assert len(workplace.blocks()) == 2
