"""Studies run by Snakemake's Slurm executor on two nodes, and what may happen to them there."""

import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from slurm import NODES, Slurm, absent

from pipeline.workplace import MINI, Ended, Workplace
from skewbench.results import read_metrics

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]
STUDY = MINI | {"seeds_per_job": 2}  # one data set, three blocks
OPTIONS = (
    *("--workflow-profile", "slurm"),
    *("--slurm-status-command", "squeue"),  # nodes without accounting
    *("--slurm-init-seconds-before-status-checks", "2"),
)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """One Slurm for all tests; it ends with them, however they end."""
    if missing := absent():
        pytest.skip(f"needs Slurm, which .ci/cluster installs: no {', '.join(missing)} here")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # fixtures end as on Ctrl-C
    with Slurm(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The study, run without Slurm."""
    place = Workplace(ROOT, tmp_path_factory.mktemp("local"))
    place.write(STUDY)
    ended = place.snakemake("metrics", cores=2)
    assert ended.code == 0, ended.output
    return place


@pytest.fixture
def workplace(tmp_path):
    """A fresh folder with the study."""
    place = Workplace(ROOT, tmp_path)
    place.write(STUDY)
    return place


@pytest.fixture
def prepared(workplace, local):
    """A folder with the study and its data set."""
    data = local.results / "data"
    shutil.copytree(data, workplace.folder / data.relative_to(local.folder))
    return workplace


@contextmanager
def running(place, slurm, *arguments):
    """Run a study on the nodes during the ``with``; yields how to wait for its end."""
    process = subprocess.Popen(
        place.command(*OPTIONS, *arguments, cores=4),
        cwd=place.folder,
        env=slurm.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def end():
        output, _ = process.communicate(timeout=300)
        return Ended(process.returncode, output)

    with process:
        try:
            yield end
        finally:
            process.kill()


def run(place, slurm, *arguments):
    with running(place, slurm, *arguments) as end:
        return end()


def running_blocks(place, slurm):
    """Wait until some block computes, and return the jobs of the blocks under way."""
    give_up = time.monotonic() + 120
    while not list(place.folder.glob("results/*/logs/metrics/**/*.log")):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return [
        job
        for job in slurm.jobs(place.folder)
        if job.state == "RUNNING" and job.comment.startswith("rule_run_block")
    ]


def assert_complete_and_equal(place, local):
    """Assert that every block is there and has the local run's values to the bit."""
    assert set(place.blocks()) == set(local.blocks())
    one, other = place.metrics(), local.metrics()
    text = [name for name in one if name != "value"]
    pd.testing.assert_frame_equal(one[text], other[text])
    np.testing.assert_array_equal(
        one["value"].to_numpy().view(np.int64), other["value"].to_numpy().view(np.int64)
    )


def test_a_study_on_two_nodes_gives_what_a_local_run_gives(slurm, workplace, local):
    ended = run(workplace, slurm)
    assert ended.code == 0, ended.output
    assert_complete_and_equal(workplace, local)
    assert (workplace.results / "figures" / "ranks_binary_natural.svg").stat().st_size > 0
    done = slurm.jobs(workplace.folder)
    assert {job.node for job in done if "run_block" in job.comment} == set(NODES)
    # One data set and its difficulty, three blocks, collection, three rules of tables, four of
    # figures and the report.
    assert [job.state for job in done] == ["COMPLETED"] * (2 + 3 + 1 + 3 + 4 + 1)


def test_a_study_survives_the_loss_of_a_node(slurm, prepared, local):
    with running(prepared, slurm, "metrics") as end:
        lost, *_ = running_blocks(prepared, slurm)
        slurm.lose_node(lost.node)
        ended = end()
    slurm.start_node(lost.node)
    assert ended.code == 0, ended.output
    (other,) = set(NODES) - {lost.node}
    again = [job for job in slurm.jobs(prepared.folder) if job.comment == lost.comment]
    assert (again[-1].state, again[-1].node) == ("COMPLETED", other)
    assert_complete_and_equal(prepared, local)


def test_cancelled_jobs_are_reported_and_run_again(slurm, prepared, local):
    with running(prepared, slurm, "metrics", "--retries", "0") as end:
        cancelled = running_blocks(prepared, slurm)
        slurm.ask("scancel", "--state=running")
        ended = end()
    assert 1 <= len(cancelled) <= 2
    assert ended.code != 0
    said = re.findall(r"SLURM-job '(\d+)' failed, SLURM status is: 'CANCELLED'", ended.output)
    assert len(set(said)) == len(cancelled)
    kept = prepared.blocks()
    assert len(kept) == 3 - len(cancelled)
    written = [path.stat().st_mtime_ns for path in kept.values()]
    for path in kept.values():
        assert read_metrics(path)["status"].unique().to_pylist() == ["ok"]

    ended = prepared.snakemake("metrics", cores=2)  # on Slurm or not is all the same
    assert ended.code == 0, ended.output
    assert [path.stat().st_mtime_ns for path in kept.values()] == written
    assert_complete_and_equal(prepared, local)


HUNGRY = '''
import time

import numpy as np


class Hungry:
    """Holds 700 MB for longer than Slurm takes to look."""

    def fit_resample(self, X, y):
        held = np.ones(700 * 2**20, dtype=np.uint8)
        time.sleep(3)
        return X, y + 0 * held[0]
'''


def test_a_job_beyond_its_memory_is_tried_again_with_more(slurm, prepared):
    (prepared.folder / "methods.py").write_text(HUNGRY, encoding="utf-8")
    hungry = {"hungry": {"level": "data", "resample": {"methods.Hungry": {}}}}
    few = {"seeds": 1, "seeds_per_job": 1, "inner_folds": 0, "keep_scores": False}
    prepared.write(STUDY | few | {"strategies": ["none", hungry], "highlight": ["none"]})
    block = prepared.results / "metrics" / "blobs" / "natural" / "hungry" / "seeds0-0.parquet"
    target = str(block.relative_to(prepared.folder))
    ended = run(prepared, slurm, target, "--set-resources", "run_block:mem_mb=attempt * 800")
    assert ended.code == 0, ended.output
    first, second = slurm.jobs(prepared.folder)
    assert first.state != "COMPLETED"
    assert second.state == "COMPLETED"
    assert read_metrics(block)["status"].unique().to_pylist() == ["ok"]
