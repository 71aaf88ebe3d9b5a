"""Folds: who is trained on, who is tested on.

Identical feature rows, and rows of one configured group, share a fold, or the test part would
contain rows that the model has seen. Among the assignments that respect this, folds are kept as
stratified as they can be by one greedy rule, placed in bulk: scikit-learn's StratifiedGroupKFold
follows the same idea group by group, which takes seconds for thousands of groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from skewbench.errors import Infeasible, InputError

if TYPE_CHECKING:
    from skewbench.data.table import Table

KINDS = ("stratified", "grouped", "time", "fixed")
Folds = list[tuple[np.ndarray, np.ndarray]]


def duplicate_groups(features: pd.DataFrame) -> np.ndarray:
    """Return a code per row that identical feature rows, and only they, share (NaN equals NaN)."""
    columns = (
        column.cat.codes.to_numpy()
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column.to_numpy()
        for _, column in features.items()
    )
    return _row_codes(columns, len(features))


def row_groups(table: Table) -> np.ndarray:
    """Return a code per row that rows bound to the same fold share.

    Two rows are bound if their features are identical or their configured group is the same, or
    if a chain of such rows links them (connected components).
    """
    duplicates = duplicate_groups(table.features)
    if table.group is None:
        return duplicates
    group = pd.factorize(table.group)[0]
    first_group = duplicates.max() + 1
    n_nodes = first_group + group.max() + 1
    links = coo_array((np.ones(len(group)), (duplicates, first_group + group)), (n_nodes, n_nodes))
    return pd.factorize(connected_components(links, directed=False)[1][duplicates])[0]


def outer_folds(
    table: Table,
    kind: str,
    folds: int,
    seed_sequence: np.random.SeedSequence,
    groups: np.ndarray | None = None,
) -> Folds:
    """Return training and test rows of each fold, in ascending order.

    Parameters
    ----------
    table : Table
    kind : {"stratified", "grouped", "time", "fixed"}
        ``stratified`` and ``grouped``: each row is tested once. ``time``: an expanding window,
        training rows strictly before test rows; the first of ``folds + 1`` blocks is never
        tested. ``fixed``: the one split that the data bring.
    folds : int
    seed_sequence : SeedSequence
        Of data set and seed; ``time`` and ``fixed`` draw nothing.
    groups : ndarray of int, optional
        :func:`row_groups` of the table, to spare computing them for every seed.

    Raises
    ------
    Infeasible
        If there are fewer groups, or distinct times, than the folds need.
    """
    if kind == "time":
        return _time_folds(_needed(table.time, kind), folds)
    if kind == "fixed":
        test = _needed(table.test, kind)
        return [(np.flatnonzero(~test), np.flatnonzero(test))]
    if kind == "grouped":
        _needed(table.group, kind)
    elif kind != "stratified":
        raise InputError(f"'{kind}' is no kind of split; allowed are {', '.join(KINDS)}.")
    groups = row_groups(table) if groups is None else groups
    return inner_folds(table.target, groups, folds, seed_sequence)


def inner_folds(
    y: np.ndarray,
    groups: np.ndarray | None,
    folds: int,
    seed_sequence: np.random.SeedSequence,
    time: np.ndarray | None = None,
) -> Folds:
    """Return folds inside a training part; positions refer to ``y``.

    Parameters
    ----------
    y : ndarray of int of shape (n_rows,)
        Class codes.
    groups : ndarray of int of shape (n_rows,), optional
        :func:`row_groups` of these rows.
    folds : int
    seed_sequence : SeedSequence
    time : ndarray of float of shape (n_rows,), optional
        Given for time-ordered data, whose inner folds are an expanding window as well; rows of
        its first block are then in no test part.
    """
    if time is not None:
        return _time_folds(time, folds)
    fold = _assign(y, np.arange(len(y)) if groups is None else groups, folds, seed_sequence)
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds)]


def _needed(values: np.ndarray | None, kind: str) -> np.ndarray:
    if values is None:
        raise InputError(f"A {kind} split needs the data set's `split` to name its column.")
    return values


def _row_codes(columns: Iterable[np.ndarray], n_rows: int) -> np.ndarray:
    codes, n_codes = np.zeros(n_rows, dtype=np.int64), 1
    for column in columns:
        levels, names = pd.factorize(column, use_na_sentinel=False)
        codes, found = pd.factorize(codes * len(names) + levels)
        n_codes = len(found)
        if n_codes == n_rows:  # all rows already differ
            break
    return codes.astype(np.int64)


def _time_folds(time: np.ndarray, folds: int) -> Folds:
    distinct, counts = np.unique(time, return_counts=True)
    if len(distinct) <= folds:
        raise Infeasible(f"{len(distinct)} distinct times, {folds} folds need {folds + 1}")
    before = np.cumsum(counts)
    cuts = [-1]
    for block in range(1, folds + 1):
        # The tie boundary nearest to an even block, leaving one time for each later block.
        cut = int(np.argmin(np.abs(before - block * len(time) / (folds + 1))))
        cuts.append(int(np.clip(cut, cuts[-1] + 1, len(distinct) - 2 - (folds - block))))
    ends = [*distinct[cuts[1:]], distinct[-1]]
    return [
        (np.flatnonzero(time <= last), np.flatnonzero((time > last) & (time <= end)))
        for last, end in pairwise(ends)
    ]


def _assign(
    y: np.ndarray, groups: np.ndarray, folds: int, seed_sequence: np.random.SeedSequence
) -> np.ndarray:
    """Return the fold of each row.

    Groups go, largest first, to the fold that minimises the squared deviation of all class counts
    from an even spread, each class in units of its size. For a group with counts g that is the
    fold with the smallest level sum_c g_c L_c / n_c^2, where L are the counts placed so far; ties
    go to the smaller fold. Groups with equal counts (single rows above all) are exchangeable and
    each raises its fold's level by the same step, so all of them are poured in at once.
    """
    rng = np.random.default_rng(seed_sequence)
    group = pd.factorize(groups)[0]
    n_groups = int(group.max()) + 1
    if n_groups < folds:
        raise Infeasible(f"{n_groups} groups of rows cannot fill {folds} folds")
    n_classes = int(y.max()) + 1
    content, profile = _profiles(y, group, n_groups, n_classes)

    shuffled = rng.permutation(n_groups)
    shuffled = shuffled[np.argsort(profile[shuffled], kind="stable")]
    members = np.split(shuffled, np.cumsum(np.bincount(profile))[:-1])
    visit = rng.permutation(len(content))
    visit = visit[np.argsort(-content[visit].sum(axis=1), kind="stable")]
    priority = rng.permutation(folds)

    weight = 1 / np.maximum(np.bincount(y, minlength=n_classes), 1) ** 2
    placed = np.zeros((folds, n_classes))
    fold_of_group = np.empty(n_groups, dtype=np.int64)
    for kind in visit:
        counts = content[kind]
        step = (weight * counts**2).sum()
        level = placed @ (weight * counts) / step
        share = _pour(level, len(members[kind]), placed.sum(axis=1), counts.sum(), priority)
        placed += share[:, None] * counts
        fold_of_group[members[kind]] = np.repeat(np.arange(folds), share)
    return fold_of_group[group]


def _profiles(
    y: np.ndarray, group: np.ndarray, n_groups: int, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct class counts of groups (n_profiles, n_classes), and each group's."""
    single = np.bincount(group) == 1
    larger = np.cumsum(~single) - 1
    rows = ~single[group]
    cell = larger[group[rows]] * n_classes + y[rows]
    n_larger = int((~single).sum())
    counts = np.bincount(cell, minlength=n_larger * n_classes).reshape(n_larger, n_classes)
    codes = _row_codes(counts.T, n_larger)
    _, first = np.unique(codes, return_index=True)
    profile = np.empty(n_groups, dtype=np.int64)
    profile[~single] = n_classes + codes
    profile[group[~rows]] = y[~rows]
    content = np.vstack([np.eye(n_classes, dtype=np.int64), counts[first]])
    used, profile = np.unique(profile, return_inverse=True)
    return content[used], profile


def _pour(
    level: np.ndarray, amount: int, size: np.ndarray, unit: int, priority: np.ndarray
) -> np.ndarray:
    """Return how many of ``amount`` equal groups each fold takes.

    Each goes to the fold with the lowest level, which it raises by one; of equal levels to the
    smallest fold, then by ``priority``. The result is the same as one by one.
    """
    ordered = np.sort(level)
    surface = (amount + np.cumsum(ordered)) / np.arange(1, len(level) + 1)
    wet = int(np.argmin(surface))
    share = np.maximum(np.floor(surface[wet] - level - 1e-9), 0).astype(np.int64)
    for _ in range(amount - share.sum()):
        lowest = np.lexsort((priority, size + share * unit, np.round(level + share, 9)))[0]
        share[lowest] += 1
    return share
