import numpy as np
import pandas as pd
import pytest
from knowledge_base import OWN, PLAIN, measures_at, row, study

from skewbench.errors import InputError
from skewbench.recommend import knowledge
from skewbench.recommend.knowledge import Option, gather, read, untouched


def difficulty(*places):
    return pd.DataFrame(
        [
            {"dataset": dataset, "family": family, "task": "binary", "ratio": ratio}
            | measures_at(imbalance)
            for dataset, family, ratio, imbalance in places
        ]
    )


def test_gains_are_counted_from_the_untouched_learner_at_the_tuned_threshold():
    tuned = {"metric": "f1", "decision": "tuned_f1"}
    default = {"metric": "f1", "decision": "default"}
    differences = pd.DataFrame(
        [
            row("a", "smote", 0.7, 0.6, **tuned),
            row("a", "smote", 0.65, 0.3, **default),
            row("a", OWN, 0.8, 0.75, own=True, **tuned),
        ]
    )
    cases = gather(differences, difficulty(("a", "a", "natural", 5)), "xgboost", "f1")
    found = cases.gains.loc[("a", "natural")]
    assert found[Option("none", "raw", "tuned_f1")] == 0
    assert found[Option("none", "raw", "default")] == pytest.approx(-0.3)
    assert found[Option("smote", "raw", "tuned_f1")] == pytest.approx(0.1)
    assert found[Option("smote", "raw", "default")] == pytest.approx(0.05)
    # against the learner's control, not against its own anchor
    assert found[Option(OWN, "raw", "tuned_f1")] == pytest.approx(0.2)
    assert found[Option(PLAIN, "raw", "tuned_f1")] == pytest.approx(0.15)
    assert cases.anchors == {OWN: PLAIN}
    apart = cases.over_anchors().gains
    assert list(apart) == [Option(OWN, "raw", "tuned_f1")]
    assert apart.loc[("a", "natural")].tolist() == pytest.approx([0.05])


def test_a_lower_cost_is_a_gain():
    cost = {"metric": "expected_cost", "scores": "recalibrated", "decision": "cost"}
    differences = pd.DataFrame([row("a", "smote", 0.2, 0.3, **cost)])
    cases = gather(differences, difficulty(("a", "a", "natural", 5)), "xgboost", "expected_cost")
    assert cases.gains[Option("smote", "recalibrated", "cost")].tolist() == pytest.approx([0.1])


def test_other_learners_priors_and_unknown_decisions_stay_out():
    differences = pd.DataFrame([row("a", "smote", 0.7, 0.6)])
    other = differences.assign(learner="logistic_regression", score=0.1)
    reference = differences.assign(prior="reference", score=0.2)
    oracle = differences.assign(decision="oracle", score=0.9)
    both = pd.concat([differences, other, reference, oracle])
    cases = gather(both, difficulty(("a", "a", "natural", 5)), "xgboost", "average_precision")
    assert set(cases.gains.columns) == {Option("smote"), Option("none")}
    assert cases.gains[Option("smote")].tolist() == pytest.approx([0.1])


def test_data_sets_of_one_family_are_one_case_and_unmeasured_ones_none():
    differences = pd.DataFrame([row("a", "smote", 0.7, 0.6), row("b", "smote", 0.7, 0.6)])
    places = difficulty(("a1", "a", "natural", 4), ("a2", "a", "natural", 6), ("b", "b", "ir10", 9))
    cases = gather(differences, places, "xgboost", "average_precision")
    assert cases.gains.index.tolist() == [("a", "natural")]
    assert cases.measures["imbalance_ratio"].tolist() == [5]


def test_the_same_family_with_more_classes_is_not_mixed_in():
    """page_blocks: two classes at 8.77 with 448 minority rows; five classes at 194 with 22."""
    differences = pd.DataFrame([row("page_blocks", "smote", 0.7, 0.6)])
    measured = difficulty(
        ("page_blocks", "page_blocks", "natural", 8.77),
        ("page_blocks_mc", "page_blocks", "natural", 194),
    ).assign(task=["binary", "multiclass"], n_positive=[448, 22])
    cases = gather(differences, measured, "xgboost", "average_precision")
    assert cases.measures[["n_positive", "imbalance_ratio"]].to_numpy().tolist() == [[448, 8.77]]


def test_an_anchor_of_equal_time_is_for_studies():
    differences = pd.DataFrame(
        [
            row("a", "smote", 0.7, 0.6),
            row("a", OWN, 0.8, 0.75, own=True),
            row("a", "plain_forest_equal_cost", 0.99, 0.75, own=True) | {"level": "anchor"},
        ]
    )
    cases = gather(
        differences, difficulty(("a", "a", "natural", 5)), "xgboost", "average_precision"
    )
    assert {option[0] for option in cases.gains} == {"none", "smote", OWN, PLAIN}


def test_what_is_unknown_is_said_with_what_is_near(tmp_path):
    differences, measured, _ = study()
    with pytest.raises(InputError, match="has not run learner 'xgbost'; did you mean 'xgboost'"):
        gather(differences, measured, "xgbost", "average_precision")
    with pytest.raises(InputError, match="unknown metric 'mc'; did you mean 'mcc'"):
        gather(differences, measured, "xgboost", "mc")
    with pytest.raises(InputError, match=r"differences\.parquet: there is no such table"):
        read(tmp_path)


def test_tables_are_found_in_a_results_folder_and_in_a_folder_of_tables(tmp_path):
    made = dict(zip(knowledge.TABLES, study(3), strict=True))
    (tmp_path / "tables").mkdir()
    for name, table in made.items():
        table.to_parquet(tmp_path / "tables" / f"{name}.parquet")
    for folder in (tmp_path, tmp_path / "tables"):
        assert read(folder)["differences"].shape == made["differences"].shape


@pytest.mark.parametrize("metric", knowledge.METRICS)
def test_the_zero_of_every_metric_is_one_of_its_readings(metric):
    option = untouched(metric)
    differences = pd.DataFrame(
        [row("a", "smote", 1.0, np.pi, metric, scores=option.scores, decision=option.decision)]
    )
    cases = gather(differences, difficulty(("a", "a", "natural", 5)), "xgboost", metric)
    assert cases.gains[option].tolist() == [0]


def test_the_reduced_table_knows_the_same():
    differences, measured, _ = study(4)
    needless = differences.assign(metric="brier"), differences.assign(prior="reference")
    larger = pd.concat([differences, *needless]).assign(label="x")
    small = knowledge.reduced(larger)
    assert len(small) == len(differences)
    found, wanted = (
        gather(table, measured, "xgboost", "average_precision") for table in (small, larger)
    )
    pd.testing.assert_frame_equal(found.gains, wanted.gains)
    assert found.anchors == wanted.anchors == {OWN: PLAIN}
