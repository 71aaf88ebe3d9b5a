"""Where treatments help: gains against the difficulty of the data (PROTOCOL section 6).

A gain is strategy minus control, turned so that positive is better. The correlations describe: a
study has hundreds of them, so that some are far from zero by chance, and a data set that is hard
in one way is often hard in others.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from skewbench.analysis.ratios import ratio_facts
from skewbench.analysis.readings import Reading, orientation
from skewbench.analysis.select import CONDITION, READING
from skewbench.data.difficulty import MEASURES
from skewbench.statistics.paired import bca_interval

DIFFICULTY_READINGS = (
    Reading("average_precision"),
    Reading("roc_auc"),
    Reading("mcc", decision="tuned_mcc"),
    Reading("balanced_accuracy", decision="default"),
    Reading("balanced_accuracy", decision="tuned_balanced_accuracy"),
)
ARM_READINGS = (
    Reading("average_precision"),
    Reading("average_precision", prior="reference"),
    Reading("roc_auc"),
)
FEWEST = 5  # families; with fewer a rank correlation says nothing
_RESAMPLES = 1000
_PLACE = ["family", "task", "ratio"]
_STRATEGY = ["strategy", "level", "label"]
_DESIGN = ["task", "track", "learner", *READING]


def difficulty_table(files: Iterable[str | Path], ratios: Collection[str]) -> pd.DataFrame:
    """Return the measured difficulty of every data set and ratio.

    Parameters
    ----------
    files : iterable of path
        JSON files with the rows of :func:`skewbench.data.difficulty.at_ratios`.
    ratios : collection of str
        Those of the study: an archived file may know others.

    Returns
    -------
    DataFrame, tidy
        ``dataset``, ``family``, ``task``, ``ratio``, the measures, ``measured_rows`` and
        ``reason``: why the ratio is infeasible (the measures are NaN then), or "".
    """
    rows = [
        row
        for file in files
        for row in json.loads(Path(file).read_text(encoding="utf-8"))
        if row["ratio"] in ratios
    ]
    numbers = [*MEASURES, "measured_rows"]
    table = pd.DataFrame(rows, columns=["dataset", *_PLACE, *numbers, "reason"])
    return table.astype(dict.fromkeys(numbers, float))


def family_difficulty(difficulty: pd.DataFrame) -> pd.DataFrame:
    """Return the mean measures per ``family``, ``task`` and ``ratio``, where there are any."""
    means = difficulty.groupby(_PLACE)[list(MEASURES)].mean()
    return means.dropna(how="all").reset_index()


def varying_measures(ratio: str) -> list[str]:
    """Return the measures that differ between data sets at a ratio by more than rounding."""
    natural = np.isnan(ratio_facts(ratio)[0])
    return [name for name in MEASURES if natural or name != "imbalance_ratio"]


def gains_of(differences: pd.DataFrame, readings: Iterable[Reading]) -> pd.DataFrame:
    """Return the rows of the ``readings`` with their ``gain``: the difference, positive if better.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.
    readings : iterable of Reading
    """
    found = pd.MultiIndex.from_frame(differences[READING]).isin([tuple(each) for each in readings])
    kept = differences[found]
    sign = kept["metric"].map(orientation).to_numpy(dtype=float)
    return kept.assign(gain=sign * kept["difference"].astype(float))


def difficulty_effects(differences: pd.DataFrame, difficulty: pd.DataFrame) -> pd.DataFrame:
    """Return how each strategy's gain goes with each measure of difficulty.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.
    difficulty : DataFrame
        From :func:`difficulty_table`.

    Returns
    -------
    DataFrame, tidy
        The condition, ``strategy``, ``level``, ``label``, ``measure``, ``correlation`` (Spearman,
        over families), ``lower`` and ``upper`` (95 % percentile bootstrap of families),
        ``n_datasets`` and ``share_imputed``. Without a row: fewer than 5 families, or a measure or
        gain that is the same on all of them, as the imbalance ratio is at an induced one.
    """
    gains = gains_of(differences, DIFFICULTY_READINGS)
    points = gains.merge(family_difficulty(difficulty), on=_PLACE)
    rows = []
    for keys, block in points.groupby([*CONDITION, *_STRATEGY], sort=True):
        gain, imputed = block["gain"].to_numpy(), block["imputed"].to_numpy(dtype=float)
        for measure in varying_measures(keys[CONDITION.index("ratio")]):
            values = block[measure].to_numpy()
            known = ~np.isnan(values)
            if known.sum() >= FEWEST:
                found = rank_correlation(values[known], gain[known])
                share = imputed[known].mean()
                rows.append((*keys, measure, *found, int(known.sum()), share))
    names = [*CONDITION, *_STRATEGY, "measure", "correlation", "lower", "upper", "n_datasets"]
    names += ["share_imputed"]
    return pd.DataFrame(rows, columns=names).dropna(subset="correlation", ignore_index=True)


def rank_correlation(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return Spearman's correlation and its 95 % percentile bootstrap interval over pairs.

    Parameters
    ----------
    x, y : ndarray of shape (n,)

    Returns
    -------
    correlation, lower, upper : float
        NaN if ``x`` or ``y`` is constant; resamples in which one is are left out.
    """
    ranks = [_resampled_ranks(np.asarray(values, dtype=float).tobytes()) for values in (x, y)]
    found = np.einsum("ij,ij->i", *ranks)
    if np.isnan(found[0]):
        return np.nan, np.nan, np.nan
    lower, upper = np.nanquantile(found[1:], [0.025, 0.975])
    return float(found[0]), float(lower), float(upper)


def arms_table(differences: pd.DataFrame, difficulty: pd.DataFrame) -> pd.DataFrame:
    """Return scores and gains at equal ratios with many and with few positives, side by side.

    Arm A keeps the size of the training part, arm B the number of minority rows. At one ratio they
    differ by the number of rows alone; within arm B ratios differ by the majority alone. A row
    compares the families that exist in both arms at its ratio, so that the two sides are the same
    families while two ratios need not be.

    Parameters
    ----------
    differences : DataFrame
        From :func:`skewbench.analysis.effects.effect_differences`.
    difficulty : DataFrame
        From :func:`difficulty_table`.

    Returns
    -------
    DataFrame, tidy
        ``task``, ``track``, ``learner``, the reading, ``imbalance_ratio``, ``arm`` (that of the
        fixed minority), ``strategy``, ``level``, ``label``; for ``total`` (arm A) and ``minority``
        (arm B) the means over families of ``positives_<arm>`` (minority rows of the training part),
        ``control_<arm>`` (the control's score) and ``gain_<arm>``; ``change``: the gain with few
        positives minus the gain at fixed total, with ``lower`` and ``upper`` (95 % BCa over
        families), ``n_datasets`` and ``share_imputed``.
    """
    gains = gains_of(differences, ARM_READINGS)
    positives = family_difficulty(difficulty)[[*_PLACE, "n_positive"]]
    gains = gains.merge(positives, on=_PLACE, how="left")
    facts = {ratio: ratio_facts(ratio) for ratio in gains["ratio"].unique()}
    gains["imbalance_ratio"] = gains["ratio"].map(lambda ratio: facts[ratio][0]).astype(float)
    gains["arm"] = gains["ratio"].map(lambda ratio: facts[ratio][1]).astype(str)
    sides = {"n_positive": "positives", "control_score": "control", "gain": "gain"}
    keys = [*_DESIGN, "imbalance_ratio", *_STRATEGY]
    gains = gains[[*keys, "arm", "family", *sides, "imputed"]].rename(columns=sides)
    total = gains[gains["arm"] == "fixed total"].drop(columns="arm")
    minority = gains[gains["arm"].str.endswith("minority rows")]
    both = total.merge(minority, on=[*keys, "family"], suffixes=("_total", "_minority"))
    both["share_imputed"] = both[["imputed_total", "imputed_minority"]].mean(axis=1).astype(float)
    columns = [f"{side}_{arm}" for side in sides.values() for arm in ("total", "minority")]
    keys.insert(keys.index("imbalance_ratio") + 1, "arm")
    rows = []
    for names, block in both.groupby(keys, sort=True):
        change = (block["gain_minority"] - block["gain_total"]).to_numpy()
        means = block[columns].mean()
        found = change.mean(), *bca_interval(change), len(block), block["share_imputed"].mean()
        rows.append((*names, *means, *found))
    names = [*keys, *columns, "change", "lower", "upper", "n_datasets", "share_imputed"]
    return pd.DataFrame(rows, columns=names)


@lru_cache(maxsize=8)
def _resamples(n: int) -> np.ndarray:
    """Return how often each resample holds each of ``n`` families; the first row is the data."""
    drawn = np.random.default_rng(0).multinomial(n, [1 / n] * n, size=_RESAMPLES)
    return np.vstack([np.ones(n), drawn])


@lru_cache(maxsize=64)
def _resampled_ranks(values: bytes) -> np.ndarray:
    """Return the ranks in every resample; one gain meets all measures, one measure all gains."""
    numbers = np.frombuffer(values)
    return _standard_ranks(numbers, _resamples(len(numbers)))


def _standard_ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return ranks in every resample, whose products summed are a correlation of ranks.

    A value's mid-rank in a resample is the number of smaller ones and half the number of equal
    ones in it. Shape (n_resamples, n); NaN where all values of a resample are equal.
    """
    ahead = (values[:, None] < values) + 0.5 * (values[:, None] == values)
    ranks = weights @ ahead
    centred = ranks - (weights * ranks).sum(axis=1, keepdims=True) / len(values)
    centred *= np.sqrt(weights)
    norm = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, norm, out=np.full_like(centred, np.nan), where=norm > 1e-9)
