"""What entries list under ``search``, checked before any job.

Apart from :mod:`skewbench.tuning`, so that no cell depends on how configuration is checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skewbench.configuration import validate
from skewbench.errors import InputError
from skewbench.imports import build_all
from skewbench.strategies.neural.settings import check_training
from skewbench.tuning import with_values


def check_search(entry: dict[str, Any], kind: str, folder: Path, where: str) -> None:
    """Construct an entry with every value that it lists, to find what is wrong before any job.

    Raises
    ------
    InputError
        Starting with ``where``: a parameter or a value that cannot be.
    """
    fixed = {key: value for key, value in entry.items() if key != "search"}
    for name, lists in entry.get("search", {}).items():
        for parameter, values in lists.items():
            for value in values:
                changed = with_values(fixed, {name: {parameter: value}})
                validate(changed, kind, f"{where}: search")
                try:
                    check_training(changed.get("train", {}))
                except InputError as error:
                    raise InputError(f"{where}: search: train: {error}") from None
                build_all(changed, folder, f"{where}: search")
