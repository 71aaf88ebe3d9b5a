import pandas as pd
import pytest
from knowledge_base import OWN, PLAIN, STRATEGIES, measures_at, resources, row, study

from skewbench.recommend import page
from skewbench.recommend.advice import SHORT_LIST, advise, relative_seconds
from skewbench.recommend.judging import RECOMMENDER, SINGLE_BEST, UNTOUCHED
from skewbench.recommend.knowledge import Option, gather

ALL = (*STRATEGIES, OWN)


def places():
    """Return the difficulty of twelve families."""
    names = {"task": "binary", "ratio": "natural"}
    rows = [
        {"dataset": f"f{i}", "family": f"f{i}"} | names | measures_at(2 + 4 * i) for i in range(12)
    ]
    return pd.DataFrame(rows)


def advice_at(imbalance, allowed=ALL, **options):
    differences, difficulty, spent = study(**options)
    cases = gather(differences, difficulty, "xgboost", "average_precision")
    return advise(cases, measures_at(imbalance), spent, allowed)


@pytest.mark.parametrize(("imbalance", "strategy"), [(3, "weight_inverse"), (40, "smote")])
def test_what_helps_on_data_like_yours_is_chosen(imbalance, strategy):
    advice = advice_at(imbalance)
    assert advice.verdict.policy == RECOMMENDER
    assert advice.choice == Option(strategy)
    assert advice.short_list.index[0] == advice.choice
    assert advice.short_list["expected"].is_monotonic_decreasing


def test_what_cannot_run_on_the_table_is_not_advised():
    advice = advice_at(40, allowed=[name for name in ALL if name != "smote"])
    assert "smote" not in {option.strategy for option in advice.short_list.index}
    # All else is worse than nothing there.
    assert advice.choice == Option("none")


def test_without_evidence_the_model_stays_untouched_and_a_short_list_remains():
    advice = advice_at(40, informative=False)
    assert advice.verdict.policy == UNTOUCHED
    assert advice.choice == Option("none")
    assert len(advice.short_list) == SHORT_LIST


def test_the_single_best_is_advised_where_it_is_the_better_policy():
    rows = [row(f"f{i}", "smote", 0.6 + 0.001 * i, 0.5) for i in range(12)]
    rows += [row(f"f{i}", "weight_inverse", 0.55, 0.5) for i in range(12)]
    cases = gather(pd.DataFrame(rows), places(), "xgboost", "average_precision")
    advice = advise(cases, measures_at(9), resources(), ["smote", "weight_inverse"])
    assert (advice.verdict.policy, advice.choice) == (SINGLE_BEST, Option("smote"))


def test_each_strategy_is_listed_once_with_its_best_rule():
    rows = []
    for i in range(12):
        for strategy, tuned, default in (("smote", 0.6, 0.65), ("adasyn", 0.62, 0.3)):
            rows.append(row(f"f{i}", strategy, tuned, 0.5, "f1", decision="tuned_f1"))
            rows.append(row(f"f{i}", strategy, default, 0.4, "f1", decision="default"))
    cases = gather(pd.DataFrame(rows), places(), "xgboost", "f1")
    advice = advise(cases, measures_at(9), resources(), ["smote", "adasyn"])
    assert list(advice.short_list.index) == [
        Option("smote", "raw", "default"),
        Option("adasyn", "raw", "tuned_f1"),
    ]


def test_the_most_similar_data_set_is_the_one_with_the_same_measures():
    differences, difficulty, spent = study()
    cases = gather(differences, difficulty, "xgboost", "average_precision")
    measures = cases.measures.loc[("family5", "natural")].to_dict()
    advice = advise(cases, measures, spent, ALL)
    assert advice.similar.loc[0, ["family", "distance"]].tolist() == ["family5", 0]
    assert not advice.far
    assert advice.similar["distance"].is_monotonic_increasing
    assert advice.similar["family"].is_unique


def test_a_table_unlike_any_other_is_called_so():
    assert advice_at(1e6).far


def test_time_is_relative_to_the_untouched_learner():
    seconds = relative_seconds(resources(), "xgboost")
    # The forest's own table says 1.5, beside its anchor.
    assert seconds.to_dict() == {"none": 1.0, "smote": 2.0, OWN: 10.0, PLAIN: 7.0}


def another_model(forest, plain):
    """Advice where a balanced and a plain forest score that much more than the learner."""
    rows = []
    for i in range(12):
        noise = 0.001 * i
        rows.append(row(f"f{i}", "smote", 0.51, 0.5))
        rows.append(row(f"f{i}", OWN, 0.5 + forest + noise, 0.5 + plain + noise, own=True))
    cases = gather(pd.DataFrame(rows), places(), "xgboost", "average_precision")
    return advise(cases, measures_at(9), resources(), [*ALL, PLAIN])


def test_the_gain_of_a_better_model_is_not_credited_to_its_treatment():
    advice = another_model(forest=0.053, plain=0.080)
    assert advice.choice == Option(PLAIN)
    assert page.answer(advice) == ("Try plain_forest: another model, not a treatment of XGBoost.")
    gain = advice.treatments.loc[Option(OWN), ["expected", "lower", "upper"]]
    assert gain.to_numpy(float) == pytest.approx([-0.027] * 3)
    said = next(line for line in page.lines(advice) if line.startswith(f"  {OWN}"))
    assert "gain of its treatment over plain_forest: -0.027" in said
    assert advice.short_list.loc[[Option(PLAIN)], "relative_seconds"].tolist() == [7.0]


def test_a_treatment_that_helps_another_model_is_named_with_its_own_gain():
    advice = another_model(forest=0.080, plain=0.053)
    assert advice.choice == Option(OWN)
    assert page.answer(advice) == (
        "Try balanced_random_forest: another model, not a treatment of XGBoost; gain of its "
        "treatment over plain_forest: +0.027 (90 % interval +0.027 to +0.027)."
    )
    # A treatment of the learner itself is nothing but that.
    assert page.other_model(advice, Option("smote")) == ""


def test_a_study_without_other_models_has_no_such_gains():
    rows = pd.DataFrame([row(f"f{i}", "smote", 0.51, 0.5) for i in range(12)])
    cases = gather(rows, places(), "xgboost", "average_precision")
    assert advise(cases, measures_at(9), resources(), ["smote"]).treatments.empty
