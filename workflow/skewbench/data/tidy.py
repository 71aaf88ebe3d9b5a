"""From a raw table to a tidy one: class codes, numeric and categorical features, nothing else.

Typical dirt either gets one documented meaning (infinities are missing values, dates become days,
constant columns are dropped; each such step leaves a note) or raises a sentence that names the
file, the column and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skewbench.data import labels
from skewbench.data.headers import nearest
from skewbench.data.table import RESERVED, Table
from skewbench.errors import InputError

_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_LARGEST = float(np.finfo(np.float32).max)


def tidy(
    raw: pa.Table, target: str, entry: dict, where: str, test: np.ndarray | None = None
) -> tuple[Table, list[str]]:
    """Return the tidy table and the notes on what was changed.

    Parameters
    ----------
    raw : pyarrow.Table
        Features, target and, if the split needs one, its column.
    target : str
        The column with the class labels.
    entry : dict
        The data set's configuration; ``positive``, ``drop``, ``categorical`` and ``split`` apply.
    where : str
        What error messages call the source, usually the file's name.
    test : ndarray of bool, optional
        Rows that came from a separate test file.
    """
    dropped = list(entry.get("drop", ()))
    categorical = set(entry.get("categorical", ()))
    split = entry.get("split", {})
    _check_columns(raw, target, dropped, categorical, split, where)
    if raw.num_rows == 0:
        raise InputError(f"{where}: the file has no rows.")
    notes: list[str] = []
    codes, classes, task = labels.encode(raw[target], target, entry.get("positive"), where, notes)
    special = _split_columns(raw, split, where)
    if test is not None:
        special["test"] = test
    aside = {target, *dropped, split.get("column")}
    features = {}
    for name in raw.column_names:
        if name not in aside:
            values = _feature(raw[name], name, name in categorical, where, notes)
            if values is not None:
                features[name] = values
    if not features:
        raise InputError(f"{where}: no feature columns are left besides the target '{target}'.")
    return Table(pd.DataFrame(features), codes, classes, task, **special), notes


def _check_columns(
    raw: pa.Table, target: str, dropped: list, categorical: Iterable, split: dict, where: str
) -> None:
    names = raw.column_names
    asked = [("target", target), *(("drop", name) for name in dropped)]
    asked += [("categorical", name) for name in categorical]
    if "column" in split:
        asked.append(("split", split["column"]))
    for key, name in asked:
        if name not in names:
            hint = nearest(name, names)
            if len(names) == 1:
                hint = f"; its only column is '{names[0][:60]}': is `separator` right?"
            raise InputError(f"{where}: there is no column '{name}' for `{key}`{hint}.")
    if target in dropped or target in categorical or target == split.get("column"):
        raise InputError(f"{where}: the target '{target}' cannot also be another kind of column.")
    reserved = sorted(RESERVED.intersection(names))
    if reserved:
        raise InputError(f"{where}: the column name {reserved[0]} is reserved, rename the column.")


def _split_columns(raw: pa.Table, split: dict, where: str) -> dict[str, np.ndarray]:
    kind, name = split.get("kind", "stratified"), split.get("column")
    if name is None:
        return {}
    column = raw[name]
    n_missing = pc.sum(pc.is_null(column, nan_is_null=True)).as_py()
    if n_missing:
        raise InputError(
            f"{where}, column '{name}': {n_missing} missing values, but a {kind} split needs a "
            "value in every row."
        )
    if kind == "grouped":
        return {"group": pd.factorize(column.to_pandas())[0].astype(np.int64)}
    if kind == "time":
        values = _numbers(column)
        if values is None or not np.isfinite(values).all():
            raise InputError(f"{where}, column '{name}': a time must be a number or a date.")
        return {"time": values}
    if kind == "fixed":
        spelled = {"0": False, "false": False, "train": False, "1": True, "true": True}
        spelled["test"] = True
        words = [word.casefold() for word in labels.text(column).to_pylist()]
        if set(words) <= set(spelled) and len({spelled[word] for word in words}) == 2:
            return {"test": np.array([spelled[word] for word in words])}
        raise InputError(
            f"{where}, column '{name}': a fixed split needs both train (0, false) and test "
            "(1, true) rows, and no other value."
        )
    raise InputError(f"{where}: a {kind} split takes no column, but `split` names '{name}'.")


def _feature(
    column: pa.ChunkedArray, name: str, categorical: bool, where: str, notes: list[str]
) -> np.ndarray | pd.Categorical | None:
    """Return the column's tidy values, or ``None`` (and a note) if it carries nothing."""
    if name == "":
        return _nameless(column, where, notes)
    numbers = None if categorical else _numbers(column)
    if numbers is None:
        values = _categories(column, name, where)
        missing, levels = (values.codes < 0).any(), len(values.categories)
    else:
        values = _finite(column, numbers, name, notes)
        missing = np.isnan(values).any()
        levels = _distinct(values)
    if levels == 0:
        notes.append(f"column '{name}' dropped: all values are missing")
    elif levels == 1 and not (missing and numbers is None):
        notes.append(f"column '{name}' dropped: it is constant")
    else:
        if numbers is None and levels > max(50, 0.9 * len(values)):
            notes.append(
                f"column '{name}' has {levels} levels in {len(values)} rows: if it is an "
                "identifier, list it under `drop`"
            )
        return values
    return None


def _nameless(column: pa.ChunkedArray, where: str, notes: list[str]) -> None:
    numbers = _numbers(column)
    if numbers is None or not (np.diff(numbers) == 1).all():
        raise InputError(f"{where}: a column has no name; name it, or list '' under `drop`.")
    notes.append("nameless column dropped: it is a row number")


def _numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """Return numbers, truth values and times as float64 (times in days), other types as None."""
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif pa.types.is_temporal(kind):
        if pa.types.is_date32(kind):
            return _floats(column.cast(pa.int32()))
        unit = "ms" if pa.types.is_date64(kind) else kind.unit
        whole = pa.int32() if pa.types.is_time32(kind) else pa.int64()
        return _floats(column.cast(whole)) / _PER_DAY[unit]
    elif not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    ):
        return None
    return _floats(column)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    values = column.cast(pa.float64(), safe=False)
    return pc.fill_null(values, np.nan).to_numpy().astype(np.float64)


def _finite(column: pa.ChunkedArray, values: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    if pa.types.is_temporal(column.type):
        notes.append(f"column '{name}': dates and times became days")
    if pa.types.is_integer(column.type) and np.nanmax(np.abs(values), initial=0) > 2**53:
        notes.append(f"column '{name}': integers beyond 2^53 were rounded to float64")
    # Trees and XGBoost compute in float32, where anything larger is infinite as well.
    infinite = np.abs(values) > _LARGEST
    if infinite.any():
        notes.append(f"column '{name}': {infinite.sum()} infinite values became missing")
        values = np.where(infinite, np.nan, values)
    return values + 0.0  # -0.0 and 0.0 are one value


def _distinct(values: np.ndarray) -> int:
    present = values[~np.isnan(values)]
    return 0 if present.size == 0 else 1 if (present == present[0]).all() else 2


def _categories(column: pa.ChunkedArray, name: str, where: str) -> pd.Categorical:
    """Return the text of a column as categories in alphabetical order."""
    words = labels.text(column)
    if words is None:
        raise InputError(
            f"{where}, column '{name}': values of type {column.type} cannot be used; allowed are "
            "numbers, text, truth values and dates, or list the column under `drop`."
        )
    encoded = words.combine_chunks().dictionary_encode()
    levels = np.array(encoded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(levels.astype(str)) if len(levels) else np.array([], dtype=np.intp)
    position = np.empty(len(levels) + 1, dtype=np.int64)
    position[order], position[-1] = np.arange(len(levels)), -1
    codes = position[pc.fill_null(encoded.indices, len(levels)).to_numpy()]
    return pd.Categorical.from_codes(codes, categories=pd.Index(levels[order], dtype="str"))
