"""How tables are written."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd


def write(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV or Parquet, by the suffix, whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        if file.suffix == ".csv":
            table.to_csv(temporary, index=False, float_format="%.6g")
        else:
            table.to_parquet(temporary, index=False)
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
