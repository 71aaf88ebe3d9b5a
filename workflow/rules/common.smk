# The study, the digests of the code behind it, and the names of its files.

import csv
import re
import subprocess
import time
from collections import Counter

from skewbench.digest import code_digest, entry_digest
from skewbench.errors import InputError
from skewbench.study import load_study

try:
    STUDY = load_study(
        file=config.get("study", Path(workflow.basedir) / "config" / "config.yaml"),
        root=workflow.basedir,
        data=config.get("data"),
    )
except InputError as error:
    sys.exit(f"Error: {error}")

STARTED = time.time()

# A block depends on its slice of the configuration and on the code that reads it, nothing else.
SETTINGS = {name: STUDY.block_settings(name) for name in STUDY.strategies}
BLOCK_CODE = {
    name: f"{code_digest('skewbench.block')}-{entry_digest(settings, STUDY.folder)}"
    for name, settings in SETTINGS.items()
}
METRICS = expand(
    "results/{study}/metrics/{block.dataset}/{block.ratio}/{block.strategy}/"
    "seeds{block.first}-{block.last}.parquet",
    study=STUDY.name,
    block=STUDY.blocks(),
)
SCORES = expand(
    "results/{study}/scores/{block.dataset}/{block.ratio}/{block.strategy}/"
    "seeds{block.first}-{block.last}.parquet",
    study=STUDY.name,
    block=[block for block in STUDY.blocks() if block.strategy in STUDY.highlight],
)
FACTS = expand(
    "results/{study}/data/{dataset}.json", study=STUDY.name, dataset=STUDY.datasets
)


wildcard_constraints:
    study=re.escape(STUDY.name),
    dataset="|".join(STUDY.datasets),
    ratio="|".join(map(re.escape, STUDY.ratios)),
    strategy="|".join(STUDY.strategies),
    first="[0-9]+",
    last="[0-9]+",


def check_strategies():
    """Construct all that the study names, in a process of its own: the imports are heavy."""
    script = Path(workflow.basedir) / "scripts" / "check_strategies.py"
    command = [sys.executable, script, STUDY.root / STUDY.file, config.get("data", "")]
    if subprocess.run(command).returncode != 0:
        sys.exit(1)  # its one sentence stands


def announce_results():
    results = Path("results", STUDY.name)
    for log in [
        results / "logs" / "collect.log",
        *(results / "logs" / "data").glob("*.log"),
    ]:
        if log.exists() and log.stat().st_mtime >= STARTED:
            print(log.read_text(errors="replace"), end="", file=sys.stderr)
    status = results / "tables" / "status.csv"
    if not status.exists():
        return
    with status.open(encoding="utf-8", newline="") as rows:
        counts = Counter(row["status"] for row in csv.DictReader(rows))
    said = ", ".join(f"{n} {name}" for name, n in counts.most_common())
    print(
        f"Study '{STUDY.name}': see {results}/tables/ and {results}/figures/. Cells: {said}."
    )
    if counts["failed"] + counts["timeout"]:
        print(
            f"Reasons are in {status}; `make retry STUDY={STUDY.file}` runs these again."
        )


def announce_failures():
    for log in sorted(Path("results", STUDY.name, "logs").rglob("*.log")):
        if log.stat().st_mtime >= STARTED:
            text = log.read_text(errors="replace")
            sentences = [
                line for line in text.splitlines() if line.startswith("Error: ")
            ]
            if sentences or "Traceback" in text:
                print(*(sentences or [f"Error: see {log}"]), sep="\n", file=sys.stderr)
