"""A block's cells are isolated children: whatever one does, every cell ends as written rows."""

import json
import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pyarrow.parquet as pq
import pytest

from skewbench.block import run_block
from skewbench.data import table as tables
from skewbench.errors import InputError
from skewbench.results import METRICS_SCHEMA, SCHEMA_VERSION, read_metrics
from small_cells import (
    DATASET,
    LEARNERS,
    PROTOCOL,
    ROOT,
    STRATEGIES,
    binary_table,
    facts_of,
    three_class_table,
)

MISBEHAVING = """
    import os
    import signal
    import sys
    import time
    from pathlib import Path

    from sklearn.linear_model import LogisticRegression

    MARK = Path(__file__).with_name("killed_once")


    class Sleeps(LogisticRegression):
        def fit(self, X, y):
            time.sleep(60)


    class KilledOnce(LogisticRegression):
        def fit(self, X, y):
            if not MARK.exists():
                MARK.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return super().fit(X, y)


    class Exits(LogisticRegression):
        def fit(self, X, y):
            os._exit(3)


    class Raises(LogisticRegression):
        def fit(self, X, y):
            raise ArithmeticError("singular")


    class SleepsOnce(LogisticRegression):
        def fit(self, X, y):
            if not MARK.exists():
                MARK.touch()
                time.sleep(60)
            return super().fit(X, y)
"""


@pytest.fixture
def block(tmp_path, request):
    """Return a function that writes a block's files in ``tmp_path`` and returns its results."""
    table = binary_table(120, 3.0)
    data, facts = tmp_path / "data" / "small.parquet", tmp_path / "data" / "small.json"
    tables.write(table, facts_of(table), data, facts)
    # A module of its own for each test: imported modules outlive a test.
    module = f"user_{request.node.name.split('[')[0]}"
    (tmp_path / f"{module}.py").write_text(textwrap.dedent(MISBEHAVING), encoding="utf-8")

    def run(
        strategy, learners, seeds=(0, 1), scores=True, metadata=None, time_limit=60, **protocol
    ):
        name = strategy if isinstance(strategy, str) else "own_strategy"
        entry = STRATEGIES[strategy] if isinstance(strategy, str) else strategy
        learners = {key: LEARNERS.get(key, {"model": {f"{module}.{key}": {}}}) for key in learners}
        settings = {"strategy": entry, "learners": learners, "protocol": PROTOCOL | protocol}
        return run_block(
            data,
            facts,
            (DATASET, "natural", name, *seeds),
            settings,
            {"time_limit": time_limit},
            tmp_path,
            tmp_path / "metrics" / "block.parquet",
            tmp_path / "scores" / "block.parquet" if scores else None,
            {"settings": settings} | (metadata or {}),
        )

    run.module = module
    yield run
    sys.modules.pop(module, None)
    if str(tmp_path) in sys.path:
        sys.path.remove(str(tmp_path))


def statuses(results):
    return {(r.seed, r.learner): r.status for r in results}


def test_time_limit_is_a_timeout_for_every_learner(block, tmp_path):
    start = time.perf_counter()
    results = block("none", ["Sleeps", "logistic_regression"], (0, 0), time_limit=0.5)
    assert time.perf_counter() - start < 20
    assert statuses(results) == {(0, "Sleeps"): "timeout", (0, "logistic_regression"): "timeout"}
    assert {r.reason for r in results} == {"over the time_limit of 0.5 s per cell"}
    rows = read_metrics(tmp_path / "metrics" / "block.parquet").to_pylist()
    assert [(r["status"], r["metric"], r["fold"]) for r in rows] == [("timeout", "", -1)] * 2
    assert np.isnan([r["value"] for r in rows]).all()


def test_a_timeout_costs_the_other_seeds_nothing(block):
    results = block("none", ["SleepsOnce"], (0, 1), time_limit=3)
    assert statuses(results) == {(0, "SleepsOnce"): "timeout", (1, "SleepsOnce"): "ok"}


def test_a_killed_child_costs_the_other_seeds_nothing(block, tmp_path):
    results = block("none", ["KilledOnce", "logistic_regression"], (0, 2))
    found = statuses(results)
    assert [found[0, name] for name in ("KilledOnce", "logistic_regression")] == ["failed"] * 2
    assert {found[seed, name] for seed, name in found if seed > 0} == {"ok"}
    assert results[0].reason == (
        "the cell's process ended with exit code -9 (killed, as when the machine's memory runs out)"
    )
    (tmp_path / "killed_once").unlink()
    again = block("none", ["logistic_regression"], (1, 2))
    ours = [r for r in results if (r.learner, r.seed > 0) == ("logistic_regression", True)]
    for one, other in zip(ours, again, strict=True):
        assert [k["score"].tolist() for k in one.scores] == [
            k["score"].tolist() for k in other.scores
        ]


def test_a_process_that_exits_is_a_failure(block):
    (result,) = block("none", ["Exits"], (0, 0))
    assert (result.status, result.reason) == (
        "failed",
        "the cell's process ended with exit code 3",
    )


def test_a_raising_learner_fails_alone(block, tmp_path):
    results = block("none", ["Raises", "decision_tree"], (0, 1))
    found = {(r.seed, r.learner): (r.status, r.reason) for r in results}
    for seed in (0, 1):
        assert found[seed, "Raises"] == ("failed", "fold 0: ArithmeticError: singular")
        assert found[seed, "decision_tree"] == ("ok", "")
    rows = read_metrics(tmp_path / "metrics" / "block.parquet").to_pylist()
    bad = [r for r in rows if r["learner"] == "Raises"]
    assert [(r["seed"], r["status"], r["metric"]) for r in bad] == [
        (0, "failed", ""),
        (1, "failed", ""),
    ]


def test_a_strategy_with_a_killing_model(block):
    strategy = {"level": "algorithm", "model": {f"{block.module}.KilledOnce": {}}}
    results = block(strategy, ["logistic_regression"], (0, 1))
    assert statuses(results) == {(0, "own"): "failed", (1, "own"): "ok"}


@pytest.mark.parametrize("name", ["small.parquet", "small.json"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:200] + bytes(20) + content[220:],
        # A whole file, but another one: what a run that was killed between the two may leave.
        None,
    ],
    ids=["truncated", "empty", "zeros inside", "another"],
)
def test_damaged_data_are_named_with_what_to_do(block, tmp_path, name, damage):
    file = tmp_path / "data" / name
    if damage is None:
        other = binary_table(120, 3.0, seed=3)
        tables.write(other, facts_of(other), tmp_path / "small.parquet", tmp_path / "small.json")
        file.write_bytes((tmp_path / name).read_bytes())
    else:
        file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError, match=r": damaged \(.*\); delete it and run again") as caught:
        block("none", ["decision_tree"], (0, 0))
    assert str(caught.value).startswith(str(tmp_path / "data" / "small."))
    assert not (tmp_path / "metrics").exists()


def test_files_are_whole_and_carry_their_settings(block, tmp_path):
    block("smote", ["logistic_regression"], (0, 0), metadata={"code": "abc"})
    written = {file.name for file in (tmp_path / "metrics").iterdir()}
    assert written == {"block.parquet"}
    assert {file.name for file in (tmp_path / "scores").iterdir()} == {"block.parquet"}
    for folder in ("metrics", "scores"):
        metadata = pq.read_schema(tmp_path / folder / "block.parquet").metadata
        words = {k.decode(): json.loads(v) for k, v in metadata.items() if b"skewbench" in k}
        assert words["skewbench.schema_version"] == SCHEMA_VERSION == "1"
        assert words["skewbench.code"] == "abc"
        assert words["skewbench.settings"]["strategy"] == STRATEGIES["smote"]
        assert words["skewbench.settings"]["protocol"]["folds"] == 2
    metrics = read_metrics(tmp_path / "metrics" / "block.parquet")
    assert metrics.schema.names == METRICS_SCHEMA.names
    words = {name: metrics[name].unique().to_pylist() for name in ("dataset", "ratio", "strategy")}
    assert words == {"dataset": [DATASET], "ratio": ["natural"], "strategy": ["smote"]}
    assert metrics["task"].unique().to_pylist() == ["binary"]


def test_resources_are_measured(block):
    (result,) = block("smote", ["logistic_regression"], (0, 0))
    found = {}
    for row in result.rows:
        if row.scores == "" and row.prior == "" and row.decision == "":
            found.setdefault(row.metric, []).append(row.value)
    assert len(found["wall_seconds"]) == len(found["peak_memory_mb"]) == 1
    assert 0 < found["wall_seconds"][0] < 60
    assert 20 < found["peak_memory_mb"][0] < 8000
    for name in ("resample_seconds", "fit_seconds", "score_seconds", "oof_seconds"):
        assert len(found[name]) == 2
        assert min(found[name]) >= 0
    assert sum(found["fit_seconds"]) < 60


def test_no_scores_are_written_unless_asked(block, tmp_path):
    block("none", ["decision_tree"], (0, 0), scores=False, keep_scores=False)
    assert not (tmp_path / "scores").exists()
    assert (tmp_path / "metrics" / "block.parquet").exists()


def test_kept_scores_give_the_reported_average_precision(block, tmp_path):
    from sklearn.metrics import average_precision_score

    block("none", ["decision_tree"], (0, 0))
    scores = pq.read_table(tmp_path / "scores" / "block.parquet").to_pandas()
    metrics = read_metrics(tmp_path / "metrics" / "block.parquet").to_pandas()
    test = scores[(scores["part"] == "test") & (scores["fold"] == 1)]
    chosen = metrics[
        (metrics["metric"] == "average_precision")
        & (metrics["scores"] == "raw")
        & (metrics["prior"] == "matched")
        & (metrics["fold"] == 1)
    ]
    expected = average_precision_score(test["target"], test["score"], sample_weight=test["weight"])
    assert chosen["value"].item() == pytest.approx(expected, abs=1e-12)


def test_an_unreachable_file_leaves_no_temporary(block, tmp_path, monkeypatch):
    """A write that fails half-way leaves neither the file nor its temporary."""
    from skewbench import results

    def broken(table, path, **options):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(results.pq, "write_table", broken)
    with pytest.raises(OSError, match="disk full"):
        block("none", ["decision_tree"], (0, 0))
    assert [file for file in tmp_path.rglob("*") if file.suffix in (".tmp",)] == []
    assert not (tmp_path / "metrics" / "block.parquet").exists()


INFEASIBLE = """
    import json, sys
    from pathlib import Path
    from skewbench.block import run_block
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    results = run_block(
        folder / "absent.parquet", folder / "facts.json", ("small", sys.argv[3], "x", 0, 1),
        settings, {"time_limit": 60}, folder, folder / "m.parquet", folder / "s.parquet", {},
    )
    print(json.dumps([[r.seed, r.learner, r.status, r.reason] for r in results]))
    loaded = {"sklearn", "imblearn", "xgboost", "pandas"} & set(sys.modules)
    assert "sklearn" not in loaded and "xgboost" not in loaded, loaded
"""


@pytest.mark.parametrize(
    ("strategy", "ratio", "reason"),
    [
        ("focal", "natural", "the strategy is for binary data only"),
        ("isolation_forest", "natural", "the strategy is for binary data only"),
        ("none", "ir10", "the ratio ir10 is defined for binary data only"),
    ],
)
def test_another_task_is_infeasible_at_once(tmp_path, strategy, ratio, reason):
    """Neither the data are read nor scikit-learn imported for what the task alone rules out."""
    table = three_class_table()
    (tmp_path / "facts.json").write_text(json.dumps(facts_of(table)), encoding="utf-8")
    settings = {
        "strategy": STRATEGIES[strategy],
        "learners": {"decision_tree": LEARNERS["decision_tree"]},
        "protocol": PROTOCOL,
    }
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(INFEASIBLE),
            str(tmp_path),
            json.dumps(settings),
            ratio,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    learner = "own" if "model" in STRATEGIES[strategy] else "decision_tree"
    expected = [[seed, learner, "infeasible", reason] for seed in (0, 1)]
    assert json.loads(run.stdout) == expected
    rows = read_metrics(tmp_path / "m.parquet").to_pylist()
    assert [row["status"] for row in rows] == ["infeasible"] * 2
    assert {row["reason"] for row in rows} == {reason}
