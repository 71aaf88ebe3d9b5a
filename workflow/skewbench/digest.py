"""Digests of the library's own code, so that results are never silently stale.

Snakemake notices an edited script, not an edited module that the script imports. A rule therefore
passes, as a parameter, the digest of the modules it depends on: the static closure of its imports.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

from skewbench.imports import import_paths, module_file

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent


def code_digest(*modules: str) -> str:
    """Return a digest of ``modules`` (such as ``skewbench.block``) and all they import of ours."""
    digest = hashlib.sha256()
    for name in sorted(_closure(frozenset(modules))):
        digest.update(name.encode() + b"\0" + _file(name).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def entry_digest(entry: dict, folder: Path) -> str:
    """Return a digest of the modules that a catalogue entry names: ours, and the user's own.

    Of the user's own, every module in the same folder enters, for one may import another.
    Installed libraries do not: their versions are in each file's metadata.
    """
    modules = {path.rpartition(".")[0] for path in import_paths(entry)}
    ours = sorted(name for name in modules if name.split(".")[0] == PACKAGE.name)
    digest = hashlib.sha256(code_digest(*ours).encode())
    for file in users_modules(entry, folder):
        for module in sorted(file.parent.glob("*.py")):
            digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def users_modules(entry: dict, folder: Path) -> list[Path]:
    """Return the files in ``folder`` that a catalogue entry names: code of the user's own."""
    modules = {path.rpartition(".")[0] for path in import_paths(entry)}
    others = sorted(name for name in modules if name.split(".")[0] != PACKAGE.name)
    files = [module_file(name, folder) for name in others]
    return [f for f in files if f is not None and f.resolve().is_relative_to(folder.resolve())]


@cache
def _closure(modules: frozenset[str]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _imports(name)
    return frozenset(seen)


@cache
def _imports(name: str) -> tuple[str, ...]:
    """Our own modules that ``name`` imports anywhere in its text, lazy imports included."""
    found = set()
    for node in ast.walk(ast.parse(_file(name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return tuple(
        module for module in found if module.split(".")[0] == PACKAGE.name and _exists(module)
    )


def _path(name: str) -> Path:
    return ROOT.joinpath(*name.split("."))


def _exists(name: str) -> bool:
    return _path(name).with_suffix(".py").is_file() or (_path(name) / "__init__.py").is_file()


def _file(name: str) -> Path:
    file = _path(name).with_suffix(".py")
    return file if file.is_file() else _path(name) / "__init__.py"
