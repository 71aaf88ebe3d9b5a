"""Data sets that are fetched: imbalanced-learn's Zenodo benchmark, and OpenML.

Both are cached, so that a second run needs no network. A file in the cache that cannot be read is
fetched again, and replaced only by a whole one. The benchmark's archive holds all 27 sets, so a
lock lets one job download it and the others wait.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import zlib
from http.client import HTTPException
from lzma import LZMAError
from pathlib import Path
from tarfile import TarError
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
from imblearn.datasets import fetch_datasets
from sklearn.datasets import fetch_openml

from skewbench.data.headers import nearest
from skewbench.errors import InputError

TARGET = "class"
# What a download that broke off, a damaged archive or a damaged array file raise when read.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, HTTPException)
UNREADABLE += (TarError, BadZipFile, LZMAError, zlib.error)
# fmt: off
ZENODO = (
    "ecoli", "optical_digits", "satimage", "pen_digits", "abalone", "sick_euthyroid",
    "spectrometer", "car_eval_34", "isolet", "us_crime", "yeast_ml8", "scene", "libras_move",
    "thyroid_sick", "coil_2000", "arrhythmia", "solar_flare_m0", "oil", "car_eval_4",
    "wine_quality", "letter_img", "yeast_me2", "webpage", "ozone_level", "mammography",
    "protein_homo", "abalone_19",
)
# fmt: on


def zenodo(dataset: str, data_home: Path) -> pa.Table:
    """Return one set of the benchmark [Ding 2011, Zenodo record 61452], target ``class``.

    Parameters
    ----------
    dataset : str
        A name of ``imblearn.datasets.fetch_datasets``, such as ``mammography``.
    data_home : Path
        Folder with (or for) the sub-folder ``zenodo`` of ``x<number>data.npz`` files.
    """
    if dataset not in ZENODO:
        raise InputError(
            f"'{dataset}' is not in the Zenodo benchmark{nearest(dataset, ZENODO)}; it has "
            f"{', '.join(ZENODO)}."
        )
    try:  # files are renamed into the cache, so reading needs no lock, nor leave to write
        return _benchmark_set(dataset, data_home, download_if_missing=False)
    except UNREADABLE:
        data_home.mkdir(parents=True, exist_ok=True)
    with (data_home / "zenodo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:  # another job may have fetched it meanwhile
            return _benchmark_set(dataset, data_home, download_if_missing=False)
        except UNREADABLE as absent_or_damaged:
            return _fetched(dataset, data_home, absent_or_damaged)


def _fetched(dataset: str, data_home: Path, why: Exception) -> pa.Table:
    """Download the archive beside the cache, and rename its files into it when they are whole."""
    cache, fresh = data_home / "zenodo", data_home / "zenodo.partial"
    shutil.rmtree(fresh, ignore_errors=True)  # of a job that was killed
    try:
        table = _benchmark_set(dataset, fresh)
        cache.mkdir(exist_ok=True)
        for file in sorted((fresh / "zenodo").iterdir()):
            os.replace(file, cache / file.name)
    except UNREADABLE as error:
        raise InputError(
            f"'{dataset}' cannot be read from {cache} ({_one_line(why)}) and cannot be downloaded "
            f"from Zenodo ({_one_line(error)}); connect once, or put the archive's files there."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return table


def _benchmark_set(dataset: str, data_home: Path, **options: bool) -> pa.Table:
    bunch = fetch_datasets(data_home=str(data_home), filter_data=(dataset,), **options)[dataset]
    return matrix(bunch.data, bunch.target)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def openml(entry: dict, cache: Path) -> tuple[pa.Table, str]:
    """Return an OpenML data set and the name of its target.

    Parameters
    ----------
    entry : dict
        ``data_id``, or ``dataset`` and optionally ``version`` (default 1); ``target`` if it is
        not the one OpenML names.
    cache : Path
        Folder in which scikit-learn keeps what it downloads.
    """
    chosen = {"data_id": entry["data_id"]} if "data_id" in entry else {"name": entry["dataset"]}
    if "dataset" in entry:
        chosen["version"] = entry.get("version", 1)
    label = " ".join(f"{key} {value}" for key, value in chosen.items())
    try:
        bunch = fetch_openml(
            **chosen,
            target_column=entry.get("target", "default-target"),
            data_home=str(cache),
            as_frame=True,
            parser="pandas",
            n_retries=3,
            delay=2.0,
        )
    except (OSError, EOFError, HTTPException, zlib.error) as error:
        raise InputError(
            f"OpenML {label} is not in the cache {cache} and cannot be fetched into it "
            f"({_one_line(error)}); connect once, or use a file."
        ) from error
    except (ValueError, KeyError) as error:
        raise InputError(f"OpenML {label}: {str(error).splitlines()[0]}") from error
    if len(bunch.target_names) != 1:
        raise InputError(f"OpenML {label} has no single target; name one with `target`.")
    frame = bunch.frame
    for name in frame.select_dtypes(object).columns:
        frame[name] = frame[name].astype("string")
    return pa.Table.from_pandas(frame, preserve_index=False), bunch.target_names[0]


def matrix(features: np.ndarray, target: np.ndarray, names: list[str] | None = None) -> pa.Table:
    """Return a table of a feature matrix (columns ``x1``, ``x2``, ...) and its target."""
    names = names or [f"x{column}" for column in range(1, features.shape[1] + 1)]
    frame = pd.DataFrame(np.asarray(features, dtype=np.float64), columns=names)
    return pa.Table.from_pandas(frame.assign(**{TARGET: target}), preserve_index=False)
