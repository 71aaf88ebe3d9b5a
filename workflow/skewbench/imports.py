"""Import paths from configuration: checked without importing, loaded when a cell needs them.

Import paths run code. They are taken from the catalogues and from the user's own study file only,
never from data.
"""

from __future__ import annotations

import ast
import inspect
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from skewbench.errors import InputError, nearest

# What an entry's `extra` stands for: the module it needs, and what is said where that is missing.
EXTRAS = {"neural": ("torch", "needs PyTorch: pip install torch==2.13.0")}


def check_import_path(path: str, folder: Path, where: str) -> None:
    """Raise :class:`InputError` unless ``module.Name`` can be found, without importing anything.

    Parameters
    ----------
    path : str
        Dotted path of a class, such as ``imblearn.over_sampling.SMOTE``.
    folder : Path
        Where the user's own modules are looked for first: the folder of the study file.
    where : str
        Start of the error message.
    """
    module, _, name = path.rpartition(".")
    file = module_file(module, folder)
    if file is None:
        raise InputError(f"{where}: no module '{module}' (import path '{path}')")
    if file.suffix != ".py":
        return
    try:
        names = _top_level_names(ast.parse(file.read_text(encoding="utf-8")))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: {file} is not valid Python ({error})") from None
    if name not in names and "*" not in names:
        raise InputError(f"{where}: no '{name}' in module '{module}'; {nearest(name, names)}")


def module_file(module: str, folder: Path) -> Path | None:
    """Return the source file of ``module``, looked for in ``folder``, then on the path."""
    search: list[str] | None = [str(folder), *sys.path]
    spec = None
    for depth in range(1, module.count(".") + 2):
        name = ".".join(module.split(".")[:depth])
        spec = PathFinder.find_spec(name, search)
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec is not None and spec.origin else None


def import_paths(entry: Any) -> list[str]:
    """Every import path in a catalogue entry: the keys with a dot, however deep."""
    if isinstance(entry, list):
        return [path for item in entry for path in import_paths(item)]
    if not isinstance(entry, dict):
        return []
    own = [key for key in entry if isinstance(key, str) and "." in key]
    return own + [path for value in entry.values() for path in import_paths(value)]


def load(path: str, folder: Path) -> Any:
    """Import and return ``module.Name``; modules in ``folder`` come first."""
    module, _, name = path.rpartition(".")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise InputError(f"import path '{path}': {error}") from error


def build(spec: dict[str, dict | None], folder: Path) -> Any:
    """Return the object that ``{import.path: parameters}`` describes.

    A parameter whose value is itself a one-key mapping with an import path becomes an object too.
    """
    ((path, parameters),) = spec.items()
    values = {
        key: build(value, folder) if _is_object(value) else value
        for key, value in (parameters or {}).items()
    }
    try:
        return load(path, folder)(**values)
    except TypeError as error:
        raise InputError(f"'{path}': {error}") from error


def build_all(entry: Any, folder: Path, where: str) -> None:
    """Construct every object that a catalogue entry names, to find what is wrong before any job.

    An entry with the key ``extra`` needs an optional library, which is looked for first.

    Raises
    ------
    InputError
        Starting with ``where``, naming the import path and the unknown or bad parameter.
    """
    if isinstance(entry, list):
        for item in entry:
            build_all(item, folder, where)
    elif isinstance(entry, dict):
        if isinstance(entry.get("extra"), str):
            module, need = EXTRAS[entry["extra"]]
            if find_spec(module) is None:
                raise InputError(f"{where}: {need}")
        for key, value in entry.items():
            if isinstance(value, dict) and _is_object(value):
                try:
                    _build_for_check(value, folder)
                except Exception as error:  # whatever a constructor of anyone's may raise
                    said = " ".join(str(error).split()) or type(error).__name__
                    raise InputError(f"{where}: {key}: {said}") from error
            elif isinstance(value, list):
                build_all([{key: item} for item in value], folder, where)


def _build_for_check(spec: dict, folder: Path) -> None:
    """Construct a spec, with stand-ins for what a cell supplies (SMOTENC's columns, a learner)."""
    ((path, parameters),) = spec.items()
    kind = load(path, folder)
    signature = inspect.signature(kind).parameters.values()
    supplied = {
        parameter.name: [0]
        for parameter in signature
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }
    # Of an object with defaults: some (XGBoost's) take any keyword and echo it.
    plain = kind(**supplied)
    accepted = plain.get_params() if hasattr(plain, "get_params") else [p.name for p in signature]
    for name in parameters or {}:
        if name not in accepted:
            raise InputError(f"'{path}' has no parameter '{name}'; {nearest(name, accepted)}")
    build({path: supplied | (parameters or {})}, folder)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and "." in str(next(iter(value)))


def _top_level_names(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [(alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return names
