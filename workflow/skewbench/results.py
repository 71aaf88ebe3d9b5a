"""The parquet contract: schemas, atomic writes, and reading many files of which one may be bad.

A metrics file is long: one row per seed, learner, fold, score version, prior, decision and metric,
with the status on every row. A cell that is not ok has one row per learner, without a metric. A
file that exists is whole: it is written under a temporary name and renamed. Pages carry checksums,
so a file that was damaged later is told and never read as other numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skewbench.errors import InputError
from skewbench.files import whole

SCHEMA_VERSION = "1"
WHOLE_CELL = -1  # the fold of a row that speaks of the cell
# Where the metrics of a block are (see skewbench.archive.block_name).
BLOCK_PLACE = re.compile(r"(?:^|/)metrics/([^/]+)/([^/]+)/([^/]+)/seeds(\d+)-(\d+)\.parquet$")

_WORD = pa.dictionary(pa.int32(), pa.string())
KEYS = ("dataset", "ratio", "strategy", "task", "track")
METRICS_SCHEMA = pa.schema(
    [(name, _WORD) for name in KEYS]
    + [("seed", pa.int32()), ("learner", _WORD), ("fold", pa.int16())]
    + [(name, _WORD) for name in ("status", "reason", "flags")]
    + [(name, _WORD) for name in ("scores", "prior", "decision", "metric")]
    + [("value", pa.float64())]
)
RESOURCE_METRICS = (
    "resample_seconds",
    "fit_seconds",
    "score_seconds",
    "training_score_seconds",
    "oof_resample_seconds",
    "oof_seconds",
    "search_seconds",
    "wall_seconds",
    "peak_memory_mb",
)


class MetricRow(NamedTuple):
    """One value of one fold."""

    fold: int
    scores: str
    prior: str
    decision: str
    metric: str
    value: float


@dataclass
class CellResult:
    """One learner's part of a cell: its status, and its rows if it is ok."""

    seed: int
    learner: str
    status: str
    reason: str = ""
    flags: tuple[str, ...] = ()
    rows: list[MetricRow] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)


def metrics_table(results: Iterable[CellResult], keys: dict[str, str]) -> pa.Table:
    """Return the metrics file's table; ``keys`` gives the values of :data:`KEYS`."""
    columns: dict[str, list] = {name: [] for name in METRICS_SCHEMA.names if name not in KEYS}
    for result in results:
        rows = result.rows or [MetricRow(WHOLE_CELL, "", "", "", "", float("nan"))]
        constant = {
            "seed": result.seed,
            "learner": result.learner,
            "status": result.status,
            "reason": result.reason,
            "flags": ",".join(result.flags),
        }
        for name, value in constant.items():
            columns[name] += [value] * len(rows)
        for name, values in zip(MetricRow._fields, zip(*rows, strict=True), strict=True):
            columns[name] += values
    size = len(columns["seed"])
    arrays = [
        pa.array([keys[name]] * size if name in KEYS else columns[name], pa.string()).cast(_WORD)
        if METRICS_SCHEMA.field(name).type == _WORD
        else pa.array(columns[name], METRICS_SCHEMA.field(name).type)
        for name in METRICS_SCHEMA.names
    ]
    return pa.Table.from_arrays(arrays, schema=METRICS_SCHEMA)


def scores_table(results: Iterable[CellResult]) -> pa.Table:
    """Return test and out-of-fold scores, one row per seed, learner, fold, part and row.

    Binary scores are in ``score``; multi-class ones in ``score_0`` ... ``score_<C-1>``.
    """
    parts = []
    for result in results:
        for kept in result.scores:
            size, score = len(kept["row"]), np.asarray(kept["score"])
            named = (
                {"score": score}
                if score.ndim == 1
                else {f"score_{c}": score[:, c] for c in range(score.shape[1])}
            )
            constant = {"learner": result.learner, "part": kept["part"]}
            words = {k: pa.array([v] * size, pa.string()).cast(_WORD) for k, v in constant.items()}
            numbers = {
                "seed": pa.array(np.full(size, result.seed, np.int32)),
                "fold": pa.array(np.full(size, kept["fold"], np.int16)),
                "row": pa.array(kept["row"], pa.int64()),
                "target": pa.array(kept["target"], pa.int16()),
                "weight": pa.array(kept["weight"], pa.float64()),
            }
            parts.append(pa.table(words | numbers | named))
    return pa.concat_tables(parts).unify_dictionaries() if parts else pa.table({"seed": []})


def write(table: pa.Table, path: str | Path, metadata: dict[str, Any] | None = None) -> None:
    """Write a parquet file whole or not at all, with ``metadata`` as JSON in its schema.

    Columns in single precision are written byte by byte: half the room that values take otherwise.
    """
    words = {"schema_version": SCHEMA_VERSION} | (metadata or {})
    encoded = {f"skewbench.{key}": json.dumps(value) for key, value in words.items()}
    table = table.replace_schema_metadata((table.schema.metadata or {}) | encoded)
    path = Path(path)
    for left in path.parent.glob(f".{path.name}.*.tmp"):  # by a writer that was killed
        left.unlink(missing_ok=True)
    single = [column.name for column in table.schema if column.type == pa.float32()]
    try:
        with whole(path) as temporary:
            pq.write_table(
                table,
                temporary,
                compression="zstd",
                compression_level=15,
                use_dictionary=[name for name in table.column_names if name not in single],
                column_encoding=dict.fromkeys(single, "BYTE_STREAM_SPLIT") or None,
                write_page_checksum=True,
            )
    except OSError as error:  # Arrow's do not name the file
        raise OSError(error.errno, str(error), str(path)) from error


def failed_files(folder: str | Path) -> list[Path]:
    """Return the metrics files of a study's ``folder`` whose blocks have to run again.

    Those that are damaged or another block's, whose scores file is damaged, or that hold failed or
    timed-out cells.
    """
    metrics, scores = Path(folder) / "metrics", Path(folder) / "scores"
    return [
        file
        for file in sorted(metrics.rglob("seeds*.parquet"))
        if _has_failed(file) or _is_damaged(scores / file.relative_to(metrics))
    ]


def _has_failed(file: Path) -> bool:
    try:
        statuses = read_metrics(file)["status"].unique().to_pylist()
    except InputError:
        return True
    return not {"failed", "timeout"}.isdisjoint(statuses)


def _is_damaged(file: Path) -> bool:
    try:
        read(file)
    except InputError:
        return file.exists()
    return False


def read(path: str | Path) -> pa.Table:
    """Return the table of a file that :func:`write` wrote.

    Raises
    ------
    InputError
        Naming the file, if it is absent or damaged.
    """
    try:
        return pq.read_table(path, partitioning=None, page_checksum_verification=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: no readable parquet file ({reason})") from None


def read_metrics(path: str | Path) -> pa.Table:
    """Return one metrics file.

    Raises
    ------
    InputError
        Naming the file, if it is absent, damaged, of another schema, or in the place of a block
        whose cells it does not hold.
    """
    table = read(path)
    version = (table.schema.metadata or {}).get(b"skewbench.schema_version", b"none")
    version = version.decode(errors="replace")
    if table.num_rows == 0:
        raise InputError(f"{path}: a metrics file without rows")
    if version != json.dumps(SCHEMA_VERSION) or not table.schema.equals(METRICS_SCHEMA):
        raise InputError(
            f"{path}: not a metrics file of schema version {SCHEMA_VERSION} (found version "
            f"{version}, or other columns)"
        )
    place = BLOCK_PLACE.search(Path(path).as_posix())
    if place:
        *words, first, last = place.groups()
        wanted = [*([word] for word in words), list(range(int(first), int(last) + 1))]
        held = [table[name].unique().to_pylist() for name in (*KEYS[:3], "seed")]
        if [*map(set, held)] != [*map(set, wanted)]:
            raise InputError(f"{path}: holds {_said(held)}, and should hold {_said(wanted)}")
    return table


def _said(cells: list[list]) -> str:
    """Return data sets, ratios, strategies and seeds in words."""
    dataset, ratio, strategy, seeds = (", ".join(map(str, values)) for values in cells)
    return f"data set '{dataset}', ratio {ratio}, strategy '{strategy}', seed {seeds}"
