import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap
from small_tables import AP, described, rows

from skewbench.analysis.effects import effect_differences
from skewbench.analysis.select import family_means
from skewbench.analysis.slopes import slope_table

STRATEGIES = described(none="control", smote="data")


def _table(gains, control=0.5):
    """Return the slopes for {ratio: {dataset: gain of smote}}."""
    collected = pd.concat(
        rows(
            {
                (dataset, strategy): control + extra
                for dataset, gain in by_dataset.items()
                for strategy, extra in (("none", 0.0), ("smote", gain))
            },
            ratio=ratio,
        )
        for ratio, by_dataset in gains.items()
    )
    return slope_table(effect_differences(family_means(collected, STRATEGIES, [AP]), STRATEGIES))


def test_slopes_per_data_set_by_hand():
    table = _table(
        {
            "natural": {"a": 0.3, "b": 0.3, "c": 0.3},
            "ir10": {"a": 0.0, "b": 0.10, "c": 0.2},
            "ir100": {"a": 0.1, "b": 0.15},
        }
    )
    assert len(table) == 1
    row = table.iloc[0]
    # a gains .1 per factor ten, b .05; c has one ratio and no slope
    assert row["slope"] == pytest.approx(0.075)
    assert row[["arm", "strategy", "level", "n_datasets"]].tolist() == [
        "fixed total",
        "smote",
        "data",
        2,
    ]
    assert np.isnan(row["lower"])


def test_data_sets_are_the_unit_of_the_interval():
    rng = np.random.default_rng(0)
    slopes = rng.normal(0.1, 0.05, 12)
    names = [f"d{i:02d}" for i in range(12)]
    noise = rng.normal(0, 1e-3, 12)
    table = _table(
        {
            # a symmetric bend leaves the least-squares slope as it is
            ratio: dict(zip(names, 0.1 + x * slopes + bend * noise, strict=True))
            for ratio, x, bend in (("ir2", 0, 1), ("ir20", 1, -2), ("ir200", 2, 1))
        }
    )
    row = table.iloc[0]
    assert row["slope"] == pytest.approx(slopes.mean())
    expected = bootstrap((slopes,), np.mean, n_resamples=20000, rng=1).confidence_interval
    width = expected.high - expected.low
    assert [row["lower"], row["upper"]] == pytest.approx(list(expected), abs=0.05 * width)
    assert row["n_datasets"] == 12


def test_arms_are_not_mixed():
    table = _table(
        {
            "ir10": {"a": 0.0},
            "ir100": {"a": 0.2},
            "ir10m50": {"a": 0.0},
            "ir100m50": {"a": -0.2},
        }
    )
    slopes = table.set_index("arm")["slope"].to_dict()
    assert slopes == pytest.approx({"fixed total": 0.2, "50 minority rows": -0.2})


@pytest.mark.parametrize("gains", [{"natural": {"a": 0.1}}, {"ir10": {"a": 0.1}}])
def test_fewer_than_two_ratios_have_no_slope(gains):
    table = _table(gains)
    assert table.empty
    assert "n_datasets" in table
