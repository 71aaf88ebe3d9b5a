"""A file is there whole or as it was; nothing is left beside it."""

import pytest

from skewbench.files import whole


def test_a_file_appears_when_its_writer_has_ended(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with whole(path) as temporary:
        temporary.write_text("first")
        assert not path.exists()
    assert path.read_text() == "first"
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]


def test_a_writer_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")

    def fail():
        with whole(path) as temporary:
            temporary.write_text("half")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "before"


def test_another_process_that_writes_the_same_file_is_left_alone(tmp_path):
    (tmp_path / ".a.txt.4711.tmp").touch()
    with whole(str(tmp_path / "a.txt")) as temporary:
        temporary.touch()
    assert sorted(file.name for file in tmp_path.iterdir()) == [".a.txt.4711.tmp", "a.txt"]
