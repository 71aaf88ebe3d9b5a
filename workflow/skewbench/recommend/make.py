"""Commands to type next, as targets of the Makefile with their variables."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def command(target: str, **variables: str | None) -> str:
    """Return the command line; variables without a value are left out."""
    given = [variable(name, value) for name, value in variables.items() if value]
    return " ".join(["make", target, *given])


def variable(name: str, value: str) -> str:
    """Return ``NAME=value``, quoted so that a shell and make let the value as it is."""
    value = value.replace("$", "$$")
    # Quotes inside, of ARGS mostly, are easier to read within double ones.
    readable = "'" in value and not set(value) & set('"$`\\!')
    return f'{name}="{value}"' if readable else f"{name}={shlex.quote(value)}"


def from_root(path: str | Path, root: Path) -> str:
    """Return a path as it is called in the project's folder, where make runs."""
    path = Path(path).expanduser()
    return str(path) if path.is_absolute() else os.path.relpath(path, root)
