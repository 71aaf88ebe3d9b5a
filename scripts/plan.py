"""Print what the study would run and for how long; prepares data sets in memory, runs no cell."""

import sys
from pathlib import Path

from skewbench.data import sources
from skewbench.errors import InputError
from skewbench.plan import plan, summary
from skewbench.study import load_study

root = Path(__file__).resolve().parent.parent
study = load_study(snakemake.params.study, root, snakemake.params.data)
facts, problems = {}, []
for name, entry in study.datasets.items():
    try:
        facts[name] = sources.load(name, entry, study.folder, Path("results") / "cache")[1]
    except InputError as error:
        problems.append(str(error))
print(summary(study, plan(study, facts)))
for problem in problems:
    print(f"  Not read: {problem}")
sys.stdout.flush()
