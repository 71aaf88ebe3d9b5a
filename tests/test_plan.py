"""A plan promises what cells then do, and its estimate is the sum of its parts."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skewbench.block import run_block
from skewbench.data import sources, table
from skewbench.data.ratios import Ratio, induce
from skewbench.data.splits import outer_folds
from skewbench.data.table import Table
from skewbench.errors import Infeasible
from skewbench.feasibility import training_size
from skewbench.forecast import BLOCK_SECONDS
from skewbench.plan import plan, summary
from skewbench.results import read_metrics
from skewbench.study import load_study

STUDY = {
    "study": "promises",
    "datasets": [
        {
            "blobs": {
                "source": "synthetic",
                "shape": "classification",
                "n_samples": 120,
                "imbalance_ratio": 5,
                "n_features": 3,
                "seed": 1,
            }
        },
        {"rare": {"source": "synthetic", "shape": "moons", "n_samples": 90, "imbalance_ratio": 9}},
        "wine",
    ],
    "ratios": ["natural", "ir10", "ir50", "ir2m8", "lt2"],
    "strategies": [
        "none",
        "weight_inverse",
        "focal",
        "two_phase",
        "plain_forest",
        "one_class_svm",
        {
            "small": {
                "level": "data",
                "resample": {"imblearn.over_sampling.RandomOverSampler": {}},
                "max_rows": 70,
            }
        },
    ],
    "learners": [
        "decision_tree",
        "k_nearest_neighbours",
        {
            "small_tree": {
                "model": {"sklearn.tree.DecisionTreeClassifier": {"max_depth": 2}},
                "max_rows": 70,
            }
        },
    ],
    "seeds": 1,
    "folds": 2,
    "inner_folds": 0,
    "min_positives": 6,
}
WHERE = ["dataset", "ratio", "strategy", "learner"]


@pytest.fixture(scope="module")
def project(request):
    return request.config.rootpath


@pytest.fixture(scope="module")
def study(project, tmp_path_factory):
    file = tmp_path_factory.mktemp("study") / "study.yaml"
    file.write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    return load_study(file, project)


@pytest.fixture(scope="module")
def prepared(study, tmp_path_factory):
    """Facts by data set, and the folder of the prepared files."""
    folder = tmp_path_factory.mktemp("data")
    facts = {}
    for name, entry in study.datasets.items():
        made, facts[name] = sources.load(name, entry, study.folder, folder)
        table.write(made, facts[name], folder / f"{name}.parquet", folder / f"{name}.json")
    return facts, folder


@pytest.fixture(scope="module")
def planned(study, prepared):
    return pd.DataFrame(plan(study, prepared[0])).set_index(WHERE)


@pytest.fixture(scope="module")
def run(study, prepared, tmp_path_factory):
    """What the cells gave: status and reason by data set, ratio, strategy and learner."""
    _, folder = prepared
    file = tmp_path_factory.mktemp("metrics") / "block.parquet"
    found = []
    for block in study.blocks():
        run_block(
            folder / f"{block.dataset}.parquet",
            folder / f"{block.dataset}.json",
            (block.dataset, block.ratio, block.strategy, block.first, block.last),
            study.block_settings(block.strategy),
            study.limits,
            study.folder,
            file,
            None,
            {},
        )
        found.append(read_metrics(file).to_pandas()[[*WHERE, "status", "reason"]].astype(str))
    return pd.concat(found).drop_duplicates().set_index(WHERE)


def test_every_cell_is_planned_once(study, planned):
    assert planned.index.is_unique
    own = sum("model" in strategy for strategy in study.strategies.values())
    per_place = own + (len(study.strategies) - own) * len(study.learners)
    assert len(planned) == len(study.datasets) * len(study.ratios) * per_place
    assert set(planned["status"]) == {"to run", "infeasible"}


def test_cells_keep_what_the_plan_promises(planned, run):
    assert run.index.is_unique
    assert set(run.index) == set(planned.index)
    given = run.loc[planned.index]
    promised = planned["status"].replace({"to run": "ok"})
    beside = planned.assign(given=given["status"], why=given["reason"])
    different = beside[given["status"] != promised]
    assert different.empty, different.to_string()


def test_reasons_that_hold_no_count_are_the_same_words(planned, run):
    refused = planned[planned["status"] == "infeasible"]
    said = run.loc[refused.index, "reason"]
    in_words = refused[~refused["reason"].str.contains(r"\d+ (?:positives|rows|negatives|train)")]
    assert (in_words["reason"] == said[in_words.index]).all()
    # Every kind of reason occurs here.
    kinds = ["defined for", "data only", "no example weights", "custom objective", "continue"]
    assert all(in_words["reason"].str.contains(kind).any() for kind in kinds)
    assert refused["reason"].str.contains("size limit").any()


def test_only_what_runs_costs_something(planned):
    runs = planned["status"] == "to run"
    assert (planned.loc[runs, "cpu_seconds"] > 0).all()
    assert (planned.loc[~runs, "cpu_seconds"] == 0).all()


def test_the_summary_adds_up(study, prepared, planned):
    # Seeds enough that the hours have digits.
    many = replace(study, seeds=4000, seeds_per_job=10)
    cells = plan(many, prepared[0])
    seconds = sum(cell.cpu_seconds for cell in cells)
    assert seconds == pytest.approx(4000 * planned["cpu_seconds"].sum())
    text = summary(many, cells)
    jobs = len(many.blocks())
    assert f"{3 * 5 * 7 * 4000} cells in {jobs} jobs" in text
    hours = float(re.search(r"Estimate: ([\d.]+) CPU hours", text)[1])
    assert hours == pytest.approx((seconds + jobs * BLOCK_SECONDS) / 3600, abs=0.005)
    rows = [line.split() for line in text.splitlines()]
    table_rows = [row for row in rows if row and row[0] in study.datasets]
    assert len(table_rows) == 3 * 5
    for column, status in ((2, "to run"), (3, "infeasible"), (4, "unknown")):
        assert sum(int(row[column]) for row in table_rows) == sum(
            cell.seeds for cell in cells if cell.status == status
        )
    assert sum(float(row[5]) for row in table_rows) == pytest.approx(seconds, abs=8)


def test_what_is_not_fetched_is_unknown(study, prepared):
    facts = {name: known for name, known in prepared[0].items() if name != "wine"}
    cells = plan(study, facts)
    assert {cell.status for cell in cells if cell.dataset == "wine"} == {"unknown"}
    assert {cell.status for cell in cells if cell.dataset != "wine"} <= {"to run", "infeasible"}


def rows_of(counts):
    """Return a table of distinct rows with these class counts."""
    y = np.repeat(np.arange(len(counts)), counts)
    y = np.random.default_rng(0).permutation(y)
    features = pd.DataFrame({"x": np.arange(len(y), dtype=float)})
    classes = tuple(map(str, range(len(counts))))
    return Table(features, y, classes, "binary" if len(counts) == 2 else "multiclass")


def facts_of(counts):
    task = "binary" if len(counts) == 2 else "multiclass"
    return {"task": task, "class_counts": counts, "split": {"kind": "stratified"}}


COUNTS = st.lists(st.integers(12, 150), min_size=2, max_size=4).map(
    lambda counts: sorted(counts, reverse=True)
)


@settings(deadline=None)
@given(COUNTS, st.integers(2, 6), st.integers(0, 100))
def test_the_size_of_training_parts_is_that_of_real_folds(counts, folds, seed):
    protocol = {"folds": folds, "min_positives": 2}
    size = training_size(facts_of(counts), "natural", protocol)
    rows = rows_of(counts)
    for train, _ in outer_folds(rows, "stratified", folds, np.random.SeedSequence(seed)):
        real = np.bincount(rows.target[train], minlength=len(counts))
        assert np.abs(real - size.counts).max() <= 1
    assert size.rows == sum(size.counts)


@settings(deadline=None)
@given(COUNTS, st.integers(2, 6), st.sampled_from([1, 2.5, 5, 10, 30]))
def test_the_size_at_a_ratio_is_that_of_real_folds(counts, folds, imbalance):
    counts = counts[:2]
    ratio, protocol = f"ir{imbalance}", {"folds": folds, "min_positives": 2}
    try:
        size = training_size(facts_of(counts), ratio, protocol)
    except Infeasible:
        assume(False)
    rows = rows_of(counts)
    for train, _ in outer_folds(rows, "stratified", folds, np.random.SeedSequence(0)):
        stream = np.random.default_rng(0)
        try:
            kept = induce(rows.target[train], Ratio.parse(ratio), stream, 1)
        except Infeasible:
            continue  # a row less than the plan counted with
        real = np.bincount(rows.target[train][kept], minlength=2)
        # The total is min(negatives, 11 positives): a row of either class moves it by 11 at most.
        assert abs(real.sum() - size.rows) <= 11
        assert abs(real[1] - size.counts[1]) <= 11 / (1 + imbalance) + 1


@pytest.mark.parametrize("folds", range(2, 11))
def test_too_few_positives_are_known_beforehand(folds):
    for positives in range(2 * folds, 60):
        facts, training = facts_of([200, positives]), positives - positives // folds
        size = training_size(facts, "natural", {"folds": folds, "min_positives": training})
        assert size.counts[1] == training
        with pytest.raises(Infeasible, match=f"{training} positives"):
            training_size(facts, "natural", {"folds": folds, "min_positives": training + 1})
