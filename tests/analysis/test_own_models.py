import pandas as pd
import pytest
from small_tables import AP, described, rows

from skewbench.analysis.own_models import own_model_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means

STRATEGIES = described(
    none="control",
    smote="data",
    forest=("control", "forest"),
    brf=("algorithm", "forest"),
    leak=("data", "smote", False),
)
TUNED = Reading("mcc", decision="tuned_mcc")
DEFAULT = Reading("mcc", decision="default")
READINGS = [AP, TUNED, DEFAULT]


def _table(*parts):
    values, imputed = family_means(pd.concat(parts), STRATEGIES, READINGS)
    return own_model_table(values, imputed, STRATEGIES)


def _study(reading, own="own", tree=0.5, logistic=0.7):
    data = [f"d{i}" for i in range(7)]
    return [
        rows({(d, "brf"): 0.6 + i / 100 for i, d in enumerate(data)}
             | {(d, "forest"): 0.5 for d in data}, learner=own, reading=reading),
        rows({(d, "none"): tree for d in data} | {(d, "smote"): 0.9 for d in data},
             learner="tree", reading=reading),
        rows({(d, "none"): logistic for d in data[:6]}, learner="logistic", reading=reading),
    ]  # fmt: skip


def test_each_learners_control_by_hand():
    table = _table(*_study(AP)).set_index(["learner", "strategy"])
    assert list(table.index) == [
        ("logistic", "brf"),
        ("logistic", "forest"),
        ("tree", "brf"),
        ("tree", "forest"),
    ]
    brf = table.loc[("tree", "brf")]
    assert brf["mean"] == pytest.approx(0.13)
    assert brf[["control", "wins", "n_datasets", "n_needed"]].tolist() == ["none", 7, 7, 7]
    assert (brf["p"], brf["p_holm"], brf["verdict"]) == (2 / 128, 4 / 128, "better")
    # the plain forest ties the tree's control on every data set
    forest = table.loc[("tree", "forest")]
    assert forest[["ties", "p", "verdict"]].tolist() == [7, 1.0, "equivalent"]
    assert table.loc[("logistic", "brf"), ["losses", "verdict"]].tolist() == [
        6,
        "too few data sets",
    ]


def test_thresholds_are_tuned_on_both_sides():
    table = _table(*_study(TUNED), *_study(DEFAULT, tree=0.1))
    assert set(table["decision"]) == {"tuned_mcc"}
    brf = table[(table["learner"] == "tree") & (table["strategy"] == "brf")].iloc[0]
    assert brf["mean"] == pytest.approx(0.13)


def test_a_failed_own_model_is_its_anchor_and_is_counted():
    own, *others = _study(AP)
    failed = rows({("d0", "brf"): "failed"}, learner="own")
    own = own[(own["strategy"] != "brf") | (own["dataset"] != "d0")]
    table = _table(own, failed, *others).set_index(["learner", "strategy"])
    brf = table.loc[("tree", "brf")]
    assert brf["share_imputed"] == pytest.approx(1 / 7)
    assert brf["ties"] == 1


def test_without_own_models_the_table_is_empty():
    table = _table(rows({("a", "none"): 0.5, ("a", "smote"): 0.6}))
    assert table.empty
    assert "verdict" in table
