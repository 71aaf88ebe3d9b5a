"""Import and construct everything the strategies and learners of a study name, before any job.

Usage: python scripts/check_strategies.py STUDYFILE
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.errors import InputError  # noqa: E402
from skewbench.imports import build_all  # noqa: E402
from skewbench.searched import check_search  # noqa: E402
from skewbench.study import load_study  # noqa: E402

try:
    study = load_study(sys.argv[1], ROOT, with_data=False)
    for kind, entries in (("strategy", study.strategies), ("learner", study.learners)):
        for name, entry in entries.items():
            where = f"{study.file}: {kind} '{name}'"
            build_all(entry, study.folder, where)
            check_search(entry, kind, study.folder, where)
except InputError as error:
    sys.exit(f"Error: {error}")
