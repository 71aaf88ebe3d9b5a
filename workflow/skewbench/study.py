"""A study file and the catalogues become a validated :class:`Study`, which expands into blocks.

Data sets x imbalance ratios x strategies x seeds are the cells; a block is one data set, ratio and
strategy with ``seeds_per_job`` consecutive seeds, and one job of the pipeline. Nothing here imports
a heavy library: every Snakemake process runs this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skewbench.blocks import Block
from skewbench.configuration import read_yaml, validate
from skewbench.data.headers import ARROW, columns, only_column
from skewbench.data.ratios import Ratio
from skewbench.errors import InputError, nearest
from skewbench.feasibility import OWN
from skewbench.imports import check_import_path, import_paths
from skewbench.strategies.neural.settings import check_training

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{,59}")  # names become folders and wildcards
PLACEHOLDER = "${data}"
RESERVED_STUDIES = ("cache", "reference")  # folders of results/ with another meaning
# What a cell reads of its entries: a new label or source makes no result stale.
TREATMENTS = ("resample", "on_mixed", "on_categorical", "weight", "objective", "train", "model")
TREATMENTS += ("wrap",)
STRATEGY_KEYS = (*TREATMENTS, "correction", "effective_prior", "tasks", "max_rows")
STRATEGY_KEYS += ("resample_before_split",)
LEARNER_KEYS = ("model", "max_rows")
SEARCH = "search"  # read where hyperparameters are tuned
WHOLE_NUMBERS = ("seeds", "seeds_per_job", "folds", "inner_folds", "min_positives")
WHOLE_NUMBERS += ("time_limit", "memory_limit", "trials")
PROTOCOL_KEYS = ("folds", "inner_folds", "min_positives", "keep_scores", "cost")
LIMIT_KEYS = ("time_limit", "memory_limit")


@dataclass(frozen=True)
class Study:
    """A validated study.

    Attributes
    ----------
    name : str
        The folder below ``results/``.
    file : Path
        The study file, relative to ``root`` if it is inside.
    root : Path
        The project's folder. Paths below it are kept relative to it, so that neither another
        spelling of the study file nor a moved project makes a result stale.
    datasets, strategies, learners : dict of str to dict
        The chosen entries of the catalogues, validated, by name.
    ratios : tuple of str
        In the notation of :class:`skewbench.data.ratios.Ratio`.
    seeds, seeds_per_job : int
        Number of repeats, and how many of them one job runs.
    protocol : dict
        ``folds``, ``inner_folds``, ``min_positives``, ``keep_scores`` and ``cost``; ``trials`` if
        hyperparameters are tuned.
    limits : dict of str to int
        ``time_limit`` (seconds per cell) and, if the study sets one, ``memory_limit`` (MiB per
        cell). No result within them depends on them.
    highlight : tuple of str
        Strategies that figures name, where they cannot name all.
    archive : Path or None
        Where earlier sittings are kept (:mod:`skewbench.archive`), relative to ``root`` if inside.
    """

    name: str
    file: Path
    root: Path
    datasets: dict[str, dict[str, Any]]
    ratios: tuple[str, ...]
    strategies: dict[str, dict[str, Any]]
    learners: dict[str, dict[str, Any]]
    seeds: int
    seeds_per_job: int
    protocol: dict[str, Any]
    limits: dict[str, int]
    highlight: tuple[str, ...]
    archive: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder of the study file, from which its relative paths and modules start."""
        return (self.root / self.file).parent

    def blocks(self) -> list[Block]:
        """Return every job of the study; blocks are aligned to ``seeds_per_job``."""
        starts = range(0, self.seeds, self.seeds_per_job)
        return [
            Block(dataset, ratio, strategy, first, min(first + self.seeds_per_job, self.seeds) - 1)
            for dataset in self.datasets
            for ratio in self.ratios
            for strategy in self.strategies
            for first in starts
        ]

    def block_settings(self, strategy: str) -> dict[str, Any]:
        """Return the slice of the configuration that the blocks of ``strategy`` depend on.

        A strategy with its own model does not depend on the learners.
        """
        search = (SEARCH,) if "trials" in self.protocol else ()
        spec = _only(self.strategies[strategy], STRATEGY_KEYS + search)
        learners = {} if "model" in spec else self.learners
        keys = LEARNER_KEYS + search
        return {
            "strategy": spec,
            "learners": {name: _only(entry, keys) for name, entry in learners.items()},
            "protocol": self.protocol,
        }


def load_study(
    file: str | Path,
    root: str | Path,
    data: str | Path | None = None,
    with_data: bool = True,
) -> Study:
    """Read, resolve and validate a study file.

    Parameters
    ----------
    file : path
        The study file, such as ``config/config.yaml``.
    root : path
        The project's folder, whose ``config/`` holds the three catalogues.
    data : path, optional
        What ``${data}`` in the paths of data sets stands for (``--config data=...``).
    with_data : bool, default True
        If not, data files need not be there: paths of data sets stay as they are written.

    Raises
    ------
    InputError
        One sentence with file and key: unknown or missing keys, misspelt names (with the nearest
        valid one), impossible ratios, absent files, missing target columns, unknown import paths.
    """
    root = Path(root).resolve()
    file = Path(_portable(Path(file).resolve(), root))
    raw = read_yaml(root / file)
    settings = validate(raw, "study", str(file))
    for key in set(WHOLE_NUMBERS) & set(settings):
        settings[key] = int(settings[key])
    if settings["study"].lower() in RESERVED_STUDIES:
        raise InputError(f"{file}: key 'study': the name '{settings['study']}' is reserved")
    with_files = data is not None or not with_data
    chosen = {
        kind: _choose(settings[plural], plural, kind, file, root, with_files)
        for kind, plural in (
            ("dataset", "datasets"),
            ("strategy", "strategies"),
            ("learner", "learners"),
        )
    }
    datasets = {
        name: {"cost": settings["cost"], "family": name} | entry
        for name, entry in chosen["dataset"].items()
    }
    _check_shots(datasets, file)
    if with_data:
        for name, entry in datasets.items():
            datasets[name] = _with_files(name, entry, file, root, data)
    for kind in ("strategy", "learner"):
        for name, entry in chosen[kind].items():
            for path in import_paths(entry):
                check_import_path(path, (root / file).parent, f"{file}: {kind} '{name}'")
            _check_search(entry, f"{file}: {kind} '{name}'")
    _check_strategies(chosen["strategy"], file)
    if settings["trials"] > 1 and not settings["inner_folds"]:
        raise InputError(
            f"{file}: key 'trials': hyperparameters are tuned on inner folds; 'inner_folds' is 0"
        )
    leaking = [name for name, spec in chosen["strategy"].items() if "resample_before_split" in spec]
    if settings["trials"] > 1 and leaking:
        raise InputError(
            f"{file}: key 'trials': '{leaking[0]}' resamples before the split, so that it has no "
            "inner folds to tune on; leave it out"
        )
    if OWN in chosen["learner"]:
        raise InputError(f"{file}: key 'learners': '{OWN}' is the name of strategies' own models")
    for name in raw.get("highlight", []):
        if name not in chosen["strategy"]:
            raise InputError(
                f"{file}: key 'highlight': '{name}' is not among the strategies; "
                f"{nearest(name, list(chosen['strategy']))}"
            )
    return Study(
        name=settings["study"],
        file=file,
        root=root,
        datasets=datasets,
        ratios=_ratios(settings["ratios"], file),
        strategies=chosen["strategy"],
        learners=chosen["learner"],
        seeds=settings["seeds"],
        seeds_per_job=settings["seeds_per_job"],
        protocol=_only(settings, PROTOCOL_KEYS)
        | ({"trials": settings["trials"]} if settings["trials"] > 1 else {}),
        limits=_only(settings, LIMIT_KEYS),
        highlight=tuple(name for name in settings["highlight"] if name in chosen["strategy"]),
        archive=_archive(settings, file, root),
    )


def _only(entry: dict, keys: tuple[str, ...]) -> dict:
    return {key: entry[key] for key in keys if key in entry}


def _choose(
    selection: str | list, plural: str, kind: str, file: Path, root: Path, with_files: bool
) -> dict:
    """Return the selected catalogue entries, with the study's own ones, in the study's order.

    ``all`` takes the entries in a folder of the user's only if one is given, and none that needs
    an optional extra: those are chosen by name.
    """
    catalogue_file = root / "config" / f"{plural}.yaml"
    catalogue = read_yaml(catalogue_file)
    if selection == "all":
        selection = [
            name
            for name, entry in catalogue.items()
            if (with_files or PLACEHOLDER not in str(entry)) and "extra" not in entry
        ]
    chosen: dict[str, dict] = {}
    for item in selection:
        if isinstance(item, dict):
            name, entry = next(iter(item.items()))
            where = f"{file}: {plural}.{name}"
        else:
            name, where = item, f"{catalogue_file}: {item}"
            if name not in catalogue:
                raise InputError(
                    f"{file}: key '{plural}': unknown {kind} '{name}'; "
                    f"{nearest(name, list(catalogue))}"
                )
            entry = catalogue[name]
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise InputError(
                f"{where}: a name has letters, digits and underscores only, at most 60"
            )
        if name in chosen:
            raise InputError(f"{file}: key '{plural}': '{name}' is listed twice")
        for other in chosen:  # one folder, where the file system does not tell them apart
            if name.lower() == other.lower():
                raise InputError(
                    f"{file}: key '{plural}': '{other}' and '{name}' differ only by case"
                )
        if not isinstance(entry, dict):
            raise InputError(f"{where}: should be a mapping of keys to values")
        chosen[name] = validate(entry, kind, where)
    return chosen


def _archive(settings: dict, file: Path, root: Path) -> Path | None:
    if "archive" not in settings:
        return None
    if settings["keep_scores"]:
        raise InputError(f"{file}: key 'archive': it keeps no scores; leave out 'keep_scores'")
    return Path(_portable(((root / file).parent / settings["archive"]).resolve(), root))


def _portable(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _with_files(name: str, entry: dict, file: Path, root: Path, data: Any) -> dict:
    """Return ``entry`` with paths from ``root``, its columns checked."""
    where = f"{file}: dataset '{name}'"
    entry = dict(entry)
    for key in ("path", "test_path", "data_home"):
        if key not in entry:
            continue
        if PLACEHOLDER in entry[key]:
            if data is None:
                raise InputError(
                    f"{where}: key '{key}' names {PLACEHOLDER}; say where it is with "
                    "--config data=FOLDER"
                )
            entry[key] = entry[key].replace(PLACEHOLDER, str(Path(data).resolve()))
        try:
            path = (root / file).parent / Path(entry[key]).expanduser()
            entry[key] = _portable(path.resolve(), root)
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(f"{where}: key '{key}': {entry[key]!r}: {error}") from None
        if {"{", "}"} & set(entry[key]):
            raise InputError(
                f"{where}: key '{key}': {entry[key]!r} has braces, which stand for wildcards; "
                "rename the file or folder"
            )
    if "images" in entry:
        _check_images(entry, where)
    if entry["source"] == "file":
        for key in {"path", "test_path"} & set(entry):
            try:
                found = columns(root / entry[key], entry.get("separator"), entry.get("encoding"))
            except InputError as error:
                raise InputError(f"{where}: {error}") from None
            named = [entry["target"], entry.get("split", {}).get("column"), entry.get("images")]
            wanted = [name for name in named if name] + entry.get("categorical", [])
            for column in wanted:
                if column not in found:
                    raise InputError(
                        f"{where}: column '{column}' is not in {entry[key]}; "
                        + (only_column(found) or nearest(column, found))
                    )
    return entry


def _check_images(entry: dict, where: str) -> None:
    name = entry["images"]
    others = [entry["target"], entry.get("split", {}).get("column")]
    if name in [*others, *entry.get("drop", []), *entry.get("categorical", [])]:
        raise InputError(
            f"{where}: key 'images': '{name}' cannot also be the target, the split's column, "
            "dropped or categorical"
        )
    for key in {"path", "test_path"} & set(entry):
        if Path(entry[key]).suffix.lower() not in ARROW:
            raise InputError(
                f"{where}: key 'images': {entry[key]} is a text file; images are values of "
                f"{', '.join(ARROW)} files"
            )


def _ratios(ratios: list[str], file: Path) -> tuple[str, ...]:
    canonical = []
    for text in ratios:
        try:
            canonical.append(str(Ratio.parse(text)))
        except InputError as error:
            raise InputError(f"{file}: key 'ratios': {error}") from None
    if len(set(canonical)) < len(canonical):
        raise InputError(f"{file}: key 'ratios': the same ratio is listed twice")
    return tuple(canonical)


def _check_shots(datasets: dict[str, dict], file: Path) -> None:
    for name, entry in datasets.items():
        if "shots" in entry and entry["shots"]["few"] > entry["shots"]["many"]:
            raise InputError(
                f"{file}: dataset '{name}': key 'shots': 'few' ({entry['shots']['few']}) must not "
                f"exceed 'many' ({entry['shots']['many']})"
            )


def _check_search(entry: dict[str, Any], where: str) -> None:
    """Raise unless every name under ``search`` is that of an object or mapping in the entry."""
    known = [path.rpartition(".")[2] for path in import_paths(entry)]
    known += [key for key in ("weight", "train") if key in entry]
    for name in "|".join(entry.get(SEARCH, {})).split("|"):
        if name and name not in known:
            raise InputError(f"{where}: key 'search': no '{name}' in it; {nearest(name, known)}")


def _check_strategies(strategies: dict[str, dict], file: Path) -> None:
    if "none" not in strategies:
        raise InputError(
            f"{file}: key 'strategies': the control 'none' is missing; every comparison needs it"
        )
    for key in TREATMENTS:
        if key in strategies["none"]:
            raise InputError(
                f"{file}: strategy 'none': the control leaves data and learners untouched, "
                f"so '{key}' needs another name"
            )
    for name, spec in strategies.items():
        if "train" in spec:
            try:
                check_training(spec["train"])
            except InputError as error:
                raise InputError(f"{file}: strategy '{name}': train: {error}") from None
        anchor = spec.get("anchor", "none")
        if anchor not in strategies:
            raise InputError(
                f"{file}: key 'strategies': '{name}' is compared with its anchor '{anchor}'; "
                "add that too"
            )
