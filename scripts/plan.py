"""Print what the study would run and for how long; fetches nothing, prepares and runs nothing."""

import json
import sys
from pathlib import Path

from skewbench.archive import archived_blocks
from skewbench.data import sources
from skewbench.errors import InputError
from skewbench.plan import plan, summary
from skewbench.study import load_study

root = Path(__file__).resolve().parent.parent
study = load_study(root / snakemake.params.study, root, snakemake.params.data)
facts, problems = {}, []
for name, entry in study.datasets.items():
    prepared = Path("results", study.name, "data", f"{name}.json")
    try:
        if prepared.exists():
            facts[name] = json.loads(prepared.read_text(encoding="utf-8"))
        elif entry["source"] not in ("openml", "zenodo"):
            facts[name] = sources.load(name, entry, root, Path("results") / "cache")[1]
    except InputError as error:
        problems.append(str(error))
archived = archived_blocks(study, Path("results", study.name))
print(summary(study, plan(study, facts, archived), archived))
for problem in problems:
    print(f"  Not read: {problem}")
sys.stdout.flush()
