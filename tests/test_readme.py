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
