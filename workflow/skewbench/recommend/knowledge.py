"""What a study knows: the gain of every option on every data set, beside how hard the data are.

An option is a strategy, a score version and a decision rule. Its gain is its score minus that of
the untouched learner at the tuned threshold (for a ranking metric the threshold plays no part; for
expected cost it is the cost threshold on recalibrated scores), turned so that more is better. A
strategy that brings its own model is set against the same untouched learner, since that is what a
user would otherwise deploy. Part of such a gain is its model's, so its anchor, the same model left
plain, is an option too and the gain over it is kept apart (:meth:`Cases.over_anchors`). An anchor
that is given the CPU time of an ensemble is for studies, not an option.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skewbench.analysis.readings import (
    DEFAULT_READINGS,
    RANKING_METRICS,
    TUNED_METRICS,
    orientation,
)
from skewbench.analysis.select import CONTROL, where
from skewbench.errors import InputError, nearest
from skewbench.feasibility import OWN

METRICS = ("average_precision", "roc_auc", *TUNED_METRICS, "expected_cost")
UNIT = ["family", "ratio"]
# Spread over orders of magnitude, so compared on a logarithmic scale.
LOGARITHMIC = ("n_positive", "imbalance_ratio", "positives_per_feature")
MEASURES = (*LOGARITHMIC, "safe", "borderline", "rare", "outlier", "n3", "separability_auc")
COLUMNS = ["task", "track", "ratio", "learner", "metric", "scores", "prior", "decision"]
COLUMNS += ["family", "strategy", "level", "control", "score", "control_score"]
TABLES = ("differences", "difficulty", "resources")


class Option(NamedTuple):
    """A strategy, and the score version and decision rule it is used with."""

    strategy: str
    scores: str = "raw"
    decision: str = ""


@dataclass(frozen=True)
class Cases:
    """Gains and difficulty on data set families at their ratios, for one learner and metric.

    Attributes
    ----------
    learner, metric : str
    gains : DataFrame (n_cases, n_options)
        Index: family and ratio. Columns: :class:`Option`. NaN where an option has no score.
    measures : DataFrame (n_cases, n_measures)
        The same index; columns :data:`MEASURES`, in their own units.
    anchors : dict of str to str
        The plain model of every strategy that brings its own model.
    """

    learner: str
    metric: str
    gains: pd.DataFrame
    measures: pd.DataFrame
    anchors: dict[str, str]

    @property
    def families(self) -> np.ndarray:
        """The family of each case."""
        return self.gains.index.get_level_values("family").to_numpy()

    def split(self, family: str) -> tuple[Cases, Cases]:
        """Return the cases of all other families, and those of ``family``."""
        here = self.families == family
        return self._of(~here), self._of(here)

    def over_anchors(self) -> Cases:
        """Return the gains of strategies with their own model over its plain form, same rule."""
        own = [option for option in self.gains if option[0] in self.anchors]
        plain = [(self.anchors[strategy], *rule) for strategy, *rule in own]
        gains = self.gains[own] - self.gains[plain].to_numpy()
        return replace(self, gains=gains)

    def _of(self, kept: np.ndarray) -> Cases:
        return replace(self, gains=self.gains[kept], measures=self.measures[kept])


def untouched(metric: str) -> Option:
    """Return the option that gains are counted from: the control with a tuned threshold."""
    if metric in RANKING_METRICS:
        return Option(CONTROL)
    if metric == "expected_cost":
        return Option(CONTROL, "recalibrated", "cost")
    return Option(CONTROL, "raw", f"tuned_{metric}")


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a study (``results/<study>``, or the folder that holds them).

    Raises
    ------
    InputError
        If one of them is missing or cannot be read.
    """
    folder = folder / "tables" if (folder / "tables").is_dir() else folder
    tables = {}
    for name in TABLES:
        file = folder / f"{name}.parquet"
        try:
            table = pd.read_parquet(file)
        except FileNotFoundError:
            raise InputError(
                f"{file}: there is no such table; name the results of a study that has run"
            ) from None
        except (OSError, ValueError) as error:
            raise InputError(f"{file}: cannot be read ({' '.join(str(error).split())})") from None
        published = table.select_dtypes("float32")  # single precision is for keeping
        tables[name] = table.astype(dict.fromkeys(published, float))
    return tables


def reduced(differences: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns of ``differences`` that are read here: all a clone needs."""
    rows = where(differences, task="binary", prior="matched")
    return rows.loc[rows["metric"].isin(METRICS), COLUMNS].reset_index(drop=True)


def learners(differences: pd.DataFrame) -> list[str]:
    """Return the learners on which a study has compared strategies with two classes."""
    found = where(differences, task="binary", control=CONTROL)["learner"].astype(str)
    return sorted(set(found) - {OWN})


def gather(differences: pd.DataFrame, difficulty: pd.DataFrame, learner: str, metric: str) -> Cases:
    """Return what the tables ``differences`` and ``difficulty`` say of a learner and a metric.

    Data sets of one family at one ratio are one case, with the mean of their measures; those with
    more than two classes are no part of either.

    Raises
    ------
    InputError
        If the study has not run the learner, does not know the metric, or has no score of the
        untouched model that gains could be measured from.
    """
    if metric not in METRICS:
        raise InputError(f"unknown metric '{metric}'; {nearest(metric, METRICS)}")
    known = learners(differences)
    if learner not in known:
        raise InputError(f"the study has not run learner '{learner}'; {nearest(learner, known)}")
    rows = where(differences, task="binary", metric=metric, prior="matched")
    rows = rows[rows["learner"].isin([learner, OWN]) & (rows["level"] != "anchor")]
    # The untouched learner, and the plain models of strategies that bring their own.
    controls = rows.assign(strategy=rows["control"], score=rows["control_score"])
    rules = [
        (reading.scores, reading.decision)
        for reading in DEFAULT_READINGS
        if (reading.metric, reading.prior) == (metric, "matched")
    ]
    if where(rows, learner=learner).empty:
        raise InputError(f"the study has no {metric} of learner '{learner}' against its control")
    options = [*UNIT, *Option._fields]
    table = pd.concat([rows, controls])[[*options, "score"]].astype(dict.fromkeys(options, str))
    table = table[pd.MultiIndex.from_frame(table[["scores", "decision"]]).isin(rules)]
    scores = table.drop_duplicates(options).set_index(options)["score"].unstack(Option._fields)
    zero = untouched(metric)
    if zero not in scores:
        raise InputError(
            f"the study has no {metric} of the untouched model with {zero.scores} scores under the "
            f"decision rule '{zero.decision}'; inner folds make it"
        )
    scores = scores[scores[zero].notna()]
    gains = scores.sub(scores[zero], axis=0) * orientation(metric)
    text = dict.fromkeys(UNIT, str)
    feasible = where(difficulty, task="binary").dropna(subset="n_positive")
    measures = feasible.astype(text).groupby(UNIT)[list(MEASURES)].mean()
    shared = gains.index.intersection(measures.index)
    own = where(rows, learner=OWN)
    anchors = dict(zip(own["strategy"].astype(str), own["control"].astype(str), strict=True))
    return Cases(learner, metric, gains.loc[shared], measures.loc[shared], anchors)
