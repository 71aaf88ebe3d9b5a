"""How tables are written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from skewbench.files import whole


def write(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV or Parquet, by the suffix, whole or not at all."""
    with whole(file) as temporary:
        if file.suffix == ".csv":
            table.to_csv(temporary, index=False, float_format="%.6g")
        else:
            table.to_parquet(temporary, index=False)
