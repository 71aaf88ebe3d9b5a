"""The tidy table, the one shape in which every data set travels, and its facts.

On disk: a Parquet file with the feature columns and the reserved columns ``__target__`` (class
codes) and, where the split needs them, ``__group__``, ``__time__`` and ``__test__``; beside it a
JSON file with the facts, which also holds the class names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from skewbench.data.splits import duplicate_groups
from skewbench.files import whole

RESERVED = frozenset({"__target__", "__group__", "__time__", "__test__"})


@dataclass(frozen=True, eq=False)
class Table:
    """One data set.

    Attributes
    ----------
    features : DataFrame of shape (n_rows, n_features)
        Numeric columns are float64 (NaN: missing), categorical ones ``category`` with text levels
        in alphabetical order.
    target : ndarray of int64 of shape (n_rows,)
        Class codes. Binary: 1 is the positive class; multi-class: by descending frequency.
    classes : tuple of str
        Class names by code.
    task : {"binary", "multiclass"}
    group : ndarray of int64, optional
        Rows of one group (a patient, a site) share a fold.
    time : ndarray of float64, optional
        Order of the rows in time; days for dates.
    test : ndarray of bool, optional
        Rows of a fixed test part.
    """

    features: pd.DataFrame
    target: np.ndarray
    classes: tuple[str, ...]
    task: str
    group: np.ndarray | None = None
    time: np.ndarray | None = None
    test: np.ndarray | None = None

    @property
    def categorical(self) -> list[str]:
        """Names of the categorical features."""
        kinds = self.features.dtypes
        return [name for name, kind in kinds.items() if not pd.api.types.is_float_dtype(kind)]


def write(table: Table, facts: dict, parquet_path: Path, facts_path: Path) -> None:
    """Write table and facts; a file that exists is whole, because it is renamed into place."""
    columns = {f"__{name}__": values for name, values in _extras(table).items()}
    arrow = pa.Table.from_pandas(table.features, preserve_index=False, nthreads=1)
    for name, values in columns.items():
        arrow = arrow.append_column(name, pa.array(values))
    text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with whole(parquet_path) as temporary:
        # One row group and no limit on the dictionary keep the order of a category's levels.
        pa.parquet.write_table(
            arrow,
            temporary,
            row_group_size=max(len(table.target), 1),
            dictionary_pagesize_limit=2**30,
            compression="zstd",
        )
    with whole(facts_path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read(parquet_path: Path, facts_path: Path) -> tuple[Table, dict]:
    """Read what :func:`write` wrote, with the same types and missing values."""
    facts = json.loads(Path(facts_path).read_text(encoding="utf-8"))
    with pa.parquet.ParquetFile(parquet_path) as file:
        arrow = file.read(use_threads=False)
    extras = {
        name.strip("_"): arrow[name].to_numpy() for name in arrow.column_names if name in RESERVED
    }
    features = arrow.drop_columns([f"__{name}__" for name in extras])
    target = extras.pop("target")
    frame = features.to_pandas(use_threads=False)
    return Table(frame, target, tuple(facts["classes"]), facts["task"], **extras), facts


def facts(
    table: Table, name: str, entry: dict, source: str, original_source: str | None, notes: list[str]
) -> dict:
    """Return what the report and later steps need to know about a data set without its rows.

    Parameters
    ----------
    table : Table
    name : str
        The data set's name, also its family unless the entry names one.
    entry : dict
        The data set's configuration.
    source, original_source : str
        Where the rows came from, and where that place has them from.
    notes : list of str
        What the loader changed; the entry's own note goes first.
    """
    counts = np.bincount(table.target, minlength=len(table.classes))
    own_note = [entry["notes"]] if entry.get("notes") else []
    return {
        "name": name,
        "n_rows": len(table.target),
        "n_features": table.features.shape[1],
        "categorical": table.categorical,
        "n_missing": int(table.features.isna().to_numpy().sum()),
        "n_duplicate_rows": int(len(table.target) - duplicate_groups(table.features).max() - 1),
        "task": table.task,
        "classes": list(table.classes),
        "class_counts": counts.tolist(),
        "imbalance_ratio": float(counts.max() / counts.min()),
        "positive": table.classes[1] if table.task == "binary" else None,
        "family": entry.get("family", name),
        "licence": entry.get("licence"),
        "source": source,
        "original_source": entry.get("original_source", original_source),
        "cost": entry.get("cost"),
        "shots": entry.get("shots"),
        "notes": own_note + notes,
        "checksum": checksum(table),
        "split": entry.get("split", {"kind": "stratified" if table.test is None else "fixed"}),
    }


def checksum(table: Table) -> str:
    """Return the SHA-256 of names, types and values, the same on every machine."""
    digest = hashlib.sha256()

    def add(*parts: str) -> None:
        for part in parts:
            content = part.encode()
            digest.update(len(content).to_bytes(8, "little") + content)

    add(table.task, *table.classes)
    for name, column in table.features.items():
        add(str(name))
        if isinstance(column.dtype, pd.CategoricalDtype):
            add("category", *map(str, column.cat.categories))
            values = column.cat.codes.to_numpy().astype("<i4")
        else:
            values = column.to_numpy().astype("<f8")
            values[np.isnan(values)] = np.nan
        digest.update(values.tobytes())
    for name, values in _extras(table).items():
        add(name)
        digest.update(values.astype("<f8").tobytes())
    return digest.hexdigest()


def _extras(table: Table) -> dict[str, np.ndarray]:
    every = {name: getattr(table, name) for name in ("target", "group", "time", "test")}
    return {name: values for name, values in every.items() if values is not None}
