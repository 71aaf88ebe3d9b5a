"""The cache of fetched data: a broken download and a damaged file spoil no later run."""

import gzip
import hashlib
import io
import json
import random
import tarfile
from http.client import IncompleteRead
from urllib.error import URLError

import imblearn.datasets._zenodo as imblearn_zenodo
import numpy as np
import pytest
import sklearn.datasets._openml as sklearn_openml

from mounts import read_only, small_disk
from skewbench.data.remote import openml, zenodo
from skewbench.errors import InputError

DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "random bytes": lambda content: random.Random(0).randbytes(len(content)),
    "empty": lambda content: b"",
}
damages = pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)


def offline(*_):
    raise URLError("no network")


# --- Zenodo ---------------------------------------------------------------------------------------


def archive():
    """Return the benchmark's archive, with two of its sets."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as tar:
        for number in (1, 25):
            file = io.BytesIO()
            np.savez(file, data=np.full((3, 2), float(number)), label=np.array([-1, 1, -1]))
            member = tarfile.TarInfo(f"x{number}data.npz")
            member.size = len(file.getvalue())
            tar.addfile(member, io.BytesIO(file.getvalue()))
    return packed.getvalue()


@pytest.fixture
def serve(monkeypatch):
    """Let Zenodo answer with the given bytes, or not at all."""

    def answer(content=None):
        urlopen = offline if content is None else lambda url: io.BytesIO(content)
        monkeypatch.setattr(imblearn_zenodo, "urlopen", urlopen)

    return answer


def is_mammography(table):
    return table.column_names == ["x1", "x2", "class"] and table["x1"].to_pylist() == [25.0] * 3


def test_the_archive_is_downloaded_once(tmp_path, serve):
    serve(archive())
    assert is_mammography(zenodo("mammography", tmp_path / "cache"))
    serve()
    assert is_mammography(zenodo("mammography", tmp_path / "cache"))
    assert zenodo("ecoli", tmp_path / "cache")["x1"].to_pylist() == [1.0] * 3


@damages
def test_a_damaged_file_of_the_archive_is_replaced(tmp_path, serve, damage):
    serve(archive())
    zenodo("mammography", tmp_path)
    file = tmp_path / "zenodo" / "x25data.npz"
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    serve()
    with pytest.raises(InputError, match=r"'mammography' cannot be read from .*connect once"):
        zenodo("mammography", tmp_path)
    assert file.read_bytes() == damage(whole)  # nothing is deleted that cannot be replaced
    serve(archive())
    assert is_mammography(zenodo("mammography", tmp_path))
    assert file.read_bytes() == whole


@damages
def test_a_broken_download_leaves_nothing_behind(tmp_path, serve, damage):
    serve(damage(archive()))
    with pytest.raises(InputError, match="cannot be downloaded from Zenodo"):
        zenodo("mammography", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.name != "zenodo.lock"] in (
        [],
        [tmp_path / "zenodo"],
    )
    serve(archive())
    assert is_mammography(zenodo("mammography", tmp_path))


def test_a_download_that_breaks_off_is_told(tmp_path, monkeypatch):
    def breaks_off(url):
        raise IncompleteRead(b"PK", 100)

    monkeypatch.setattr(imblearn_zenodo, "urlopen", breaks_off)
    with pytest.raises(InputError, match="IncompleteRead"):
        zenodo("mammography", tmp_path)


def test_what_a_killed_download_left_is_no_data(tmp_path, serve):
    left = tmp_path / "zenodo.partial" / "zenodo" / "x25data.npz"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"PK half of it")
    serve(archive())
    assert is_mammography(zenodo("mammography", tmp_path))
    assert not (tmp_path / "zenodo.partial").exists()


def test_a_cache_that_cannot_be_written_can_be_read(tmp_path, serve):
    cache = tmp_path / "cache"
    with small_disk(cache):
        serve(archive())
        zenodo("mammography", cache)
        (cache / "zenodo" / "x1data.npz").unlink()
        with read_only(cache):
            assert is_mammography(zenodo("mammography", cache))
            with pytest.raises(OSError, match="Read-only file system") as caught:
                zenodo("ecoli", cache)
    assert str(cache) in caught.value.filename


# --- OpenML ---------------------------------------------------------------------------------------

ARFF = b"""@relation toy
@attribute x numeric
@attribute class {good,bad}
@data
1,good
2,bad
3,good
"""
FEATURES = [{"index": "0", "name": "x", "data_type": "numeric"}]
FEATURES += [{"index": "1", "name": "class", "data_type": "nominal", "is_target": "true"}]
FEATURES[1]["nominal_value"] = ["good", "bad"]
FLAGS = {"is_target": "false", "is_ignore": "false", "is_row_identifier": "false"}
FLAGS |= {"number_of_missing_values": "0"}
DESCRIPTION = {"id": "31", "name": "toy", "version": "1", "format": "ARFF", "file_id": "5"}
DESCRIPTION |= {"description": "", "status": "active", "default_target_attribute": "class"}
DESCRIPTION |= {"md5_checksum": hashlib.md5(ARFF).hexdigest()}
DESCRIPTION |= {"url": "https://openml.invalid/data/v1/download/5/toy.arff"}


class Answer(io.BytesIO):
    def info(self):
        return {"Content-Encoding": "gzip"}


@pytest.fixture
def openml_serves(monkeypatch):
    """Let OpenML answer with this ARFF file, or not at all."""
    monkeypatch.setattr(sklearn_openml.time, "sleep", lambda seconds: None)  # between retries

    def answer(arff=None):
        def urlopen(request, *_):
            if arff is None:
                return offline()
            url = request.full_url
            if "/features/" in url:
                content = {"data_features": {"feature": [FLAGS | f for f in FEATURES]}}
            elif "/qualities/" in url:
                content = {"data_qualities": {"quality": []}}
            elif "/download/" in url:
                return Answer(gzip.compress(arff))
            else:
                content = {"data_set_description": DESCRIPTION}
            return Answer(gzip.compress(json.dumps(content).encode()))

        monkeypatch.setattr(sklearn_openml, "urlopen", urlopen)

    return answer


def is_toy(got):
    table, target = got
    return (target, table["x"].to_pylist()) == ("class", [1, 2, 3])


@pytest.mark.filterwarnings("ignore:Invalid cache", "ignore:A network error")
@damages
def test_a_damaged_openml_cache_is_fetched_again(tmp_path, openml_serves, damage):
    entry = {"data_id": 31}
    openml_serves(ARFF)
    assert is_toy(openml(entry, tmp_path))
    files = [path for path in tmp_path.rglob("*.gz")]
    assert len(files) >= 3
    for file in files:
        openml_serves()
        assert is_toy(openml(entry, tmp_path))  # whole, so it needs no network
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(InputError, match=r"OpenML data_id 31 is not in the cache .*connect"):
            openml(entry, tmp_path)
        openml_serves(ARFF)
        assert is_toy(openml(entry, tmp_path))


@pytest.mark.filterwarnings("ignore:Invalid cache")
@damages
def test_a_broken_openml_download_spoils_no_later_run(tmp_path, openml_serves, damage):
    openml_serves(damage(ARFF))
    with pytest.raises(InputError, match=r"OpenML data_id 31: .*md5 checksum"):
        openml({"data_id": 31}, tmp_path)
    openml_serves(ARFF)
    assert is_toy(openml({"data_id": 31}, tmp_path))


@pytest.mark.filterwarnings("ignore:Invalid cache")
@pytest.mark.parametrize("error", [EOFError("cut"), IncompleteRead(b"x", 9)])
def test_an_answer_that_breaks_off_is_one_sentence(tmp_path, monkeypatch, error):
    def breaks_off(*_):
        raise error

    monkeypatch.setattr(sklearn_openml, "urlopen", breaks_off)
    with pytest.raises(InputError, match=r"OpenML data_id 31 .*connect once"):
        openml({"data_id": 31}, tmp_path)
