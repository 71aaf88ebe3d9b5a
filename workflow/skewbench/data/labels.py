"""Class labels: from a target column to class codes.

Binary: 1 is the positive class, the minority unless the configuration names one. Multi-class:
codes in order of descending frequency.
"""

from __future__ import annotations

import math
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skewbench.data.headers import nearest
from skewbench.errors import InputError, clipped, shown

_MOST_NUMBERS = 100  # distinct numeric labels; more are a quantity
_TRUTH = {True: {"true", "yes", "on"}, False: {"false", "no", "off"}}


def encode(
    column: pa.ChunkedArray, name: str, positive: object, where: str, notes: list[str]
) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Return class codes, class names by code, and the task.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The target: text, numbers or truth values.
    name, where : str
        Column and source, for messages.
    positive : object
        The positive class's label as the configuration spells it; every other class is the
        negative one. ``None``: two classes are binary with the minority (of equal classes, the
        alphabetically last) positive, more are multi-class.
    notes : list of str
        Extended when surrounding spaces were removed.
    """
    place = f"{where}, target {shown(name)}"
    words = text(column)
    if words is None:
        raise InputError(f"{place}: labels must be text, numbers or truth values.")
    if words.null_count:
        raise InputError(
            f"{place}: {words.null_count} of {len(words)} rows have no label; remove or label them."
        )
    encoded = words.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy().astype(np.int64)
    _check(column, names, len(codes), place, positive)
    if is_text(column.type):
        raw = pc.count_distinct(column.cast(pa.large_string())).as_py()
        if raw > len(names):
            notes.append(f"target {shown(name)}: spaces around labels were removed")
    counts = np.bincount(codes, minlength=len(names))
    if positive is None and len(names) == 2:
        positive = max(names, key=lambda label: (-counts[names.index(label)], label))
    if positive is None:
        order = sorted(range(len(names)), key=lambda code: (-counts[code], names[code]))
        position = np.empty(len(names), dtype=np.int64)
        position[order] = np.arange(len(names))
        return position[codes], tuple(names[code] for code in order), "multiclass"
    chosen = _find(positive, names, place)
    others = [label for label in names if label != chosen]
    negative = others[0] if len(others) == 1 else f"not {chosen}"
    return (codes == names.index(chosen)).astype(np.int64), (negative, chosen), "binary"


def text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column as text without surrounding spaces, or ``None`` if its values have no text.

    Text, numbers, truth values, dates and times have one. Whole numbers lose their decimal point:
    1.0 is the label ``1``. Infinities are missing.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    kind = column.type
    if pa.types.is_floating(kind):
        names = [_number_name(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(names, type=pa.large_string())])
    if pa.types.is_boolean(kind):
        return pc.if_else(column, pa.scalar("True", pa.large_string()), "False")
    spelled = (is_text, pa.types.is_integer, pa.types.is_null, pa.types.is_temporal)
    if not any(is_kind(kind) for is_kind in spelled):
        return None
    try:
        words = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
    except pa.ArrowException:  # durations, intervals, unknown time zones
        return None
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.large_string()), words)


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is one of Arrow's three for text."""
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _number_name(value: float | None) -> str | None:
    if value is None or not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _folded(label: str) -> str:
    """Return a label without what the eye misses: case, spaces, invisible characters, ligatures."""
    letters = unicodedata.normalize("NFKC", label).casefold()
    return "".join(c for c in letters if not c.isspace() and unicodedata.category(c) != "Cf")


def _check(
    column: pa.ChunkedArray, names: list[str], n_rows: int, place: str, positive: object
) -> None:
    if len(names) == 1:
        raise InputError(
            f"{place}: all rows have the label {shown(names[0])}, two classes are needed."
        )
    folded: dict[str, list[str]] = {}
    for label in sorted(names):
        folded.setdefault(_folded(label), []).append(label)
    alike = [shown(label) for group in folded.values() if len(group) > 1 for label in group]
    if alike:
        raise InputError(
            f"{place}: the labels {', '.join(alike[:10])} differ only by case or spaces (or by "
            "characters that look alike or are invisible); spell each class in one way."
        )
    kind = column.type
    numeric = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    quantity = numeric and (len(names) > _MOST_NUMBERS or any("." in label for label in names))
    if positive is None and (quantity or (len(names) > n_rows / 2 and n_rows > 20)):
        raise InputError(
            f"{place}: {len(names)} distinct values in {n_rows} rows look like a quantity or an "
            "identifier; a class label is needed."
        )


def _find(positive: object, names: list[str], place: str) -> str:
    if isinstance(positive, bool):  # YAML reads a bare yes or no as a truth value
        matches = [label for label in names if label.casefold() in _TRUTH[positive]]
        if len(matches) == 1:
            return matches[0]
    label = _number_name(positive) if isinstance(positive, float) else str(positive).strip()
    if label in names:
        return label
    listed = ", ".join(map(clipped, sorted(names)[:20]))
    listed += ", ..." if len(names) > 20 else ""
    quote = "; put it in quotes if it is text" if isinstance(positive, bool) else ""
    raise InputError(
        f"{place}: `positive` is {shown(positive)}, which is no label{nearest(label, names)}; "
        f"the labels are {listed}{quote}."
    )
