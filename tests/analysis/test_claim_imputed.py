"""What a claim may rest on where cells failed."""

import numpy as np
import pandas as pd
import pytest
from claim_evidence import READING, claim, evidence, scores

from skewbench.analysis.claims import forms
from skewbench.analysis.claims.imputed import basis, share_imputed
from skewbench.analysis.readings import Reading


def test_a_leak_that_failed_leaks_nothing():
    collected = scores(
        {("a", "none"): 0.1, ("a", "smote"): 0.5, ("a", "leak"): 0.9}
        | {("b", "none"): 0.1, ("b", "smote"): 0.5, ("b", "leak"): "failed"}
    )
    for against in ("smote", "none"):
        test = {"of": ["leak"], "against": [against], "reading": READING}
        found = forms.contrast(test, basis(claim(test), evidence(collected, test)))
        assert found.index.tolist() == ["a"]


FAILING = (
    {(family, "none"): 0.1 for family in "abcd"}
    | {(family, "weights"): 0.2 for family in "abcd"}
    | {
        ("a", "smote"): 0.5,
        ("b", "smote"): 0.5,
        ("c", "smote"): "failed",
        ("d", "smote"): "timeout",
    }
)


@pytest.mark.parametrize(
    ("of", "against", "expect", "effects"),
    [
        ("smote", "none", "better", {"a": 0.4, "b": 0.4, "c": 0, "d": 0}),
        ("none", "smote", "better", {"a": -0.4, "b": -0.4, "c": 0, "d": 0}),
        ("smote", "none", "enough", {"a": 0.4, "b": 0.4}),
        ("smote", "none", "equivalent", {"a": 0.4, "b": 0.4}),
        ("smote", "weights", "better", {"a": 0.3, "b": 0.3}),
    ],
)
def test_a_failure_counts_only_as_a_difference_to_the_control(of, against, expect, effects):
    test = {"of": [of], "against": [against], "reading": READING}
    judged = claim(test, expect=expect)
    known = basis(judged, evidence(scores(FAILING), test))
    found = forms.contrast(test, known)
    assert found["tree"].to_dict() == pytest.approx(effects)
    # two of four cells of SMOTE are the control's; the control itself is not counted
    assert share_imputed(judged, found, known) == (0.5 if len(effects) == 4 else 0)


def test_the_share_of_a_cell_is_that_of_its_seeds():
    collected = scores({("a", "none"): [0.1, 0.1], ("a", "smote"): [0.5, "failed"]})
    test = {"of": ["smote"], "against": ["none"], "reading": READING}
    known = evidence(collected, test)
    assert share_imputed(claim(test), forms.contrast(test, known), known) == 0.5
    strict = basis(claim(test, expect="enough"), known)
    assert forms.contrast(test, strict).empty


def test_beside_its_anchor_an_own_model_falls_back():
    collected = scores({("a", "forest"): 0.5, ("a", "balanced"): "failed"}, learner="own")
    test = {"of": ["balanced"], "baseline": "anchor", "reading": READING}
    known = basis(claim(test), evidence(collected, test))
    found = forms.contrast(test, known)
    assert found.to_dict() == {"own": {"a": 0}}
    assert share_imputed(claim(test), found, known) == 1


def test_times_are_sums_and_never_those_of_the_control():
    seconds = {"metric": "cpu_seconds", "scores": "", "prior": ""}
    parts = {"resample_seconds": (0, 3), "fit_seconds": (6, 1), "score_seconds": (2, 0)}
    collected = pd.concat(
        scores(
            {("a", "none"): none, ("a", "smote"): smote}
            | {("b", "none"): none, ("b", "smote"): "timeout"},
            reading=Reading(metric, "", ""),
        )
        for metric, (none, smote) in parts.items()
    )
    test = {"of": ["smote"], "against": ["none"], "reading": seconds, "scale": "relative"}
    found = forms.contrast(test, basis(claim(test), evidence(collected, test)))["tree"]
    assert found.to_dict() == {"a": pytest.approx(np.log(8 / 4))}  # half the time of the control
