"""Is the recommender worth following? Judged on families that it has not seen, by regret.

The regret of a policy on a data set is the gain of the best option there minus that of the option
that the policy chose without seeing the data set's family (leave one family out). The best is the
largest of many noisy scores, so that no policy reaches a regret of zero and only differences
between policies say something. Rivals: always the option that is best on average over the other
families (``single best``), the two decision guides of the notes, the untouched learner with its
tuned threshold, an option at random (its expected regret), and the ``oracle``.

Intervals take the regrets of families as independent, which they are not quite: any two families
were advised from almost the same others, so that a near tie between options is broken the same way
again and again. Simulated (20 or 40 families, measures that tell nothing), the interval alone found
a recommender to have less regret than the single best in 7 to 22 % of studies with nearly tied
options, not in 2.5 %; in 2 % with options that differ clearly. So the exact signed-rank test has to
agree, as for a claim (:mod:`skewbench.analysis.claims.verdict`): one family with a large difference
among ties is no evidence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from skewbench.analysis.claims.verdict import mean_effect, side_of
from skewbench.analysis.guides import GUIDES, first_available
from skewbench.errors import InputError
from skewbench.recommend.expectation import overall_gains, point_gains, usable
from skewbench.recommend.knowledge import (
    METRICS,
    Cases,
    Option,
    gather,
    learners,
    untouched,
)
from skewbench.statistics.paired import bca_interval, signed_rank

RECOMMENDER, SINGLE_BEST, UNTOUCHED = "recommender", "single best", "untouched, tuned threshold"
POLICIES = (RECOMMENDER, SINGLE_BEST, *GUIDES, UNTOUCHED, "random", "oracle")
FEWEST_FAMILIES = 10  # below, no policy is claimed to be better than another
FEWEST_TO_JUDGE = 3  # below, leaving one out leaves nothing to average
COLUMNS = ["learner", "metric", "policy", "regret", "lower", "upper", "n_datasets"]
COLUMNS += ["beside_single_best", "followed", "note"]
LESS, MORE, UNTOLD = "less regret", "more regret", "cannot be told"


class Verdict(NamedTuple):
    """Which policy a user should follow, and the reason in words."""

    policy: str
    reason: str


def regrets(cases: Cases) -> pd.DataFrame:
    """Return the regret of every policy on every family, left out from what the policy knows.

    Parameters
    ----------
    cases : Cases
        Of at least two families.

    Returns
    -------
    DataFrame (n_families, n_policies)
        In the unit of the metric; the mean over the ratios of a family.
    """
    rows = {}
    for family in np.unique(cases.families):
        others, here = cases.split(family)
        allowed = usable(others)
        local, overall = point_gains(others, here.measures), overall_gains(others)
        found = [
            _regrets_of(cases.metric, gains, measures, local[number], overall, allowed)
            for number, ((_, gains), (_, measures)) in enumerate(
                zip(here.gains.iterrows(), here.measures.iterrows(), strict=True)
            )
        ]
        rows[family] = pd.DataFrame(found).mean()
    return pd.DataFrame.from_dict(rows, orient="index")[list(POLICIES)].rename_axis("family")


def recommender_table(regret: pd.DataFrame, learner: str, metric: str) -> pd.DataFrame:
    """Return the table ``recommender``: mean regret of every policy with its interval (BCa, 95 %).

    ``beside_single_best`` says whether it has less or more regret than the single best, as the
    paired difference tells; ``followed`` is true of the policy that :func:`follow` returns.

    Parameters
    ----------
    regret : DataFrame
        From :func:`regrets`.
    learner, metric : str
        What the cases were about.
    """
    verdict = follow(regret)
    notes = {
        RECOMMENDER: verdict.reason,
        "oracle": "the best option of each data set, in hindsight",
    }
    notes |= dict.fromkeys(GUIDES, "the first strategy it names that the study has; else untouched")
    notes["random"] = "expected regret of an option at random"
    rows = []
    for policy in regret:
        values = regret[policy].to_numpy()
        lower, upper = bca_interval(values)
        told = policy not in (SINGLE_BEST, "oracle")
        beside = _compare(regret, policy, SINGLE_BEST)[0] if told else ""
        rows.append((learner, metric, policy, values.mean(), lower, upper, len(values), beside))
    table = pd.DataFrame(rows, columns=COLUMNS[:-2])
    note = table["policy"].map(notes).fillna("")
    return table.assign(followed=table["policy"] == verdict.policy, note=note)


def judge(differences: pd.DataFrame, difficulty: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``recommender`` for every learner and metric of a study.

    Combinations with fewer than three families of data sets, or without a score of the untouched
    model to gain on, are left out.

    Parameters
    ----------
    differences, difficulty : DataFrame
        The study's tables of those names.
    """
    found = []
    for learner in learners(differences):
        for metric in (name for name in METRICS if name in set(differences["metric"])):
            try:
                cases = gather(differences, difficulty, learner, metric)
            except InputError:  # nothing to gain on: no tuned threshold without inner folds
                continue
            if len(set(cases.families)) >= FEWEST_TO_JUDGE:
                found.append(recommender_table(regrets(cases), learner, metric))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def follow(regret: pd.DataFrame) -> Verdict:
    """Return the policy that the evidence supports: recommender, single best, or neither.

    The recommender must have less regret than the single best and than the untouched learner, and
    failing that the single best less than the untouched learner, by more than chance: the 95 %
    interval of the paired difference over families lies above zero, and the exact signed-rank test
    agrees. Otherwise the simpler policy is followed.
    """
    if len(regret) < FEWEST_FAMILIES:
        few = f"{len(regret)} families of data sets are too few to tell ({FEWEST_FAMILIES} needed)"
        return Verdict(UNTOUCHED, few)
    local, said = _compare(regret, RECOMMENDER, SINGLE_BEST)
    if local == LESS:
        local, also_said = _compare(regret, RECOMMENDER, UNTOUCHED)
        said = f"{said}; {also_said}"
    if local == LESS:
        return Verdict(RECOMMENDER, said)
    best, best_said = _compare(regret, SINGLE_BEST, UNTOUCHED)
    return Verdict(SINGLE_BEST if best == LESS else UNTOUCHED, f"{said}; {best_said}")


def _regrets_of(metric, gains, measures, local, overall, allowed) -> dict[str, float]:
    """Return the regret of every policy in one case."""
    values = gains.to_numpy()
    present = ~np.isnan(values)
    zero = untouched(metric)
    chosen = {
        RECOMMENDER: _best(values, np.where(allowed & present, local, -np.inf)),
        SINGLE_BEST: _best(values, np.where(allowed & present, overall, -np.inf)),
        UNTOUCHED: gains[zero],
        "random": values[present].mean(),
        "oracle": values[present].max(),
    }
    ready = {
        option.strategy
        for option in map(Option._make, gains.index[present])
        if option[1:] == zero[1:]
    }
    for guide, rule in GUIDES.items():
        named = rule(measures["imbalance_ratio"], measures["n_positive"])
        strategy = first_available(named, ready) or zero.strategy
        chosen[guide] = gains[zero._replace(strategy=strategy)]
    return {policy: chosen["oracle"] - gain for policy, gain in chosen.items()}


def _best(values: np.ndarray, estimates: np.ndarray) -> float:
    return values[int(np.argmax(estimates))]


def _compare(regret: pd.DataFrame, policy: str, rival: str) -> tuple[str, str]:
    """Return whether ``policy`` has less or more regret than ``rival``, and the sentence."""
    less = mean_effect((regret[rival] - regret[policy]).to_numpy())
    side = side_of(less, 0) if less.n >= FEWEST_FAMILIES else 0
    found, relation = {
        1: (LESS, "has less regret than"),
        -1: (MORE, "has more regret than"),
        0: (UNTOLD, "is not shown to have less regret than"),
    }[side]
    p = signed_rank(less.families).p
    return found, (
        f"the {policy} {relation} the {rival} (difference {less.effect:.4f}, 95 % interval "
        f"{less.lower:.4f} to {less.upper:.4f}, signed-rank test p = {p:.2g}, {less.n} families)"
    )
