"""How far a claim may rest, and rests, on values that were taken from the control.

A cell that failed has the value of its control, which is what a practitioner falls back to. Beside
the control that is fair: the difference is 0. Elsewhere it would answer for the method: a strategy
that fails everywhere would be "not worse" than its control, and against a rival it would be judged
by another method. So the fallback counts only where one side is the control and the claim asks for
a difference; other claims rest on the strategies' own results alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from skewbench.analysis.claims import guides
from skewbench.analysis.claims.evidence import CPU_SECONDS, NATURAL, Evidence
from skewbench.analysis.claims.registry import Claim, readings_of
from skewbench.analysis.select import CONTROL


def basis(claim: Claim, evidence: Evidence) -> Evidence:
    """Return the evidence for a claim: all scores, or the strategies' own results alone."""
    test = claim.test
    if claim.kind not in ("contrast", "level", "gap", "modifier"):
        return evidence
    sides = [test["of"], test.get("against", [CONTROL])]
    beside_control = [CONTROL] in sides and test.get("baseline") != "best_alternative"
    named = {name for side in sides for name in side} & set(evidence.strategies.index)
    # Neither the time of another strategy nor a leak that did not happen is a result.
    timed = any(reading.metric == CPU_SECONDS for reading in readings_of(test))
    leaking = not evidence.strategies.loc[sorted(named), "ranked"].astype(bool).all()
    if beside_control and claim.expect == "better" and not timed and not leaking:
        return evidence
    return evidence.own_results


def share_imputed(claim: Claim, effects: pd.DataFrame, evidence: Evidence) -> float:
    """Return which share of the scores under a claim's effects is the control's, 0 to 1.

    The control's own scores are not counted.

    Parameters
    ----------
    claim : Claim
    effects : DataFrame, families x learners
    evidence : Evidence
        From :func:`basis`.
    """
    if evidence is not evidence.with_fallback:  # own results alone
        return 0.0
    shares = [
        evidence.imputed(strategy, reading, ratio, at).reindex(families)
        for learner, values in effects.items()
        for strategy, at, families in _used(claim, evidence, learner, values.dropna().index)
        for reading in set(readings_of(claim.test))
        for ratio in _ratios(claim.test)
        if strategy != CONTROL
    ]
    known = pd.concat(shares).dropna() if shares else pd.Series(dtype=float)
    return float(known.mean()) if len(known) else 0.0


def _ratios(test: dict[str, Any]) -> set[str]:
    ratio = test.get("ratio", NATURAL)
    return {ratio, test.get("against_ratio", ratio)}


def _used(
    claim: Claim, evidence: Evidence, learner: str, families: pd.Index
) -> Iterator[tuple[str, str, pd.Index]]:
    """Yield strategy, learner and families of the scores under a learner's effects."""
    if claim.kind == "policy":
        taken = guides.followed(claim.test, evidence, learner, families)
        for (strategy, at), rows in taken.groupby(["strategy", "learner"]):
            yield strategy, at, rows.index
        return
    if claim.kind == "disagreement":
        names = evidence.strategies.index[evidence.strategies["ranked"].astype(bool)]
    else:
        names = {*claim.test["of"], *claim.test.get("against", [])}
    for name in names:
        yield name, learner, families
