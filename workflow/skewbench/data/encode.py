"""Imputation, scaling and coding of features, fitted on training rows alone.

Resamplers for mixed data (SMOTENC, SMOTEN) interpolate numbers and vote on category codes; all
others, and every learner, get a one-hot matrix. Both come from one fitted encoder: codes first,
one-hot from codes, so that synthetic rows can be expanded as well.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

UNKNOWN = -1
# Of n training rows none is further than sqrt(n) standard deviations from the mean; a row to score
# may be anywhere, also where 32-bit learners overflow.
FARTHEST = 1e6
MAX_LEVELS = 50  # of one column, those for missing and infrequent values included


class Encoder:
    """Turn a feature table into category codes or a one-hot matrix.

    Numeric columns: missing values become the training median (zero if the training part has
    none), then standard scaling, cut at ``FARTHEST`` standard deviations. Categorical columns: the
    levels seen in training, in alphabetical order, then a level for missing values if the training
    part has any, then a level for the infrequent ones if there are more than ``max_levels``. A
    level not seen in training has the code -1 and an all-zero one-hot row.

    Parameters
    ----------
    categorical : list of str
        Names of the categorical columns.
    max_levels : int
        Most levels of one column, those for missing and infrequent values included. The rarest
        are merged; of equally frequent ones the alphabetically last.
    """

    def __init__(self, categorical: list[str], max_levels: int = MAX_LEVELS):
        self.categorical = categorical
        self.max_levels = max_levels

    def fit(self, features: pd.DataFrame) -> Encoder:
        """Learn medians, scales and levels from training rows."""
        self.numeric_ = [name for name in features.columns if name not in set(self.categorical)]
        values = self._values(features)
        missing = np.isnan(values)
        self.median_ = np.zeros(values.shape[1])
        present = ~missing.all(axis=0)
        if missing.any():
            self.median_[present] = np.nanmedian(values[:, present], axis=0)
            values = np.where(missing, self.median_, values)
        if self.numeric_:
            self.scaler_ = StandardScaler().fit(values)
        fitted = [_levels(features[name], self.max_levels) for name in self.categorical]
        self.codes_ = [codes for codes, _ in fitted]
        self.n_levels_ = [n_levels for _, n_levels in fitted]
        return self

    @property
    def n_numeric(self) -> int:
        """Number of numeric columns, the first ones of :meth:`codes` and :meth:`one_hot`."""
        return len(self.numeric_)

    @property
    def categorical_indices(self) -> list[int]:
        """Columns of :meth:`codes` that hold category codes."""
        return list(range(self.n_numeric, self.n_numeric + len(self.categorical)))

    def codes(self, features: pd.DataFrame) -> np.ndarray:
        """Return scaled numbers, then category codes, shape (n_rows, n_features)."""
        result = np.empty((len(features), self.n_numeric + len(self.categorical)))
        if self.numeric_:
            values = self._values(features)
            values = np.where(np.isnan(values), self.median_, values)
            scaled = self.scaler_.transform(values)
            result[:, : self.n_numeric] = np.clip(scaled, -FARTHEST, FARTHEST)
        for index, name, codes in zip(
            self.categorical_indices, self.categorical, self.codes_, strict=True
        ):
            names, positions = _factorised(features[name])
            # The last entry answers for missing values, whose position is -1.
            table = [codes.get(level, UNKNOWN) for level in [*names, None]]
            result[:, index] = np.array(table, dtype=np.float64)[positions]
        return result

    def one_hot(self, codes: np.ndarray) -> np.ndarray:
        """Return scaled numbers, then one indicator column per level of each category."""
        widths = np.cumsum([self.n_numeric, *self.n_levels_])
        result = np.zeros((len(codes), widths[-1]))
        result[:, : self.n_numeric] = codes[:, : self.n_numeric]
        for index, start in zip(self.categorical_indices, widths[:-1], strict=True):
            level = codes[:, index].astype(np.int64)
            known = np.flatnonzero(level != UNKNOWN)
            result[known, start + level[known]] = 1.0
        return result

    def _values(self, features: pd.DataFrame) -> np.ndarray:
        return features[self.numeric_].to_numpy(dtype=np.float64)


def _levels(column: pd.Series, max_levels: int) -> tuple[dict[str | None, int], int]:
    """Return the code of each level (``None``: missing) and the number of codes."""
    names, positions = _factorised(column)
    counts = np.bincount(positions[positions >= 0], minlength=len(names))
    seen = sorted(name for name, count in zip(names, counts, strict=True) if count)
    missing = bool((positions < 0).any())
    kept = seen
    if len(seen) + missing > max_levels:
        count_of = dict(zip(names, counts, strict=True))
        frequent = sorted(seen, key=lambda name: -count_of[name])
        kept = sorted(frequent[: max(max_levels - 1 - missing, 0)])
    codes: dict[str | None, int] = {name: code for code, name in enumerate(kept)}
    if missing:
        codes[None] = len(codes)
    n_codes = len(codes)
    if len(kept) < len(seen):
        codes |= dict.fromkeys(set(seen) - set(kept), n_codes)
        n_codes += 1
    return codes, n_codes


def _factorised(column: pd.Series) -> tuple[list[str], np.ndarray]:
    """Return level names and each row's position among them, -1 where missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories), column.cat.codes.to_numpy()
    positions, names = pd.factorize(column)
    return list(names), positions
