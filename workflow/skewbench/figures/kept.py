"""Kept scores of a study as one tidy frame, each fold with its threshold and prior beside it.

A scores file holds what the models said; the metrics file of the same block holds, fold by fold,
the thresholds that were applied. Their folders name data set, ratio and strategy.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from skewbench import results
from skewbench.feasibility import OWN

COLUMNS = ["dataset", "strategy", "seed", "fold", "part", "y", "score", "weight"]
COLUMNS += ["threshold", "effective_prior"]
_FOLD = ["learner", "seed", "fold"]


def kept_scores(files: Iterable[tuple[Path, Path]], learner: str) -> pd.DataFrame:
    """Return the scores of the binary data sets, of one learner and of strategies' own models.

    Parameters
    ----------
    files : iterable of (scores file, metrics file)
        Of the same block.
    learner : str

    Returns
    -------
    DataFrame
        ``dataset``, ``strategy``, ``seed``, ``fold``, ``part`` (test or oof), ``y`` (0 or 1),
        ``score``, ``weight``, and of the fold ``threshold`` (the default one) and
        ``effective_prior`` (the share of positives that the learner was shown; NaN where scores are
        not probabilities).
    """
    parts = []
    for scores_file, metrics_file in files:
        dataset, _, strategy = scores_file.parts[-4:-1]
        kept = results.read(scores_file).to_pandas()
        if "score" not in kept:
            continue
        kept = kept[kept["learner"].isin([learner, OWN])].rename(columns={"target": "y"})
        kept = kept.astype({"learner": str, "part": str})
        kept = kept.join(_thresholds(metrics_file), on=_FOLD)
        parts.append(kept.assign(dataset=dataset, strategy=strategy)[COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _thresholds(file: Path) -> pd.DataFrame:
    """Return the default threshold and, the threshold of ``prior``, the effective prior."""
    metrics = results.read_metrics(file).to_pandas()
    kept = metrics[(metrics["metric"] == "threshold") & (metrics["scores"] == "raw")]
    kept = kept.astype({"learner": str, "decision": str})
    table = kept.pivot(index=_FOLD, columns="decision", values="value")
    names = {"default": "threshold", "prior": "effective_prior"}
    return table.rename(columns=names).reindex(columns=list(names.values()))
