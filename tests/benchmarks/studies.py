"""Running Snakemake on a study of a benchmark's own, measured from outside."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
PARTS = ("Snakefile", "workflow", "scripts", "config", "profiles")


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds of a command with all its children, and the largest process in MiB."""

    wall: float
    cpu: float
    peak_mb: float


def synthetic(rows: int, **keys) -> dict:
    """Return the entry of a generated data set: 20 features, imbalance ratio 5."""
    entry = {"source": "synthetic", "shape": "classification", "n_samples": rows}
    return entry | {"imbalance_ratio": 5, "n_features": 20, "overlap": 0.3} | keys


def write_study(folder: Path, content: dict) -> Path:
    """Write a study file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def snakemake(
    folder: Path,
    *options: str,
    targets: Iterable[str] = ("all",),
    config: Iterable[str] = (),
    cores: int = 2,
    tree: Path = ROOT,
) -> Measured:
    """Run the study in ``folder``; raise with what was said if it ends badly."""
    command = [sys.executable, "-m", "snakemake", "-s", str(tree / "Snakefile")]
    command += ["--directory", str(folder), "--cores", str(cores), *options]
    command += ["--config", f"study={folder / 'study.yaml'}", *config, "--", *targets]
    return measured(command, folder)


def measured(command: list[str], folder: Path) -> Measured:
    """Run a command and measure it; raise with the end of its output if it ends badly."""
    said = folder / "said.txt"
    start = time.perf_counter()
    with said.open("w", encoding="utf-8") as stream:
        actions = [(os.POSIX_SPAWN_DUP2, stream.fileno(), target) for target in (1, 2)]
        child = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{' '.join(command)}\n{said.read_text(encoding='utf-8')[-3000:]}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def copy_of_tree(folder: Path, run_block: str) -> Path:
    """Return a copy of the project whose blocks run another script."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, tree / name)
    (tree / "scripts" / "run_block.py").write_text(run_block, encoding="utf-8")
    return tree
