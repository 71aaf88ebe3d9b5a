"""From knowledge and a measured table to advice: what to try, why, and how far to trust it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skewbench.analysis.select import CONTROL, where
from skewbench.feasibility import OWN
from skewbench.recommend.expectation import (
    distances,
    expected_gains,
    measure_gaps,
    usable,
)
from skewbench.recommend.judging import (
    RECOMMENDER,
    UNTOUCHED,
    Verdict,
    follow,
    recommender_table,
    regrets,
)
from skewbench.recommend.knowledge import MEASURES, Cases, Option, untouched

SHORT_LIST = 5
SIMILAR = 3
TELLING = 3  # measures named as the reason of a likeness


@dataclass(frozen=True)
class Advice:
    """What to try on a table.

    Attributes
    ----------
    cases : Cases
        What it rests on.
    measures : dict of str to float
        Size and difficulty of the user's table.
    verdict : Verdict
        Which policy the evidence supports, and the reason.
    choice : Option
        What that policy chooses here; the untouched learner if neither policy is supported.
    short_list : DataFrame indexed by option
        Worth testing, best first: the columns of
        :func:`~skewbench.recommend.expectation.expected_gains` and ``relative_seconds``: CPU time
        of one fit beside the untouched learner's.
    treatments : DataFrame indexed by option
        Of the strategies that bring their own model: the expected gain over that model left plain
        (columns of :func:`~skewbench.recommend.expectation.expected_gains`).
    similar : DataFrame
        The nearest cases: ``family``, ``ratio``, ``distance``, ``alike`` and ``unlike`` (names of
        the measures that agree most, and least).
    evaluation : DataFrame
        The table ``recommender``.
    far : bool
        The nearest case is further away than nearly all (95 %) of the study's are from each other.
    """

    cases: Cases
    measures: dict[str, float]
    verdict: Verdict
    choice: Option
    short_list: pd.DataFrame
    treatments: pd.DataFrame
    similar: pd.DataFrame
    evaluation: pd.DataFrame
    far: bool


def advise(
    cases: Cases, measures: dict[str, float], resources: pd.DataFrame, allowed: Collection[str]
) -> Advice:
    """Return the advice for one table.

    Parameters
    ----------
    cases : Cases
        Of at least three families.
    measures : dict
        From :func:`skewbench.recommend.users_table.measure`.
    resources : DataFrame
        The study's table of that name.
    allowed : collection of str
        Strategies that can run on the table.
    """
    query = pd.DataFrame([measures])[list(MEASURES)].astype(float)
    regret = regrets(cases)
    verdict = follow(regret)
    gains = expected_gains(cases, query)
    zero = untouched(cases.metric)
    known = gains.index.get_level_values("strategy").isin([*allowed, CONTROL])
    order = "expected" if verdict.policy == RECOMMENDER else "overall"
    ranked = gains[known & usable(cases)].sort_values(order, ascending=False, kind="stable")
    ranked.index = pd.Index(map(Option._make, ranked.index), tupleize_cols=False, name="option")
    choice = zero if verdict.policy == UNTOUCHED else ranked.index[0]
    if ranked.loc[[choice], order].iloc[0] <= 0:
        choice = zero
    strategies = pd.Series([option.strategy for option in ranked.index], index=ranked.index)
    candidates = ranked[(~strategies.duplicated() & (strategies != CONTROL)).to_numpy()]
    short_list = candidates.head(SHORT_LIST)
    seconds = relative_seconds(resources, cases.learner)
    short_list = short_list.assign(
        relative_seconds=[seconds.get(option.strategy, np.nan) for option in short_list.index]
    )
    return Advice(
        cases=cases,
        measures=measures,
        verdict=verdict,
        choice=choice,
        short_list=short_list,
        treatments=expected_gains(cases.over_anchors(), query),
        similar=similar_cases(cases, query),
        evaluation=recommender_table(regret, cases.learner, cases.metric),
        far=is_far(cases, query),
    )


def relative_seconds(resources: pd.DataFrame, learner: str) -> pd.Series:
    """Return the CPU time of one fit of each strategy as a multiple of the untouched learner's.

    Mean over ratios. For a strategy with its own model it is the ratio of mean times, for its own
    ``relative_seconds`` compare it with its anchor.
    """
    rows = where(resources, task="binary")
    control = where(rows, learner=learner, strategy=CONTROL).set_index("ratio")["cpu_seconds"]
    with_learner = where(rows, learner=learner)[["strategy", "relative_seconds"]]
    own = where(rows, learner=OWN)
    own = own.assign(relative_seconds=own["cpu_seconds"] / own["ratio"].map(control).astype(float))
    both = pd.concat([with_learner, own[["strategy", "relative_seconds"]]])
    return both.groupby("strategy")["relative_seconds"].mean()


def similar_cases(cases: Cases, query: pd.DataFrame) -> pd.DataFrame:
    """Return the nearest case of each of the nearest families, and the measures that say why."""
    distance = distances(cases.measures, query)[0]
    gaps = np.abs(measure_gaps(cases.measures, query)[0])
    order = np.argsort(distance, kind="stable")
    _, first = np.unique(cases.families[order], return_index=True)
    rows = []
    for position in order[np.sort(first)][:SIMILAR]:
        family, ratio = cases.measures.index[position]
        known = np.flatnonzero(~np.isnan(gaps[position]))
        by_gap = [MEASURES[i] for i in known[np.argsort(gaps[position][known], kind="stable")]]
        best = cases.gains.iloc[position].dropna().idxmax()
        rows.append(
            {
                "family": family,
                "ratio": ratio,
                "distance": distance[position],
                "alike": by_gap[:TELLING],
                "unlike": by_gap[-1],
                "best": Option(*best),
            }
        )
    return pd.DataFrame(rows)


def is_far(cases: Cases, query: pd.DataFrame) -> bool:
    """Return whether the table is unlike anything in the study: further than its 95 % quantile."""
    among = distances(cases.measures, cases.measures)
    among[cases.families[:, None] == cases.families[None, :]] = np.inf
    usual = np.quantile(among.min(axis=1), 0.95)
    return bool(distances(cases.measures, query).min() > usual)
