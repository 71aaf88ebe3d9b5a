import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from small_tables import AP, described, rows
from synthetic_study import collected_table, described_strategies

from skewbench.analysis.ranking import all_rank_tables, rank_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means, where

# Demsar (2006), table 6: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf on 14 data sets (row 13's tie
# hides a digit: the paper ranks +cf 2 and +m+cf 3).
DEMSAR = """.763 .768 .771 .798 .599 .591 .590 .569 .954 .971 .968 .967 .628 .661 .654 .657
.882 .888 .886 .898 .936 .931 .916 .931 .661 .668 .609 .685 .583 .583 .563 .625 .775 .838 .866 .875
1 1 1 1 .940 .962 .965 .962 .619 .666 .614 .669 .972 .981 .97501 .975 .957 .978 .946 .970"""


def test_demsars_mean_ranks():
    scores = np.array(DEMSAR.split(), dtype=float).reshape(14, 4)
    table = rank_table(pd.DataFrame(scores, columns=["c45", "m", "cf", "m_cf"]), "roc_auc", "c45")
    expected = {"c45": 3.143, "m": 2.000, "cf": 2.893, "m_cf": 1.964}
    assert table["mean_rank"].round(3).to_dict() == expected
    assert table.index[0] == "m_cf"
    assert set(table["n_datasets"]) == {14}


def test_ties_share_the_average_rank_even_beyond_the_twelfth_decimal():
    table = rank_table(pd.DataFrame({"a": [0.5], "b": [0.5 + 1e-15], "c": [0.1]}), "roc_auc", None)
    assert table["mean_rank"].to_dict() == {"a": 1.5, "b": 1.5, "c": 3.0}
    assert table["sd"].isna().all()


def test_losses_rank_upwards():
    table = rank_table(pd.DataFrame({"a": [0.5, 0.4], "b": [0.2, 0.3]}), "log_loss", None)
    assert table["mean_rank"].to_dict() == {"b": 1.0, "a": 2.0}


def test_numbers_of_a_hand_worked_table():
    means = pd.DataFrame({"none": [0.1, 0.5, 0.9], "x": [0.2, 0.4, 1.0], "y": [np.nan] * 2 + [0.1]})
    table = rank_table(means, "average_precision")
    x = table.loc["x"]
    assert x["mean_rank"] == pytest.approx(4 / 3)
    assert (x["rank_lower"], x["rank_upper"]) == (1.0, 1.5)
    assert x["mean"] == pytest.approx(1.6 / 3)
    assert x["median"] == 0.4
    assert x["sd"] == pytest.approx(np.sqrt(((0.2 - 1.6 / 3) ** 2 + (0.4 - 1.6 / 3) ** 2
                                             + (1 - 1.6 / 3) ** 2) / 2))  # fmt: skip
    y = table.loc["y"]
    assert y["dropped"]
    assert (y["n_datasets"], y["n_available"], y["n_strategies"]) == (0, 1, 2)
    assert np.isnan(y["mean_rank"])


def test_the_leaking_control_never_ranks_and_failures_are_counted():
    strategies = described(none="control", smote="data", leak=("data", "smote", False))
    collected = rows(
        {
            ("a", "none"): [0.2, 0.2],
            ("a", "smote"): ["failed", 0.6],
            ("a", "leak"): 0.99,
            ("b", "none"): 0.2,
            ("b", "smote"): 0.1,
        }
    )
    table = all_rank_tables(family_means(collected, strategies, [AP]), strategies).set_index(
        "strategy"
    )
    assert set(table.index) == {"none", "smote"}
    assert table.loc["smote", "mean"] == pytest.approx((0.4 + 0.1) / 2)
    assert table.loc["smote", "share_imputed"] == 0.25
    assert table["mean_rank"].to_dict() == {"none": 1.5, "smote": 1.5}
    assert table.loc["smote", ["level", "label", "learner"]].tolist() == ["data", "Smote", "tree"]


@pytest.fixture(scope="module")
def collected():
    readings = [AP, Reading("log_loss"), Reading("precision", decision="default")]
    return collected_table(seeds=2, readings=readings)


def test_every_table_of_a_study_ranks_a_full_block(collected):
    described = described_strategies()
    tables = all_rank_tables(family_means(collected, described), described)
    keys = ["ratio", "learner", "metric"]
    ranked = tables[~tables["dropped"]]
    for _, table in ranked.groupby(keys):
        size = len(table)
        assert table["mean_rank"].sum() == pytest.approx(size * (size + 1) / 2)
        assert set(table["n_strategies"]) == {size}
        assert table["n_datasets"].nunique() == 1
    own = where(ranked, learner="own", ratio="ir10", metric="log_loss")
    assert len(own) == 12
    knn = where(tables, learner="knn", ratio="ir10", metric="log_loss")
    assert not knn["strategy"].str.contains("weights").any()


def test_ranks_agree_with_a_plain_loop(collected):
    strategies = described_strategies()
    subset = where(collected, learner="logistic_regression", ratio="ir10")
    subset = subset[(subset["metric"] == "average_precision") & (subset["strategy"] != "x")]
    complete = ["none", "smote", "adasyn", "tomek_links"]
    subset = subset[subset["strategy"].isin(complete)]
    table = all_rank_tables(family_means(subset, strategies, [AP]), strategies).set_index(
        "strategy"
    )
    ranks = []
    for dataset in subset["dataset"].unique():
        scores = [
            subset[(subset["dataset"] == dataset) & (subset["strategy"] == name)]["value"].mean()
            for name in complete
        ]
        ranks.append(rankdata(-np.array(scores)))
    expected = dict(zip(complete, np.mean(ranks, axis=0), strict=True))
    assert table["mean_rank"].to_dict() == pytest.approx(expected)


def test_an_empty_table_gives_an_empty_table(collected):
    described = described_strategies()
    table = all_rank_tables(family_means(collected.head(0), described), described)
    assert table.empty
    assert "mean_rank" in table
