"""The bars of a critical-difference diagram: groups of methods that no test tells apart.

With pairwise tests, "not told apart" is a graph over the methods, and the groups are its maximal
cliques. A group need not be an interval of the mean ranks: a bar marks its members.

Source: Bron & Kerbosch (1973), with the pivot of Tomita, Tanaka & Takahashi (2006).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def cliques(different: ArrayLike) -> list[list[int]]:
    """Return the maximal groups without a difference inside.

    Parameters
    ----------
    different : array-like of bool (n_methods, n_methods)
        Symmetric; whether a pair differs. The diagonal is not read.

    Returns
    -------
    list of list of int
        Positions of the members, in order, groups of two and more, in order.
    """
    joined = ~np.asarray(different, dtype=bool)
    np.fill_diagonal(joined, False)
    neighbours = [set(np.flatnonzero(row).tolist()) for row in joined]
    found = []

    def extend(group: list[int], candidates: set[int], excluded: set[int]) -> None:
        if not candidates and not excluded:
            found.append(sorted(group))
            return
        pivot = max(candidates | excluded, key=lambda node: len(neighbours[node] & candidates))
        for node in sorted(candidates - neighbours[pivot]):
            near = neighbours[node]
            extend([*group, node], candidates & near, excluded & near)
            candidates.remove(node)
            excluded.add(node)

    extend([], set(range(len(joined))), set())
    return sorted(group for group in found if len(group) > 1)
