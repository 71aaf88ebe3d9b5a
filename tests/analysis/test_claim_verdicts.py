"""From effects to a verdict: the rule, its intervals, and what it would take."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, spearmanr, wilcoxon

from skewbench.analysis.claims.verdict import (
    Estimate,
    correlation_effect,
    families_for_interval,
    families_for_test,
    judge,
    mean_effect,
    multiplicity,
    standing,
)

NAN = float("nan")


def estimate(lower, upper, n=10, effect=None):
    """Return a correlation: an interval alone."""
    return Estimate((lower + upper) / 2 if effect is None else effect, lower, upper, n)


def of_mean(lower, upper, effect, spread, n=10):
    """Return a mean of families that spread by ``spread``."""
    shape = np.arange(n) - (n - 1) / 2
    families = effect + shape * spread / shape.std(ddof=1)
    return Estimate(effect, lower, upper, n, families)


@pytest.mark.parametrize(
    ("lower", "upper", "better", "enough", "equivalent"),
    [
        (0.02, 0.05, "supported", "supported", "contradicted"),
        (0.001, 0.004, "supported", "supported", "supported"),
        (-0.005, 0.05, "undecided", "supported", "undecided"),
        (-0.005, 0.005, "undecided", "supported", "supported"),
        (-0.02, 0.005, "undecided", "undecided", "undecided"),
        (-0.005, -0.001, "contradicted", "supported", "supported"),
        (-0.02, -0.005, "contradicted", "undecided", "undecided"),
        (-0.05, -0.02, "contradicted", "contradicted", "contradicted"),
        (-0.05, 0.05, "undecided", "undecided", "undecided"),
    ],
)
def test_the_rule(lower, upper, better, enough, equivalent):
    found = [judge(estimate(lower, upper), e, 0.01)[0] for e in ("better", "enough", "equivalent")]
    assert found == [better, enough, equivalent]


FLIPPED = {"supported": "contradicted", "contradicted": "supported", "undecided": "undecided"}
EFFECTS = st.lists(st.floats(-1, 1).map(lambda x: round(x, 3)), min_size=6, max_size=30)


@given(EFFECTS)
def test_flipping_the_sides_flips_the_verdict(effects):
    one, other = mean_effect(np.array(effects)), mean_effect(-np.array(effects))
    assert other.effect == pytest.approx(-one.effect)
    mirrored = Estimate(-one.effect, -one.upper, -one.lower, one.n, -one.families)
    assert judge(mirrored, "better", 0.01)[0] == FLIPPED[judge(one, "better", 0.01)[0]]
    assert judge(mirrored, "equivalent", 0.01)[0] == judge(one, "equivalent", 0.01)[0]


@given(EFFECTS)
def test_who_is_better_is_enough(effects):
    found = mean_effect(np.array(effects))
    if judge(found, "better", 0.01)[0] == "supported":
        assert judge(found, "enough", 0.01)[0] == "supported"


def test_fewer_than_six_families_decide_nothing():
    found = mean_effect(np.full(5, 0.5))
    assert found[:2] == (0.5, pytest.approx(NAN, nan_ok=True))
    assert judge(found, "better", 0.01) == (
        "undecided",
        "needs at least 6 families; this study can judge it on 5",
    )
    nothing = mean_effect(np.array([]))
    assert judge(nothing, "better", 0.01, "with imbalance ratio 100 or more") == (
        "undecided",
        "needs at least 6 families with imbalance ratio 100 or more; this study can judge it on 0",
    )


def test_the_interval_is_that_of_the_mean():
    values = np.array([0.05, 0.02, -0.01, 0.04, 0.03, 0.06, 0.0, 0.02, 0.05, 0.01, 0.03, 0.12])
    found = mean_effect(values)
    other = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert found.effect == pytest.approx(0.035)  # 0.42 / 12
    assert found.lower == pytest.approx(other.low, abs=0.002)
    assert found.upper == pytest.approx(other.high, abs=0.002)


def test_families_for_the_interval_by_hand():
    # mean .02, spread .05: (1.96 x .05 / .02)^2 = 4.9^2 = 24.01
    assert families_for_interval(of_mean(-0.01, 0.05, 0.02, 0.05), 0) == pytest.approx(
        24.01, rel=1e-3
    )
    # from -.015 to the boundary at -.01 it is .005: (1.96 x .05 / .005)^2 = 384.1
    found = families_for_interval(of_mean(-0.05, 0.02, -0.015, 0.05), -0.01)
    assert found == pytest.approx(384.1, rel=1e-3)
    # Spearman's r = .5: 3 + 1.125 (1.96 / .5493)^2 = 17.3
    assert families_for_interval(estimate(-0.1, 0.8, effect=0.5), 0) == pytest.approx(
        17.32, abs=0.01
    )
    assert families_for_interval(estimate(0, 0), 0) == math.inf


def test_families_for_the_signed_rank_test_by_hand():
    # Ranks 1 and 2 of seven are negative: r = (25 - 3) / 28, 4/3 (1.96 / r)^2 = 8.30
    effects = np.array([0.05, 0.06, 0.07, 0.08, -0.04, 0.09, -0.03])
    assert families_for_test(mean_effect(effects), 0) == pytest.approx(8.297, abs=0.001)
    # Shifted by a boundary of -.1 all are positive: 4/3 x 1.96^2
    assert families_for_test(mean_effect(effects), -0.1) == pytest.approx(5.122, abs=0.001)
    # One large effect turns the mean, not the ranks.
    turned = mean_effect(np.array([1.0, -0.01, -0.02, -0.03, -0.04, -0.05]))
    assert families_for_test(turned, 0) == math.inf
    assert families_for_test(estimate(-0.1, 0.8), 0) == 0


def test_families_for_the_signed_rank_test_agree_with_its_normal_score():
    """Its z grows with the root of n: at z with 200 families it is 1.96 with 200 (1.96 / z)^2."""
    effects = np.random.default_rng(0).normal(0.1, 1, 200)
    z = wilcoxon(effects, method="asymptotic").zstatistic
    found = families_for_test(mean_effect(effects), 0)
    assert found == pytest.approx(200 * (1.96 / z) ** 2, rel=0.01)


def test_an_undecided_note_asks_for_the_larger_number_of_families():
    # Negative are ranks 1, 3, 5 and 7 of ten: r = 23 / 55, 4/3 (1.96 / r)^2 = 29.3
    verdict, note = judge(of_mean(-0.01, 0.05, 0.02, 0.05), "better", 0.01)
    assert verdict == "undecided"
    assert note == "would take about 30 families at the signed ranks seen, 4/3 (1.96 / r)^2"
    # At the boundary of enough, -.01, ranks 1, 3, 5, 7 and 9 are positive: r = -5 / 55, 619.7
    note = judge(of_mean(-0.05, 0.02, -0.015, 0.05), "enough", 0.01)[1]
    assert "about 620 families" in note
    # Equivalent: the same distance from .015 to the nearer boundary.
    note = judge(of_mean(-0.02, 0.05, 0.015, 0.05), "equivalent", 0.01)[1]
    assert "about 620 families" in note
    # Mean .02, squares .18025 in all: s = .16047, (1.96 s / .02)^2 = 247.3; r = 22 / 36 needs 14.
    effects = np.array([-0.28, 0.01, 0.015, 0.02, 0.02, 0.025, 0.03, 0.32])
    note = judge(Estimate(0.02, -0.1, 0.12, 8, effects), "better", 0.01)[1]
    assert note == "would take about 248 families at the effect and spread seen, (1.96 s / d)^2"
    assert "about 18 families" in judge(estimate(-0.1, 0.8, effect=0.5), "better", 0.01)[1]
    assert "more than 10,000" in judge(of_mean(-0.5, 0.5, 0, 0.05), "better", 0.01)[1]
    turned = np.array([1.0, -0.01, -0.02, -0.03, -0.04, -0.05])
    note = judge(Estimate(turned.mean(), -0.03, 0.5, 6, turned), "better", 0.01)[1]
    assert note.startswith("mean and signed ranks point to different sides")


@given(EFFECTS)
def test_every_undecided_note_says_what_it_would_take(effects):
    for expect in ("better", "enough", "equivalent"):
        verdict, note = judge(mean_effect(np.array(effects)), expect, 0.01)
        if verdict == "undecided":
            said = ("would take about", "could only tell", "needs more than", "more such")
            assert any(words in note for words in said)


def test_the_note_never_asks_for_fewer_families_than_there_are():
    note = judge(of_mean(-0.001, 0.2, 0.1, 0.02, n=26), "better", 0.01)[1]
    assert "about 27 families" in note


def test_small_effects_are_called_small():
    assert "smaller than the margin" in judge(estimate(0.001, 0.004), "better", 0.01)[1]
    assert judge(estimate(-0.004, 0.004), "better", 0.01)[1] == (
        "an effect beyond the margin of 0.01 is excluded; more families could only tell the sign "
        "of a smaller one"
    )
    assert judge(estimate(0.02, 0.04), "better", 0.01)[1] == ""


def test_correlations():
    rng = np.random.default_rng(0)
    x = rng.normal(size=26)
    y = x + rng.normal(size=26)
    other = rng.normal(size=26)
    found = correlation_effect(y, x, None)
    assert found.effect == pytest.approx(spearmanr(y, x).statistic)
    assert 0 < found.lower < found.effect < found.upper < 1
    assert judge(found, "better", 0.01)[0] == "supported"
    assert judge(correlation_effect(-y, x, None), "better", 0.01)[0] == "contradicted"
    assert judge(correlation_effect(other, x, None), "better", 0.01)[0] == "undecided"
    more = correlation_effect(y, x, other)
    expected = spearmanr(y, x).statistic - spearmanr(y, other).statistic
    assert more.effect == pytest.approx(expected)
    # The rival counts with its sign: the opposite of the measure adds, it does not cancel.
    assert correlation_effect(y, x, -x).effect == pytest.approx(2 * found.effect)


def test_a_measure_without_spread_has_no_correlation():
    found = correlation_effect(np.arange(8.0), np.ones(8), None)
    assert math.isnan(found.effect)
    assert judge(found, "better", 0.01)[0] == "undecided"
    assert correlation_effect(np.arange(8.0), np.arange(8.0), None)[:3] == (1, 1, 1)


def test_without_any_correlation_neither_measure_is_favoured():
    """With an absolute correlation of the rival the mean excess was about -.16 here."""
    rng = np.random.default_rng(1)
    excess = [
        spearmanr(y, x).statistic - spearmanr(y, other).statistic
        for y, x, other in rng.normal(size=(400, 3, 26))
    ]
    found = [correlation_effect(*rng.normal(size=(3, 26))).effect for _ in range(100)]
    assert abs(np.mean(found)) < 4 * np.std(excess) / 10


@pytest.mark.parametrize("n", [6, 8, 10])
def test_few_families_err_no_more_often_than_they_say(n):
    """Symmetric effects are decided in at most 5 % of samples (by the interval alone in 15 %)."""
    rng = np.random.default_rng(n)
    samples = rng.standard_t(3, size=(400, n))
    decided = [judge(mean_effect(sample), "better", 0.01)[0] != "undecided" for sample in samples]
    assert np.mean(decided) < 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)


def test_the_signed_rank_test_has_to_agree():
    # Ranks 1 and 2 are negative: five of 128 subsets of the ranks sum to 3 or less, p = 10 / 128.
    effects = np.array([0.05, 0.06, 0.07, 0.08, -0.04, 0.09, -0.03])
    found = Estimate(effects.mean(), 0.001, 0.07, 7, effects)
    assert wilcoxon(effects, method="exact").pvalue == pytest.approx(10 / 128)
    assert judge(found, "better", 0.01) == (
        "undecided",
        "the interval alone would decide, but the signed-rank test has p > .05: would take about 9 "
        "families at the signed ranks seen, 4/3 (1.96 / r)^2",
    )
    # Six of one sign: p = 2 / 64.
    assert judge(mean_effect(np.linspace(0.02, 0.07, 6)), "better", 0.01)[0] == "supported"


def test_the_test_is_at_the_boundary_of_the_claim():
    effects = np.linspace(-0.009, 0.004, 8)  # all within the margin
    assert wilcoxon(effects).pvalue > 0.05
    found = mean_effect(effects)
    assert judge(found, "better", 0.01)[0] == "undecided"
    assert judge(found, "enough", 0.01)[0] == "supported"
    assert judge(found, "equivalent", 0.01)[0] == "supported"
    for shift in (0.05, -0.05):
        assert judge(mean_effect(effects + shift), "equivalent", 0.01)[0] == "contradicted"


def test_many_values_of_the_control_decide_nothing():
    found = mean_effect(np.linspace(0.02, 0.07, 10))
    assert judge(found._replace(share_imputed=0.1), "better", 0.01)[0] == "supported"
    note = "11% of the values are the control's, of failed cells; needs at most 10%"
    expected = ("undecided", note)
    assert judge(found._replace(share_imputed=0.11), "better", 0.01) == expected


def test_what_the_number_of_claims_means():
    claims = pd.DataFrame({"lower": [0.1] * 118 + [NAN] * 10})
    assert multiplicity(claims) == (
        "118 claims judged, without correction for their number: were every effect just at the "
        "boundary that it is held against, chance would decide at most about 5.9 of them "
        "(118 x 0.05)."
    )


def test_an_undecided_claim_without_an_interval_had_too_few_families():
    claims = pd.DataFrame(
        {
            "verdict": ["supported", "undecided", "undecided", "not yet run"],
            "lower": [0.1, -0.1, NAN, NAN],
        }
    )
    assert standing(claims).tolist() == [
        "supported", "undecided", "too few families", "not yet run"
    ]  # fmt: skip
