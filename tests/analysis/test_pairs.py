import numpy as np
import pandas as pd
import pytest
from small_tables import AP, described, rows

from skewbench.analysis.pairs import pair_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means

STRATEGIES = described(none="control", smote="data", rose="data", leak=("data", "smote", False))


def _pairs(values, reading=AP, **kinds):
    means = family_means(rows(values, reading=reading, **kinds), STRATEGIES, [reading])
    return pair_table(means, STRATEGIES, [reading])


def test_three_strategies_by_hand():
    values = {}
    for i, gain in enumerate([0.1, 0.2, 0.3, -0.1, 0.0]):
        values |= {(f"d{i}", "none"): 0.5, (f"d{i}", "smote"): 0.5 + gain}
        values |= {(f"d{i}", "rose"): 0.6 + i / 100, (f"d{i}", "leak"): 0.99}
    del values["d4", "rose"]
    table = _pairs(values).set_index(["strategy_a", "strategy_b"])
    assert list(table.index) == [("none", "rose"), ("none", "smote"), ("rose", "smote")]
    none_smote = table.loc[("none", "smote")]
    assert none_smote["mean"] == pytest.approx(-0.1)
    assert none_smote[["wins", "ties", "losses", "n_datasets"]].tolist() == [1, 1, 3, 5]
    # ranks 0: 1, .1: 2.5 2.5, .2: 4, .3: 5, smaller side 2.5: {}, {2.5}, {2.5} of 16, twice
    assert none_smote["p"] == 6 / 16
    none_rose = table.loc[("none", "rose")]
    assert none_rose[["wins", "losses", "n_datasets"]].tolist() == [0, 4, 4]
    assert none_rose["p"] == 2 / 16
    assert none_rose["p_holm"] == 3 * 2 / 16
    assert set(table["n_needed"]) == {7}  # 3 * 2 / 2^7 < .05 < 3 * 2 / 2^6
    assert set(table["verdict"]) == {"too few data sets"}


def test_verdicts_are_on_the_first_of_a_pair():
    values = {}
    for i in range(8):
        values |= {(f"d{i}", "none"): 0.5, (f"d{i}", "smote"): 0.6 + i / 100}
        values |= {(f"d{i}", "rose"): 0.5 + (-1) ** i * (0.1 + i / 100)}
    table = _pairs(values).set_index(["strategy_a", "strategy_b"])
    assert table.loc[("none", "smote"), "verdict"] == "worse"
    assert table.loc[("none", "rose"), "verdict"] == "undecided"
    assert set(table["n_needed"]) == {7}


def test_the_share_of_the_controls_values_is_over_both_scores_of_a_pair():
    values = {(f"d{i}", name): 0.5 for i in range(4) for name in ("none", "smote", "rose")}
    table = _pairs(values | {("d0", "smote"): "failed"}).set_index(["strategy_a", "strategy_b"])
    assert table["share_imputed"].to_dict() == {
        ("none", "rose"): 0.0,
        ("none", "smote"): 1 / 8,
        ("rose", "smote"): 1 / 8,
    }


def test_the_smaller_loss_wins():
    loss = Reading("log_loss")
    table = _pairs({("a", "none"): 0.5, ("a", "smote"): 0.3}, loss)
    row = table.iloc[0]
    assert row["mean"] == pytest.approx(0.2)
    assert row[["wins", "losses"]].tolist() == [0, 1]


def test_a_pair_without_a_data_set_in_common_is_absent():
    table = _pairs({("a", "none"): 0.5, ("a", "smote"): 0.6, ("b", "none"): 0.5, ("b", "rose"): 1})
    assert table[["strategy_a", "strategy_b"]].to_numpy().tolist() == [
        ["none", "rose"],
        ["none", "smote"],
    ]


def test_nothing_to_pair_gives_an_empty_table():
    values = {("a", "none"): 0.5}
    assert _pairs(values).empty
    means = family_means(rows(values), STRATEGIES, [AP])
    table = pair_table(means, STRATEGIES, [Reading("f1", decision="default")])
    assert table.empty
    assert "p_holm" in table


def test_agreement_with_scikit_posthocs():
    posthocs = pytest.importorskip("scikit_posthocs", reason="a development oracle")
    rng = np.random.default_rng(0)
    names = ["none", "rose", "smote"]
    scores = pd.DataFrame(rng.normal([0.5, 0.55, 0.6], 0.08, (15, 3)), columns=names)
    values = {(f"d{i:02d}", s): scores.loc[i, s] for i in range(15) for s in names}
    expected = posthocs.posthoc_wilcoxon(
        scores.melt(), val_col="value", group_col="variable", p_adjust="holm"
    )
    for row in _pairs(values).itertuples():
        assert row.p_holm == pytest.approx(expected.loc[row.strategy_a, row.strategy_b])
