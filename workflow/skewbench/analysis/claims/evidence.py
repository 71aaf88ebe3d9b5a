"""What claims are judged on: scores per data-set family, and how large and hard the families are.

Binary data. Imbalance ratio and minority rows of a family are those of
the training part (table ``difficulty``), as for :mod:`skewbench.analysis.guides`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skewbench.analysis.readings import Reading
from skewbench.analysis.select import (
    CONDITION,
    OWN,
    READING,
    TOO_FEW_POSITIVES,
    families_with,
    family_means,
    where,
)

NATURAL = "natural"
# Metrics computed here from those of the collected table: summed, then scaled and shifted.
CPU_SECONDS = "cpu_seconds"
GINI = "gini"
DERIVED = {
    CPU_SECONDS: (("resample_seconds", "fit_seconds", "score_seconds"), 1.0, 0.0),
    GINI: (("roc_auc",), 2.0, -1.0),  # 0 is chance, as for the normalised average precision
}


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
    with_fallback : Evidence
        All scores, those that were taken from the control included; see :attr:`own_results`.
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
        binary = where(collected, task="binary")
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
        self.with_fallback = self
        self._flagged = {flag: families_with(flag, binary) for flag in TOO_FEW_POSITIVES}

    @cached_property
    def own_results(self) -> Evidence:
        """The same without any score that was taken, in part or whole, from the control."""
        other = copy(self)
        other._values = {
            key: table.where(self._imputed[key] == 0) for key, table in self._values.items()
        }
        return other

    def report_worthy(self, flag: str) -> Evidence:
        """Return the same without the families that have ``flag`` at a ratio."""
        other = copy(self)
        other.__dict__.pop("own_results", None)
        other.with_fallback = other
        few = self._flagged[flag]
        other._values = {
            key: table[
                ~table.index.isin(few[few.get_level_values("ratio") == key[0]].unique("family"))
            ]
            for key, table in self._values.items()
        }
        return other

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

    def scores(self, strategy: str, reading: Reading, ratio: str, learner: str) -> pd.Series:
        """Return the score of ``strategy`` on every family that has one; empty if none has.

        Raises
        ------
        Absent
            The study has no such strategy, ratio or reading.
        """
        self._check(strategy)
        _, scale, shift = _derivation(reading)
        total = 0.0
        for stored in _stored(reading):
            total = total + self._column(self._values, strategy, stored, ratio, learner)
        return (scale * total + shift).dropna()

    def imputed(self, strategy: str, reading: Reading, ratio: str, learner: str) -> pd.Series:
        """Return which share of each of the :meth:`scores` is the control's, by family."""
        families = self.scores(strategy, reading, ratio, learner).index
        shares = [
            self._column(self._imputed, strategy, stored, ratio, learner).reindex(families)
            for stored in _stored(reading)
        ]
        return pd.concat(shares, axis=1).max(axis=1)

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

    def _column(
        self, tables: dict, strategy: str, stored: Reading, ratio: str, learner: str
    ) -> pd.Series:
        key = (ratio, learner, stored)
        if key not in tables:
            self._check_condition(*key)
            return pd.Series(dtype=float)
        return tables[key].get(strategy, pd.Series(np.nan, tables[key].index))

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
        The table ``difficulty``: ``dataset``, ``ratio`` and its measures of the training part.

    Returns
    -------
    DataFrame, indexed by family and ratio
        ``n_features`` as in the facts, before encoding, and the other columns of ``difficulty``.
    """
    rows = [
        {"dataset": dataset, "ratio": ratio} | {key: known[key] for key in ("family", "n_features")}
        for dataset, known in facts.items()
        for ratio in ratios
        if len(known["class_counts"]) == 2
    ]
    table = pd.DataFrame(rows, columns=["dataset", "family", "ratio", "n_features"])
    if difficulty is not None:
        text = {"dataset": str, "ratio": str}
        other = difficulty.astype(text).drop(columns=["family", "n_features"])
        table = table.astype(text).merge(other, on=["dataset", "ratio"], how="left")
    return table.groupby(["family", "ratio"]).mean(numeric_only=True)


def _derivation(reading: Reading) -> tuple[tuple[str, ...], float, float]:
    return DERIVED.get(reading.metric, ((reading.metric,), 1.0, 0.0))


def _stored(reading: Reading) -> list[Reading]:
    """Return the readings of the collected table that ``reading`` is computed from."""
    return [reading._replace(metric=metric) for metric in _derivation(reading)[0]]
