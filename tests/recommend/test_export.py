"""An exported model scores as it did in memory, and holds nothing but reviewed types."""

import json
import re
import subprocess
import sys
import zipfile
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from test_final import setting

from skewbench.errors import InputError
from skewbench.recommend import export, fit_command, trust, users_table
from skewbench.recommend.final import train
from skewbench.recommend.scoring import score_file
from small_cells import LEARNERS, STRATEGIES, binary_table, learner_for, mixed_table

ROOT = Path(__file__).resolve().parents[2]
REPRESENTATIVE = ["none", "smote", "weight_inverse", "focal", "two_phase", "rusboost"]
REPRESENTATIVE += ["isolation_forest", "balance_cascade", "rule_ensemble"]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A table of the user's with numbers, categories, missing values and a date."""
    folder = tmp_path_factory.mktemp("mine")
    table = mixed_table(n_rows=300)
    frame = table.features.astype({"colour": str, "shape": object, "grade": str})
    frame["when"] = pd.date_range("2024-01-01", periods=300).strftime("%Y-%m-%d")
    frame.loc[::11, "x1"] = np.nan
    frame["y"] = np.where(table.target == 1, "yes", "no")
    frame.to_csv(folder / "mine.csv", index=False)
    return folder / "mine.csv"


def fit(data, out, *arguments):
    command = [sys.executable, ROOT / "scripts" / "fit.py", data, "--target", "y", "--out", out]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=100)


@pytest.fixture(scope="module")
def exported(mine, tmp_path_factory):
    out = tmp_path_factory.mktemp("model")
    ran = fit(mine, out, "--strategy", "smote", "--learner", "logistic_regression")
    assert ran.returncode == 0, ran.stderr
    (out / "said.txt").write_text(ran.stdout)
    return out


def trusted_of(folder):
    """What the scoring script in a folder trusts."""
    scope = {}
    text = (folder / export.SCRIPT).read_text()
    start = text.index("TRUSTED")
    exec(text[start : text.index("\n\n", start)], scope)
    return scope["TRUSTED"]


@pytest.mark.parametrize("strategy", REPRESENTATIVE)
@pytest.mark.parametrize("rule", ["raw/tuned_f1", "recalibrated/cost"])
def test_scores_and_threshold_survive_to_the_bit(strategy, rule, tmp_path):
    table = binary_table()
    model = train(setting(table, strategy), learner_for(strategy), *rule.split("/"))
    export.export(model, {}, tmp_path)
    loaded, _ = export.load(tmp_path, trusted_of(tmp_path))
    assert loaded.scores(table.features).tobytes() == model.scores(table.features).tobytes()
    assert loaded.threshold == model.threshold


def test_an_isotonic_map_survives(tmp_path):
    table = binary_table(n_rows=3000, imbalance_ratio=5.0)
    model = train(setting(table, "smote"), "logistic_regression", "recalibrated", "cost")
    assert model.recalibrator.method == "isotonic"
    export.export(model, {}, tmp_path)
    loaded, _ = export.load(tmp_path, trusted_of(tmp_path))
    assert loaded.scores(table.features).tobytes() == model.scores(table.features).tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [n for n, s in STRATEGIES.items() if s.get("ranked", True)])
def test_every_strategy_can_be_exported(strategy, tmp_path):
    table = binary_table()
    model = train(setting(table, strategy), learner_for(strategy), "raw", "tuned_f1")
    export.export(model, {}, tmp_path)
    loaded, _ = export.load(tmp_path, trusted_of(tmp_path))
    assert loaded.scores(table.features).tobytes() == model.scores(table.features).tobytes()


@pytest.mark.parametrize(
    "learner",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "hist_gradient_boosting" else ())
        for name in LEARNERS
    ],
)
def test_every_learner_can_be_exported(learner, tmp_path):
    table = binary_table()
    made = replace(setting(table, "none"), learners={learner: LEARNERS[learner]})
    model = train(made, learner, "raw", "tuned_f1")
    export.export(model, {}, tmp_path)
    loaded, _ = export.load(tmp_path, trusted_of(tmp_path))
    assert loaded.scores(table.features).tobytes() == model.scores(table.features).tobytes()


def test_the_script_writes_the_scores_of_the_model_in_memory(mine, exported):
    (said,) = re.findall(r"^Score new rows: (.*)", (exported / "said.txt").read_text(), re.M)
    ran = subprocess.run(
        ["sh", "-c", said.replace("new.csv", f"'{mine}'")],
        capture_output=True,
        text=True,
        timeout=100,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr
    (exported / "scored.csv").write_text(ran.stdout)
    scored = pd.read_csv(exported / "scored.csv")
    table, facts = users_table.read(arguments_of(mine))
    made = replace(setting(table, "smote"), dataset=facts["name"])
    model = train(made, "logistic_regression", "raw", "tuned_f1")
    wanted = model.scores(table.features)
    assert scored["score"].to_numpy().tobytes() == wanted.tobytes()
    assert (scored["decision"] == np.where(wanted >= model.threshold, "yes", "no")).all()
    assert scored["row"].tolist() == list(range(1, 301))


def test_without_skewbench_the_script_says_so_in_one_sentence(exported):
    # Isolated and without site-packages, so that nothing but the standard library is there.
    command = [sys.executable, "-I", "-S", exported / "score.py", "new.csv"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("Error: Skewbench cannot be imported (")
    assert "set PYTHONPATH" in ran.stderr
    assert ran.stderr.count("\n") == 1


def arguments_of(data):
    """What the scripts read of a command line."""
    parser = ArgumentParser()
    users_table.add_arguments(parser)
    return parser.parse_args([str(data), "--target", "y"])


def test_rows_are_scored_one_by_one_as_together(mine, exported, tmp_path):
    rows = pd.read_csv(mine)
    together, _ = score_file(exported, trusted_of(exported), mine)
    for number in (0, 11, 150):
        rows.drop(columns="y").iloc[[number]].to_csv(tmp_path / "one.csv", index=False)
        alone, notes = score_file(exported, trusted_of(exported), tmp_path / "one.csv")
        assert alone["score"].tolist() == pytest.approx([together["score"][number]], rel=1e-12)
        assert notes == []


def test_columns_may_stand_in_another_order_with_others_between(mine, exported, tmp_path):
    rows = pd.read_csv(mine)
    rows.insert(0, "other", 1)
    rows[rows.columns[::-1]].to_csv(tmp_path / "new.csv", index=False)
    wanted, _ = score_file(exported, trusted_of(exported), mine)
    found, _ = score_file(exported, trusted_of(exported), tmp_path / "new.csv")
    pd.testing.assert_frame_equal(found, wanted)


def test_unseen_categories_are_scored_and_said(mine, exported, tmp_path):
    rows = pd.read_csv(mine).head(20)
    rows.loc[3:5, "colour"] = "mauve"
    rows.to_csv(tmp_path / "new.csv", index=False)
    scored, notes = score_file(exported, trusted_of(exported), tmp_path / "new.csv")
    assert np.isfinite(scored["score"]).all()
    assert notes == [
        "column 'colour': 3 of 20 rows have values not seen in training ('mauve'); "
        "the model knows nothing of them"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.rename(columns={"x0": "X0"}), "needs the column(s) 'x0' (did you mean"),
        (lambda rows: rows.astype({"x0": object}).replace({"x0": {rows["x0"][0]: "much"}}), "much"),
        (lambda rows: rows.head(0), "no rows"),
    ],
)
def test_what_is_wrong_with_new_rows_is_one_sentence(mine, exported, tmp_path, change, said):
    change(pd.read_csv(mine)).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(InputError) as error:
        score_file(exported, trusted_of(exported), tmp_path / "new.csv")
    assert said in str(error.value)


def copied(folder, to, schema):
    """Copy a model, its schema changed by a function."""
    for name in (export.FACTS, export.SCRIPT):
        (to / name).write_bytes((folder / name).read_bytes())
    with (
        zipfile.ZipFile(folder / export.MODEL) as old,
        zipfile.ZipFile(to / export.MODEL, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, schema(content) if name == "schema.json" else content)


def test_a_tampered_type_is_refused(exported, tmp_path):
    def tampered(schema):
        made = json.loads(schema)
        estimator = made["content"]["estimator"]
        estimator["__module__"], estimator["__class__"] = "subprocess", "Popen"
        return json.dumps(made)

    copied(exported, tmp_path, tampered)
    with pytest.raises(InputError, match=r"refused, .*subprocess\.Popen"):
        export.load(tmp_path, trusted_of(exported))
    copied(exported, tmp_path, lambda schema: schema)
    export.load(tmp_path, trusted_of(exported))


def test_a_damaged_or_absent_model_is_one_sentence(exported, tmp_path):
    with pytest.raises(InputError, match=r"model\.json: there is no such file"):
        export.load(tmp_path, [])
    copied(exported, tmp_path, lambda schema: schema)
    (tmp_path / export.MODEL).write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        export.load(tmp_path, trusted_of(exported))


class Strange:
    """A type that nobody has reviewed."""

    def __init__(self):
        self.number = 1


def test_a_type_that_nobody_reviewed_is_not_written(tmp_path):
    table = binary_table()
    model = train(setting(table, "none"), "logistic_regression", "raw", "tuned_f1")
    model.estimator.strange = Strange()
    with pytest.raises(InputError, match=r"nobody has reviewed .*Strange"):
        export.export(model, {}, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_nothing_is_trusted_that_could_run_something():
    allowed = ("skewbench.", "xgboost.", "imblearn.", "sklearn.", "numpy.", "scipy.", "builtins.")
    for name in trust.REVIEWED:
        assert name.startswith(allowed)
        assert name not in ("builtins.eval", "builtins.exec", "builtins.getattr")
    # Plain data need no trust at all.
    plain = skops.io.dumps({"a": 1, "b": np.arange(3)})
    assert skops.io.get_untrusted_types(data=plain) == []


def test_facts_beside_the_model(exported):
    facts = json.loads((exported / export.FACTS).read_text())
    assert facts["classes"] == ["no", "yes"]
    kinds = {column["name"]: column["kind"] for column in facts["columns"]}
    assert kinds == {
        "x0": "number",
        "x1": "number",
        "colour": "category",
        "shape": "category",
        "grade": "category",
        "when": "number",
    }
    assert (facts["scores"], facts["decision"]) == ("raw", "tuned_f1")
    assert "skops" in facts["versions"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"strategy": "smot"}, "unknown strategy 'smot'; did you mean 'smote'?"),
        ({"learner": "xgbost"}, "unknown learner 'xgbost'; did you mean 'xgboost'?"),
        ({"strategy": "smote_before_split"}, "leaks on purpose"),
        ({"cost": [0.0, 1.0]}, "both costs must be above zero"),
    ],
)
def test_mistakes_are_one_sentence(mine, tmp_path, arguments, said):
    given = arguments_of(mine)
    settings = {"strategy": "none", "learner": "logistic_regression", "decision": "tuned_f1"}
    settings |= {"cost": [10.0, 1.0], "out": tmp_path / "out"} | arguments
    for name, value in settings.items():
        setattr(given, name, value)
    with pytest.raises(InputError) as error:
        fit_command.fit(given, ROOT)
    assert said in str(error.value)
    assert not (tmp_path / "out").exists()
