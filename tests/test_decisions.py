"""Decision rules: tuned thresholds against brute force, published thresholds, equivalent rules."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from sklearn.metrics import balanced_accuracy_score, fbeta_score, matthews_corrcoef

from skewbench.decisions import (
    OBJECTIVES,
    TUNED,
    decide,
    score_versions,
    tuned_threshold,
    tuned_thresholds,
)
from skewbench.metrics.counts import confusion

REFERENCE = {
    "f1": lambda y, z: fbeta_score(y, z, beta=1, zero_division=0),
    "f2": lambda y, z: fbeta_score(y, z, beta=2, zero_division=0),
    "mcc": matthews_corrcoef,
    "gmean": geometric_mean_score,
    "balanced_accuracy": balanced_accuracy_score,
}
COST = np.array([[0.0, 1.0], [10.0, 0.0]])
BALANCED = np.array([0.5, 0.5])


@st.composite
def labelled(draw, scales=(1.0, 1e-300, 1e300, 5e-324)):
    """Return y with both classes and tied scores, some next to each other in floating point."""
    n = draw(st.integers(2, 15))
    y = np.array([0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))])
    steps = np.array(draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n)), dtype=float)
    if draw(st.booleans()):
        return y, 1 + steps * np.finfo(float).eps
    return y, steps * draw(st.sampled_from(scales))


def simulated(n=400, seed=0, prior=0.1):
    """Return labels and calibrated probabilities."""
    generator = np.random.default_rng(seed)
    p = generator.beta(0.5, 0.5 * (1 - prior) / prior, n)
    return (generator.random(n) < p).astype(int), p


def decisions(test, y_test, oof=None, y_oof=None, probabilistic=True, **settings):
    settings = {
        "prior": np.array([0.9, 0.1]),
        "effective_prior": BALANCED,
        "correction": "exact",
    } | settings
    versions = score_versions(test, oof, y_oof, probabilistic=probabilistic, **settings)
    effective = settings["effective_prior"]
    return versions, decide(
        versions,
        oof,
        y_oof,
        y_test,
        effective_prior=effective,
        cost_matrix=COST if test.ndim == 1 else 1 - np.eye(3),
        probabilistic=probabilistic,
    )


@pytest.mark.parametrize("metric", TUNED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_tuned_threshold_is_as_good_as_the_best_of_all_cuts(metric):
    @given(labelled())
    def check(rows):
        y, score = rows
        reference = REFERENCE[metric]
        cuts = [*np.unique(score), np.inf]
        best = max(reference(y, (score >= cut).astype(int)) for cut in cuts)
        threshold = tuned_threshold(y, score, metric)
        assert np.isfinite(threshold)
        assert reference(y, (score >= threshold).astype(int)) == pytest.approx(best, abs=1e-9)

    check()


def test_threshold_is_midway_between_the_scores_around_the_cut():
    y = np.array([0, 0, 0, 1, 1])
    score = np.array([0.1, 0.2, 0.3, 0.7, 0.8])
    assert tuned_thresholds(y, score) == pytest.approx(dict.fromkeys(TUNED, 0.5))


def test_the_first_of_equally_long_plateaus_wins():
    y = np.array([1, 0, 1, 0])
    score = np.array([4.0, 3.0, 2.0, 1.0])
    # balanced accuracy of the five cuts from the top: .5 .75 .5 .75 .5
    assert tuned_threshold(y, score, "balanced_accuracy") == 3.5


def test_threshold_is_the_middle_of_the_scores_a_plateau_spans():
    y = np.array([1, 0, 1, 0])
    score = np.array([4.0, 3.0, 2.0, 1.0])
    # two rows of no weight: balanced accuracy .5 1 1 1 .5, cuts from 4 down to 1
    weight = np.array([1.0, 1e-15, 1e-15, 1.0])
    assert tuned_threshold(y, score, "balanced_accuracy", weight) == 2.5


def test_the_longest_plateau_wins():
    y = np.array([1, 0, 1, 0, 0])
    score = np.array([9.0, 8.0, 5.0, 4.0, 1.0])
    # balanced accuracy .5 .75 .5 .75 .75 .5: the second best run spans the scores 5 to 1
    weight = np.array([1.0, 1.0, 1.0, 1e-15, 1.0])
    assert tuned_threshold(y, score, "balanced_accuracy", weight) == 3.0


def test_all_positive_and_all_negative_are_cuts():
    y = np.array([1, 1, 0])
    # the best F1 predicts every row positive; the best MCC, 0, none or all of them
    reversed_score = np.array([0.2, 0.4, 0.6])
    assert tuned_threshold(y, reversed_score, "f1") == pytest.approx(0.1)
    assert tuned_threshold(y, reversed_score - 1, "f1") == pytest.approx(-0.8 - 0.2)
    assert tuned_threshold(y, reversed_score, "mcc") == pytest.approx(0.8)


@pytest.mark.parametrize("constant", [0.0, 0.3, 1.0, -7.0, 1e308])
def test_constant_scores_do_not_crash(constant):
    y = np.array([1, 0, 0])
    thresholds = tuned_thresholds(y, np.full(3, constant))
    assert np.isfinite(list(thresholds.values())).all()
    assert thresholds["f1"] <= constant


def test_one_class_has_no_threshold():
    thresholds = tuned_thresholds(np.zeros(3, dtype=int), np.arange(3.0))
    assert np.isnan(list(thresholds.values())).all()


@given(labelled(), st.randoms(use_true_random=False))
def test_thresholds_do_not_depend_on_row_order(rows, random):
    y, score = rows
    order = list(range(len(y)))
    random.shuffle(order)
    assert tuned_thresholds(y[order], score[order]) == tuned_thresholds(y, score)


@given(labelled(scales=(1.0,)))
def test_a_strictly_monotone_map_changes_at_most_the_cut_within_a_plateau(rows):
    """Why tuned rules need no corrected scores."""
    y, score = rows
    mapped = np.unique(score, return_inverse=True)[1] ** 3.0
    for metric in TUNED:
        value = [
            OBJECTIVES[metric](confusion(y, x >= tuned_threshold(y, x, metric), None, 2))
            for x in (score, mapped)
        ]
        assert value[0] == pytest.approx(value[1], abs=1e-11)


def test_weights_tune_for_another_prior():
    y, p = simulated(5000)
    weight = np.where(y == 1, 9.0, 1.0)
    assert tuned_threshold(y, p, "f1", weight) < tuned_threshold(y, p, "f1")


def test_every_rule_of_a_probabilistic_model():
    (y, p), (y_oof, oof) = simulated(seed=1), simulated(seed=2)
    versions, rules = decisions(p, y, oof, y_oof)
    assert {key: threshold for key, (_, threshold) in rules.items() if "tuned" not in key[1]} == {
        ("raw", "default"): 0.5,
        ("raw", "prior"): 0.5,
        ("raw", "oracle"): tuned_threshold(y, p, "f1"),
        ("corrected", "default"): 0.5,
        ("corrected", "cost"): pytest.approx(1 / 11),
        ("recalibrated", "default"): 0.5,
        ("recalibrated", "cost"): pytest.approx(1 / 11),
    }
    tuned = {key[1]: threshold for key, (_, threshold) in rules.items() if "tuned" in key[1]}
    assert tuned == {f"tuned_{m}": tuned_threshold(y_oof, oof, m) for m in TUNED}
    for (version, _), (labels, threshold) in rules.items():
        assert labels.tolist() == (versions[version] >= threshold).astype(int).tolist()


def test_scores_only_models_are_cut_at_zero_and_have_no_prior_rule():
    (y, p), (y_oof, oof) = simulated(seed=1), simulated(seed=2)
    versions, rules = decisions(p - 0.3, y, oof - 0.3, y_oof, probabilistic=False)
    assert versions["corrected"] is None
    assert ("raw", "prior") not in rules
    assert rules["raw", "default"][0].tolist() == (p >= 0.3).astype(int).tolist()
    assert versions["recalibrated"].min() > 0
    assert {name for name, _ in rules} == {"raw", "recalibrated"}


def test_outer_only_has_neither_tuned_rules_nor_recalibration():
    y, p = simulated()
    versions, rules = decisions(p, y, correction="not_applicable")
    assert versions == {"raw": p, "corrected": None, "recalibrated": None}
    assert set(rules) == {("raw", "default"), ("raw", "prior"), ("raw", "oracle")}


def test_an_unknown_correction_is_refused():
    with pytest.raises(ValueError, match="exact, approximate, not_applicable"):
        decisions(*simulated()[::-1], correction="maybe")


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.6), st.floats(0.01, 0.99)
)
def test_equivalent_rules_choose_the_same_rows(values, original, effective):
    """Raw >= effective prior is corrected >= original prior, and corrected >= 1/2 is raw >= some t.

    By Bayes' rule t's odds are those of the effective prior divided by those of the original.
    """
    p = np.array(values)
    y = np.zeros(len(p), dtype=int)
    effective_prior = np.array([1 - effective, effective])
    versions, rules = decisions(
        p, y, prior=np.array([1 - original, original]), effective_prior=effective_prior
    )
    odds = effective / (1 - effective) * (1 - original) / original
    cut = odds / (1 + odds)
    assume((np.abs(p - effective) > 1e-9).all())
    assume((np.abs(p - cut) > 1e-9).all())
    assert rules["raw", "prior"][0].tolist() == (versions["corrected"] >= original).tolist()
    assert rules["corrected", "default"][0].tolist() == (p >= cut).tolist()


def test_oracle_is_the_best_f1_of_the_test_rows():
    y, p = simulated()
    _, rules = decisions(p, y)
    scores = {rule: fbeta_score(y, labels, beta=1) for (_, rule), (labels, _) in rules.items()}
    best = max(fbeta_score(y, p >= cut, beta=1) for cut in p)
    assert scores["oracle"] == pytest.approx(best)


def test_single_precision_scores_meet_double_precision_thresholds():
    """A cut between neighbouring float32 scores must not be rounded on to one of them."""
    low = np.float32(0.3)
    high = np.nextafter(low, np.float32(1))
    y, score = np.array([0, 1] * 5), np.array([low, high] * 5)
    _, rules = decisions(score, y, score, y)
    assert rules["raw", "tuned_f1"][0].tolist() == y.tolist()


def test_multiclass_rules():
    generator = np.random.default_rng(0)
    p, oof = generator.dirichlet(np.ones(3), (2, 200))
    y_oof = np.array([generator.choice(3, p=row) for row in oof])
    prior, effective = np.array([0.7, 0.2, 0.1]), np.full(3, 1 / 3)
    versions, rules = decisions(
        p, np.zeros(200, dtype=int), oof, y_oof, prior=prior, effective_prior=effective
    )
    assert set(rules) == {
        ("raw", "default"),
        ("raw", "prior"),
        *((v, r) for v in ("corrected", "recalibrated") for r in ("default", "cost")),
    }
    assert all(np.isnan(threshold) for _, threshold in rules.values())
    for version, p_version in versions.items():
        assert p_version.sum(axis=1) == pytest.approx(np.ones(200))
        assert rules[version, "default"][0].tolist() == p_version.argmax(axis=1).tolist()
    assert rules["raw", "prior"][0].tolist() == (p / effective).argmax(axis=1).tolist()
    # with equal costs the smallest expected cost is the most probable class
    assert rules["corrected", "cost"][0].tolist() == rules["corrected", "default"][0].tolist()


def test_multiclass_prior_rule_undoes_the_prior():
    p = np.array([[0.6, 0.3, 0.1], [0.9, 0.08, 0.02]])
    versions = {"raw": p, "corrected": None, "recalibrated": None}
    rules = decide(
        versions,
        None,
        None,
        np.array([0, 0]),
        effective_prior=np.array([0.7, 0.2, 0.1]),
        cost_matrix=1 - np.eye(3),
        probabilistic=True,
    )
    assert rules["raw", "prior"][0].tolist() == [1, 0]
    assert set(rules) == {("raw", "default"), ("raw", "prior")}
