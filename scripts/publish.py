"""Put the tables, figures and report of a study beside its archive, to be committed with it.

Usage: python scripts/publish.py STUDYFILE
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow"))

from skewbench.errors import InputError  # noqa: E402
from skewbench.recommend import knowledge  # noqa: E402
from skewbench.study import load_study  # noqa: E402

READABLE = ["arms", "claims", "difficulty", "leaking", "policies", "recommender", "resources"]
COMPACT = ["comparisons", "decomposition", "difficulty", "recommender", "resources"]
# The report has them all; these can be shown elsewhere.
FIGURES = ["claims", "decomposition", "forest"]

if len(sys.argv) != 2:
    sys.exit(__doc__)
try:
    study = load_study(sys.argv[1], ROOT, with_data=False)
    if study.archive is None:
        raise InputError(f"{study.file}: the study names no 'archive' to publish beside")
    results, folder = Path("results", study.name), ROOT / study.archive
    differences = knowledge.reduced(knowledge.read(results)["differences"])
except InputError as error:
    sys.exit(f"Error: {error}")
files = [Path("report.html"), Path("provenance.json")]
files += [Path("tables", f"{name}.csv") for name in READABLE]
files += [Path("tables", f"{name}.parquet") for name in COMPACT]
files += [
    file.relative_to(results)
    for file in sorted((results / "figures").iterdir())
    if file.stem.split("_")[0] in FIGURES
]
for name in ("tables", "figures"):
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / name).mkdir(parents=True)
for file in files:
    shutil.copyfile(results / file, folder / file)
differences.to_parquet(folder / "tables" / "differences.parquet", compression="zstd")
print(f"{len(files) + 1} files of {results} are in {study.archive}.")
