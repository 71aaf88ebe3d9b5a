"""What a practitioner does: advice on a table, the study that it proposes, a model, its scores."""

import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[2]


def run(folder, *command):
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=550)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def script(name):
    return sys.executable, ROOT / "scripts" / name


@pytest.mark.slow
def test_from_a_table_to_scores(tmp_path):
    rng, positive = np.random.default_rng(0), np.arange(240) % 8 == 0
    table = pd.DataFrame({"age": rng.normal(2.0 * positive, 1.0), "income": rng.normal(size=240)})
    table.assign(y=np.where(positive, "yes", "no")).to_csv(tmp_path / "my.csv", index=False)
    said = run(tmp_path, *script("recommend.py"), "my.csv", "--target", "y")

    # The study file that was printed, with its results here.
    study = shlex.split(re.search(r" study (STUDY=.*)", said)[1])[0].removeprefix("STUDY=")
    config = f"study={(ROOT / study).resolve()}"
    snakemake = [sys.executable, "-m", "snakemake", "-s", ROOT / "Snakefile", "--cores", "2"]
    run(tmp_path, *snakemake, "--directory", tmp_path, "--config", config)
    (results,) = (tmp_path / "results").iterdir()
    status = pd.read_csv(results / "tables" / "status.csv")
    assert set(status["status"]) == {"ok"}
    assert set(status["n_seeds"]) == {3}
    assert (results / "report.html").stat().st_size > 100_000

    chosen = dict(word.split("=") for word in shlex.split(re.search(r" fit (.*)", said)[1]))
    arguments = [f"--{name.lower()}={chosen[name]}" for name in ("STRATEGY", "LEARNER", "DECISION")]
    said = run(tmp_path, *script("fit.py"), "my.csv", "--target", "y", *arguments)
    table.to_csv(tmp_path / "new.csv", index=False)
    scoring = re.search(r"^Score new rows: (.*)", said, re.M)[1]
    scored = pd.read_csv(StringIO(run(tmp_path, "sh", "-c", scoring)))
    assert len(scored) == 240
    assert roc_auc_score(positive, scored["score"]) > 0.8
