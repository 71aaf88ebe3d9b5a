"""`kill -9` of anything at any moment: no half file counts, nothing is lost, no value changes."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from workplace import MINI, Workplace

from skewbench.analysis.claims.evidence import CPU_SECONDS
from skewbench.analysis.claims.registry import load_claims
from skewbench.results import RESOURCE_METRICS

CLAIMS_OF_TIME = [
    claim.id
    for claim in load_claims(Path(__file__).parents[2] / "config" / "claims.yaml")
    if CPU_SECONDS in str(claim.test)
]
SEED, KILLS = 20, 20
VICTIMS = ["Snakemake", "everything", "a block", "a cell", "the collector"]


def processes(session):
    """Return {name of a victim: process ids} of a run's session."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid,ppid,sess,args"], capture_output=True, text=True
    )
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()[1:]]
    ours = {int(pid): (int(parent), args) for pid, parent, sess, args in rows if sess == session}
    jobs = {pid for pid, (_, args) in ours.items() if ".run_block.py" in args}
    cells = {pid for pid in jobs if ours[pid][0] in jobs}
    return {
        "Snakemake": {int(session)},
        "a block": jobs - cells,
        "a cell": cells,
        "the collector": {pid for pid, (_, args) in ours.items() if ".collect.py" in args},
    }


def kill(process, victim, rng):
    """Kill the victim when there is one; return whether that came before the run's end."""
    if victim == "everything":
        os.killpg(process.pid, signal.SIGKILL)
        return True
    while process.poll() is None:
        found = sorted(processes(str(process.pid))[victim])
        if found:
            if victim == "the collector":
                time.sleep(rng.uniform(0, 0.8))
            try:
                os.kill(rng.choice(found), signal.SIGKILL)
                return True
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    return False


def files(place):
    """Return every parquet file that counts as done, by its path below the results."""
    found = sorted((place.folder / "results").rglob("[!.]*.parquet"))
    return {str(path.relative_to(place.folder)): path for path in found}


def assert_whole(place):
    for path in files(place).values():
        with suppress(FileNotFoundError):  # Snakemake has removed what a failed job had written
            pq.read_table(path, partitioning=None)


def content(path):
    """Return a file's table without what a clock or the operating system measured."""
    frame = pd.read_parquet(path)
    if "metric" in frame:
        frame = frame[~frame["metric"].isin(RESOURCE_METRICS)]
    if "id" in frame:
        frame = frame[~frame["id"].isin(CLAIMS_OF_TIME)].reset_index(drop=True)
    return frame.astype({n: str for n in frame if frame[n].dtype == "category"})


def assert_equal_to_the_bit(place, undisturbed):
    ours, theirs = files(place), files(undisturbed)
    assert set(ours) == set(theirs)
    for name, path in ours.items():
        if "/tables/resources" in name:
            continue
        one, other = content(path), content(theirs[name])
        pd.testing.assert_frame_equal(one, other, check_exact=True)
        for column in one.select_dtypes("float"):
            bits = [frame[column].to_numpy().view(np.int64) for frame in (one, other)]
            np.testing.assert_array_equal(*bits, err_msg=f"{name}: {column}")


def run(place):
    ended = place.snakemake("tables", cores=2)
    assert ended.code == 0, ended.output


def retry(place):
    """Run cells again that were killed: they ended as rows with that reason."""
    if "0 metrics files" not in place.script("forget_failed.py", place.study).output:
        run(place)


@pytest.mark.slow
def test_a_study_killed_again_and_again_ends_with_the_same_values(tree, tmp_path):
    undisturbed, place = Workplace(tree, tmp_path / "calm"), Workplace(tree, tmp_path / "killed")
    for each in (undisturbed, place):
        each.folder.mkdir()
        each.write(MINI)
    start = time.monotonic()
    run(undisturbed)
    length, n_files = time.monotonic() - start, len(files(undisturbed))

    rng, told, studies = random.Random(SEED), [], 0
    victims = VICTIMS * (KILLS // len(VICTIMS))
    rng.shuffle(victims)
    while len(told) < KILLS:
        with place.started("tables", cores=2) as process:
            while len(told) < KILLS and process.poll() is None:
                # Any moment of the nearer half of what is left of the run, its start included: the
                # run is seldom over before, and the last seconds of one are met as well.
                left = length * (1 - 0.8 * len(files(place)) / n_files)
                victim, moment = victims[len(told)], rng.uniform(0, left / 2)
                until = time.monotonic() + moment
                while time.monotonic() < until and process.poll() is None:
                    time.sleep(0.02)
                if process.poll() is None and kill(process, victim, rng):
                    told.append(f"{victim} after {moment:.2f} s")
                    if victim in ("Snakemake", "everything"):
                        process.wait()
                    assert_whole(place)
        assert_whole(place)
        if process.returncode == 0:  # and the next one begins
            retry(place)
            assert_equal_to_the_bit(place, undisturbed)
            subprocess.run(["rm", "-r", place.folder / "results"], check=True)
            studies += 1
    print(f"seed {SEED}, run of {length:.1f} s, {studies} studies:", *told, sep="\n  ")
    run(place)
    retry(place)
    assert_equal_to_the_bit(place, undisturbed)
