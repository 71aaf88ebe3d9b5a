"""From a raw table to a tidy one: class codes, numeric and categorical features, nothing else.

Typical dirt either gets one documented meaning (infinities are missing values, dates become days,
constant columns are dropped; each such step leaves a note) or raises a sentence that names the
file, the column and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from skewbench.data import labels
from skewbench.data.encode import MAX_LEVELS
from skewbench.data.headers import nearest, only_column
from skewbench.data.splits import duplicate_groups
from skewbench.data.table import RESERVED, Table
from skewbench.errors import InputError, shown

_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_LARGEST = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+(,\d+)?")


def tidy(
    raw: pa.Table,
    target: str,
    entry: dict,
    where: str,
    test: np.ndarray | None = None,
    pixels: frozenset[str] = frozenset(),
) -> tuple[Table, list[str]]:
    """Return the tidy table and the notes on what was changed.

    Parameters
    ----------
    raw : pyarrow.Table
        Features, target and, if the split needs one, its column.
    target : str
        The column with the class labels.
    entry : dict
        The data set's configuration; ``positive``, ``drop``, ``categorical``,
        ``duplicates`` and ``split`` apply.
    where : str
        What error messages call the source, usually the file's name.
    test : ndarray of bool, optional
        Rows that came from a separate test file.
    pixels : set of str
        Columns that stay even if they are constant: their places among the others count.
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
            values = _feature(raw[name], name, name in categorical, where, notes, name in pixels)
            if values is not None:
                features[name] = values
    if not features:
        raise InputError(
            f"{where}: no feature columns are left besides the target {shown(target)}."
        )
    frame = pd.DataFrame(features)
    if entry.get("duplicates") == "drop":
        same = duplicate_groups(frame.assign(**special, **{target: codes}))
        first = np.sort(np.unique(same, return_index=True)[1])
        notes.append(f"{len(frame) - len(first)} duplicate rows dropped")
        frame, codes = frame.iloc[first].reset_index(drop=True), codes[first]
        special = {key: values[first] for key, values in special.items()}
    return Table(frame, codes, classes, task, **special), notes


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
            hint = f": {only_column(names)}" if len(names) == 1 else nearest(name, names)
            raise InputError(f"{where}: there is no column {shown(name)} for `{key}`{hint}.")
    if target in dropped or target in categorical or target == split.get("column"):
        raise InputError(
            f"{where}: the target {shown(target)} cannot also be another kind of column."
        )
    reserved = sorted(RESERVED.intersection(names))
    if reserved:
        raise InputError(f"{where}: the column name {reserved[0]} is reserved, rename the column.")


def _split_columns(raw: pa.Table, split: dict, where: str) -> dict[str, np.ndarray]:
    kind, name = split.get("kind", "stratified"), split.get("column")
    if name is None:
        return {}
    column = raw[name]
    words = labels.text(column)
    if words is None:
        raise InputError(_unusable(column, name, where))
    if words.null_count:
        raise InputError(
            f"{where}, column {shown(name)}: {words.null_count} missing values, but a {kind} split "
            "needs a value in every row."
        )
    if kind == "grouped":
        encoded = words.combine_chunks().dictionary_encode()
        return {"group": encoded.indices.to_numpy().astype(np.int64)}
    if kind == "time":
        values = _numbers(column)
        if values is None or not np.isfinite(values).all():
            raise InputError(f"{where}, column {shown(name)}: a time must be a number or a date.")
        return {"time": values}
    if kind == "fixed":
        spelled = {"0": False, "false": False, "train": False, "1": True, "true": True}
        spelled["test"] = True
        said = [word.casefold() for word in words.to_pylist()]
        if set(said) <= set(spelled) and len({spelled[word] for word in said}) == 2:
            return {"test": np.array([spelled[word] for word in said])}
        raise InputError(
            f"{where}, column {shown(name)}: a fixed split needs both train (0, false) and test "
            "(1, true) rows, and no other value."
        )
    raise InputError(f"{where}: a {kind} split takes no column, but `split` names '{name}'.")


def _feature(
    column: pa.ChunkedArray,
    name: str,
    categorical: bool,
    where: str,
    notes: list[str],
    stays: bool,
) -> np.ndarray | pd.Categorical | None:
    """Return the column's tidy values, or ``None`` (and a note) if it carries nothing."""
    if name == "":
        return _nameless(column, where, notes)
    numbers = None if categorical else _numbers(column)
    if numbers is None:
        values = _categories(column, name, where)
        if labels.is_text(column.type) and not categorical:
            _check_text(values, name, where, notes)
        missing, levels = (values.codes < 0).any(), len(values.categories)
    else:
        values = _finite(column, numbers, name, notes)
        missing = np.isnan(values).any()
        levels = _distinct(values)
    if levels == 0:
        notes.append(f"column {shown(name)} dropped: all values are missing")
    elif levels == 1 and not (missing and numbers is None) and not stays:
        notes.append(f"column {shown(name)} dropped: it is constant")
    else:
        if numbers is None and levels > MAX_LEVELS:
            advice = f"the rarest are merged until {MAX_LEVELS} are left in a training part"
            if levels > 0.9 * len(values):
                advice = "if it is an identifier, list it under `drop`"
            notes.append(
                f"column {shown(name)} has {levels} levels in {len(values)} rows: {advice}"
            )
        return values
    return None


def _check_text(values: pd.Categorical, name: str, where: str, notes: list[str]) -> None:
    """Say so if a text column holds mostly numbers: a few words have made categories of them."""
    levels = list(values.categories)
    commas = [level for level in levels if "," in level]
    if len(levels) > 1 and commas and all(map(_DECIMAL_COMMA.fullmatch, levels)):
        raise InputError(
            f"{where}, column {shown(name)}: values such as {shown(commas[0])} look like numbers "
            'with a decimal comma; give `decimal: ","` for a text file, or list the column under '
            "`categorical`."
        )
    numeric = np.array([_NUMBER.fullmatch(level) is not None for level in levels], dtype=bool)
    rows = np.bincount(values.codes[values.codes >= 0], minlength=len(levels))
    if rows[numeric].sum() > rows.sum() / 2:
        words = [level for level, is_number in zip(levels, numeric, strict=True) if not is_number]
        reason = f"beside {', '.join(map(shown, words[:3]))}" if words else "stored as text"
        notes.append(
            f"column {shown(name)} became categories: {rows[numeric].sum()} of its {rows.sum()} "
            f"values are numbers, {reason}"
        )


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
    elif pa.types.is_interval(kind):
        return None
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
        notes.append(f"column {shown(name)}: dates and times became days")
    if np.abs(values[np.isfinite(values)]).max(initial=0) > 2**53:
        notes.append(f"column {shown(name)}: numbers beyond 2^53 are exact to 16 digits only")
    # Trees and XGBoost compute in float32, where anything larger is infinite as well.
    infinite = np.abs(values) > _LARGEST
    if infinite.any():
        notes.append(f"column {shown(name)}: {infinite.sum()} infinite values became missing")
        values = np.where(infinite, np.nan, values)
    return values + 0.0  # -0.0 and 0.0 are one value


def _distinct(values: np.ndarray) -> int:
    present = values[~np.isnan(values)]
    return 0 if present.size == 0 else 1 if (present == present[0]).all() else 2


def _unusable(column: pa.ChunkedArray, name: str, where: str) -> str:
    return (
        f"{where}, column {shown(name)}: values of type {column.type} cannot be used; allowed are "
        "numbers, text, truth values and dates, or list the column under `drop`."
    )


def _categories(column: pa.ChunkedArray, name: str, where: str) -> pd.Categorical:
    """Return the text of a column as categories in alphabetical order."""
    words = labels.text(column)
    if words is None:
        raise InputError(_unusable(column, name, where))
    encoded = words.combine_chunks().dictionary_encode()
    levels = np.array(encoded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(levels.astype(str)) if len(levels) else np.array([], dtype=np.intp)
    position = np.empty(len(levels) + 1, dtype=np.int64)
    position[order], position[-1] = np.arange(len(levels)), -1
    codes = position[pc.fill_null(encoded.indices, len(levels)).to_numpy()]
    return pd.Categorical.from_codes(codes, categories=pd.Index(levels[order], dtype="str"))
