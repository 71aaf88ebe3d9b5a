import numpy as np
import pandas as pd
import pytest
from small_tables import AP, described, rows

from skewbench.analysis.decisions import decision_table
from skewbench.analysis.effects import effect_differences, effect_table, leaking_differences
from skewbench.analysis.ratios import ratio_facts, ratio_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means

STRATEGIES = described(
    none="control",
    smote="data",
    leak=("data", "smote", False),
    forest="control",
    brf=("algorithm", "forest"),
)


def test_differences_and_their_summary_by_hand():
    collected = rows(
        {
            ("a", "none"): 0.5,
            ("a", "smote"): 0.6,
            ("b", "none"): 0.5,
            ("b", "smote"): 0.4,
            ("c", "none"): 0.5,
            ("c", "smote"): 0.5 + 1e-14,
            ("d", "none"): 0.5,
            ("d", "smote"): "failed",
            ("e", "none"): 0.5,
            ("e", "smote"): 0.9,
            ("f", "none"): 0.5,
            ("f", "smote"): "infeasible",
        }
    )
    table = effect_table(effect_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES))
    assert len(table) == 1
    row = table.iloc[0]
    assert row[["strategy", "control", "level"]].tolist() == ["smote", "none", "data"]
    assert row[["wins", "ties", "losses", "n_datasets"]].tolist() == [2, 2, 1, 5]
    assert row[["min", "median", "max"]].tolist() == pytest.approx([-0.1, 0, 0.4])
    assert row["mean"] == pytest.approx(0.08)
    assert row[["lower", "upper"]].tolist() == pytest.approx([0, 0.1])
    assert row["share_imputed"] == pytest.approx(0.2)


def test_a_smaller_loss_is_a_win():
    loss = Reading("log_loss")
    collected = rows({("a", "none"): 0.5, ("a", "smote"): 0.3}, reading=loss)
    row = effect_table(
        effect_differences(family_means(collected, STRATEGIES, [loss]), STRATEGIES)
    ).iloc[0]
    assert (row["wins"], row["losses"]) == (1, 0)
    assert row["mean"] == pytest.approx(-0.2)


def test_own_models_are_set_against_their_anchor():
    collected = rows({("a", "forest"): 0.5, ("a", "brf"): 0.7}, learner="own")
    table = effect_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES)
    assert table[["strategy", "control"]].to_numpy().tolist() == [["brf", "forest"]]
    assert table["difference"].tolist() == pytest.approx([0.2])


def test_the_optimism_of_leaking_is_measured_against_the_honest_twin():
    collected = rows(
        {
            ("a", "none"): 0.1,
            ("a", "smote"): 0.5,
            ("a", "leak"): 0.9,
            ("b", "none"): 0.1,
            ("b", "smote"): 0.5,
            ("b", "leak"): "failed",
        }
    )
    table = leaking_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES)
    assert table[["family", "control"]].to_numpy().tolist() == [["a", "smote"]]
    assert table["difference"].tolist() == pytest.approx([0.4])
    assert "leak" not in set(
        effect_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES)["strategy"]
    )


def test_decision_table_compares_on_the_same_data_sets():
    default, tuned = (Reading("f1", decision=rule) for rule in ("default", "tuned_f1"))
    collected = pd.concat(
        [
            rows({("a", "none"): 0.2, ("a", "smote"): 0.5, ("b", "none"): 0.3, ("b", "smote"): 0.5,
                  ("c", "none"): 0.9, ("c", "smote"): 0.8}, reading=default),
            rows({("a", "none"): 0.6, ("a", "smote"): 0.7, ("b", "none"): 0.6, ("b", "smote"): 0.5,
                  ("c", "none"): 0.9, ("c", "smote"): np.nan}, reading=tuned),
        ]
    )  # fmt: skip
    table = decision_table(family_means(collected, STRATEGIES), STRATEGIES).set_index("strategy")
    smote = table.loc["smote"]
    columns = ["default", "tuned", "control_default", "control_tuned", "wins", "n_datasets"]
    assert smote[columns].tolist() == pytest.approx([0.5, 0.6, 0.25, 0.6, 1, 2])


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("ir10", (10.0, "fixed total")),
        ("ir10m50", (10.0, "50 minority rows")),
        ("ir2.5", (2.5, "fixed total")),
        ("lt100", (100.0, "long tail")),
    ],
)
def test_ratio_names(name, facts):
    assert ratio_facts(name) == facts


def test_ratio_curves_never_change_their_data_sets():
    values = {"ir2": {"a": 0.8, "b": 0.6}, "ir10": {"a": 0.5, "b": 0.4}, "ir50": {"a": 0.1}}
    collected = pd.concat(
        rows({(d, "none"): v for d, v in data.items()}, ratio=ratio)
        for ratio, data in values.items()
    )
    collected = pd.concat([collected, rows({("a", "none"): 0.9}, ratio="natural")])
    table = ratio_table(family_means(collected, STRATEGIES, [AP]), STRATEGIES)
    # ir50 exists on half of the data sets, which keeps it and leaves b out everywhere
    curve = table.set_index("imbalance_ratio")["mean"].to_dict()
    assert curve == pytest.approx({2.0: 0.8, 10.0: 0.5, 50.0: 0.1})
    assert set(table["n_datasets"]) == {1}


def test_ratio_curves_of_own_models_need_no_control():
    collected = pd.concat(
        [
            rows({("a", "brf"): 0.5}, learner="own", ratio="ir10"),
            rows({("a", "none"): 0.5}, ratio="ir10"),
        ]
    )
    assert set(ratio_table(family_means(collected, STRATEGIES, [AP]), STRATEGIES)["strategy"]) == {
        "none",
        "brf",
    }
