"""Remove a study's damaged files and those with failed or timed-out cells: they run again.

Usage: python scripts/forget_failed.py STUDYFILE
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.configuration import read_yaml, validate  # noqa: E402
from skewbench.errors import InputError  # noqa: E402
from skewbench.logs import explain  # noqa: E402
from skewbench.results import failed_files  # noqa: E402
from skewbench.running import claim  # noqa: E402

if len(sys.argv) != 2:
    sys.exit(__doc__)
try:
    study = validate(read_yaml(Path(sys.argv[1])), "study", sys.argv[1])["study"]
except InputError as error:
    sys.exit(f"Error: {error}")
results = Path("results", study)
try:
    with claim(results):  # not under the feet of a run
        removed = failed_files(results)
        for file in removed:
            file.unlink()
            print(f"forgotten: {file}")
        if removed:  # Snakemake looks for missing files from the end of the chain
            (results / "collected" / "metrics.parquet").unlink(missing_ok=True)
            for table in (results / "tables").glob("*"):
                table.unlink()
except InputError as error:
    sys.exit(f"Error: {error}")
except OSError as error:
    sys.exit(f"Error: {explain(error, results)}")
print(f"{len(removed)} metrics files removed.")
