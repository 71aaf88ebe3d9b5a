"""Put what a study has finished into its archive, so that later sittings need not run it again.

Usage: python scripts/archive.py STUDYFILE [DATAFOLDER]
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.analysis.sittings import archive  # noqa: E402
from skewbench.errors import InputError  # noqa: E402
from skewbench.logs import explain  # noqa: E402
from skewbench.study import load_study  # noqa: E402

if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
results = None
try:
    study = load_study(sys.argv[1], ROOT, *sys.argv[2:])
    results = Path("results", study.name)
    blocks, problems = archive(study, results)
except InputError as error:
    sys.exit(f"Error: {error}")
except OSError as error:
    sys.exit(f"Error: {explain(error, results)}")
for problem in problems:
    print(f"Not archived: {problem}")
print(f"{blocks} of {len(study.blocks())} blocks are in {study.archive}.")
