"""Run benchmarks by name (all without one) and write their tables.

    python tests/benchmarks/run.py [--tables FOLDER] [efficiency] [peers] ...

A benchmark is a module with `measure(folder) -> DataFrame`; ratios in a table come from one run.
"""

import argparse
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "workflow"), str(HERE)]
NAMES = sorted(p.stem for p in HERE.glob("*.py") if "\ndef measure(" in p.read_text())

if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES, metavar="name", help=", ".join(NAMES))
    parser.add_argument("--tables", type=Path, default=HERE.parents[1] / "results" / "benchmarks")
    chosen = parser.parse_args()
    chosen.tables.mkdir(parents=True, exist_ok=True)
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in chosen.names:
        benchmark = importlib.import_module(name)
        with tempfile.TemporaryDirectory() as folder:
            table = benchmark.measure(Path(folder))
        table["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
        table.to_csv(chosen.tables / f"{name}.csv", index=False)
        print(f"\n{name}: {benchmark.__doc__.splitlines()[0]}")
        print(table.to_string(index=False), flush=True)
