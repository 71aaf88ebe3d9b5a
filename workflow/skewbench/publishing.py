"""What is committed of a study beside its archive: its report, its tables and a few figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from skewbench.errors import InputError
from skewbench.recommend import knowledge
from skewbench.report.embedding import few_colours
from skewbench.results import write

READABLE = ("arms", "claims", "difficulty", "leaking", "policies", "recommender")
READABLE += ("resources", "shots")
NEEDED = ("comparisons", "decomposition", "difficulty", "recommender", "resources")
LARGE = ("differences", "effects")  # the one is reduced, the other follows from it
FIGURES = ("arms", "claims", "cliques_binary", "decomposition", "forest_binary", "shots", "status")


def publish(results: Path, folder: Path) -> int:
    """Copy what is worth committing of ``results`` into ``folder``, in place of what was there.

    Parameters
    ----------
    results : Path
        A study's folder of results.
    folder : Path
        Its archive.

    Returns
    -------
    int
        How many files.

    Raises
    ------
    InputError
        When one of them is missing; nothing has been changed then.
    """
    files = [Path("report.html"), Path("provenance.json")]
    files += [Path("tables", f"{name}.csv") for name in READABLE]
    files += [Path("tables", f"{name}.parquet") for name in NEEDED]
    more = sorted((results / "tables").glob("*.parquet"))
    files += [file.relative_to(results) for file in more if file.stem not in (*NEEDED, *LARGE)]
    figures = sorted((results / "figures").glob("*.png"))
    files += [file.relative_to(results) for file in figures if file.stem.startswith(FIGURES)]
    for file in files:
        if not (results / file).is_file():
            raise InputError(f"{results / file}: no such file; run the study first")
    differences = knowledge.reduced(knowledge.read(results)["differences"])
    for name in ("tables", "figures"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for file in files:
        if file.suffix == ".png":
            (folder / file).write_bytes(few_colours(results / file))
        elif file.suffix == ".parquet":
            _shrink(pd.read_parquet(results / file), folder / file)
        else:
            shutil.copyfile(results / file, folder / file)
    _shrink(differences, folder / "tables" / "differences.parquet")
    return len(files) + 1


def _shrink(table: pd.DataFrame, file: Path) -> None:
    """Write a table with its numbers in single precision: six digits and half the room."""
    single = dict.fromkeys(table.select_dtypes("float64"), np.float32)
    write(pa.Table.from_pandas(table.astype(single), preserve_index=False), file)
