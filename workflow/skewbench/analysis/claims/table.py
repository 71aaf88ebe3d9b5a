"""Every claim's verdict on a study, and the guides' regrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from skewbench.analysis.claims import forms, guides
from skewbench.analysis.claims.evidence import (
    NATURAL,
    Absent,
    Evidence,
    measures,
)
from skewbench.analysis.claims.imputed import basis, share_imputed
from skewbench.analysis.claims.registry import Claim, readings_of
from skewbench.analysis.claims.verdict import (
    NOT_YET_RUN,
    SMALLEST_N,
    TOO_FEW,
    Estimate,
    correlation_effect,
    judge,
    mean_effect,
    multiplicity,
)
from skewbench.analysis.ratios import ratio_facts
from skewbench.analysis.readings import PROBABILITY_METRICS
from skewbench.analysis.select import TOO_FEW_POSITIVES, where

POOLED = "all"
COLUMNS = ["id", "number", "advice", "source", "form", "verdict", "effect", "lower", "upper"]
COLUMNS += ["unit", "n_datasets", "share_imputed", "note", "expect", "margin", "kind"]
COLUMNS += ["n_report_worthy", "effect_report_worthy", "verdict_report_worthy", "note_on_all"]
BY_LEARNER = ["id", "number", "learner", "verdict", "effect", "lower", "upper", "n_datasets"]
POLICY = ["guide", "learner", "policy", "regret", "lower", "upper", "n_datasets"]
POLICY += ["ratio", "metric", "decision"]
CALIBRATION = (*PROBABILITY_METRICS, "calibration_slope", "observed_expected")
SIZES = {
    "imbalance_ratio": "imbalance ratio",
    "n_positive": "number of minority rows",
    "n_features": "number of features",
    "n_rows": "number of training rows",
}
NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0, share_imputed=float("nan"))


def claim_tables(
    collected: pd.DataFrame,
    strategies: pd.DataFrame,
    claims: Iterable[Claim],
    facts: Mapping[str, dict[str, Any]],
    difficulty: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Judge every claim on a study.

    Parameters
    ----------
    collected : DataFrame
        The collected table.
    strategies : DataFrame, indexed by strategy
        ``level``, ``label``, ``ranked``, ``anchor``.
    claims : iterable of Claim
    facts : mapping of data set name to its facts
        ``family``, ``class_counts`` and ``n_features`` are used.
    difficulty : DataFrame, optional
        The table ``difficulty``; without it the claims that need it are undecided and say so.

    Returns
    -------
    dict of str to DataFrame
        ``claims``: one row per claim, pooled over learners within each data-set family; what ends
        in ``report_worthy`` is of the families with enough test positives alone; ``note_on_all``
        says in every row what the number of claims means for their verdicts.
        ``claims_by_learner``: the same effect per learner. ``policies``: regret of each guide and
        of what it is compared with, per learner and pooled (``all``).
    """
    claims = list(claims)
    readings = {reading for claim in claims for reading in readings_of(claim.test)}
    ratios = sorted(where(collected, task="binary")["ratio"].astype(str).unique())
    evidence = Evidence(collected, strategies, readings, measures(facts, ratios, difficulty))
    report_worthy = {flag: evidence.report_worthy(flag) for flag in TOO_FEW_POSITIVES}
    rows, by_learner, policies = [], [], []
    for claim in claims:
        worthy, worthy_verdict = NOTHING, NOT_YET_RUN
        try:
            estimates = _estimates(claim, basis(claim, evidence))
            rule = claim.expect, claim.margin
            verdict, note = judge(estimates[POOLED], *rule, _population(claim.test))
            few = report_worthy[_too_few(claim)]
            worthy = _estimates(claim, basis(claim, few), by_learner=False)[POOLED]
            worthy_verdict = TOO_FEW if worthy.n < SMALLEST_N else judge(worthy, *rule)[0]
            if claim.kind == "policy":
                policies += _policy_rows(claim, evidence)
        except Absent as absent:
            estimates, note = {POOLED: NOTHING}, str(absent)
            verdict = NOT_YET_RUN
        pooled = estimates.pop(POOLED)
        found = _numbers(pooled) | {"share_imputed": pooled.share_imputed}
        found |= {"n_report_worthy": worthy.n, "effect_report_worthy": worthy.effect}
        found |= {"verdict_report_worthy": worthy_verdict}
        rows.append(_row(claim) | {"verdict": verdict, "note": note} | found)
        for learner, found in estimates.items():
            verdict, _ = judge(found, claim.expect, claim.margin)
            place = {"id": claim.id, "number": claim.number, "learner": learner}
            by_learner.append(place | {"verdict": verdict} | _numbers(found))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return {
        "claims": table.assign(note_on_all=multiplicity(table)),
        "claims_by_learner": pd.DataFrame(by_learner, columns=BY_LEARNER),
        # A guide is several claims: against the control, against the single best.
        "policies": pd.DataFrame(policies, columns=POLICY).drop_duplicates(ignore_index=True),
    }


def _row(claim: Claim) -> dict[str, Any]:
    """Return what a claim says of itself."""
    names = ("id", "number", "advice", "form", "expect", "margin", "kind")
    row = {name: getattr(claim, name) for name in names}
    return row | {"source": " ".join(claim.source), "unit": _unit(claim)}


def _estimates(claim: Claim, evidence: Evidence, by_learner: bool = True) -> dict[str, Estimate]:
    """Return the estimate of every learner if wanted, and of their mean within each family.

    Raises
    ------
    Absent
        The claim waits, or the study lacks something that it is about.
    """
    if claim.kind == "waits":
        raise Absent(claim.test)
    if claim.kind == "modifier":
        effects, measure, instead = forms.modifier(claim.test, evidence)

        def estimate(values: pd.Series) -> Estimate:
            columns = [values, measure] + ([] if instead is None else [instead])
            data = pd.concat(columns, axis=1).dropna().to_numpy().T
            return correlation_effect(*data)
    else:
        if claim.kind == "policy":
            effects = guides.policy_scores(claim.test, evidence)
            effects = guides.advantage(effects, claim.test.get("over", "control"))
        else:
            effects = getattr(forms, claim.kind)(claim.test, evidence)

        def estimate(values: pd.Series) -> Estimate:
            return mean_effect(values.dropna().to_numpy())

    effects = effects.sort_index()
    pooled = effects.mean(axis=1) if effects.shape[1] else pd.Series(dtype=float)
    found = {}
    for name, values in {**(effects if by_learner else {}), POOLED: pooled}.items():
        shown = effects if name == POOLED else effects[[name]]
        share = share_imputed(claim, shown, evidence)
        found[name] = estimate(values)._replace(share_imputed=share)
    return found


def _policy_rows(claim: Claim, evidence: Evidence) -> list[dict[str, Any]]:
    place = {"guide": claim.test["guide"], "ratio": claim.test.get("ratio", NATURAL)}
    place |= {name: claim.test["reading"].get(name, "") for name in ("metric", "decision")}
    rows = []
    tables = guides.policy_scores(claim.test, evidence)
    for policy, regret in guides.regrets(tables).items():
        columns = {name: regret[name].dropna() for name in regret} | {POOLED: regret.mean(axis=1)}
        for learner, values in columns.items():
            numbers = _numbers(mean_effect(values.sort_index().to_numpy()))
            numbers["regret"] = numbers.pop("effect")
            rows.append(place | {"learner": learner, "policy": policy} | numbers)
    return rows


def _numbers(estimate: Estimate) -> dict[str, float]:
    names = ("effect", "lower", "upper", "n_datasets")
    return dict(zip(names, estimate[:4], strict=True))


def _too_few(claim: Claim) -> str:
    """Return the flag of families with too few test positives for what a claim is about."""
    calibration = any(reading.metric in CALIBRATION for reading in readings_of(claim.test))
    return TOO_FEW_POSITIVES[calibration]


def _population(test: dict[str, Any]) -> str:
    """Return which families a claim is about, after "families"; "" if any will do."""
    ratios = [test[key] for key in ("ratio", "against_ratio") if test.get(key, NATURAL) != NATURAL]
    places = []
    for ratio, arm in map(ratio_facts, ratios):
        places.append(f"at ratio {ratio:g}" + (f" with {arm}" if arm.endswith("rows") else ""))
    limits = [
        f"{SIZES.get(name, name)} {_between(*bounds)}"
        for name, bounds in test.get("where", {}).items()
    ]
    said = [" and ".join(places)] + ["with " + ", ".join(limits)] * bool(limits)
    return " ".join(filter(None, said))


def _between(low: float | None, high: float | None) -> str:
    bounds = [] if low is None else [f"{low:g} or more"]
    bounds += [] if high is None else [f"below {high:g}"]
    return " and ".join(bounds) or "of any size"


def _unit(claim: Claim) -> str:
    """Return what the effect is measured in."""
    if claim.kind == "waits":
        return ""
    if claim.kind == "disagreement":
        return "rank correlation (tau)"
    if claim.kind == "modifier":
        return "correlation with the measure (Spearman)"
    metric = claim.test["metric"] if claim.kind == "gap" else claim.test["reading"]["metric"]
    if metric in forms.RATIOS or claim.test.get("scale") == "relative":
        return f"log ratio of {metric}"
    return f"difference in {metric}"
