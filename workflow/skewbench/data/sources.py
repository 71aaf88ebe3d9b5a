"""Where data sets come from: one entry of the configuration in, one tidy table out.

Sources: ``bundled`` (in scikit-learn), ``synthetic``, ``file``, ``zenodo`` and ``openml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from sklearn import datasets

from skewbench.data import files, images, remote, synthetic
from skewbench.data.headers import nearest
from skewbench.data.remote import TARGET, matrix
from skewbench.data.splits import KINDS
from skewbench.data.table import Table, facts
from skewbench.data.tidy import tidy
from skewbench.errors import InputError

COMMON = frozenset(
    {"source", "positive", "family", "licence", "original_source", "cost", "notes", "split"}
    | {"drop", "duplicates", "categorical", "shots", "sha256"}
)
_UCI = "UCI Machine Learning Repository, "
_BUNDLED = {
    "breast_cancer": (datasets.load_breast_cancer, "Breast Cancer Wisconsin (Diagnostic)"),
    "digits": (datasets.load_digits, "Optical Recognition of Handwritten Digits (test part)"),
    "wine": (datasets.load_wine, "Wine"),
}


@dataclass(frozen=True)
class _Raw:
    rows: pa.Table
    target: str
    where: str
    original: str | None = None
    test: np.ndarray | None = None
    defaults: dict = field(default_factory=dict)
    pixels: frozenset[str] = frozenset()


def load(name: str, entry: dict, base: Path, cache: Path) -> tuple[Table, dict]:
    """Return a data set and its facts.

    Parameters
    ----------
    name : str
        The data set's name in the study.
    entry : dict
        Its configuration. ``source`` names one of the sources; ``positive``, ``family``,
        ``licence``, ``original_source``, ``cost``, ``notes``, ``split``, ``drop``, ``duplicates``,
        ``categorical``, ``shots`` and ``sha256`` (of the tidy content, as in the facts) apply to
        all of them.
    base : Path
        Folder to which relative paths refer.
    cache : Path
        Folder for what is downloaded.

    Raises
    ------
    InputError
        One sentence with the data set, the file and column, and what is allowed.
    """
    source = entry.get("source")
    try:
        if source not in _SOURCES:
            raise InputError(
                f"unknown source '{source}'{nearest(str(source), _SOURCES)}; allowed are "
                f"{', '.join(_SOURCES)}."
            )
        raw = _SOURCES[source](entry, Path(base), Path(cache))
        entry = raw.defaults | entry
        kind = entry.get("split", {}).get("kind", "stratified")
        if kind not in KINDS:
            raise InputError(
                f"unknown split '{kind}'{nearest(kind, KINDS)}; allowed are {', '.join(KINDS)}."
            )
        table, notes = tidy(raw.rows, raw.target, entry, raw.where, raw.test, raw.pixels)
        needs = {"grouped": table.group, "time": table.time, "fixed": table.test}
        if needs.get(kind, True) is None:
            lack = "a `test_path`" if kind == "fixed" else "the name of its column in `split`"
            raise InputError(f"a {kind} split needs {lack}.")
        described = facts(table, name, entry, f"{source}: {raw.where}", raw.original, notes)
        wanted = entry.get("sha256", described["checksum"])
        if wanted != described["checksum"]:
            raise InputError(
                f"the data have changed: their checksum is {described['checksum']}, `sha256` "
                f"states {wanted}."
            )
    except InputError as error:
        raise InputError(f"Data set '{name}': {error}") from error
    except MemoryError as error:
        raise InputError(
            f"Data set '{name}': it does not fit into this machine's memory."
        ) from error
    return table, described


def _bundled(entry: dict, base: Path, cache: Path) -> _Raw:
    name = entry.get("sklearn_name")
    if name not in _BUNDLED:
        raise InputError(
            f"`sklearn_name` is '{name}'{nearest(str(name), _BUNDLED)}; allowed are "
            f"{', '.join(_BUNDLED)}."
        )
    fetch, title = _BUNDLED[name]
    bunch = fetch()
    labels = np.asarray(bunch.target_names).astype(str)[bunch.target]
    rows = matrix(bunch.data, labels, [str(column) for column in bunch.feature_names])
    return _Raw(rows, TARGET, name, _UCI + title, defaults={"licence": "CC BY 4.0"})


def _synthetic(entry: dict, base: Path, cache: Path) -> _Raw:
    parameters = {key: value for key, value in entry.items() if key not in COMMON}
    if "shape" not in parameters:
        raise InputError("a synthetic source needs a `shape`.")
    features, target = synthetic.make(**parameters)
    rows = matrix(features, np.array(["majority", "minority"])[target])
    return _Raw(rows, TARGET, entry["shape"], "generated", defaults={"positive": "minority"})


def _file(entry: dict, base: Path, cache: Path) -> _Raw:
    for key in ("path", "target"):
        if key not in entry:
            raise InputError(f"a file source needs the key `{key}`.")

    def rows_of(key: str) -> tuple[pa.Table, frozenset[str]]:
        path = base / Path(entry[key]).expanduser()
        options = [entry.get(option) for option in ("separator", "encoding", "decimal")]
        rows = files.read(path, *options)
        if "images" not in entry:
            return rows, frozenset()
        return images.unpack(rows, str(entry["images"]), path.name)

    (rows, pixels), where, test = rows_of("path"), Path(entry["path"]).name, None
    if "test_path" in entry:
        kind = entry.get("split", {}).get("kind", "fixed")
        if kind != "fixed" or "column" in entry.get("split", {}):
            raise InputError(f"`test_path` is a fixed split, but `split` asks for {kind}.")
        held_out, _ = rows_of("test_path")
        test = np.arange(rows.num_rows + held_out.num_rows) >= rows.num_rows
        rows = files.stack(rows, held_out, where)
    return _Raw(rows, str(entry["target"]), where, test=test, pixels=pixels)


def _zenodo(entry: dict, base: Path, cache: Path) -> _Raw:
    if "dataset" not in entry:
        raise InputError("a zenodo source needs the name of its `dataset`.")
    home = base / Path(entry["data_home"]).expanduser() if "data_home" in entry else cache
    rows = remote.zenodo(entry["dataset"], home)
    return _Raw(rows, TARGET, entry["dataset"], "Ding 2011, Zenodo record 61452")


def _openml(entry: dict, base: Path, cache: Path) -> _Raw:
    if "data_id" not in entry and "dataset" not in entry:
        raise InputError("an openml source needs a `data_id` or a `dataset` (and its `version`).")
    rows, target = remote.openml(entry, cache)
    return _Raw(rows, target, str(entry.get("data_id", entry.get("dataset"))), "OpenML")


_SOURCES: dict[str, Callable[[dict, Path, Path], _Raw]] = {
    "bundled": _bundled,
    "synthetic": _synthetic,
    "file": _file,
    "zenodo": _zenodo,
    "openml": _openml,
}
