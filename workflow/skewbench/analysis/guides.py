"""The two decision guides of the notes, as rules: from a ratio and a size to strategies.

Note 002 has a table by imbalance ratio, note 004 a flowchart by ratio and minority rows (PROTOCOL
section 8; CLAIMS 30 and 31). Each rule returns what it names in its own order, in the words of the
strategy catalogue; a follower takes the first one that can be had. Where a range is given twice,
as 5 in "2-5" and "5-20", it belongs to the higher one. Both notes also say to tune the threshold
(CLAIM 28), so a follower's decisions are made at the tuned threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

CLASS_WEIGHTS = ("weight_inverse",)
SMOTE_ROWS = 500  # minority rows above which note 004 synthesises


def ratio_table(imbalance_ratio: float, n_positive: int) -> tuple[str, ...]:
    """Return what the table of note 002 names, best first; nothing below a ratio of 2.

    Parameters
    ----------
    imbalance_ratio : float
        Majority rows per minority row.
    n_positive : int
        Minority rows; this guide does not look at them.
    """
    if imbalance_ratio < 2:
        return ()
    if imbalance_ratio < 5:
        return CLASS_WEIGHTS
    if imbalance_ratio < 20:
        return ("smote", "cost_matrix")
    if imbalance_ratio <= 100:
        return ("adasyn", "focal", "balanced_random_forest", "easy_ensemble", "rusboost")
    return ("isolation_forest", "local_outlier_factor", "one_class_svm")


def flowchart(imbalance_ratio: float, n_positive: int) -> tuple[str, ...]:
    """Return what the flowchart of note 004 names, best first.

    Parameters
    ----------
    imbalance_ratio : float
        Majority rows per minority row.
    n_positive : int
        Minority rows.
    """
    if imbalance_ratio < 10:
        return CLASS_WEIGHTS
    if imbalance_ratio <= 100:
        return ("smote", "smote_tomek", "smote_enn") if n_positive > SMOTE_ROWS else CLASS_WEIGHTS
    return ("smote_effective_weights",)


GUIDES: dict[str, Callable[[float, int], tuple[str, ...]]] = {
    "guide 002": ratio_table,
    "guide 004": flowchart,
}


def first_available(named: Collection[str], available: Collection[str]) -> str | None:
    """Return the first of ``named`` that is among ``available``, None if none is."""
    return next((name for name in named if name in available), None)
