"""The README's numbers are those of the committed reference tables."""

import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "results" / "reference" / "default" / "tables"
README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def test_wins_at_both_thresholds():
    decisions = pd.read_csv(TABLES / "decisions.csv")
    pairs = decisions[
        (decisions["task"] == "binary")
        & (decisions["ratio"] == "natural")
        & (decisions["learner"] != "own")
        & (decisions["strategy"] != "none")
    ]
    at_default = (pairs["default"] > pairs["control_default"]).sum()
    tuned = (pairs["tuned"] > pairs["control_tuned"]).sum()
    assert f"{at_default} of {len(pairs)} pairs of strategy and learner" in README
    assert re.search(rf"tuned threshold, {tuned} do\b", README)


def test_optimism_of_leaking():
    leaking = pd.read_csv(TABLES / "leaking.csv").fillna({"decision": ""})
    rows = leaking[
        (leaking["task"] == "binary")
        & (leaking["ratio"] == "natural")
        & (leaking["metric"] == "average_precision")
        & (leaking["scores"] == "raw")
        & (leaking["prior"] == "matched")
    ].set_index("learner")["mean"]
    sentence = (
        f"{rows['decision_tree']:.2f} (decision tree), {rows['logistic_regression']:.2f} "
        f"(logistic regression) and {rows['xgboost']:.2f} (XGBoost)"
    )
    assert sentence in README


def benchmark(name):
    return pd.read_csv(ROOT / "results" / "reference" / "benchmarks" / f"{name}.csv")


def test_efficiency():
    small, large = benchmark("efficiency").set_index("rows")["efficiency"].loc[[500, 2000]]
    assert f"spends {small:.0%} inside".replace("%", " %") in README
    assert f"and {large:.0%} on data sets of 2000".replace("%", " %") in README


def test_growth():
    table = benchmark("growth").set_index(["what", "n"])
    wall = table["wall_seconds"]
    assert f"planned in {wall['dry run', 10_000]:.0f} s" in README
    assert f"found finished in {wall['nothing to be done', 10_000]:.0f} s" in README
    run = table.loc[("a run, empty blocks", 10_000)]
    sentence = f"{run['wall_seconds'] / 60:.0f} minutes and {run['peak_mb']:.0f} MB to run"
    assert sentence in README
    assert f"fifty thousand are planned in {wall['dry run', 50_000]:.0f} s" in README


def test_gain_of_the_incremental_search():
    table = benchmark("neighbours")
    gains = table[table["method"] == "condensed nearest neighbour"]
    assert gains["same_rows"].all()
    low, high = gains["gain"].min(), gains["gain"].max()
    assert f"rows {low:.0f} to {high:.0f} times faster" in README


def test_the_usual_way_takes_longer():
    table = benchmark("peers").set_index("way")
    assert (table["largest_difference"] <= 1e-12).all()
    ratio = table["cpu_ratio"]
    assert f"take {ratio['pipelines']:.1f} times the CPU time" in README
    assert f"`TunedThresholdClassifierCV` {ratio['library_tuner']:.1f} times" in README
