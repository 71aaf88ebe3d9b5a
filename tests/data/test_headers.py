"""Headers: names without data, and without the heavy imports."""

import gzip
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from skewbench.data.headers import columns
from skewbench.errors import InputError

FRAME = pd.DataFrame({"x": [1.0], "a b": ["u"], "class": ["yes"]})
NAMES = ["x", "a b", "class"]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "csv.gz", "parquet", "feather", "arff"])
def test_every_format(suffix, tmp_path):
    path = tmp_path / f"d.{suffix}"
    if suffix == "parquet":
        FRAME.to_parquet(path)
    elif suffix == "feather":
        FRAME.to_feather(path)
    elif suffix == "arff":
        path.write_text(
            "% c\n@RELATION r\n@attribute x real\n@attribute 'a b' {u, v}\n"
            "@ATTRIBUTE class {yes,no}\n@DATA\n1,u,yes\n"
        )
    else:
        FRAME.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    assert columns(path) == NAMES


def test_separator_encoding_bom_and_quotes(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes("﻿größe; 'x' ;\"two\nlines\"\n1;2;3\n".encode())
    assert columns(path, separator=";") == ["größe", "'x'", "two\nlines"]
    path.write_bytes("größe;x\n1;2\n".encode("latin-1"))
    assert columns(path, separator=";", encoding="latin-1") == ["größe", "x"]
    with pytest.raises(InputError, match=r"d\.csv: not UTF-8 .*`encoding`"):
        columns(path)
    with pytest.raises(InputError, match="no known `encoding`"):
        columns(path, encoding="latin-99")
    path.write_bytes("x,y\n1,2\n".encode("utf-16"))
    assert columns(path, encoding="utf-16") == ["x", "y"]


def test_row_numbers_of_pandas_are_no_column(tmp_path):
    FRAME.set_axis([7]).to_parquet(tmp_path / "d.parquet")
    assert columns(tmp_path / "d.parquet") == NAMES


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("data.csv", b"", "empty"),
        ("data.csv", b"\n\n", "empty"),
        ("data.xlsx", b"x", "unknown format '.xlsx', allowed are .csv"),
        ("data.parquet", b"not parquet", "cannot be read"),
        ("data.feather", b"not feather", "cannot be read"),
        ("data.csv.gz", b"not gzip", "cannot be read"),
        ("data.csv.gz", gzip.compress(b"x,y\n" * 999, mtime=0)[:20], "cannot be read"),
        ("data.parquet.gz", b"", "only text files"),
        ("data.arff", b"hello", "no ARFF file"),
    ],
)
def test_unusable_files_are_explained(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        columns(tmp_path / name)


def test_an_absent_file_names_its_neighbour(tmp_path):
    (tmp_path / "german.csv").write_text("x\n")
    with pytest.raises(InputError, match=r"no such file \(did you mean 'german.csv'\?\)"):
        columns(tmp_path / "germann.csv")
    with pytest.raises(InputError, match="this is a folder"):
        columns(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        columns(tmp_path / "nowhere" / "x.csv")


def test_reading_a_header_imports_nothing_heavy(tmp_path):
    FRAME.to_csv(tmp_path / "d.csv", index=False)
    FRAME.to_parquet(tmp_path / "d.parquet")
    code = (
        "import sys; from pathlib import Path; from skewbench.data.headers import columns\n"
        f"columns(Path({str(tmp_path / 'd.csv')!r})); assert 'pyarrow' not in sys.modules\n"
        f"columns(Path({str(tmp_path / 'd.parquet')!r}))\n"
        "assert not {'pandas', 'sklearn', 'scipy'} & set(sys.modules)"
    )
    library = Path(__file__).resolve().parents[2] / "workflow"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=library)
