"""Zenodo and OpenML: a tidy table, and a sentence where they cannot be reached."""

import tarfile
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from source_files import shared

from skewbench.data import remote
from skewbench.data.sources import load
from skewbench.errors import InputError


def unreachable(**_):
    raise URLError("no network")


def test_zenodo_reads_its_archive_and_explains_when_offline(tmp_path, monkeypatch):
    (tmp_path / "home" / "zenodo").mkdir(parents=True)
    np.savez(
        tmp_path / "home" / "zenodo" / "x25data.npz",
        data=np.array([[1.0, 2], [3, 4], [5, 9]]),
        label=np.array([-1, 1, -1]),
    )
    entry = {"source": "zenodo", "dataset": "mammography", "data_home": "home"}
    table, facts = load("d", entry, tmp_path, tmp_path / "cache")
    assert table.target.tolist() == [0, 1, 0]
    assert facts["classes"] == ["-1", "1"]
    monkeypatch.setattr(remote, "fetch_datasets", unreachable)
    with pytest.raises(InputError, match=r"cannot be downloaded from Zenodo .*connect once"):
        load("d", entry | {"dataset": "ecoli"}, tmp_path, tmp_path / "cache")


class FakeOpenML:
    target_names = ("class",)

    def __init__(self, target_names=("class",), **asked):
        self.asked = asked
        self.target_names = list(target_names)
        self.frame = pd.DataFrame(
            {
                "x": [1.0, 2, 3],
                "c": pd.Series(["a", "b", None], dtype=object),
                "class": pd.Categorical(["good", "bad", "good"]),
            }
        )


def test_openml(tmp_path, monkeypatch):
    asked = {}

    def fetch(**keys):
        asked.update(keys)
        return FakeOpenML()

    monkeypatch.setattr(remote, "fetch_openml", fetch)
    entry = {"source": "openml", "dataset": "credit-g", "version": 2}
    table, facts = load("d", entry, tmp_path, tmp_path / "cache")
    assert table.classes == ("good", "bad")
    assert table.categorical == ["c"]
    assert (asked["name"], asked["version"]) == ("credit-g", 2)
    assert asked["data_home"] == str(tmp_path / "cache")
    load("d", entry | {"sha256": facts["checksum"]}, tmp_path, tmp_path)
    with pytest.raises(InputError, match="the data have changed"):
        load("d", entry | {"sha256": "1" * 64}, tmp_path, tmp_path)


def test_openml_explains_its_failures(tmp_path, monkeypatch):
    entry = {"source": "openml", "data_id": 31}
    monkeypatch.setattr(remote, "fetch_openml", unreachable)
    with pytest.raises(InputError, match=r"OpenML data_id 31 is not in the cache .*connect once"):
        load("d", entry, tmp_path, tmp_path)
    monkeypatch.setattr(remote, "fetch_openml", lambda **_: FakeOpenML(("a", "b")))
    with pytest.raises(InputError, match="no single target"):
        load("d", entry, tmp_path, tmp_path)


@pytest.mark.shared
def test_the_zenodo_archive(tmp_path):
    with tarfile.open(shared("zenodo_benchmark.tar.xz")) as archive:
        content = archive.extractfile("zenodo/x22data.npz").read()
    (tmp_path / "zenodo").mkdir()
    (tmp_path / "zenodo" / "x22data.npz").write_bytes(content)
    entry = {"source": "zenodo", "dataset": "yeast_me2", "data_home": str(tmp_path)}
    _, facts = load("yeast_me2", entry, tmp_path, tmp_path)
    assert (facts["n_rows"], facts["n_features"]) == (1484, 8)
    assert facts["class_counts"] == [1433, 51]
