"""What is left of a gain, step by step, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap
from small_tables import described, rows

from skewbench.analysis.decomposition import STEPS, decomposition_table
from skewbench.analysis.readings import Reading
from skewbench.analysis.select import family_means

STRATEGIES = described(none="control", smote="data", focal="algorithm")
DATASETS = "abcdef"
DEFAULT, TUNED = Reading("f1", decision="default"), Reading("f1", decision="tuned_f1")
RECALIBRATED = Reading("f1", "recalibrated", decision="default")
CORRECTED = Reading("f1", "corrected", decision="default")
# Per data set: control and smote under each reading.
CONTROL = {DEFAULT: 0.30, TUNED: 0.50, RECALIBRATED: 0.35, CORRECTED: 0.30}
SMOTE = {DEFAULT: 0.48, TUNED: 0.52, RECALIBRATED: 0.34, CORRECTED: 0.36}


def collected(smote=SMOTE, control=CONTROL, spread=0.01, readings=tuple(CONTROL)):
    """Data set i has ``spread * i`` added to what smote scores."""
    return pd.concat(
        rows(
            {(name, "none"): control[reading] for name in DATASETS}
            | {(name, "smote"): smote[reading] + spread * i for i, name in enumerate(DATASETS)},
            reading=reading,
        )
        for reading in readings
    )


def decomposed(collected, strategies):
    readings = {reading for steps in STEPS.values() for step in steps for reading in step[1:]}
    return decomposition_table(family_means(collected, strategies, readings), strategies)


def steps(table, metric="f1", strategy="smote"):
    found = table[(table["metric"] == metric) & (table["strategy"] == strategy)]
    return found.set_index("step")


def test_gains_by_hand():
    table = steps(decomposed(collected(), STRATEGIES))
    mean_of_spread = 0.01 * 2.5
    assert table["gain"].to_dict() == pytest.approx(
        {
            "default": 0.18 + mean_of_spread,
            "control_tuned": -0.02 + mean_of_spread,
            "both_tuned": 0.02 + mean_of_spread,
            "both_corrected": 0.06 + mean_of_spread,
            "both_recalibrated": -0.01 + mean_of_spread,
        }
    )
    assert table["wins"].to_dict() == {
        "default": 6,
        "control_tuned": 3,  # .00 is none
        "both_tuned": 6,
        "both_corrected": 6,
        "both_recalibrated": 4,
    }
    assert set(table["n_datasets"]) == {6}
    assert set(table["label"]) == {"Smote"}


def test_the_interval_is_scipys_over_data_sets():
    table = steps(decomposed(collected(spread=0.03), STRATEGIES))
    differences = 0.18 + 0.03 * np.arange(6)
    other = bootstrap((differences,), np.mean, method="BCa", n_resamples=20000, rng=1)
    row = table.loc["default"]
    assert row["lower"] == pytest.approx(other.confidence_interval.low, abs=0.006)
    assert row["upper"] == pytest.approx(other.confidence_interval.high, abs=0.006)


def test_a_smaller_loss_is_a_gain():
    reading = Reading("log_loss")
    values = {(name, "none"): 0.4 for name in DATASETS} | {
        (name, "smote"): 0.7 for name in DATASETS
    }
    table = steps(decomposed(rows(values, reading=reading), STRATEGIES), "log_loss")
    assert table["gain"].to_dict() == pytest.approx({"default": -0.3})


def test_steps_share_their_data_sets():
    frame = collected()
    lost = (frame["dataset"] == "a") & (frame["strategy"] == "smote")
    lost &= (frame["decision"] == "tuned_f1") & (frame["scores"] == "raw")
    table = steps(decomposed(frame[~lost], STRATEGIES))
    assert set(table["n_datasets"]) == {5}
    assert table.loc["default", "gain"] == pytest.approx(0.18 + 0.01 * 3)


def test_a_strategy_without_corrected_scores_keeps_its_other_steps():
    readings = (DEFAULT, TUNED, RECALIBRATED)
    table = steps(decomposed(collected(readings=readings), STRATEGIES))
    assert set(table.index) == {"default", "control_tuned", "both_tuned", "both_recalibrated"}


def test_an_own_model_is_set_against_its_anchor():
    strategies = described(
        none="control",
        forest=("anchor", "forest"),
        balanced=("algorithm", "forest"),
        lonely=("algorithm", "absent"),
    )
    values = {DEFAULT: (0.40, 0.60), TUNED: (0.55, 0.58), RECALIBRATED: (0.45, 0.46)}
    own = pd.concat(
        rows(
            {(name, "forest"): anchor for name in DATASETS}
            | {(name, "balanced"): score for name in DATASETS}
            | {(name, "lonely"): 0.9 for name in DATASETS},
            learner="own",
            reading=reading,
        )
        for reading, (anchor, score) in values.items()
    )
    learnt = collected()
    table = decomposed(pd.concat([own, learnt[learnt["strategy"] == "none"]]), strategies)
    assert set(table["strategy"]) == {"balanced"}
    assert set(table["control"]) == {"forest"}
    assert steps(table, strategy="balanced")["gain"].to_dict() == pytest.approx(
        {"default": 0.2, "control_tuned": 0.05, "both_tuned": 0.03, "both_recalibrated": 0.01}
    )


def test_the_share_of_filled_in_values():
    frame = collected()
    failed = (frame["dataset"] == "a") & (frame["strategy"] == "smote")
    again = frame[failed].head(1).assign(status="failed", metric="", scores="", decision="")
    table = steps(decomposed(pd.concat([frame[~failed], again]), STRATEGIES))
    assert set(table["share_imputed"].round(12)) == {round(1 / 6, 12)}
    # on data set a the control's value is its own: no gain; elsewhere .18 + .01 i
    assert table.loc["default", "gain"] == pytest.approx((5 * 0.18 + 0.15) / 6)
    assert set(table["control"]) == {"none"}


def test_nothing_to_compare_is_an_empty_table():
    own = rows({("a", "smote"): 0.5}, learner="own", reading=DEFAULT)
    table = decomposed(own, STRATEGIES)
    assert table.empty
    assert {"gain", "step", "label"} <= set(table)
