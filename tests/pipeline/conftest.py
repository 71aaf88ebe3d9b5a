"""A copy of the project, and studies that were run with it."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from workplace import MINI, Workplace

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "workflow", "scripts", "config", "profiles")


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """A copy of the project's code and configuration, which tests may edit."""
    folder = tmp_path_factory.mktemp("project")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(ROOT / part, folder / part)
    return folder


@pytest.fixture
def edited(tree):
    """Edit a module of the copied library, for as long as a ``with`` lasts."""

    @contextmanager
    def edit(module):
        file = tree / "workflow" / "skewbench" / module
        content = file.read_bytes()
        file.write_bytes(content + b"\nEDITED = True\n")
        try:
            yield
        finally:
            file.write_bytes(content)

    return edit


@pytest.fixture
def workplace(tree, tmp_path):
    """A fresh folder with the mini study."""
    place = Workplace(tree, tmp_path)
    place.write(MINI)
    return place


@pytest.fixture(scope="session")
def finished(tree, tmp_path_factory):
    """The mini study, run on one core to its end."""
    place = Workplace(tree, tmp_path_factory.mktemp("finished"))
    place.write(MINI)
    place.finish()
    return place
