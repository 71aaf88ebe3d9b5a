"""Two models on one data set: the t-test corrected for overlapping training parts.

The repeats of a cross-validation share training rows, so that their differences are correlated and
a plain t-test sees far too much evidence. Over several data sets, use :mod:`.paired` instead. No
table of a study has this test: it is kept for comparing two models on one table of one's own, and
its tests hold it to published numbers.

Sources: Nadeau & Bengio (2003); Bouckaert & Frank (2004); as a posterior, Corani & Benavoli (2015).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student


class CorrectedT(NamedTuple):
    """The answer of :func:`corrected_resampled_t`."""

    t: float
    p: float
    p_better: float
    p_equivalent: float
    p_worse: float


def corrected_resampled_t(
    differences: ArrayLike, n_train: int, n_test: int, rope: float = 0.0
) -> CorrectedT:
    """Test the mean of one data set's differences over folds and repeats.

    Parameters
    ----------
    differences : array-like (n_folds * n_repeats,)
        Positive where the first model is better.
    n_train, n_test : int
        Rows of a training and a test part; ``n_test = 0`` gives the uncorrected test.
    rope : float
        Half the width of the region of practical equivalence, in units of the differences.

    Returns
    -------
    CorrectedT
        ``t``, the one-sided ``p`` (the first model is not better), and the posterior probabilities
        that the mean is above, within and below the region. NaN for fewer than two differences or
        where none differs from another.
    """
    differences = np.asarray(differences, dtype=float)
    count = len(differences)
    if count < 2 or np.ptp(differences) == 0:
        return CorrectedT(*[math.nan] * 5)
    scale = math.sqrt(differences.var(ddof=1) * (1 / count + n_test / n_train))
    posterior = student(count - 1, loc=differences.mean(), scale=scale)
    t = differences.mean() / scale
    better, worse = posterior.sf(rope), posterior.cdf(-rope)
    values = (t, student.sf(t, count - 1), better, 1 - better - worse, worse)
    return CorrectedT(*map(float, values))
