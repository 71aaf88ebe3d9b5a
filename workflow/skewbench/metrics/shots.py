"""Accuracy on the classes of a long tail that have many, a medium number of or few training rows.

Many-shot classes have more than 100 training rows, few-shot classes fewer than 20 [Liu et al.,
Large-scale long-tailed recognition in an open world, CVPR 2019]. As test sets of long-tailed
benchmarks have equal classes, accuracy on a group is the mean recall of its classes; so it is here,
whatever the test rows' classes weigh.
"""

from __future__ import annotations

import numpy as np

from skewbench.metrics.counts import recall

GROUPS = ("many", "medium", "few")
FEW, MANY = 20, 100


def shot_metric(group: str) -> str:
    """Return the name of a group's metric: ``accuracy_few_shot``."""
    return f"accuracy_{group}_shot"


def shot_accuracies(
    counts: np.ndarray, training_rows: np.ndarray, few: float = FEW, many: float = MANY
) -> dict[str, np.ndarray]:
    """Return the accuracy on each group of classes.

    Parameters
    ----------
    counts : ndarray of shape (..., C, C)
        Weighted counts, [true, predicted].
    training_rows : ndarray of shape (..., C)
        Training rows of each class, before resampling; NaN where unknown.
    few, many : float
        A few-shot class has fewer rows than ``few``, a many-shot class more than ``many``.

    Returns
    -------
    dict of metric name to ndarray of shape (...)
        NaN where a group has no class, or one of its classes no test row.
    """
    members = {
        "many": training_rows > many,
        "medium": (training_rows >= few) & (training_rows <= many),
        "few": training_rows < few,
    }
    recalls = recall(np.asarray(counts, dtype=np.float64))
    with np.errstate(invalid="ignore"):
        return {
            shot_metric(group): np.where(inside, recalls, 0.0).sum(axis=-1) / inside.sum(axis=-1)
            for group, inside in members.items()
        }
