"""Operational forms, worked by hand on small collected tables."""

import numpy as np
import pandas as pd
import pytest
from claim_evidence import COST, FACTS, READING, SIZES, evidence, scores, two_learners
from scipy.stats import kendalltau
from small_tables import described

from skewbench.analysis.claims import forms
from skewbench.analysis.claims.evidence import Absent, Evidence, measures
from skewbench.analysis.claims.registry import readings_of
from skewbench.analysis.readings import Reading


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


def test_learners_that_count():
    test = {"of": ["smote"], "against": ["none"], "reading": READING, "learners": ["tree"]}
    assert list(forms.contrast(test, evidence(two_learners(), test))) == ["tree"]


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
        ({"learners": ["mlp"]}, "not in this study: learner 'mlp'"),
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
