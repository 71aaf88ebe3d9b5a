"""Files for tests of sources: a clean one, and the development data beside the project."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

GOOD = "x,c,y\n1,a,no\n2,b,no\n3,a,yes\n4,b,no\n"


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip("the development data sets are not beside the project")
    return path
