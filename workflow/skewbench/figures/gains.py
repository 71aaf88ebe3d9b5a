"""Better is blue, worse is orange: how gains and losses look in every figure that shows them.

The pair is told apart with every common colour vision. A sign, a marker or a dash says the same,
so that the figures also read in grey.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb

from skewbench.analysis.readings import orientation
from skewbench.figures.style import BLUE, INK, ORANGE
from skewbench.figures.wording import metric_label

BETTER, WORSE = BLUE, ORANGE
LETTER = 0.068  # inches of a letter in a row name, at most
SMALLEST = 0.01  # half-width of a scale, so that noise does not look like signal
_COLOURS = LinearSegmentedColormap.from_list("gains", [WORSE, "white", BETTER])


def short_label(metric: str) -> str:
    """Return the name of a metric for a narrow axis."""
    return "AP" if metric == "average_precision" else metric_label(metric)


def difference_colours(metric: str) -> Colormap:
    """Return the colours of differences in ``metric``, from the most negative to the largest."""
    return _COLOURS if orientation(metric) > 0 else _COLOURS.reversed()


def difference_scale(differences: np.ndarray) -> Normalize:
    """Return a scale, equal on both sides of 0, that all but 2 % of the differences fit into.

    Parameters
    ----------
    differences : array of float
        NaN are left out.
    """
    sizes = np.abs(differences[np.isfinite(differences)])
    limit = max(SMALLEST, np.quantile(sizes, 0.98) if sizes.size else 0.0)
    return Normalize(-limit, limit, clip=True)


def ink_on(colour) -> str:
    """Return the colour of text that can be read on ``colour``."""
    return INK if np.dot([0.299, 0.587, 0.114], to_rgb(colour)) > 0.5 else "white"
