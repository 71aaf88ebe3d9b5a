"""Names beside points and lines, placed so that they do not cover each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from skewbench.figures.style import INK

_OFFSETS = [
    (dx * reach, dy * reach)
    for reach in (7, 14, 22, 32)
    for dx, dy in ((-1, 0.6), (1, 0.6), (1, -0.6), (-1, -0.6), (0, 1.2), (0, -1.2))
]


def place_labels(
    axes: Axes, points: np.ndarray, named: Iterable[int], labels, line: np.ndarray
) -> None:
    """Write the labels of the ``named`` points where they cover no point and no other label.

    The first free place around a point wins, nearest first; a name that finds none takes the
    place with the least overlap. Call it when the figure is complete: places are in its final
    layout.

    Parameters
    ----------
    axes : Axes
    points : array (n, 2)
        In data coordinates; all of them are obstacles.
    named : iterable of int
        Which points get a label.
    labels : sequence of str (n,)
    line : array (m, 2)
        Vertices of a line to keep clear of, in data coordinates.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    pixels = axes.transData.transform(points)
    point = figure.dpi / 72
    taken = [Bbox.from_extents(x - 4, y - 4, x + 4, y + 4) for x, y in pixels]
    taken += [Bbox.from_extents(x - 1, y - 1, x + 1, y + 1) for x, y in _samples(axes, line)]
    frame = axes.get_window_extent()
    for i in named:
        text = axes.annotate(
            labels[i],
            points[i],
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=7.5,
            color=INK,
            arrowprops={"arrowstyle": "-", "color": "#999999", "lw": 0.5, "shrinkB": 4},
        )
        text.set_in_layout(False)
        size = text.get_window_extent()
        best = None
        for dx, dy in _OFFSETS:
            left = pixels[i, 0] + dx * point - size.width * (1 - np.sign(dx)) / 2
            bottom = pixels[i, 1] + dy * point - size.height / 2
            box = Bbox.from_bounds(left, bottom, size.width, size.height)
            cost = sum(_overlap(box, other) for other in taken) + 9 * _outside(box, frame)
            if best is None or cost < best[0]:
                best = (cost, dx, dy, box)
            if cost == 0:
                break
        _, dx, dy, box = best
        text.set_horizontalalignment({1: "left", 0: "center", -1: "right"}[int(np.sign(dx))])
        text.set_verticalalignment("center")
        text.xyann = (dx, dy)
        text.arrow_patch.set_visible(np.hypot(dx, dy) > 12)
        taken.append(box)


def spread(
    heights: np.ndarray, gap: float, low: float = -np.inf, high: float = np.inf
) -> np.ndarray:
    """Return positions at least ``gap`` apart, as near as possible to ``heights``, same order.

    Least squares: blocks of touching labels are centred on the mean of their wishes (pool
    adjacent violators). None lies below ``low`` or above ``high``; where they have no room between
    these for the gap, they stand as far apart as they can.
    """
    heights = np.asarray(heights, dtype=float)
    gaps = len(heights) - 1
    if gaps > 0:
        gap = min(gap, (high - low) / gaps)
    order = np.argsort(heights, kind="stable")
    wishes = heights[order] - gap * np.arange(len(heights))
    blocks: list[list[float]] = []
    for wish in wishes:
        blocks.append([wish, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, size = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * size) / (before[1] + size)
            before[1] += size
    placed = np.concatenate([np.full(int(size), mean) for mean, size in blocks] or [wishes])
    placed = np.clip(placed, low, max(low, high - gap * max(gaps, 0)))
    result = np.empty_like(heights)
    result[order] = placed + gap * np.arange(len(heights))
    return result


def _samples(axes: Axes, line: np.ndarray) -> np.ndarray:
    """Return points in pixels, 3 apart, along the line."""
    pixels = axes.transData.transform(line)
    parts = [pixels]
    for start, end in pairwise(pixels):
        steps = int(np.hypot(*(end - start)) // 3) + 1
        parts.append(start + (end - start) * np.linspace(0, 1, steps)[:, None])
    return np.concatenate(parts)


def _overlap(one: Bbox, other: Bbox) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(width, 0) * max(height, 0)


def _outside(box: Bbox, frame: Bbox) -> float:
    return box.width * box.height - _overlap(box, frame)
