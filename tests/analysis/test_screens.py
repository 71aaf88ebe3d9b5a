import numpy as np
import pytest
from scipy.stats import friedmanchisquare
from small_tables import AP, described, rows
from test_rank_tables import DEMSAR

from skewbench.analysis.readings import Reading
from skewbench.analysis.screens import screen_table
from skewbench.analysis.select import family_means

STRATEGIES = described(none="control", m="data", cf="data", m_cf="data",
                       leak=("data", "m", False))  # fmt: skip


def _screen(values, reading=AP):
    means, _ = family_means(rows(values, reading=reading), STRATEGIES, [reading])
    return screen_table(means, STRATEGIES)


def _demsar():
    scores = np.array(DEMSAR.split(), dtype=float).reshape(14, 4)
    return {
        (f"data{i:02d}", name): score
        for i, row in enumerate(scores)
        for name, score in zip(["none", "m", "cf", "m_cf"], row, strict=True)
    }


def test_demsars_table_corrected_for_ties():
    row = _screen(_demsar()).iloc[0]
    assert row["chi2"] == pytest.approx(10.228, abs=5e-4)
    assert row["f"] == pytest.approx(13 * 10.228 / (42 - 10.228), abs=1e-3)
    assert row["p"] < 0.05
    assert row[["n_datasets", "n_strategies"]].tolist() == [14, 4]


def test_a_loss_is_the_same_screen_upside_down():
    loss = Reading("log_loss")
    flipped = {key: 1 - value for key, value in _demsar().items()}
    assert _screen(flipped, loss).iloc[0]["chi2"] == pytest.approx(_screen(_demsar())["chi2"][0])


def test_leaking_and_missing_strategies_are_not_screened():
    values = {k: v for k, v in _demsar().items() if k[1] != "cf" or k[0] < "data05"}
    values |= {(f"data{i:02d}", "leak"): 0.99 for i in range(14)}
    row = _screen(values).iloc[0]
    columns = [[values[f"data{i:02d}", s] for i in range(14)] for s in ("none", "m", "m_cf")]
    assert row["chi2"] == pytest.approx(friedmanchisquare(*columns).statistic)
    assert row["n_strategies"] == 3


def test_one_data_set_is_no_screen():
    row = _screen({("a", "none"): 0.5, ("a", "m"): 0.6}).iloc[0]
    assert np.isnan(row["p"])
    assert row[["n_datasets", "n_strategies"]].tolist() == [1, 2]
