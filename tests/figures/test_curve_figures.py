"""Cost curves and reliability: points and intervals that can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from synthetic_study import described_strategies

from skewbench import results
from skewbench.figures.cost_curves import _probability_cost, cost_plot
from skewbench.figures.kept import kept_scores
from skewbench.figures.reliability import probabilities, reliability_curve
from small_cells import STRATEGIES as CATALOGUE
from small_cells import binary_table, run

pytestmark = pytest.mark.filterwarnings("error")

STRATEGIES = described_strategies()


def kept(datasets=("mammography",), strategies=("none", "smote", "rusboost"), folds=3):
    rng = np.random.default_rng(4)
    parts = []
    for dataset in datasets:
        for strategy in strategies:
            for fold in range(folds):
                for part, size in (("test", 200), ("oof", 400)):
                    y = (np.arange(size) % 10 == 0).astype(int)
                    score = 1 / (1 + np.exp(-rng.normal(3 * y - 1, 1)))
                    key = {"dataset": dataset, "strategy": strategy, "seed": 0, "fold": fold}
                    key |= {"part": part, "threshold": 0.5, "effective_prior": 0.5, "weight": 1.0}
                    parts.append(pd.DataFrame({"y": y, "score": score}).assign(**key))
    return pd.concat(parts, ignore_index=True)


COSTS = {"mammography": {"false_negative": 10, "false_positive": 1}}


def test_a_threshold_is_a_line_from_its_false_alarms_to_its_misses():
    rows = kept(strategies=["none"], folds=1)
    test = rows[rows["part"] == "test"]
    left, right = cost_plot(test, STRATEGIES, COSTS).axes
    predicted = test["score"] >= 0.5
    false_alarm = predicted[test["y"] == 0].mean()
    miss = 1 - predicted[test["y"] == 1].mean()
    line = right.lines[0].get_ydata()
    assert (line[0], line[-1]) == pytest.approx((false_alarm, miss))
    x, envelope = left.lines[0].get_data()
    assert np.all(envelope <= np.minimum(x, 1 - x) + 1e-12)
    assert np.all(envelope <= line + 1e-12)
    # PC(+) = .1 x 10 / (.1 x 10 + .9 x 1)
    assert _probability_cost(test, COSTS["mammography"]) == pytest.approx(1 / 1.9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_bins_hold_every_row_and_keep_ties_together(seed, levels):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, 150), rng.integers(0, levels, 150) / levels
    curve = reliability_curve(y, p, np.ones(150))
    assert curve["n_rows"].sum() == 150
    assert np.average(curve["observed"], weights=curve["n_rows"]) == pytest.approx(y.mean())
    assert np.average(curve["predicted"], weights=curve["n_rows"]) == pytest.approx(p.mean())
    assert (curve["lower"] <= curve["observed"]).all()
    assert (curve["observed"] <= curve["upper"]).all()
    assert len(curve) <= min(levels, 10)


def test_the_interval_is_wilsons():
    y, p = np.r_[np.ones(7), np.zeros(13)], np.full(20, 0.4)
    (row,) = reliability_curve(y, p, np.ones(20)).itertuples()
    expected = binomtest(7, 20).proportion_ci(method="wilson")
    assert (row.lower, row.upper) == pytest.approx((expected.low, expected.high))


def test_weights_of_the_classes_give_the_share_at_their_prior():
    y = np.r_[np.ones(5), np.zeros(5)]
    (row,) = reliability_curve(y, np.full(10, 0.2), np.where(y == 1, 1.0, 9.0)).itertuples()
    assert row.observed == pytest.approx(0.1)
    assert row.lower < 0.1 < row.upper < 0.5


def test_the_published_correction_of_the_prior():
    # 50 : 950, balanced undersampling: .5 -> .05, .9 -> .3214 (PROTOCOL.md)
    y = np.r_[np.ones(50), np.zeros(950)].astype(int)
    oof = pd.DataFrame({"part": "oof", "y": y, "score": np.linspace(0.1, 0.9, 1000)})
    test = pd.DataFrame({"part": "test", "y": [1, 0], "score": [0.5, 0.9]})
    both = pd.concat([oof, test]).assign(dataset="d", strategy="random_under", seed=0, fold=0)
    both = both.assign(weight=1.0, effective_prior=0.5)
    made = probabilities(both, {"random_under": {"correction": "exact"}})
    assert made.loc[made["scores"] == "raw", "p"].tolist() == [0.5, 0.9]
    corrected = made.loc[made["scores"] == "corrected", "p"]
    assert corrected.tolist() == pytest.approx([0.05, 0.3214], abs=1e-4)


def test_margins_are_no_probabilities():
    made = probabilities(kept().assign(effective_prior=np.nan), CATALOGUE | {"none": {}})
    assert set(made["scores"]) == {"recalibrated"}


def test_kept_scores_become_the_probabilities_that_the_cell_judged(tmp_path):
    keys = {"dataset": "small", "ratio": "ir8", "strategy": "smote", "task": "binary"}
    made = run(binary_table(), "smote", ratio="ir8")["logistic_regression"]
    scores, metrics = (
        tmp_path / kind / "small" / "ir8" / "smote" / "seeds0-0.parquet"
        for kind in ("scores", "metrics")
    )
    results.write(results.scores_table([made]), scores)
    results.write(results.metrics_table([made], keys | {"track": "default"}), metrics)
    rows = kept_scores([(scores, metrics)], "logistic_regression")
    assert set(rows["part"]) == {"test", "oof"}
    assert rows["threshold"].unique().tolist() == [0.5]
    assert rows["effective_prior"].unique() == pytest.approx([0.5])
    assert rows["dataset"].unique().tolist() == ["small"]
    for (version, fold), p in probabilities(rows, CATALOGUE).groupby(["scores", "fold"]):
        squared = (p["p"].clip(1e-6, 1 - 1e-6) - p["y"]) ** 2
        (judged,) = [
            row.value
            for row in made.rows
            if (row.metric, row.scores, row.fold) == ("brier", version, fold)
        ]
        assert np.average(squared, weights=p["weight"]) == pytest.approx(judged)
