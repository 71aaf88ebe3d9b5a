"""The gain to expect of an option on data of a given difficulty, and how sure that is.

A kernel-weighted mean over data-set families, shrunk to the mean over all of them:

    E(x) = (sum_f w_f(x) g_f + k mean_f(g)) / (sum_f w_f(x) + k),   w = exp(-d(x)^2 / (2 h^2))

(Nadaraya 1964 and Watson 1964, with the overall mean as prior). The distance d is the root mean
squared difference of the standardised measures, sizes and ratios on a logarithmic scale. The ratios
of one family share its weight, so that none counts more for having more of them. Intervals are
from a bootstrap of families, the unit of the study (Efron 1979).

No peeking: the bandwidth h and the prior weight k are constants, set before the published study had
run and fitted to nothing. All else comes from ``cases``: the standard deviations of the measures,
the gains, the overall mean that they are shrunk to. To judge the recommender the cases are those of
the other families (:func:`skewbench.recommend.judging.regrets`), as they are for the single best,
its rival. Of the family left out are used: its measures, which need no strategy's score, and which
options have a score there at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skewbench.recommend.knowledge import LOGARITHMIC, MEASURES, Cases

BANDWIDTH = 0.7  # half of the distance between two data sets taken at random
PRIOR_FAMILIES = 5.0  # families like the query that outweigh the mean over all
RESAMPLES = 2000
LEVEL = 0.9


def distances(known: pd.DataFrame, query: pd.DataFrame) -> np.ndarray:
    """Return how far each query is from each known case, in standard deviations of a measure.

    Parameters
    ----------
    known, query : DataFrame with the columns :data:`~skewbench.recommend.knowledge.MEASURES`
        A measure that is missing on either side is left out of that distance.

    Returns
    -------
    ndarray of shape (n_queries, n_known)
    """
    squared = np.ma.masked_invalid(measure_gaps(known, query) ** 2)
    return np.sqrt(squared.mean(axis=2).filled(np.inf))


def measure_gaps(known: pd.DataFrame, query: pd.DataFrame) -> np.ndarray:
    """Return the standardised differences, shape (n_queries, n_known, n_measures)."""
    reference, asked = _coordinates(known), _coordinates(query)
    scale = np.ma.masked_invalid(reference).std(axis=0).filled(0.0)
    scale[scale == 0] = 1.0  # a measure that does not vary, or is nowhere known
    return (asked[:, None, :] - reference[None, :, :]) / scale


def expected_gains(cases: Cases, query: pd.DataFrame) -> pd.DataFrame:
    """Return the expected gain of every option on one data set.

    Parameters
    ----------
    cases : Cases
    query : DataFrame of one row
        The data set's measures.

    Returns
    -------
    DataFrame indexed by option (strategy, scores, decision)
        ``expected`` gain, ``lower`` and ``upper`` (90 % interval of the expected gain),
        ``overall``: the mean over all families, ``n_datasets``: the families that it was tried on
        and ``n_better``: those where its gain is above zero.
    """
    weights = kernel(distances(cases.measures, query)[0])
    parts = _by_family(cases, weights)
    once = np.ones((1, len(parts[0])))
    generator = np.random.default_rng(0)
    n_families = len(parts[0])
    draws = generator.multinomial(n_families, np.full(n_families, 1 / n_families), RESAMPLES)
    resampled = _shrunk_mean(draws.astype(float), *parts)
    tail = (1 - LEVEL) / 2
    _, _, means, present = parts
    return pd.DataFrame(
        {
            "expected": _shrunk_mean(once, *parts)[0],
            "lower": np.nanquantile(resampled, tail, axis=0),
            "upper": np.nanquantile(resampled, 1 - tail, axis=0),
            "overall": overall_gains(cases),
            "n_datasets": present.sum(axis=0).astype(int),
            "n_better": (means > 0).sum(axis=0),
        },
        index=cases.gains.columns,
    )


def point_gains(cases: Cases, query: pd.DataFrame) -> np.ndarray:
    """Return the expected gains alone, shape (n_queries, n_options)."""
    weights = kernel(distances(cases.measures, query))
    rows = []
    for row in weights:
        parts = _by_family(cases, row)
        rows.append(_shrunk_mean(np.ones((1, len(parts[0]))), *parts)[0])
    return np.array(rows)


def overall_gains(cases: Cases) -> np.ndarray:
    """Return each option's mean gain over families, shape (n_options,)."""
    return cases.gains.groupby(level="family").mean().mean().to_numpy()


def usable(cases: Cases) -> np.ndarray:
    """Return which options were tried on at least half of the families, shape (n_options,)."""
    tried = cases.gains.groupby(level="family").count() > 0
    return (2 * tried.sum() >= len(tried)).to_numpy()


def kernel(distance: np.ndarray) -> np.ndarray:
    """Return the weight of a case at a distance: 1 for the same measures, falling to 0."""
    return np.exp(-((distance / BANDWIDTH) ** 2) / 2)


def _coordinates(measures: pd.DataFrame) -> np.ndarray:
    columns = [
        np.log10(measures[name]) if name in LOGARITHMIC else measures[name] for name in MEASURES
    ]
    return np.column_stack(columns).astype(float)


def _by_family(cases: Cases, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return weighted gains, weights, mean gains and presence, each (n_families, n_options)."""
    gains = cases.gains.to_numpy()
    present = ~np.isnan(gains)
    filled = np.where(present, gains, 0.0)
    _, family = np.unique(cases.families, return_inverse=True)
    belongs = np.eye(family.max() + 1)[family].T
    n_cases = belongs @ present
    share = np.divide(1.0, n_cases, out=np.zeros_like(n_cases), where=n_cases > 0)
    column = weights[:, None]
    weighted, weight = belongs @ (column * filled), belongs @ (column * present)
    return weighted * share, weight * share, (belongs @ filled) * share, n_cases > 0


def _shrunk_mean(counts, weighted, weight, means, present) -> np.ndarray:
    """Return the shrunk means with each family taken ``counts`` times, (n_resamples, n_options).

    NaN where an option is on none of the families drawn.
    """
    drawn = counts @ present
    overall = np.divide(counts @ means, drawn, out=np.full(drawn.shape, np.nan), where=drawn > 0)
    return (counts @ weighted + PRIOR_FAMILIES * overall) / (counts @ weight + PRIOR_FAMILIES)
