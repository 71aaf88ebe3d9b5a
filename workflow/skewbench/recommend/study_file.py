"""A study file that tests the short list on the user's own table."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from skewbench.analysis.select import CONTROL
from skewbench.study import Study, load_study

SEEDS = 3
HEADER = (
    "# The short list of `recommend`, the untouched model and fair anchors, on your own data.\n"
)


def write_study(
    file: Path,
    root: Path,
    name: str,
    entry: dict[str, Any],
    strategies: Iterable[str],
    learner: str,
    catalogue: dict[str, dict[str, Any]],
) -> Study:
    """Write the study file and return it as the pipeline will read it.

    Parameters
    ----------
    file : Path
        Where to; the table's path is written relative to it.
    root : Path
        The project's folder, with the catalogues.
    name : str
        Of the data set; the study is called ``test_<name>``.
    entry : dict
        The data set's configuration, with an absolute path.
    strategies : iterable of str
        The short list. The control and the anchors of ensembles are added.
    learner : str
    catalogue : dict of str to dict
        The strategies of ``config/strategies.yaml``.

    Raises
    ------
    InputError
        If the study would not run.
    """
    wanted = [CONTROL, *strategies]
    wanted += [catalogue[strategy].get("anchor", CONTROL) for strategy in wanted]
    path = os.path.relpath(entry["path"], file.resolve().parent)
    study = {
        "study": f"test_{name}",
        "datasets": [{name: entry | {"path": path}}],
        "ratios": ["natural"],
        "strategies": list(dict.fromkeys(wanted)),
        "learners": [learner],
        "seeds": SEEDS,
        "seeds_per_job": SEEDS,
        "highlight": [CONTROL, *strategies],
    }
    text = yaml.safe_dump(study, sort_keys=False, allow_unicode=True)
    file.write_text(HEADER + text, encoding="utf-8")
    return load_study(file, root)
