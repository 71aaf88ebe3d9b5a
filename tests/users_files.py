"""A user's data file on its real way: study file, preparation, tidy parquet, cells."""

import yaml

from skewbench.cell import run_cell
from skewbench.data import sources
from skewbench.data import table as tables
from skewbench.study import load_study
from small_cells import LEARNERS, STRATEGIES

STUDY = {
    "study": "strangers",
    "ratios": ["natural"],
    "strategies": ["none", "random_under", "smote"],
    "learners": ["logistic_regression", "decision_tree"],
    "seeds": 1,
    "folds": 2,
    "inner_folds": 0,
    "min_positives": 2,
}
CATALOGUES = {
    "datasets": {"wine_2": {"source": "bundled", "sklearn_name": "wine"}},
    "strategies": {name: STRATEGIES[name] for name in STUDY["strategies"]},
    "learners": {name: LEARNERS[name] for name in STUDY["learners"]},
}


def small_root(folder):
    """Make ``folder`` a project with catalogues of a few entries, which are read in no time."""
    (folder / "config").mkdir(exist_ok=True)
    for name, entries in CATALOGUES.items():
        file = folder / "config" / f"{name}.yaml"
        file.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return folder


def prepare(folder, path, study=STUDY, **entry):
    """Return study, tidy table and facts of the file ``path`` in ``folder`` with the target y."""
    entry = {"source": "file", "path": path, "target": "y"} | entry
    file = small_root(folder) / "study.yaml"
    file.write_text(yaml.safe_dump(study | {"datasets": [{"theirs": entry}]}), encoding="utf-8")
    study = load_study(file, folder)
    made, facts = sources.load("theirs", study.datasets["theirs"], study.root, folder / "cache")
    tables.write(made, facts, folder / "theirs.parquet", folder / "theirs.json")
    table, facts = tables.read(folder / "theirs.parquet", folder / "theirs.json")
    return study, table, facts


def run_all(study, table, facts):
    """Return the results of one cell per strategy of the study."""
    return [
        result
        for name in study.strategies
        for result in run_cell(
            table, facts, ("theirs", "natural", name, 0), study.block_settings(name), study.folder
        )
    ]
