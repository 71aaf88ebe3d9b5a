"""Operational forms and guides, worked by hand on small collected tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau
from small_tables import AP, described, rows

from skewbench.analysis.claims import forms, guides
from skewbench.analysis.claims.evidence import Absent, Evidence, measures
from skewbench.analysis.claims.imputed import basis, share_imputed
from skewbench.analysis.claims.registry import Claim, readings_of
from skewbench.analysis.readings import Reading

STRATEGIES = described(
    none="control",
    smote="data",
    weights="algorithm",
    focal="algorithm",
    leak=("data", "smote", False),
    forest=("anchor", "forest"),
    balanced=("algorithm", "forest"),
    one_class=("anomaly", "forest"),
)
READING = {"metric": "average_precision"}
COST = {"metric": "normalised_cost", "decision": "default"}
FACTS = {
    name: {"family": name, "class_counts": [int(100 * ratio), 100], "n_features": features}
    for name, ratio, features in [("a", 3, 5), ("b", 15, 50), ("c", 150, 20), ("d", 8, 100)]
}
SIZES = pd.DataFrame(
    [
        {"dataset": name, "family": name, "ratio": "natural", "n_features": 1, "n_positive": 80}
        | {"imbalance_ratio": known["class_counts"][0] / 100}
        for name, known in FACTS.items()
    ]
)


def evidence(collected, *tests, facts=FACTS, difficulty=SIZES):
    readings = {reading for test in tests for reading in readings_of(test)}
    ratios = sorted(set(collected["ratio"]))
    return Evidence(collected, STRATEGIES, readings, measures(facts, ratios, difficulty))


def scores(values, **at):
    return rows({key: value for key, value in values.items()}, **at)


def claim(test, kind="contrast", expect="better"):
    return Claim("mine", 9, "x", ("002",), "in words", kind, test, expect, 0.01)


BASE = {
    ("a", "none"): 0.5,
    ("a", "smote"): 0.6,
    ("a", "weights"): 0.7,
    ("b", "none"): 0.4,
    ("b", "smote"): 0.3,
    ("b", "weights"): 0.4,
}


def two_learners():
    other = {("a", "none"): 0.2, ("a", "smote"): 0.6, ("b", "none"): 0.2}
    return pd.concat([scores(BASE), scores(other, learner="logistic")])


def test_a_contrast_by_hand():
    test = {"of": ["smote"], "against": ["none"], "reading": READING}
    found = forms.contrast(test, evidence(two_learners(), test))
    expected = pd.DataFrame({"logistic": {"a": 0.4}, "tree": {"a": 0.1, "b": -0.1}})
    pd.testing.assert_frame_equal(found.sort_index(), expected, check_names=False)


def test_several_strategies_on_a_side_are_a_mean_of_those_that_the_learner_takes():
    test = {"of": ["smote", "weights"], "against": ["none"], "reading": READING}
    found = forms.contrast(test, evidence(two_learners(), test))
    # tree: (.1 + .2) / 2 and (-.1 + 0) / 2; logistic has no weights at all, and smote on a alone
    assert found["tree"].to_dict() == pytest.approx({"a": 0.15, "b": -0.05})
    assert found["logistic"].dropna().to_dict() == pytest.approx({"a": 0.4})


def test_a_smaller_cost_is_better_and_a_ratio_is_logarithmic():
    reading = Reading(**COST)
    collected = scores({("a", "none"): 0.8, ("a", "smote"): 0.2}, reading=reading)
    test = {"of": ["smote"], "against": ["none"], "reading": COST}
    assert forms.contrast(test, evidence(collected, test))["tree"].tolist() == pytest.approx([0.6])
    test |= {"scale": "relative"}
    found = forms.contrast(test, evidence(collected, test))["tree"]
    assert found.tolist() == pytest.approx([np.log(4)])


def test_families_outside_the_limits_are_left_out():
    test = {"of": ["smote"], "against": ["none"], "reading": READING}
    limits = {"imbalance_ratio": [3, 15], "n_features": [None, 50]}  # a is at 3, b at 15
    found = forms.contrast(test | {"where": limits}, evidence(two_learners(), test))
    assert found.index.tolist() == ["a"]


def test_two_readings_and_two_ratios_of_one_strategy():
    tuned = Reading("f1", decision="tuned_f1")
    collected = pd.concat(
        [
            scores({("a", "none"): 0.3}, reading=Reading("f1", decision="default")),
            scores({("a", "none"): 0.5}, reading=tuned),
            scores({("a", "none"): 0.2}, reading=tuned, ratio="ir50"),
        ]
    )
    test = {"of": ["none"], "against": ["none"], "reading": tuned._asdict()}
    at_half = test | {"against_reading": {"metric": "f1", "decision": "default"}}
    harder = test | {"against_ratio": "ir50"}
    known = evidence(collected, at_half, harder)
    assert forms.contrast(at_half, known)["tree"].tolist() == pytest.approx([0.2])
    assert forms.contrast(harder, known)["tree"].tolist() == pytest.approx([0.3])


def test_own_models_are_set_against_their_anchors():
    collected = scores({("a", "forest"): 0.5, ("a", "balanced"): 0.7}, learner="own")
    test = {"of": ["balanced"], "baseline": "anchor", "reading": READING}
    found = forms.contrast(test, evidence(collected, test))
    assert found.to_dict() == {"own": {"a": pytest.approx(0.2)}}


def test_a_leak_that_failed_leaks_nothing():
    collected = scores(
        {("a", "none"): 0.1, ("a", "smote"): 0.5, ("a", "leak"): 0.9}
        | {("b", "none"): 0.1, ("b", "smote"): 0.5, ("b", "leak"): "failed"}
    )
    test = {"of": ["leak"], "against": ["smote"], "reading": READING}
    for test in (test, {"of": ["leak"], "against": ["none"], "reading": READING}):
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


def test_gini_is_zero_by_chance():
    collected = scores({("a", "none"): 0.75}, reading=Reading("roc_auc"))
    test = {"of": ["none"], "reading": {"metric": "gini"}, "above": 0}
    assert forms.level(test, evidence(collected, test))["tree"].tolist() == pytest.approx([0.5])


def test_a_level_on_either_side():
    known = evidence(two_learners(), {"reading": READING})
    above = forms.level({"of": ["none"], "reading": READING, "above": 0.45}, known)["tree"]
    below = forms.level({"of": ["none"], "reading": READING, "below": 0.45}, known)["tree"]
    assert above.to_dict() == pytest.approx({"a": 0.05, "b": -0.05})
    assert below.to_dict() == pytest.approx({"a": -0.05, "b": 0.05})


def test_a_ratio_has_a_level_by_its_logarithm():
    ratio = Reading("observed_expected")
    collected = scores({("a", "none"): 4.0, ("b", "none"): 0.25}, reading=ratio)
    test = {"of": ["none"], "reading": {"metric": "observed_expected"}, "above": 1}
    found = forms.level(test, evidence(collected, test))["tree"]
    # as far above as below: the mean is 0, where that of the ratios would be 2.1
    assert found.to_dict() == pytest.approx({"a": np.log(4), "b": -np.log(4)})


def test_a_gap_is_training_minus_test():
    training = Reading("recall", "training", "", "default")
    specificity = Reading("specificity", "training", "", "default")
    parts = {training: 1.0, Reading("recall", decision="default"): 0.4}
    parts |= {specificity: 0.98, Reading("specificity", decision="default"): 0.95}
    collected = pd.concat(scores({("a", "none"): v}, reading=r) for r, v in parts.items())
    test = {"of": ["none"], "against": ["none"], "metric": "recall"}
    test |= {"against_metric": "specificity"}
    found = forms.gap(test, evidence(collected, test))["tree"]
    assert found.tolist() == pytest.approx([0.6 - 0.03])


def ordered(metric, values, ratio="natural", **at):
    names = ["none", "smote", "weights", "focal", "other"]
    return scores(
        dict(zip([("a", name) for name in names], values, strict=True)),
        reading=Reading(metric, **at),
        ratio=ratio,
    )


def test_disagreement_by_hand():
    table = pd.concat(
        [
            ordered("average_precision", [1, 2, 3, 4, 5]),
            ordered("accuracy", [2, 1, 3, 5, 4], decision="default"),  # two of ten pairs swapped
            ordered("log_loss", [1, 2, 3, 4, 5]),  # smaller is better: the order reversed
            ordered("average_precision", [1, 2, 3, 4, 5], ratio="ir10"),
            ordered("accuracy", [5, 4, 3, 2, 1], ratio="ir10", decision="default"),
        ]
    )
    strategies = described(**dict.fromkeys(["none", "smote", "weights", "focal", "other"], "data"))
    accuracy, loss = {"metric": "accuracy", "decision": "default"}, {"metric": "log_loss"}
    pair = {"between": [accuracy, READING]}
    ratios = ["natural", "ir10"]
    readings = readings_of([pair, {"between": [loss, READING]}])
    known = Evidence(table, strategies, readings, measures(FACTS, ratios, SIZES))

    def found(test):
        return forms.disagreement(test, known)["tree"].tolist()

    assert kendalltau([1, 2, 3, 4, 5], [2, 1, 3, 5, 4]).statistic == pytest.approx((8 - 2) / 10)
    assert found(pair | {"against_ratio": "ir10"}) == pytest.approx([0.6 + 1])
    rather = {"between": [loss, READING], "rather_than": [accuracy, READING]}
    assert found(rather) == pytest.approx([0.6 + 1])


def test_a_modifier_pairs_effects_with_the_measure():
    test = {"of": ["smote"], "against": ["none"], "reading": READING, "falls": ["n_features"]}
    effects, measure, instead = forms.modifier(test, evidence(two_learners(), test))
    assert effects["tree"].to_dict() == pytest.approx({"a": 0.1, "b": -0.1})
    assert measure.to_dict() == {"a": -5, "b": -50, "c": -20, "d": -100}
    assert instead is None
    alone = {"of": ["none"], "reading": READING, "grows": ["n_features"]}
    alone |= {"rather_than": ["imbalance_ratio"]}
    effects, measure, instead = forms.modifier(alone, evidence(two_learners(), alone))
    assert effects["tree"].to_dict() == pytest.approx({"a": 0.5, "b": 0.4})
    # a higher ratio is expected to be harder, more positives to be easier
    assert (measure["a"], instead["a"]) == (5, -3)
    easier = alone | {"rather_than": ["n_positive"]}
    assert forms.modifier(easier, evidence(two_learners(), easier))[2]["a"] == 80


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"of": ["rusboost"]}, "not in this study: strategy 'rusboost'"),
        ({"of": ["focal"]}, "strategy 'focal' has no result"),
        ({"ratio": "ir50"}, "not in this study: ratio ir50"),
        ({"reading": COST}, "not in this study: normalised_cost raw matched default"),
        ({"where": {"safe": [0, 1]}}, "'safe' at ratio natural needs the table of difficulty"),
    ],
)
def test_what_the_study_lacks_is_named(changes, message):
    test = {"of": ["smote"], "against": ["none"], "reading": READING} | changes
    with pytest.raises(Absent, match=message):
        forms.contrast(test, evidence(two_learners(), test, {"reading": READING}))


def test_sizes_of_families():
    facts = FACTS | {"a2": {"family": "a", "class_counts": [500, 100], "n_features": 7}}
    facts |= {"m": {"family": "m", "class_counts": [5, 5, 5], "n_features": 2}}
    difficulty = pd.DataFrame(
        {
            "dataset": ["b", "b"],
            "family": ["b", "b"],
            "ratio": ["natural", "ir10"],
            "n_features": [60, 60],
            "n_positive": [80, 40],
            "imbalance_ratio": [15.0, 10.0],
            "safe": [0.5, 0.25],
        }
    )
    found = measures(facts, ["natural", "ir10"], difficulty)
    assert found.loc[("a", "natural"), "n_features"] == 6  # the mean over the family's data sets
    sizes = ["imbalance_ratio", "n_positive", "n_features", "safe"]
    # of the training part; features as they are before encoding
    assert found.loc[("b", "natural"), sizes].tolist() == [15, 80, 50, 0.5]
    assert found.loc[("b", "ir10"), sizes].tolist() == [10, 40, 50, 0.25]
    assert np.isnan(found.loc[("a", "ir10"), "n_positive"])
    with pytest.raises(Absent, match="'n_positive' at ratio natural needs the table of difficulty"):
        evidence(two_learners(), difficulty=None).families("natural", {"n_positive": [1, None]})
    assert "m" not in found.index.get_level_values("family")


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
