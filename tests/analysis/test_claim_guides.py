"""Alternatives and policies, worked by hand on small collected tables."""

import numpy as np
import pandas as pd
import pytest
from claim_evidence import BASE, FACTS, READING, SIZES, claim, evidence, scores
from small_tables import AP, described

from skewbench.analysis.claims import forms, guides
from skewbench.analysis.claims.evidence import Absent, Evidence, measures
from skewbench.analysis.claims.imputed import share_imputed
from skewbench.analysis.readings import Reading


def test_the_best_of_the_others_is_chosen_without_the_row_itself():
    table = pd.DataFrame({"x": [0.9, 0.1, 0.2], "y": [0.3, 0.3, 0.3], "gone": [1, 1, np.nan]})
    # row 0: x .15 against y .3 on the others; rows 1 and 2: x .55 and .5 against .3
    assert guides.leave_one_out_best(table, "roc_auc").tolist() == [0.3, 0.1, 0.2]
    assert guides.leave_one_out_best(table, "log_loss").tolist() == [0.9, 0.3, 0.3]
    assert guides.leave_one_out_best(table.head(1), "roc_auc").empty


def test_alternatives_are_families_of_methods_without_the_advised():
    strategies = described(none="control", smote="data", weight_inverse="algorithm")
    collected = scores(
        {("a", "none"): 0.5, ("a", "smote"): 0.9, ("a", "weight_inverse"): 0.1}
        | {("b", "none"): 0.4, ("b", "smote"): 0.9, ("b", "weight_inverse"): 0.6}
    )
    test = {"of": ["smote"], "baseline": "best_alternative", "reading": READING}
    known = Evidence(collected, strategies, [AP], measures(FACTS, ["natural"]))
    # a is judged by the best on b, the weights (.1); b by the best on a, none (.4)
    found = forms.contrast(test, known)["tree"]
    assert found.to_dict() == pytest.approx({"a": 0.8, "b": 0.5})


def test_alternatives_on_report_worthy_data_are_chosen_there():
    strategies = described(none="control", smote="data", weight_inverse="algorithm")
    values = {"a": (0.5, 0.1), "b": (0.4, 0.6), "c": (0.9, 0.1)}
    collected = scores(
        {(family, "none"): none for family, (none, _) in values.items()}
        | {(family, "weight_inverse"): weights for family, (_, weights) in values.items()}
        | {(family, "smote"): 0.9 for family in values}
    )
    collected.loc[collected["family"] == "c", "flags"] = "few_positives"
    test = {"of": ["smote"], "baseline": "best_alternative", "reading": READING}
    known = Evidence(collected, strategies, [AP], measures(FACTS, ["natural"]))
    # on b and c none is better (1.3 against .7), on b alone the weights are
    assert forms.contrast(test, known.own_results)["tree"]["a"] == pytest.approx(0.9 - 0.5)
    found = forms.contrast(test, known.report_worthy("few_positives").own_results)["tree"]
    assert found.to_dict() == pytest.approx({"a": 0.8, "b": 0.5})


GUIDE = {
    "guide": "mine",
    "reading": READING,
    "branches": [
        {"where": {"imbalance_ratio": [2, 5]}, "follow": ["focal", "smote", "weights"]},
        {"where": {"imbalance_ratio": [100, None]}, "follow": ["one_class", "balanced"]},
    ],
}


def test_a_policy_by_hand():
    learner = {
        # a is in the first branch, c in the second, b in none
        ("a", "none"): 0.5, ("a", "smote"): 0.6, ("a", "weights"): 0.8,
        ("b", "none"): 0.4, ("b", "smote"): 0.7, ("b", "weights"): 0.5,
        ("c", "none"): 0.1, ("c", "smote"): 0.35, ("c", "weights"): 0.15,
    }  # fmt: skip
    own = {("c", "one_class"): 0.5, ("c", "balanced"): 0.1, ("a", "balanced"): 0.9}
    own |= {("c", "forest"): 0.9}
    collected = pd.concat([scores(learner), scores(own, learner="own")])
    tables = guides.policy_scores(GUIDE, evidence(collected, GUIDE))
    assert list(tables) == ["tree"]
    table = tables["tree"]
    # .6: SMOTE, for want of focal loss; .5: the first of the two own models
    assert table["guide"].to_dict() == pytest.approx({"a": 0.6, "b": 0.4, "c": 0.5})
    assert table["control"].to_dict() == pytest.approx({"a": 0.5, "b": 0.4, "c": 0.1})
    assert table["random"].to_dict() == pytest.approx({"a": 1.9 / 3, "b": 1.6 / 3, "c": 0.2})
    # the plain forest is no option with the tree, the advised one-class model is
    assert table["oracle"].to_dict() == pytest.approx({"a": 0.8, "b": 0.7, "c": 0.5})
    # without a: smote 1.05, weights .65; without b: .95, .95 and none .6, a tie that the first
    # wins; without c: 1.3, 1.3 and none .9, likewise. Strategies are in the order of the catalogue.
    assert table["single best"].to_dict() == pytest.approx({"a": 0.6, "b": 0.7, "c": 0.35})
    gain = guides.advantage(tables, "control")["tree"]
    assert gain.to_dict() == pytest.approx({"a": 0.1, "b": 0.0, "c": 0.4})
    gain = guides.advantage(tables, "single best")["tree"]
    assert gain.to_dict() == pytest.approx({"a": 0.0, "b": -0.3, "c": 0.15})
    regret = guides.regrets(tables)
    assert regret["guide"]["tree"].to_dict() == pytest.approx({"a": 0.2, "b": 0.3, "c": 0})
    assert (regret["oracle"]["tree"] == 0).all()
    assert all((frame["tree"] >= 0).all() for frame in regret.values())


def test_a_follower_takes_the_first_that_has_a_score_there():
    values = {(family, "none"): 0.1 for family in "abcd"}
    values |= {("b", "smote"): 0.2, ("c", "smote"): 0.2, ("c", "focal"): "failed"}
    values |= {("d", "smote"): 0.2, ("d", "focal"): 0.3}
    branches = [{"where": {"imbalance_ratio": [None, None]}, "follow": ["focal", "smote"]}]
    guide = GUIDE | {"branches": branches}
    known = evidence(scores(values), guide)
    tables = guides.policy_scores(guide, known)
    # nothing on a; SMOTE on b; focal loss, which failed, on c; focal loss on d
    assert tables["tree"]["guide"].to_dict() == pytest.approx(
        {"a": 0.1, "b": 0.2, "c": 0.1, "d": 0.3}
    )
    effects = guides.advantage(tables, "control")
    assert share_imputed(claim(guide, "policy"), effects, known) == pytest.approx(1 / 3)


def test_a_family_of_unknown_size_is_left_out():
    values = {("a", "none"): 0.1, ("b", "none"): 0.9, ("c", "none"): 0.1}
    values |= {("a", "smote"): 0.2, ("b", "smote"): 0.1, ("c", "smote"): 0.4}
    known = evidence(scores(values), GUIDE, difficulty=SIZES[SIZES["dataset"] != "b"])
    guide = GUIDE | {"branches": [GUIDE["branches"][0]]}
    table = guides.policy_scores(guide, known)["tree"]
    # a is in the branch; c, known to be in none, is left untouched
    assert table["guide"].to_dict() == pytest.approx({"a": 0.2, "c": 0.1})
    # with b, none would be the best on the others of a and of c
    assert table["single best"].to_dict() == pytest.approx({"a": 0.2, "c": 0.4})


def test_a_branch_that_a_study_knows_nothing_of_is_named():
    branches = [{"where": {"imbalance_ratio": [2, 5]}, "follow": ["focal", "rusboost"]}]
    with pytest.raises(Absent, match="not in this study: any of focal, rusboost"):
        guides.policy_scores(GUIDE | {"branches": branches}, evidence(scores(BASE), GUIDE))


def test_a_policy_on_a_loss_is_oriented():
    loss = Reading("log_loss")
    guide = GUIDE | {"reading": {"metric": "log_loss"}, "branches": GUIDE["branches"][:1]}
    guide["branches"] = [guide["branches"][0] | {"follow": ["smote"]}]
    values = {("a", "none"): 0.5, ("a", "smote"): 0.2, ("b", "none"): 0.4, ("b", "smote"): 0.1}
    tables = guides.policy_scores(guide, evidence(scores(values, reading=loss), guide))
    assert guides.advantage(tables, "control")["tree"].to_dict() == pytest.approx(
        {"a": 0.3, "b": 0}
    )
    regret = guides.regrets(tables)
    assert regret["guide"]["tree"].to_dict() == pytest.approx({"a": 0, "b": 0.3})
