"""What claims are judged on: scores per data-set family, and how large and hard the families are.

Binary data, default hyperparameters. A family has the sizes of its data as they are at the natural
ratio; at an induced ratio those of the training part, which are in the table ``difficulty``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from skewbench.analysis.ratios import ratio_facts
from skewbench.analysis.readings import Reading, lower_is_better
from skewbench.analysis.select import CONDITION, OWN, READING, family_means, where

DESIGN = {"task": "binary", "track": "default"}
# Metrics computed here from those of the collected table: summed, then scaled and shifted.
CPU_SECONDS = "cpu_seconds"
GINI = "gini"
DERIVED = {
    CPU_SECONDS: (("resample_seconds", "fit_seconds", "score_seconds"), 1.0, 0.0),
    GINI: (("roc_auc",), 2.0, -1.0),  # 0 is chance, as for the normalised average precision
}
SIZES = ("imbalance_ratio", "n_positive", "n_features")


def orientation(metric: str) -> int:
    """Return 1 where larger is better, -1 where smaller is."""
    return -1 if lower_is_better(metric) else 1


class Absent(Exception):
    """The study lacks something that a claim is about; the message names it."""


class Evidence:
    """The scores of a study by ratio, learner and reading.

    Parameters
    ----------
    collected : DataFrame
        The collected table.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``, ``anchor``.
    readings : iterable of Reading
        All that will be asked for.
    measures : DataFrame, indexed by family and ratio
        See :func:`measures`.

    Attributes
    ----------
    learners : list of str
        The learners that strategies are combined with, in alphabetical order.
    """

    def __init__(
        self,
        collected: pd.DataFrame,
        strategies: pd.DataFrame,
        readings: Iterable[Reading],
        measures: pd.DataFrame,
    ):
        self.strategies, self.measures = strategies, measures
        stored = {part for reading in readings for part in _stored(reading)}
        binary = where(collected, **DESIGN)
        self._values, self._imputed = {}, {}
        for table, kept in zip(
            family_means(binary, strategies, sorted(stored)),
            (self._values, self._imputed),
            strict=True,
        ):
            for key, block in table.groupby(level=CONDITION, observed=True):
                names = dict(zip(CONDITION, map(str, key), strict=True))
                reading = Reading(*(names[part] for part in READING))
                block = block.reset_index(CONDITION, drop=True)
                block.index = block.index.astype(str)
                kept[names["ratio"], names["learner"], reading] = block
        self._runs_with: dict[str, set[str]] = {}
        for (_, learner, _), table in self._values.items():
            for strategy in table.columns[table.notna().any()]:
                self._runs_with.setdefault(strategy, set()).add(learner)
        self.learners = sorted({learner for _, learner, _ in self._values} - {OWN})

    def learners_of(self, strategy: str) -> set[str]:
        """Return the learners with which ``strategy`` has a score at all.

        Raises
        ------
        Absent
            The study does not have the strategy, or no result of it.
        """
        self._check(strategy)
        if strategy not in self._runs_with:
            raise Absent(f"strategy '{strategy}' has no result in this study")
        return self._runs_with[strategy]

    def scores(
        self,
        strategy: str,
        reading: Reading,
        ratio: str,
        learner: str,
        only_own_results: bool = False,
    ) -> pd.Series:
        """Return the score of ``strategy`` on every family that has one; empty if none has.

        Parameters
        ----------
        only_own_results : bool
            Leave out families on which a value was taken from the control.

        Raises
        ------
        Absent
            The study has no such strategy, ratio or reading.
        """
        self._check(strategy)
        names, scale, shift = DERIVED.get(reading.metric, ((reading.metric,), 1.0, 0.0))
        total = 0.0
        for metric in names:
            key = (ratio, learner, reading._replace(metric=metric))
            if key not in self._values:
                self._check_condition(*key)
                return pd.Series(dtype=float)
            table = self._values[key]
            values = table.get(strategy, pd.Series(np.nan, table.index))
            if only_own_results and strategy in table:
                values = values.where(self._imputed[key][strategy] == 0)
            total = total + values
        return (scale * total + shift).dropna()

    def ranked(self, reading: Reading, ratio: str, learner: str) -> pd.DataFrame:
        """Return family x strategy scores of the strategies that rank (empty if there are none)."""
        names = self.strategies.index[self.strategies["ranked"].astype(bool)]
        columns = {name: self.scores(name, reading, ratio, learner) for name in names}
        return pd.DataFrame({name: column for name, column in columns.items() if len(column)})

    def families(self, ratio: str, limits: Mapping[str, list]) -> pd.Index:
        """Return the families whose measures lie in ``limits``: {measure: [from, below or None]}.

        Raises
        ------
        Absent
            The ratio is absent, or a measure unknown everywhere for want of ``difficulty``.
        """
        at = self._at(ratio)
        kept = np.ones(len(at), dtype=bool)
        for name, (low, high) in limits.items():
            values = self.measure([name], ratio).reindex(at.index)
            kept &= (values >= (-np.inf if low is None else low)).to_numpy()
            kept &= (values < (np.inf if high is None else high)).to_numpy()
        return at.index[kept]

    def measure(self, names: list[str], ratio: str) -> pd.Series:
        """Return the sum of the measures ``names`` per family (NaN where one is unknown)."""
        at = self._at(ratio)
        for name in names:
            if name not in at or at[name].isna().all():
                raise Absent(f"'{name}' at ratio {ratio} needs the table of difficulty")
        return at[names].sum(axis=1, skipna=False)

    def _at(self, ratio: str) -> pd.DataFrame:
        here = self.measures.index.get_level_values("ratio") == ratio
        if not here.any():
            raise Absent(f"not in this study: ratio {ratio}")
        return self.measures[here].droplevel("ratio")

    def _check(self, strategy: str) -> None:
        if strategy not in self.strategies.index:
            raise Absent(f"not in this study: strategy '{strategy}'")

    def _check_condition(self, ratio: str, learner: str, reading: Reading) -> None:
        if all(known[0] != ratio for known in self._values):
            raise Absent(f"not in this study: ratio {ratio}")
        if all(known[2] != reading for known in self._values):
            raise Absent(f"not in this study: {' '.join(filter(None, reading))}")


def measures(
    facts: Mapping[str, dict[str, Any]],
    ratios: Iterable[str],
    difficulty: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return sizes and difficulty per family and ratio; families of several data sets as a mean.

    Parameters
    ----------
    facts : mapping of data set name to its facts
        ``family``, ``class_counts`` and ``n_features`` are used; data with more than two classes
        are left out.
    ratios : iterable of str
    difficulty : DataFrame, optional
        The table ``difficulty``: ``dataset``, ``ratio`` and its measures.

    Returns
    -------
    DataFrame, indexed by family and ratio
        ``imbalance_ratio``, ``n_positive``, ``n_features`` and the other columns of ``difficulty``.
    """
    rows = []
    for dataset, known in facts.items():
        if len(known["class_counts"]) != 2:
            continue
        larger, smaller = max(known["class_counts"]), min(known["class_counts"])
        for ratio in ratios:
            natural = ratio == "natural"
            row = {"dataset": dataset, "family": known["family"], "ratio": ratio}
            row["imbalance_ratio"] = larger / smaller if natural else ratio_facts(ratio)[0]
            row["n_positive"] = smaller if natural else np.nan
            rows.append(row | {"n_features": known["n_features"]})
    columns = ["dataset", "family", "ratio", *SIZES]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(SIZES, float))
    if difficulty is not None:
        text = {"dataset": str, "ratio": str}
        other = difficulty.astype(text).drop(columns=["family", "imbalance_ratio", "n_features"])
        table = table.merge(other, on=["dataset", "ratio"], how="left", suffixes=("", "_training"))
        table["n_positive"] = table["n_positive"].fillna(table.pop("n_positive_training"))
    return table.groupby(["family", "ratio"]).mean(numeric_only=True)


def _stored(reading: Reading) -> list[Reading]:
    """Return the readings of the collected table that ``reading`` is computed from."""
    names = DERIVED.get(reading.metric, ((reading.metric,),))[0]
    return [reading._replace(metric=metric) for metric in names]
