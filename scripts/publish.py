"""Put the tables, figures and report of a study beside its archive, to be committed with it.

Usage: python scripts/publish.py STUDYFILE
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.errors import InputError  # noqa: E402
from skewbench.publishing import publish  # noqa: E402
from skewbench.study import load_study  # noqa: E402

if len(sys.argv) != 2:
    sys.exit(__doc__)
try:
    study = load_study(sys.argv[1], ROOT, with_data=False)
    if study.archive is None:
        raise InputError(f"{study.file}: the study names no 'archive' to publish beside")
    files = publish(Path("results", study.name), ROOT / study.archive)
except InputError as error:
    sys.exit(f"Error: {error}")
print(f"{files} files of results/{study.name} are in {study.archive}.")
