"""A study with tuned hyperparameters, from its file to its tables and report."""

import json

import pandas as pd
from workplace import MINI, Workplace


def test_a_tuned_study_is_a_track_of_its_own(tree, tmp_path):
    place = Workplace(tree, tmp_path)
    strategies = ["none", "smote"]
    place.write(MINI | {"strategies": strategies, "trials": 3, "seeds": 1, "keep_scores": False})
    place.finish()
    for file in (place.results / "tables").glob("*.parquet"):
        table = pd.read_parquet(file)
        assert set(table.get("track", ["tuned"])) <= {"tuned"}, file.name
    chosen = pd.read_csv(place.results / "tables" / "hyperparameters.csv", keep_default_na=False)
    assert set(chosen["strategy"]) == {"none", "smote"}
    assert chosen["share"].between(0, 1).all()
    assert set(chosen["parameter"]) == {
        "DecisionTreeClassifier.min_samples_leaf",
        "DecisionTreeClassifier.max_depth",
        "LogisticRegression.C",
        "SMOTE.k_neighbors",
        "SMOTE.sampling_strategy",
    }
    chosen.loc[chosen["value"] != "catalogue", "value"].map(json.loads)
    report = (place.results / "report.html").read_text(encoding="utf-8")
    assert "Hyperparameters that were chosen" in report
    assert place.planned() == []
