"""A folder in which a study of a few cells runs for real, and what can be asked of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml

from skewbench.results import RESOURCE_METRICS, read_metrics

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}

BLOBS = {
    "source": "synthetic",
    "shape": "classification",
    "n_samples": 120,
    "imbalance_ratio": 3,
    "n_features": 3,
    "seed": 1,
}
MINI = {
    "study": "mini",
    "datasets": [{"blobs": BLOBS}],
    "ratios": ["natural"],
    "strategies": [
        "none",
        "random_under",
        {
            "smote_few": {
                "level": "data",
                "resample": {"imblearn.over_sampling.SMOTE": {"k_neighbors": 3}},
            }
        },
    ],
    "learners": ["decision_tree", "logistic_regression"],
    "seeds": 2,
    "seeds_per_job": 1,
    "folds": 2,
    "inner_folds": 2,
    "min_positives": 5,
    "keep_scores": True,
}


def changed(**changes):
    return MINI | changes


class Ended(NamedTuple):
    """How a command ended, and everything it said."""

    code: int
    output: str


@dataclass(frozen=True)
class Workplace:
    """A folder with a study file, and the copy of the project that runs it."""

    tree: Path
    folder: Path

    @property
    def study(self) -> Path:
        return self.folder / "study.yaml"

    def write(self, content: dict) -> None:
        self.study.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def command(self, *arguments, cores=1, study=None, config=()) -> list[str]:
        """Return the command line; ``study`` is another way to name the study file."""
        return [
            *(sys.executable, "-m", "snakemake", "-s", str(self.tree / "Snakefile")),
            *("--directory", str(self.folder), "--cores", str(cores), *arguments),
            *("--config", f"study={study or self.study}", *config),
        ]

    def snakemake(self, *arguments, **keys) -> Ended:
        run = subprocess.run(
            self.command(*arguments, **keys),
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return Ended(run.returncode, run.stdout)

    @contextmanager
    def started(self, *arguments, **keys) -> Iterator[subprocess.Popen]:
        """Run Snakemake beside the test, in a session of its own that ends with the ``with``."""
        process = subprocess.Popen(
            self.command(*arguments, **keys),
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def finish(self) -> None:
        """Run the study to its end, or say briefly what went wrong."""
        ended = self.snakemake()
        if ended.code:
            logs = [
                path.read_text(encoding="utf-8") for path in self.results.rglob("logs/**/*.log")
            ]
            said = [ended.output[-1500:], *(log[-800:] for log in logs if "Error" in log)]
            pytest.fail("\n".join(said), pytrace=False)

    def script(self, name: str, *arguments) -> Ended:
        run = subprocess.run(
            [sys.executable, str(self.tree / "scripts" / name), *map(str, arguments)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return Ended(run.returncode, run.stdout)

    def planned(self, **keys) -> list[tuple[str, str]]:
        """Return (rule, first output) of every job that a run would start."""
        said = self.snakemake("-n", "--quiet", "host", **keys)
        assert said.code == 0, said.output
        jobs = re.findall(
            r"^(?:local)?rule (\w+):\n((?:    .*\n)*)", said.output, flags=re.MULTILINE
        )
        outputs = [(rule, re.search(r"output: ([^,\n]+)", text)) for rule, text in jobs]
        return [(rule, found[1] if found else "") for rule, found in outputs if rule != "all"]

    def planned_blocks(self, **keys) -> set[str]:
        """Return the blocks that a run would start, as dataset/ratio/strategy/seeds."""
        return {
            "/".join(Path(output).with_suffix("").parts[3:])
            for rule, output in self.planned(**keys)
            if rule == "run_block"
        }

    @property
    def results(self) -> Path:
        (folder,) = (self.folder / "results").iterdir()
        return folder

    def blocks(self) -> dict[str, Path]:
        """Return the metrics files there are, by block."""
        metrics = self.results / "metrics"
        return {
            str(path.relative_to(metrics).with_suffix("")): path
            for path in sorted(metrics.rglob("*.parquet"))
        }

    def statuses(self) -> dict[str, set[tuple[str, str]]]:
        """Return the (status, reason) pairs of each block's cells."""
        return {
            block: set(
                read_metrics(path).select(["status", "reason"]).to_pandas().itertuples(False, None)
            )
            for block, path in self.blocks().items()
        }

    def metrics(self) -> pd.DataFrame:
        """Return every value of every block in a fixed order, what it cost in time aside."""
        frames = [read_metrics(path).to_pandas() for path in self.blocks().values()]
        frame = pd.concat([frame.astype({"value": "float64"}) for frame in frames])
        text = [name for name in frame if name != "value"]
        frame = frame.astype(dict.fromkeys(text, str))
        frame = frame[~frame["metric"].isin(RESOURCE_METRICS)]
        return frame.sort_values(text, ignore_index=True)
