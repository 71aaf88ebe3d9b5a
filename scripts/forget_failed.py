"""Remove a study's damaged files and those with failed or timed-out cells: they run again.

Those of earlier sittings are taken out of its archive.

Usage: python scripts/forget_failed.py STUDYFILE
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.archive import forget  # noqa: E402
from skewbench.configuration import read_yaml, validate  # noqa: E402
from skewbench.errors import InputError  # noqa: E402
from skewbench.logs import explain  # noqa: E402
from skewbench.results import failed_files  # noqa: E402
from skewbench.running import claim  # noqa: E402

if len(sys.argv) != 2:
    sys.exit(__doc__)
study_file = Path(sys.argv[1])
try:
    settings = validate(read_yaml(study_file), "study", str(study_file))
    study = settings["study"]
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
        archived = 0
        if "archive" in settings:
            archived = forget(study_file.parent / settings["archive"])
except InputError as error:
    sys.exit(f"Error: {error}")
except OSError as error:
    sys.exit(f"Error: {explain(error, results)}")
print(f"{len(removed)} metrics files removed.")
if archived:
    print(f"{archived} blocks taken out of the archive {settings['archive']}.")
