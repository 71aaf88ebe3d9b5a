"""A user's file, read as the source that it is."""

import pytest

from skewbench.data.sources import load


@pytest.fixture
def from_text(tmp_path):
    def read(content, name="d.csv", **entry):
        content = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(content)
        entry = {"source": "file", "path": name, "target": "y"} | entry
        return load("toy", entry, tmp_path, tmp_path / "cache")

    return read
