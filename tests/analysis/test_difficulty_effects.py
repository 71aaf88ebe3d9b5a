"""Gains against difficulty: correlations by hand and against scipy, arms side by side by hand."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from small_tables import AP, described, rows

from skewbench.analysis import difficulty
from skewbench.analysis.difficulty import (
    arms_table,
    difficulty_effects,
    difficulty_table,
    family_difficulty,
    rank_correlation,
)
from skewbench.analysis.effects import effect_differences
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means
from skewbench.data.difficulty import MEASURES

STRATEGIES = described(none="control", smote="data")
FAMILIES = list("abcdefg")


def measured(ratio="natural", families=FAMILIES, **values) -> pd.DataFrame:
    """Return a difficulty table: ``values`` per family, all other measures the same everywhere."""
    table = pd.DataFrame({"dataset": families, "family": families, "ratio": ratio})
    table["task"] = "binary"
    return table.assign(**dict.fromkeys(MEASURES, 1.0), reason="").assign(**values)


def gained(gains, ratio="natural", reading=AP, control=0.5, families=FAMILIES) -> pd.DataFrame:
    values = {(name, "none"): control for name in families}
    values |= {(name, "smote"): control + gain for name, gain in zip(families, gains, strict=True)}
    collected = rows(values, ratio=ratio, reading=reading)
    return effect_differences(family_means(collected, STRATEGIES, [reading]), STRATEGIES)


def test_correlations_of_gains_with_measures_by_hand():
    gains = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07]
    # Ranks 1 2 3 4 5 7 6: squared rank differences sum to 2, rho = 1 - 6 * 2 / (7 * 48).
    table = measured(n_positive=range(10, 80, 10), n1=[0.7, 0.6, 0.5, 0.4, 0.3, 0.1, 0.2])
    table = difficulty_effects(gained(gains), table).set_index("measure")
    assert set(table.index) == {"n_positive", "n1"}  # the others are the same everywhere
    assert table.loc["n_positive", "correlation"] == pytest.approx(1)
    assert table.loc["n1", "correlation"] == pytest.approx(-(1 - 12 / 336))
    assert (table["n_datasets"] == 7).all()
    assert table.loc["n1", "lower"] <= table.loc["n1", "correlation"] <= table.loc["n1", "upper"]
    assert table["strategy"].tolist() == ["smote", "smote"]
    assert table["label"].tolist() == ["Smote", "Smote"]


def test_a_gain_is_positive_where_a_loss_falls(monkeypatch):
    loss = Reading("log_loss")
    monkeypatch.setattr(difficulty, "DIFFICULTY_READINGS", (loss,))
    differences = gained([-0.01 * k for k in range(7)], reading=loss)
    table = difficulty_effects(differences, measured(n_positive=range(7)))
    assert table["correlation"].tolist() == pytest.approx([1])


def test_four_families_and_other_readings_have_no_row():
    four = gained([0.1, 0.2, 0.3, 0.4], families=FAMILIES[:4])
    assert difficulty_effects(four, measured(n_positive=range(7))).empty
    other = gained(np.arange(7) / 100, reading=Reading("f1", decision="default"))
    assert difficulty_effects(other, measured(n_positive=range(7))).empty
    constant = gained([0.1] * 7)
    found = difficulty_effects(constant, measured(n_positive=range(7)))
    assert found.empty
    assert {"measure", "correlation", "lower", "upper", "n_datasets"} <= set(found)


def test_a_family_without_the_measure_is_left_out():
    n_positive = [1, 2, 3, 4, 5, np.nan, 7]
    table = difficulty_effects(gained(np.arange(7) / 100), measured(n_positive=n_positive))
    assert table[["correlation", "n_datasets"]].to_numpy() == pytest.approx(np.array([[1, 6]]))


def test_rounding_of_an_induced_ratio_is_no_difficulty():
    ratios = [9.98, 10.0, 10.01, 10.02, 9.99, 10.03, 9.97]
    table = measured("ir10", imbalance_ratio=ratios)
    assert difficulty_effects(gained(np.arange(7) / 100, ratio="ir10"), table).empty


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 30), st.booleans())
def test_rank_correlation_is_scipys_on_the_data_and_on_every_resample(seed, n, ties):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n))
    y = y + x
    if ties:
        x, y = np.round(x), np.round(y)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(rank_correlation(x, y)).all()
        return
    found, lower, upper = rank_correlation(x, y)
    assert found == pytest.approx(spearmanr(x, y).statistic)
    assert -1 - 1e-9 <= lower <= upper <= 1 + 1e-9
    weights = difficulty._resamples(n)[7:8]
    times = weights[0].astype(int)
    ranks = [difficulty._standard_ranks(values, weights) for values in (x, y)]
    one, other = np.repeat(x, times), np.repeat(y, times)
    if np.ptp(one) > 0 and np.ptp(other) > 0:
        assert (ranks[0] * ranks[1]).sum() == pytest.approx(spearmanr(one, other).statistic)
    else:
        assert np.isnan((ranks[0] * ranks[1]).sum())


def test_the_interval_covers_the_true_correlation_about_as_often_as_it_says():
    rng = np.random.default_rng(8)
    true = 6 / np.pi * np.arcsin(0.5 / 2)  # Spearman's rho of a normal pair with correlation 0.5
    covered = 0
    for _ in range(200):
        x, y = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=30).T
        _, lower, upper = rank_correlation(x, y)
        covered += lower <= true <= upper
    assert 0.88 <= covered / 200 <= 0.99


def test_data_sets_of_one_family_count_once():
    table = measured(families=["a", "b", "c"], n_positive=[10, 30, 5]).assign(
        family=["one", "one", "other"]
    )
    found = family_difficulty(table).set_index("family")
    assert found["n_positive"].to_dict() == {"one": 20, "other": 5}


def test_a_multiclass_member_of_a_family_says_nothing_of_its_binary_ones():
    several = measured(n_positive=range(70, 0, -10)).assign(task="multiclass")
    table = pd.concat([measured(n_positive=range(10, 80, 10)), several])
    found = difficulty_effects(gained(np.arange(7) / 100), table)
    assert found["correlation"].tolist() == pytest.approx([1])


def test_difficulty_table_reads_rows_and_keeps_reasons(tmp_path):
    names = {"dataset": "a", "family": "a", "task": "binary", "measured_rows": 60}
    ok = names | dict.fromkeys(MEASURES, 0.5) | {"ratio": "natural", "reason": ""}
    none = names | dict.fromkeys(MEASURES) | {"ratio": "ir9", "reason": "too few"}
    none |= {"measured_rows": None}
    (tmp_path / "a.json").write_text(json.dumps([ok, none, ok | {"ratio": "ir50"}]))
    table = difficulty_table([tmp_path / "a.json"], ("natural", "ir9"))
    assert table["ratio"].tolist() == ["natural", "ir9"]
    assert table["reason"].tolist() == ["", "too few"]
    assert table[list(MEASURES)].dtypes.eq(float).all()
    assert table.loc[1, list(MEASURES)].isna().all()
    assert family_difficulty(table)["ratio"].tolist() == ["natural"]
    assert difficulty_table([], ("natural",)).empty


def test_arms_side_by_side_by_hand():
    """At ratio 10 families a, b and c exist in both arms; at ratio 50 none does."""
    fixed = gained([0.10, 0.20, 0.30, 0.9], "ir10", families=list("abcd"))
    few = gained([0.16, 0.23, 0.36], "ir10m50", control=0.4, families=list("abc"))
    lonely = gained([0.5], "ir50", families=["a"])
    natural = gained([0.7, 0.7, 0.7], families=list("abc"))
    differences = pd.concat([fixed, few, lonely, natural])
    table = pd.concat(
        [
            measured("ir10", list("abcd"), n_positive=[100, 200, 300, 999]),
            measured("ir10m50", list("abc"), n_positive=50.0),
        ]
    )
    arms = arms_table(differences, table)
    assert len(arms) == 1
    row = arms.iloc[0]
    assert row[["imbalance_ratio", "arm", "strategy", "metric"]].tolist() == [
        10,
        "50 minority rows",
        "smote",
        "average_precision",
    ]
    assert row["n_datasets"] == 3
    assert (row["positives_total"], row["positives_minority"]) == (200, 50)
    assert (row["control_total"], row["control_minority"]) == pytest.approx((0.5, 0.4))
    assert row["gain_total"] == pytest.approx(0.2)
    assert row["gain_minority"] == pytest.approx(0.25)
    assert row["change"] == pytest.approx(0.05)
    assert 0.03 <= row["lower"] <= 0.05 <= row["upper"] <= 0.06


def test_studies_without_arms_have_an_empty_table():
    assert arms_table(gained(np.zeros(7)), measured()).empty
    assert "change" in arms_table(gained(np.zeros(7)).head(0), measured())


def test_one_row_per_condition_and_strategy():
    ratios = ("ir10", "ir10m50", "ir50", "ir50m50")
    parts = [
        gained(np.random.default_rng(k).normal(size=7), ratio) for k, ratio in enumerate(ratios)
    ]
    table = pd.concat([measured(ratio, n_positive=range(7)) for ratio in ratios])
    arms = arms_table(pd.concat(parts), table)
    assert list(product(arms["imbalance_ratio"], arms["arm"].unique())) == [
        (10, "50 minority rows"),
        (50, "50 minority rows"),
    ]
    effects = difficulty_effects(pd.concat(parts), table)
    assert effects["ratio"].tolist() == sorted(ratios)
