"""The three sentences and the sections' findings: numbers counted by hand in small_study."""

import pandas as pd
import pytest
from small_study import AP, DESIGN, HOSTILE, comparisons, described, make_inputs

from skewbench.report import findings
from skewbench.report.answer import answer, in_sentence
from skewbench.report.inputs import Absent
from skewbench.report.layout import VERDICTS
from skewbench.report.listings import failed_rows


@pytest.fixture
def inputs(tmp_path):
    return make_inputs(tmp_path)


def with_table(folder, **tables):
    inputs = make_inputs(folder)
    inputs.tables.update(tables)
    return inputs


def test_what_a_study_does_not_have_is_no_sentence(tmp_path, inputs):
    leaking = inputs.tables["leaking"]
    said = answer(with_table(tmp_path, leaking=leaking.head(0)))
    assert said == answer(inputs)[:2]


def test_the_answer_has_three_sentences(inputs):
    first, second, third = answer(inputs)
    assert first == (
        "On 12 data sets, 1 of 4 pairs of treatment and learner have a better average precision "
        "than the untouched model at the natural imbalance ratio, 1 a worse and 1 an equivalent "
        "one; the other 1 cannot be told from it. The largest gain is +0.042 [+0.032, +0.052] "
        "(SMOTE with decision tree)."
    )
    # Medians of (.10, .20, .30, -.1) and of (.01, -.02, .03, -.1).
    assert second == (
        "At the default threshold the median treatment gains +0.150 in F1 over the untouched "
        "model; once both have a tuned threshold, −0.005 is left (3, then 2, of 4 pairs gain)."
    )
    assert third == (
        "SMOTE before the split changes average precision by +0.050 to +0.200 (by learner) "
        "against SMOTE inside the folds: the difference is an error of evaluation, not of the "
        "method."
    )


def test_gains_at_both_thresholds_are_told_as_tested(tmp_path):
    at = {"metric": "f1", "prior": "matched", "scores": "raw"}
    table = pd.concat(
        [
            comparisons(),
            comparisons(verdicts=["better", "better", "undecided", "worse"]).assign(
                **at, decision="default"
            ),
            comparisons(verdicts=["undecided", "worse", "undecided", "equivalent"]).assign(
                **at, decision="tuned_f1"
            ),
        ]
    )
    second = answer(with_table(tmp_path, comparisons=table))[1]
    assert second.endswith(
        "(3, then 2, of 4 pairs gain). Tested, 2 are better at the default threshold; with both "
        "tuned, 0 are better and 1 worse; for the other 3 neither is shown."
    )


def test_too_few_data_sets_claim_nothing(tmp_path):
    few = comparisons(verdicts=["too few data sets"] * 4, n=4)
    first = answer(with_table(tmp_path, comparisons=few))[0]
    assert first == (
        "4 data sets: too few for a claim (9 are needed); seen here: 3 of 4 pairs of treatment "
        "and learner have a higher mean average precision than the untouched model at the natural "
        "imbalance ratio, by +0.042 (SMOTE with decision tree) at most."
    )
    assert "better" not in first


def test_without_tests_the_answer_describes(tmp_path):
    inputs = make_inputs(tmp_path, without=["comparisons", "decomposition"])
    inputs.tables["effects"] = comparisons().drop(columns=["verdict", "n_needed"])
    first, second, _ = answer(inputs)
    assert first.startswith("On 12 data sets, described and not tested: 3 of 4 pairs")
    # default: .1 and .05 over .5; tuned: -.01 and .01 around .71
    assert second == (
        "At the default threshold 4 of 4 pairs have a higher mean F1 than the untouched model; "
        "once both have a tuned threshold 2 do, and the median gain goes from +0.075 to 0.000."
    )


def test_no_gain_names_no_winner(tmp_path):
    few = comparisons(verdicts=["too few data sets"] * 4, n=4)
    first = answer(with_table(tmp_path, comparisons=few.assign(mean=-0.1)))[0]
    assert first.endswith(
        "0 of 4 pairs of treatment and learner have a higher mean average "
        "precision than the untouched model at the natural imbalance ratio."
    )


def test_a_missing_table_is_named_with_its_command(tmp_path):
    inputs = make_inputs(tmp_path, tables={})
    sentences = answer(inputs)
    assert len(sentences) == 3
    for sentence, table in zip(sentences, ("effects", "decisions", "leaking"), strict=True):
        assert f"'{table}' is missing" in sentence
        assert "`make study STUDY=config/studies/small.yaml`" in sentence


def test_models_of_their_own_are_not_set_against_the_untouched_learner(inputs):
    assert "0.9" not in answer(inputs)[0]
    assert "Balanced forest" in findings.of_effects(inputs)


def test_another_task_and_ratio_serve_where_there_is_no_binary_one(tmp_path):
    rows = DESIGN | AP | described("smote") | {"learner": "tree", "mean": 0.1, "n_datasets": 1}
    table = pd.DataFrame([rows | {"task": "multiclass", "ratio": "lt5"}])
    inputs = make_inputs(tmp_path, tables={"effects": table})
    assert "at the long tail, imbalance ratio 5" in answer(inputs)[0]


def test_findings(inputs):
    assert findings.of_rankings(inputs) == (
        "Best mean rank by average precision on 12 data sets: SMOTE (decision tree) and Untouched "
        "(XGBoost)."
    )
    assert (
        "largest mean loss is −0.100 [−0.110, −0.090], SMOTE (XGBoost), and −0.050 without oil"
        in findings.of_effects(inputs)
    )
    assert "decision tree 2 and 1 of 2 and XGBoost 2 and 1 of 2" in findings.of_decomposition(
        inputs
    )
    assert findings.of_ratios(inputs) == (
        "Of 4 gains over the control at the reference prior, 2 grow with the imbalance ratio, 0 "
        "fall, and the others cannot be told from flat (95 % intervals over 12 data sets, without "
        "correction for their number)."
    )
    inputs.tables["slopes"] = inputs.tables["slopes"].assign(n_datasets=5)
    assert findings.of_ratios(inputs) == (
        "Slopes of gains on the ratio rest on 5 data sets with two ratios of an arm: too few for a "
        "claim (6 are needed)."
    )
    assert "80 % and 85 % (decision tree) and 90 % and 95 % (XGBoost)" in findings.of_symptoms(
        inputs
    )
    assert findings.of_shots(inputs) == (
        "On 1 data set with few-shot classes, described and not tested: of 2 combinations of "
        "ratio, learner and strategy, 2 find more of the few-shot classes than their control, 1 of "
        "these more of all classes too; the largest gain in few-shot accuracy is +0.300, SMOTE "
        "(decision tree, long tail, imbalance ratio 100). Against the untouched model whose scores "
        "are divided by the training prior, 1 of 2 results find more."
    )
    assert findings.of_cost(inputs).startswith(  # the median of 2 and 30
        "The median of 2 pairs of treatment and learner takes 16.0 times the CPU time"
    )
    assert findings.of_claims(inputs) == (
        "Of 6 claims on 3 pieces of advice in the notes, 4 could be judged: 2 supported, 1 "
        "contradicted and 1 undecided; 1 with too few families of data sets and 1 not yet run."
    )
    assert findings.of_recommender(inputs) == (
        "Of 2 pairs of learner and metric, the recommender has less regret than the single best in "
        "0 and more in 1; in 1 it cannot be told (interval and test, without correction for their "
        "number). Followed is the policy 'single best' in 2. Mean regret over learners in average "
        "precision, least first: 0.020 (single best) and 0.030 (recommender)."
    )
    assert findings.of_failures(inputs) == (
        "1 of 2 feasible combinations of data set, ratio, strategy and learner have results for "
        "every seed; 1 failed and 1 more infeasible by design."
    )
    assert findings.of_datasets(inputs) == (
        "2 data sets, 937 to 1,000 rows, natural imbalance ratio 9.00 to 21.9."
    )
    assert findings.of_provenance(inputs) == (
        "Tables and page by commit 0123456789ab with uncommitted changes; 12.5 CPU hours; Linux 6, "
        "2 cores of x86_64."
    )


def test_differences_that_stay_significant_on_fewer_data_sets(tmp_path):
    rows = [
        DESIGN | AP | {"strategy": s, "learner": "tree", "handling": handling, "n_datasets": size}
        | {"verdict": verdict}
        for handling, size, verdicts in (
            ("fallback", 12, ("better", "worse")),
            ("enough_positives", 9, ("better", "undecided")),
            ("unrepeated", 8, ("worse", "undecided")),
            ("worst", 12, ("better", "undecided")),
            ("complete", 11, ("better", "worse")),
        )
        for s, verdict in zip(("smote", "hostile"), verdicts, strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    said = findings.of_effects(with_table(tmp_path, sensitivity=table))
    assert said.endswith(
        " 2 differences are significant: 1 still so, with the same sign, on the 9 data sets with "
        "enough positives (50; 100 for probabilities); and 0 still so, with the same sign, on the "
        "8 data sets that repeat at most 1 % of their rows. 2 differences with missing cells: 1 "
        f"with another verdict if those have the worst value instead of the control's ({HOSTILE})."
    )
    table["verdict"] = table["verdict"].mask(table["n_datasets"] == 8, "too few data sets")
    said = findings.of_effects(with_table(tmp_path, sensitivity=table))
    assert "nothing can be told on the 8 data sets that repeat at most 1 %" in said


def test_a_treatment_that_leaks_has_no_part_in_the_median_time(tmp_path, inputs):
    times = inputs.tables["resources"]
    leak = times.tail(1).assign(strategy="leak", label="SMOTE before the split")
    leak = leak.assign(relative_seconds=99.0)
    changed = with_table(tmp_path, resources=pd.concat([times, leak]))
    assert findings.of_cost(changed) == findings.of_cost(inputs)


def test_few_shot_results_without_a_counterpart_or_filled_in_do_not_count(tmp_path, inputs):
    shots = inputs.tables["shots"]
    own = shots.tail(2).assign(strategy="forest", label="Balanced forest", learner="own")
    own = own.assign(level="algorithm", few_gain=0.2, decision="default")
    filled = shots.iloc[[1]].assign(strategy="weights", label="Weights", imputed=1.0, few_gain=0.9)
    said = findings.of_shots(with_table(tmp_path, shots=pd.concat([shots, own, filled])))
    assert "of 3 combinations of ratio, learner and strategy, 3 find more" in said
    assert "the largest gain in few-shot accuracy is +0.300, SMOTE" in said
    assert "1 of 2 results find more." in said


def test_guides_have_their_lecture_notes_and_policies_their_commas(tmp_path):
    regret = {"untouched, tuned threshold": 0.05, "guide 002": 0.08, "random": 0.1}
    rows = [
        {"learner": "tree", "metric": "average_precision", "policy": policy, "regret": value}
        | {"beside_single_best": "", "followed": policy.startswith("untouched")}
        for policy, value in regret.items()
    ]
    said = findings.of_recommender(with_table(tmp_path, recommender=pd.DataFrame(rows)))
    assert "Followed is the policy 'untouched, tuned threshold' in 1. Mean regret" in said
    assert said.endswith(
        "least first: 0.050 (untouched, tuned threshold); 0.080 (guide of lecture notes 002); and "
        "0.100 (random)."
    )


def test_the_rule_of_the_verdicts_is_told_with_its_numbers():
    assert "Holm's correction (p at most 0.05), however small it is. Otherwise" in VERDICTS
    assert "more than 95 % to less than 0.01 either way (log-loss: 1 % of the control's" in VERDICTS


def test_what_is_missing_is_counted_and_listed(tmp_path, inputs):
    status = inputs.tables["status"]
    lost = status.tail(1).assign(status="missing", reason="x.parquet: damaged")
    inputs = with_table(tmp_path, status=pd.concat([status, lost]))
    assert findings.of_failures(inputs).endswith(
        "1 of 3 feasible combinations of data set, ratio, strategy and learner have results for "
        "every seed; 1 failed, 1 missing and 1 more infeasible by design."
    )
    assert "x.parquet: damaged" in failed_rows(inputs, "status")["reason"].tolist()


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ([HOSTILE, "oil"], ""),
        ([HOSTILE], " Difficulty was not measured on oil."),
        ([], " Difficulty was not measured on any of them."),
    ],
)
def test_data_sets_whose_difficulty_is_unknown_are_named(tmp_path, inputs, measured, said):
    difficulty = pd.DataFrame({"dataset": measured, "ratio": "natural"})
    found = findings.of_datasets(with_table(tmp_path, difficulty=difficulty))
    assert found == findings.of_datasets(inputs) + said


@pytest.mark.parametrize("name", [name for name in vars(findings) if name.startswith("of_")])
def test_every_finding_survives_an_empty_study(tmp_path, name):
    empty = make_inputs(tmp_path, tables={}, datasets=[], provenance={})
    with pytest.raises(Absent, match="missing"):
        getattr(findings, name)(empty)


def test_learners_inside_a_sentence():
    assert in_sentence("Random forest, depth 8") == "random forest, depth 8"
    assert in_sentence("XGBoost") == "XGBoost"
