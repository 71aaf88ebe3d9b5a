"""Results depend on names and numbers: not on order, block size, other strategies or hash seeds."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from skewbench import results as parquet
from skewbench.block import run_block
from skewbench.cell import run_cell
from skewbench.data import table as tables
from skewbench.study import load_study
from small_cells import (
    DATASET,
    HERE,
    LEARNERS,
    LIMITS,
    PROTOCOL,
    ROOT,
    STRATEGIES,
    binary_table,
    facts_of,
    kept,
    learner_for,
    mixed_table,
    run,
    without_times,
)

# A small forest, because a tree or a regression hardly shows its random state.
FOREST = {"model": {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 3}}}
USED = {
    "logistic_regression": LEARNERS["logistic_regression"],
    "small_forest": FOREST,
    "k_nearest_neighbours": LEARNERS["k_nearest_neighbours"],
}


def test_other_learners_and_their_order_change_nothing():
    """Each learner alone, and all in two orders, give the same bits; so does a failing one."""
    table = binary_table(120, 3.0)
    together, reversed_, *alone = (
        run(table, "smote", learners)
        for learners in (
            USED,
            dict(reversed(USED.items())),
            *({name: entry} for name, entry in USED.items()),
        )
    )
    failing = {"bad": {"model": {"sklearn.svm.SVC": {"C": -1.0}}}}
    with_failing = run(table, "smote", failing | USED)
    assert with_failing["bad"].status == "failed"
    for name, single in zip(USED, alone, strict=True):
        expected = without_times(single[name])
        assert expected[2] == "ok"
        for others in (together, reversed_, with_failing):
            assert without_times(others[name]) == expected


def study_results(folder, strategies, learners, seeds=1):
    """Run every cell of a study file on one table; return results by strategy, learner, seed."""
    folder.mkdir()
    file = folder / "study.yaml"
    synthetic = {"source": "synthetic", "shape": "moons", "n_samples": 120, "imbalance_ratio": 3}
    content = {
        "study": "order",
        "datasets": [{DATASET: synthetic}],
        "ratios": ["natural"],
        "strategies": strategies,
        "learners": learners,
        "seeds": seeds,
        "folds": 2,
        "inner_folds": 2,
        "keep_scores": True,
    }
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    study = load_study(file, ROOT)
    table = binary_table(120, 3.0)
    facts = facts_of(table)
    found = {}
    for block in study.blocks():
        for seed in range(block.first, block.last + 1):
            key = (block.dataset, block.ratio, block.strategy, seed)
            for result in run_cell(
                table, facts, key, study.block_settings(block.strategy), study.folder
            ):
                found[block.strategy, result.learner, seed] = without_times(result)
    return found


def test_adding_and_reordering_strategies_and_learners_changes_nothing(tmp_path):
    small = study_results(
        tmp_path / "small",
        ["none", "smote", "plain_forest"],
        ["logistic_regression", {"small_forest": FOREST}],
        seeds=2,
    )
    large = study_results(
        tmp_path / "large",
        ["plain_forest", "random_under", "smote", "enn", "none"],
        [{"small_forest": FOREST}, "decision_tree", "logistic_regression", "k_nearest_neighbours"],
        seeds=3,
    )
    assert len(small) == 10
    assert set(small) < set(large)
    assert {key: large[key] for key in small} == small


def test_seeds_folds_strategies_and_data_set_names_do_change_results():
    """The other side: the streams are not one constant."""
    table = binary_table(120, 3.0)
    first, second = (run(table, "random_under", seed=seed) for seed in (0, 1))
    one, two = (r["logistic_regression"] for r in (first, second))
    assert not np.array_equal(kept(one, "test")["row"], kept(two, "test")["row"])
    # The same resampler under another name draws other rows.
    renamed = run(table, "another", ["logistic_regression"], strategy=STRATEGIES["random_under"])
    other = renamed["logistic_regression"]
    np.testing.assert_array_equal(kept(one, "test")["row"], kept(other, "test")["row"])
    assert not np.array_equal(kept(one, "test")["score"], kept(other, "test")["score"])


def written(tmp_path, name, blocks, learners, strategy="smote"):
    """Write blocks and return their rows of metrics and scores, without times."""
    table = binary_table(120, 3.0)
    data, facts = tmp_path / "data.parquet", tmp_path / "data.json"
    tables.write(table, facts_of(table), data, facts)
    settings = {
        "strategy": STRATEGIES[strategy],
        "learners": {learner: USED[learner] for learner in learners},
        "protocol": PROTOCOL,
    }
    rows, scores = [], []
    for first, last in blocks:
        files = [tmp_path / name / f"{kind}{first}-{last}.parquet" for kind in ("m", "s")]
        block = (DATASET, "natural", strategy, first, last)
        run_block(data, facts, block, settings, LIMITS, HERE, *files, {})
        measured = parquet.read_metrics(files[0]).to_pylist()
        rows += [r for r in measured if r["metric"] not in parquet.RESOURCE_METRICS]
        scores += pq.read_table(files[1]).to_pylist()
    # NaN differs from itself, its text does not; the text of a float has all its digits.
    return [repr(row) for row in rows], [repr(row) for row in scores]


@pytest.mark.parametrize("strategy", ["smote", "rusboost"])
def test_block_size_changes_nothing(tmp_path, strategy):
    learners = ["logistic_regression", "small_forest"]
    one = written(tmp_path, "one", [(0, 2)], learners, strategy)
    three = written(tmp_path, "three", [(0, 0), (1, 1), (2, 2)], learners, strategy)
    assert one == three
    assert len(one[0]) > 1000
    assert len(one[1]) > 100


def test_ratios_are_nested_and_share_folds():
    """The ratio enters no stream: fixed minority keeps its positives, and grows its negatives."""
    table = binary_table(600, 3.0, missing=False)
    ratios = ["ir2m30", "ir5m30", "ir7m30"]
    cells = {r: run(table, "none", ratio=r)["logistic_regression"] for r in [*ratios, "natural"]}
    for fold in (0, 1):
        rows = {ratio: set(kept(cells[ratio], "oof", fold)["row"]) for ratio in cells}
        positives = {r: {i for i in rows[r] if table.target[i] == 1} for r in rows}
        assert [len(rows[ratio]) for ratio in ratios] == [90, 180, 240]
        assert rows["ir2m30"] < rows["ir5m30"] < rows["ir7m30"] < rows["natural"]
        assert positives["ir2m30"] == positives["ir5m30"] == positives["ir7m30"]
        for cell in cells.values():
            np.testing.assert_array_equal(
                kept(cell, "test", fold)["row"], kept(cells["natural"], "test", fold)["row"]
            )


def test_fixed_totals_are_nested_class_by_class():
    table = binary_table(600, 3.0, missing=False)
    ratios = ["ir5", "ir10", "ir20"]
    cells = [run(table, "none", ratio=r)["logistic_regression"] for r in ratios]
    rows = [set(kept(cell, "oof")["row"]) for cell in cells]
    assert len({len(found) for found in rows}) == 1
    positives, negatives = (
        [{i for i in found if table.target[i] == code} for found in rows] for code in (1, 0)
    )
    assert positives[0] > positives[1] > positives[2]
    assert negatives[0] < negatives[1] < negatives[2]


HASHED = ("smote", "rose", "smote_tomek", "rusboost", "rule_ensemble", "focal", "weight_effective")


def digest():
    """Digest of several strategies' results on mixed data; also run in other processes."""
    content = hashlib.sha256()
    for name in HASHED:
        result = run(mixed_table(120), name)[learner_for(name)]
        assert result.status == "ok", result.reason
        content.update(repr(without_times(result)).encode())
    return content.hexdigest()


def test_hash_seed_changes_nothing():
    code = f"import sys; sys.path[:0] = {[str(HERE), str(ROOT / 'workflow')]!r};" + (
        "from test_seed_independence import digest; print(digest())"
    )
    digests = {digest()}
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        run_ = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        digests.add(run_.stdout.strip())
    assert len(digests) == 1
