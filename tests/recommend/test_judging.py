import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge_base import study
from test_expectation import made

from skewbench.analysis.claims.verdict import mean_effect
from skewbench.errors import InputError
from skewbench.recommend.judging import (
    COLUMNS,
    POLICIES,
    RECOMMENDER,
    SINGLE_BEST,
    UNTOUCHED,
    follow,
    judge,
    recommender_table,
    regrets,
)
from skewbench.recommend.knowledge import gather


def judged(**options):
    differences, difficulty, _ = study(**options)
    return regrets(gather(differences, difficulty, "xgboost", "average_precision"))


def test_regrets_by_hand():
    # Left out, a sees b and c (mean gain of SMOTE -0.05) and stays untouched; so on. At a ratio of
    # 3 and 4 both guides advise class weights, which this study lacks: untouched as well. At 10 the
    # flowchart has too few rows for SMOTE (181), the table of ratios takes it.
    cases = made(["a", "b", "c"], ["natural"] * 3, [0.3, 0.1, -0.2], [3, 4, 10])
    found = regrets(cases)
    assert found[SINGLE_BEST].tolist() == pytest.approx([0.3, 0, 0.2])
    assert found[UNTOUCHED].tolist() == pytest.approx([0.3, 0.1, 0])
    assert found["random"].tolist() == pytest.approx([0.15, 0.05, 0.1])
    assert found["oracle"].tolist() == [0, 0, 0]
    assert found["guide 002"].tolist() == pytest.approx([0.3, 0.1, 0.2])
    assert found["guide 004"].tolist() == pytest.approx([0.3, 0.1, 0])


def test_nothing_is_learnt_from_the_family_itself():
    """Another ratio of the same family must not tell which strategy is best there."""
    gains, hardness = [0.5, 0.5, -0.1, -0.1], [5, 5, 20, 40]
    cases = made(["a", "a", "b", "c"], ["natural", "ir10", "natural", "natural"], gains, hardness)
    assert regrets(cases).loc["a", [RECOMMENDER, SINGLE_BEST]].tolist() == [0.5, 0.5]


def test_a_recommender_that_can_know_is_followed():
    regret = judged()
    assert regret[RECOMMENDER].mean() < 0.25 * regret[SINGLE_BEST].mean()
    verdict = follow(regret)
    assert verdict.policy == RECOMMENDER
    assert "has less regret than the single best" in verdict.reason


def test_a_recommender_that_cannot_know_is_not():
    verdict = follow(judged(informative=False))
    assert verdict.policy == UNTOUCHED
    assert "not shown to have less regret" in verdict.reason


def test_a_strategy_that_is_always_good_is_the_single_best():
    names = [f"f{i}" for i in range(12)]
    gains = 0.1 + 0.01 * np.arange(12)
    cases = made(names, ["natural"] * 12, gains, np.linspace(2, 60, 12))
    assert follow(regrets(cases)).policy == SINGLE_BEST


def with_regrets(recommender, n_families=12):
    """Return regrets of one size of each policy, but for a little that differs between families."""
    little = 0.001 * np.arange(n_families)
    regret = {"recommender": recommender - little, "single best": 0.2, "oracle": 0.0}
    regret["untouched, tuned threshold"] = 0.5 + little
    return pd.DataFrame(regret, index=[f"f{i}" for i in range(n_families)])


@pytest.mark.parametrize(
    ("recommender", "n_families", "beside", "said"),
    [
        (0.1, 12, "less regret", "the recommender has less regret than the single best (diff"),
        (0.3, 12, "more regret", "the recommender has more regret than the single best (diff"),
        (0.205, 12, "cannot be told", "is not shown to have less regret than the single best"),
        (0.1, 9, "cannot be told", "9 families of data sets are too few to tell"),
    ],
)
def test_less_more_or_cannot_be_told(recommender, n_families, beside, said):
    """Twelve differences around 0.1, -0.1 and 0; nine are too few whatever they are."""
    table = recommender_table(with_regrets(recommender, n_families), "xgboost", "roc_auc")
    rows = table.set_index("policy")
    assert rows.loc["recommender", "beside_single_best"] == beside
    assert said in rows.loc["recommender", "note"]
    followed = RECOMMENDER if beside == "less regret" else SINGLE_BEST
    assert rows.index[rows["followed"]].tolist() == [followed if n_families == 12 else UNTOUCHED]
    assert rows.loc["single best", "beside_single_best"] == ""
    assert rows.loc["oracle", "beside_single_best"] == ""
    if n_families == 12:
        assert rows.loc["untouched, tuned threshold", "beside_single_best"] == "more regret"


def test_a_few_large_differences_among_ties_are_no_evidence():
    """The interval excludes 0; four wins and eight ties have p = 2 / 2^4."""
    regret = with_regrets(0.2).assign(**{"recommender": [0.0] * 4 + [0.2] * 8})
    less = regret["single best"] - regret["recommender"]
    assert mean_effect(less).lower > 0
    table = recommender_table(regret, "xgboost", "roc_auc").set_index("policy")
    assert table.loc["recommender", "beside_single_best"] == "cannot be told"
    assert "signed-rank test p = 0.12, 12 families" in table.loc["recommender", "note"]
    assert table.index[table["followed"]].tolist() == [SINGLE_BEST]


def test_few_families_claim_nothing():
    verdict = follow(judged(n_families=9))
    assert verdict.policy == UNTOUCHED
    assert verdict.reason.startswith("9 families of data sets are too few")


@settings(max_examples=15)
@given(st.integers(3, 8), st.integers(0, 1000), st.booleans())
def test_no_policy_beats_the_oracle(n_families, seed, informative):
    regret = judged(n_families=n_families, seed=seed, informative=informative, noise=0.2)
    assert list(regret) == list(POLICIES)
    assert (regret.to_numpy() >= -1e-12).all()
    assert (regret["oracle"] == 0).all()


def test_the_table_has_every_policy_with_an_interval_around_its_mean():
    table = recommender_table(judged(), "xgboost", "average_precision")
    assert list(table) == COLUMNS
    assert table["policy"].tolist() == list(POLICIES)
    assert ((table["lower"] <= table["regret"]) & (table["regret"] <= table["upper"])).all()
    assert (table["n_datasets"] == 24).all()


def test_every_learner_and_metric_that_a_study_has_is_judged():
    differences, difficulty, _ = study(n_families=5)
    table = judge(differences, difficulty)
    assert table[["learner", "metric"]].drop_duplicates().to_numpy().tolist() == [
        ["xgboost", "average_precision"]
    ]
    empty = judge(differences.head(0), difficulty)
    assert list(empty) == COLUMNS
    assert empty.empty
    assert isinstance(empty, pd.DataFrame)


def test_a_study_without_inner_folds_is_judged_on_its_ranking_only():
    differences, difficulty, _ = study()
    untuned = pd.concat([differences, differences.assign(metric="f1", decision="default")])
    table = judge(untuned, difficulty)
    assert set(table["metric"]) == {"average_precision"}
    with pytest.raises(InputError, match=r"no f1 of the untouched model .*'tuned_f1'; inner folds"):
        gather(untuned, difficulty, "xgboost", "f1")
