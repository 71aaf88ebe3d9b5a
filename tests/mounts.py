"""Small disks to fill and to make read-only, for tests that may mount."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments):
    try:
        return subprocess.run(["mount", *arguments], capture_output=True, text=True)
    except OSError as error:
        return subprocess.CompletedProcess(arguments, 1, "", str(error))


@contextmanager
def small_disk(folder: Path, size="8m"):
    """Mount an empty disk on ``folder`` for as long as the ``with`` lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"tests may not mount here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path):
    """Make a mounted disk read-only for as long as the ``with`` lasts."""
    assert _mount("-o", "remount,ro", str(folder)).returncode == 0
    try:
        yield
    finally:
        assert _mount("-o", "remount,rw", str(folder)).returncode == 0


@contextmanager
def filled(folder: Path):
    """Fill a mounted disk to its last byte for as long as the ``with`` lasts."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
    except OSError:
        yield
    finally:
        filler.unlink()
