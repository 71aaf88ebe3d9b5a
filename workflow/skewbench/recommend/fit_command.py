"""What ``scripts/fit.py`` does, from its arguments to its files."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from skewbench.errors import InputError, nearest
from skewbench.fitting import Setting
from skewbench.metrics.costs import cost_matrix
from skewbench.provenance import versions
from skewbench.recommend import export, users_table
from skewbench.recommend.final import train
from skewbench.recommend.recommend_command import catalogue
from skewbench.recommend.scoring import columns_of


def fit(arguments: Namespace, root: Path) -> list[str]:
    """Train a model on the whole table and export it; return the lines for the terminal.

    Parameters
    ----------
    arguments : Namespace
        Of :func:`skewbench.recommend.users_table.add_arguments`, and ``strategy``, ``learner``,
        ``decision``, ``cost`` (of a false negative, of a false positive) and ``out``.
    root : Path
        The project's folder.

    Raises
    ------
    InputError
        One sentence: what is wrong, where, and what is allowed.
    """
    strategy = _chosen(root, "strategies", "strategy", arguments.strategy)
    learner = _chosen(root, "learners", "learner", arguments.learner)
    if strategy.get("resample_before_split"):
        raise InputError(f"'{arguments.strategy}' leaks on purpose; it is for studies only")
    table, facts = users_table.read(arguments)
    false_negative, false_positive = arguments.cost
    if not (false_negative > 0 and false_positive > 0):
        raise InputError("--cost: both costs must be above zero")
    costs = {"false_negative": false_negative, "false_positive": false_positive}
    setting = Setting(
        dataset=facts["name"],
        table=table,
        split="stratified",
        strategy_name=arguments.strategy,
        strategy=strategy,
        learners={arguments.learner: learner},
        costs=cost_matrix(costs, 2),
        folder=root,
    )
    scores, _, decision = arguments.decision.rpartition("/")
    model = train(setting, arguments.learner, scores or "raw", decision)
    own = "model" in strategy
    about = {
        "model": arguments.strategy if own else f"{arguments.strategy} with {arguments.learner}",
        "data": Path(arguments.data).name,
        "checksum": facts["checksum"],
        "n_rows": facts["n_rows"],
        "class_counts": facts["class_counts"],
        "target": arguments.target,
        "classes": facts["classes"],
        "columns": columns_of(table),
        "reading": {key: getattr(arguments, key) for key in users_table.READING},
        "cost": costs,
        "notes": facts["notes"],
        "versions": versions() | {"skops": version("skops")},
    }
    export.export(model, about, arguments.out)
    script = arguments.out / export.SCRIPT
    score = shlex.join([sys.executable, str(script), "new.csv"])
    share = np.mean(model.scores(table.features) >= model.threshold)
    return [
        f"Trained {about['model']} on {facts['n_rows']} rows "
        f"({facts['class_counts'][1]} of class {facts['positive']}).",
        f"Decision: {facts['positive']} if the {model.version} score is at least "
        f"{model.threshold:.6g} ({model.decision}); so {share:.1%} of the training rows.",
        f"Written: {arguments.out / export.MODEL}, {export.FACTS}, {export.SCRIPT}",
        *users_table.warnings(table),
        f"Score new rows: PYTHONPATH={shlex.quote(str(root / 'workflow'))} {score}",
    ]


def _chosen(root: Path, plural: str, kind: str, name: str) -> dict:
    entries = catalogue(root, plural)
    if name not in entries:
        raise InputError(f"unknown {kind} '{name}'; {nearest(name, entries)}")
    return entries[name]
