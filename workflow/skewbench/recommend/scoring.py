"""Scores and decisions for the rows of a new table, with a model that was exported.

Columns keep the kind that they had in training, whatever the new rows look like: what was a number
must be one, what was a category is compared as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from skewbench.data import files, labels, tidy
from skewbench.data.headers import nearest
from skewbench.data.table import Table
from skewbench.errors import InputError, shown
from skewbench.recommend.export import load

FEW = 3  # values quoted in a note


def columns_of(table: Table) -> list[dict[str, str]]:
    """Return the names and kinds (``number`` or ``category``) of a table's features, in order."""
    categorical = set(table.categorical)
    return [
        {"name": name, "kind": "category" if name in categorical else "number"}
        for name in table.features
    ]


def score_file(folder: Path, trusted: Sequence[str], data: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return scores and decisions for every row of a file, and what should be said of it.

    Parameters
    ----------
    folder : Path
        With the exported model.
    trusted : sequence of str
        Types that its file may hold.
    data : Path
        The rows to score; the target may be absent and other columns present.

    Returns
    -------
    scored : DataFrame
        ``row`` (from 1), ``score``, ``decision`` (a class name).
    notes : list of str

    Raises
    ------
    InputError
        If a column is missing or of another kind, or a file cannot be read.
    """
    model, facts = load(folder, trusted)
    raw = files.read(data, *(facts["reading"].get(k) for k in ("separator", "encoding", "decimal")))
    features, notes = features_of(raw, facts["columns"], data.name)
    notes = [note for note in notes if note not in facts["notes"]]  # as in training
    notes += unseen_levels(features, model.encoder)
    scores = model.scores(features)
    decided = (scores >= model.threshold).astype(int)
    classes = np.array(facts["classes"], dtype=object)
    rows = np.arange(1, len(scores) + 1)
    return pd.DataFrame({"row": rows, "score": scores, "decision": classes[decided]}), notes


def features_of(
    raw: pa.Table, columns: list[dict[str, str]], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Return the model's columns of a raw table in its order, and notes on what was changed."""
    names = [column["name"] for column in columns]
    missing = [name for name in names if name not in raw.column_names]
    if missing:
        hint = nearest(missing[0], raw.column_names)
        listed = ", ".join(map(shown, missing[:5])) + (", ..." if len(missing) > 5 else "")
        raise InputError(f"{where}: the model needs the column(s) {listed}{hint}.")
    if raw.num_rows == 0:
        raise InputError(f"{where}: the file has no rows.")
    notes: list[str] = []
    features = {}
    for column in columns:
        name, values = column["name"], raw[column["name"]]
        if column["kind"] == "category":
            words = labels.text(values)
            if words is None:
                raise InputError(
                    f"{where}, column {shown(name)}: its values cannot be read as text."
                )
            features[name] = pd.Series(words.to_pylist(), dtype=object)
            continue
        numbers = tidy._numbers(values)
        if numbers is None:
            raise InputError(
                f"{where}, column {shown(name)}: numbers are needed, as in training, and the "
                f"column holds {_example(values)}."
            )
        features[name] = tidy._finite(values, numbers, name, notes)
    return pd.DataFrame(features), notes


def unseen_levels(features: pd.DataFrame, encoder) -> list[str]:
    """Return a note for each category column with values that training did not have."""
    notes = []
    for name, codes in zip(encoder.categorical, encoder.codes_, strict=True):
        known = features[name].isin([level for level in codes if level is not None])
        unseen = features[name][~known & (features[name].notna() | (None not in codes))]
        if len(unseen):
            values = sorted({"missing" if v is None else shown(v) for v in unseen})[:FEW]
            notes.append(
                f"column {shown(name)}: {len(unseen)} of {len(features)} rows have values not seen "
                f"in training ({', '.join(values)}); the model knows nothing of them"
            )
    return notes


def _example(values: pa.ChunkedArray) -> str:
    words = values.drop_null().to_pylist()[:20]
    text = next((word for word in words if not _is_number(word)), words[0] if words else "nothing")
    return shown(text)


def _is_number(word: object) -> bool:
    try:
        float(str(word))
    except ValueError:
        return False
    return True
