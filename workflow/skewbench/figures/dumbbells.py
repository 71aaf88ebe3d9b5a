"""Two values per strategy, joined by a line, and the change between them in numbers."""

from __future__ import annotations

from math import isnan

import pandas as pd
from matplotlib.axes import Axes

from skewbench.figures.style import FAINT, INK, LEVELS, clean, name_rows
from skewbench.figures.wording import change as signed


def dumbbells(
    axes: Axes,
    table: pd.DataFrame,
    hollow: str,
    filled: str,
    change: str,
    tested: bool = False,
) -> None:
    """Draw a dumbbell per row of ``table``, the first on top, with its change beside it.

    Parameters
    ----------
    axes : Axes
    table : DataFrame
        ``label``, ``level``, the columns named next, and ``lower`` and ``upper`` of the change.
    hollow, filled, change : str
        Columns: where the hollow and the filled end are, and the number written.
    tested : bool
        Whether the bounds are an interval of the change: it is written to three decimals then, and
        in bold where they exclude 0.
    """
    for y, row in enumerate(table.to_dict("records")):
        level = LEVELS[row["level"]]
        axes.plot([row[filled], row[hollow]], [y, y], color=level.colour, lw=1.6, alpha=0.45)
        style = {"marker": level.marker, "mec": level.colour, "ms": 5, "mew": 1.2}
        axes.plot(row[hollow], y, mfc="white", **style)
        axes.plot(row[filled], y, mfc=level.colour, **style)
        is_clear = tested and (row["lower"] > 0 or row["upper"] < 0)
        axes.annotate(
            _written(row[change], row["lower"], row["upper"], 3 if tested else 2),
            (1.01, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7,
            fontweight="bold" if is_clear else "normal",
            color=INK if is_clear else FAINT,
        )
    name_rows(axes, table["label"], table["level"])
    clean(axes)


def _written(change: float, lower: float, upper: float, digits: int) -> str:
    """Return the change with its interval, if it has one; no sign in front of a zero."""
    numbers = [signed(value, digits) for value in (change, lower, upper)]
    return numbers[0] + ("" if isnan(lower) else f" [{numbers[1]}, {numbers[2]}]")
