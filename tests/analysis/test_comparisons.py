import numpy as np
import pandas as pd
import pytest
from scipy.stats import PermutationMethod, wilcoxon
from small_tables import AP, described, rows
from synthetic_study import collected_table, described_strategies

from skewbench.analysis.comparisons import ROPES, comparison_table
from skewbench.analysis.effects import effect_differences
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import CONDITION, family_means

STRATEGIES = described(none="control", smote="data", rose="data", forest="control",
                       brf=("algorithm", "forest"))  # fmt: skip
LOSS = Reading("log_loss")


def _collected(reading=AP, learner="tree", control="none", base=0.5, families=None, **gains):
    """Return data sets a, b, ... on which strategies gain that much over the control's score."""
    values = {}
    for strategy, differences in gains.items():
        for i, gain in enumerate(differences):
            values[f"data{i:02d}", control] = base
            values[f"data{i:02d}", strategy] = base + gain
    return rows(values, learner, reading=reading, families=families)


def _compare(collected, *readings):
    differences = effect_differences(
        family_means(collected, STRATEGIES, readings or [AP]), STRATEGIES
    )
    return comparison_table(differences).set_index("strategy")


def test_six_wins_of_one_strategy_by_hand():
    row = _compare(_collected(smote=[0.1, 0.12, 0.13, 0.14, 0.15, 0.26])).loc["smote"]
    assert row["mean"] == pytest.approx(0.15)
    assert row["median"] == pytest.approx(0.135)
    assert row[["wins", "ties", "losses", "n_datasets", "n_needed"]].tolist() == [6, 0, 0, 6, 6]
    assert row["p"] == row["p_holm"] == 2 / 64
    assert row["rank_biserial"] == 1
    assert 0.1 < row["lower"] < 0.15 < row["upper"] < 0.26
    assert row["p_better"] > 0.99
    assert row["verdict"] == "better"


def test_the_data_set_that_moves_the_mean_most():
    gains = [0.1, 0.12, 0.13, 0.14, 0.15, 0.26]
    table = _compare(_collected(smote=gains, rose=[-gain for gain in gains]))
    assert table["pivot"].tolist() == ["data05", "data05"]
    assert table.loc["smote", "mean_without_pivot"] == pytest.approx(0.64 / 5)
    assert table.loc["rose", "mean_without_pivot"] == pytest.approx(-0.64 / 5)
    few = _compare(_collected(smote=gains[:2])).loc["smote"]
    assert few["pivot"] == ""
    assert np.isnan(few["mean_without_pivot"])


def test_with_two_strategies_six_data_sets_claim_nothing():
    gains = [0.1, 0.12, 0.13, 0.14, 0.15, 0.26]
    table = _compare(_collected(smote=gains, rose=[-gain for gain in gains]))
    assert set(table["n_needed"]) == {7}
    assert set(table["verdict"]) == {"too few data sets"}
    assert table["p_holm"].tolist() == [4 / 64] * 2


def test_losses_are_worse_and_a_smaller_loss_is_better():
    gains = [0.1, 0.12, 0.13, 0.14, 0.15, 0.26, 0.3]
    table = _compare(_collected(smote=gains, rose=[-gain for gain in gains]))
    assert table["verdict"].to_dict() == {"smote": "better", "rose": "worse"}
    losses = _compare(_collected(LOSS, smote=gains, rose=[-gain for gain in gains]), LOSS)
    assert losses["verdict"].to_dict() == {"smote": "worse", "rose": "better"}
    # the difference keeps the metric's own sign, everything else is oriented
    assert losses.loc["rose", "mean"] < 0
    assert losses.loc["rose", "upper"] < 0
    assert losses.loc["rose", "rank_biserial"] == 1
    assert losses.loc["rose", "wins"] == 7
    assert losses.loc["rose", "p_better"] > 0.99


def test_only_the_posterior_says_equivalent():
    small = [0.001, -0.002, 0.003, -0.001, 0.002, -0.003, 0.0]
    large = [gain * 30 for gain in small]
    table = _compare(_collected(smote=small, rose=large))
    assert table["verdict"].to_dict() == {"smote": "equivalent", "rose": "undecided"}
    assert table.loc["smote", "p_holm"] == table.loc["rose", "p_holm"] == 1
    # without a region of equivalence nothing can be equivalent
    brier = Reading("brier")
    row = _compare(_collected(brier, smote=small), brier).loc["smote"]
    assert row["verdict"] == "undecided"
    assert row[["rope", "p_better", "p_equivalent", "p_worse"]].isna().all()


def test_the_region_of_log_loss_is_relative_to_the_control():
    half_a_percent = [0.05, -0.05, 0.04, -0.04, 0.03, -0.03]
    assert _compare(_collected(LOSS, base=10, smote=half_a_percent), LOSS).loc[
        "smote", "verdict"
    ] == "equivalent"  # fmt: skip
    half_of_it = _compare(_collected(LOSS, base=0.1, smote=half_a_percent), LOSS).loc["smote"]
    assert half_of_it["p_equivalent"] < 0.05
    assert half_of_it["rope"] == 0.01


def test_seeds_are_repeats_and_a_family_counts_once():
    rng = np.random.default_rng(0)
    values = {}
    for i in range(20):
        values[f"d{i:02d}", "none"] = [0.5] * 10
        values[f"d{i:02d}", "smote"] = (0.5 + rng.normal(0.1, 0.1, 10)).tolist()
    assert _compare(rows(values)).loc["smote", "n_datasets"] == 20
    families = {f"d{i:02d}": "twins" for i in range(5)}
    assert _compare(rows(values, families=families)).loc["smote", "n_datasets"] == 16


def test_a_failed_cell_is_a_tie_that_is_printed():
    values = {(f"d{i}", "none"): 0.5 for i in range(4)}
    values |= {(f"d{i}", "smote"): 0.6 + i / 100 for i in range(3)} | {("d3", "smote"): "failed"}
    row = _compare(rows(values)).loc["smote"]
    assert row[["wins", "ties", "losses"]].tolist() == [3, 1, 0]
    assert row["share_imputed"] == 0.25
    # Pratt: ranks 2, 3, 4 all positive
    assert row["p"] == 0.25
    assert row["rank_biserial"] == 0.9


def test_own_models_are_compared_with_their_anchor():
    table = _compare(_collected(learner="own", control="forest", brf=[0.1] * 6))
    assert table.loc["brf", ["control", "verdict"]].tolist() == ["forest", "better"]


@pytest.fixture(scope="module")
def study():
    names = {f"data{i:02d}": 2.0 + i for i in range(9)}
    readings = [AP, LOSS, Reading("mcc", decision="default"), Reading("brier")]
    collected = collected_table(("natural",), names, seeds=1, readings=readings)
    differences = effect_differences(
        family_means(collected, described_strategies(), readings), described_strategies()
    )
    return differences, comparison_table(differences)


def test_agreement_with_a_plain_loop_over_scipy(study):
    differences, table = study
    method = PermutationMethod(n_resamples=600)
    chosen = table.sample(5, random_state=1)
    chosen = pd.concat([chosen, table[table["share_imputed"] > 0].head(2)])
    keys = [*CONDITION, "strategy"]
    groups = differences.set_index(keys).sort_index()
    for row in chosen.to_dict("records"):
        values = groups.loc[[tuple(row[key] for key in keys)], "difference"].to_numpy(dtype=float)
        expected = wilcoxon(values, zero_method="pratt", method=method).pvalue
        assert row["p"] == pytest.approx(expected, abs=1e-12)
        assert row["mean"] == pytest.approx(values.mean())
        assert row["n_datasets"] == len(values)


def test_holm_is_over_the_strategies_of_a_condition(study):
    _, table = study
    for _, condition in table.groupby(CONDITION):
        p = condition["p"].sort_values()
        factors = np.arange(len(p), 0, -1)
        expected = np.minimum(1, np.maximum.accumulate(p * factors))
        np.testing.assert_allclose(condition.loc[p.index, "p_holm"], expected)
        needed = np.ceil(np.log2(2 * len(p) / 0.05))
        assert set(condition["n_needed"]) == {needed}


def test_probabilities_exist_where_a_region_does(study):
    _, table = study
    known = table["metric"].isin(ROPES)
    assert 0 < known.sum() < len(table)
    total = table[["p_better", "p_equivalent", "p_worse"]].sum(axis=1, skipna=False)
    np.testing.assert_allclose(total[known], 1)
    assert total[~known].isna().all()


def test_the_order_of_rows_does_not_matter(study):
    differences, table = study
    shuffled = differences.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(comparison_table(shuffled), table)


def test_no_differences_give_an_empty_table(study):
    differences, table = study
    empty = comparison_table(differences.head(0))
    assert empty.empty
    assert list(empty) == list(table)
