"""``scripts/recommend.py`` as a user runs it."""

import os
import re
import subprocess
import sys
from argparse import ArgumentParser
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from knowledge_base import study

from skewbench.errors import InputError
from skewbench.feasibility import Size
from skewbench.recommend import recommend_command, users_table
from skewbench.recommend.knowledge import TABLES, learners, reduced
from skewbench.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    """Return a folder with what a clone has: the reduced table and two others."""
    folder = tmp_path_factory.mktemp("knowledge")
    differences, *others = study()
    for name, table in zip(TABLES, [reduced(differences), *others], strict=True):
        table.to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    target = np.arange(400) % 10 == 0
    frame = pd.DataFrame(
        {
            "customer id": rng.permutation(400),
            "age": rng.normal(target, 1.0),
            "<b>colour</b>": np.where(rng.random(400) < 0.4, "red", "blue"),
            "constant <script>alert(1)</script>": 1,
            "y": np.where(target, "<i>yes</i>", "no"),
        }
    )
    frame.to_csv(tmp_path / "my table.csv", index=False)
    return tmp_path / "my table.csv"


def recommend(*arguments):
    command = [sys.executable, ROOT / "scripts" / "recommend.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def in_process(*arguments):
    """What the script does with its arguments."""
    parser = ArgumentParser()
    users_table.add_arguments(parser)
    parser.add_argument("--metric", default="average_precision")
    parser.add_argument("--learner", default="xgboost")
    parser.add_argument("--knowledge", type=Path)
    parser.add_argument("--out", type=Path, default=Path("recommendation"))
    return recommend_command.recommend(parser.parse_args(list(map(str, arguments))), ROOT)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.links = set(), []

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]


def test_a_page_and_a_study_that_loads(table, knowledge, tmp_path):
    out = tmp_path / "out"
    ran = recommend(table, "--target", "y", "--knowledge", knowledge, "--out", out)
    assert ran.returncode == 0, ran.stderr
    assert "24 families of data sets" in ran.stdout
    assert f"study STUDY={out / 'study.yaml'}\n" in ran.stdout
    assert f"fit DATA='{table}' TARGET=y STRATEGY=" in ran.stdout
    assert "Column 'customer id' has another value in every row" in ran.stdout
    made = load_study(out / "study.yaml", ROOT)
    assert made.datasets["my_table"]["target"] == "y"
    assert (ROOT / made.datasets["my_table"]["path"]).resolve() == table.resolve()
    assert {"none", "smote", "balanced_random_forest", "plain_forest"} <= set(made.strategies)
    page = (out / "recommendation.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not tags.found & {"script", "b", "i", "img", "link", "iframe"}
    assert tags.links == []
    assert "&lt;i&gt;yes&lt;/i&gt;" in page
    assert "constant &lt;script&gt;" in page
    assert "Column &#39;customer id&#39; has another value in every row" in page
    assert "<pre>make fit DATA=" in page
    assert 'name="viewport"' in page
    for policy in ("recommender", "single best", "guide 002", "guide 004", "random", "oracle"):
        assert re.search(rf"<td>{policy}</td>", page)


def test_elsewhere_than_in_the_project_make_is_told_where_it_is(
    table, knowledge, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    arguments = ["--target", "y", "--knowledge", knowledge, "--out", "out"]
    dropped = ["--drop", "customer id", "<b>colour</b>"]
    *_, page, test, fit = in_process(table.name, *arguments, *dropped)
    made = os.path.relpath(tmp_path, ROOT)
    assert page == "The page: out/recommendation.html"
    assert test.endswith(f": make -C {ROOT} study STUDY={made}/out/study.yaml")
    assert f": make -C {ROOT} fit DATA='{made}/my table.csv' TARGET=y STRATEGY=" in fit
    assert fit.endswith(" ARGS=\"--drop 'customer id' '<b>colour</b>'\"")
    assert str(ROOT) not in Path("out/recommendation.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "z"], "there is no column 'z' for `target`"),
        (["--target", "y", "--positive", "maybe"], "`positive` is 'maybe', which is no label"),
        (["--target", "y", "--learner", "xgbost"], "describes; allowed: xgboost"),
        (["--target", "y", "--learner", "random_forest"], "learner 'random_forest' must be one"),
        (["--target", "y", "--knowledge", "nowhere"], "there is no such table"),
    ],
)
def test_mistakes_are_one_sentence(table, knowledge, tmp_path, arguments, said):
    with pytest.raises(InputError) as error:
        in_process(table, "--knowledge", knowledge, "--out", tmp_path / "out", *arguments)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_learner_that_only_a_study_file_describes_is_not_allowed(table, knowledge, tmp_path):
    differences = pd.read_parquet(knowledge / "differences.parquet")
    inline = differences[differences["learner"] == "xgboost"].assign(learner="my_forest")
    for name in TABLES:
        pd.read_parquet(knowledge / f"{name}.parquet").to_parquet(tmp_path / f"{name}.parquet")
    pd.concat([differences, inline]).to_parquet(tmp_path / "differences.parquet")
    arguments = ["--target", "y", "--learner", "my_forest", "--knowledge", tmp_path]
    with pytest.raises(InputError, match=r"'my_forest' must be .*; allowed: xgboost$"):
        in_process(table, *arguments, "--out", tmp_path / "out")


def test_every_learner_of_the_published_study_can_be_asked_for():
    file = ROOT / "results" / "reference" / "published" / "tables" / "differences.parquet"
    studied = learners(pd.read_parquet(file))
    assert {"logistic_regression", "random_forest_8", "xgboost"} == set(studied)
    assert set(studied) <= set(recommend_command.catalogue(ROOT, "learners"))


def test_what_is_judged_as_an_option_can_be_recommended():
    """By size nothing is refused here: plain models are advised, those of equal time are not."""
    strategies = recommend_command.catalogue(ROOT, "strategies")
    size = Size("binary", (800, 200))
    allowed = {name for name, spec in strategies.items() if recommend_command.fits(spec, size)}
    anchors = {spec.get("anchor") for name, spec in strategies.items() if name in allowed} - {None}
    assert {"plain_forest", "plain_bagging", "plain_xgboost"} <= anchors <= allowed
    assert not {name for name in allowed if name.endswith("equal_cost")}
    assert "smote_before_split" not in allowed


def test_a_mistake_ends_the_script_with_the_sentence_alone(table):
    ran = recommend(table, "--target", "y", "--knowledge", "nowhere")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("Error: nowhere")
    assert ran.stderr.count("\n") == 1


def test_more_than_two_classes_need_a_positive_one(tmp_path, knowledge):
    rows = pd.DataFrame({"x": np.arange(90.0), "y": list("abc") * 30})
    rows.to_csv(tmp_path / "three.csv", index=False)
    with pytest.raises(InputError, match=r"say which one to find with --positive \(a, b, c\)"):
        in_process(tmp_path / "three.csv", "--target", "y", "--knowledge", knowledge)


def test_too_few_positives_are_said(tmp_path, knowledge):
    rows = pd.DataFrame({"x": np.arange(90.0), "y": ["a"] * 84 + ["b"] * 6})
    rows.to_csv(tmp_path / "few.csv", index=False)
    with pytest.raises(InputError, match="too small to say anything"):
        in_process(tmp_path / "few.csv", "--target", "y", "--knowledge", knowledge)
