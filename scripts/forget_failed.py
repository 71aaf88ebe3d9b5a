"""Remove the metrics files of a study that hold failed or timed-out cells, so that they run again.

Usage: python scripts/forget_failed.py STUDYFILE
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.configuration import read_yaml  # noqa: E402
from skewbench.errors import InputError  # noqa: E402
from skewbench.results import failed_files  # noqa: E402

if len(sys.argv) != 2:
    sys.exit(__doc__)
try:
    study = read_yaml(Path(sys.argv[1])).get("study")
except InputError as error:
    sys.exit(f"Error: {error}")
removed = failed_files(Path("results") / str(study) / "metrics")
for file in removed:
    file.unlink()
    print(f"forgotten: {file}")
print(f"{len(removed)} metrics files with failed or timed-out cells removed; run the study again.")
