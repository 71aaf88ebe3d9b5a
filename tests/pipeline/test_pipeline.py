"""Real runs: a study to its end, what a change re-runs, resumption, and how mistakes are told."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workplace import BLOBS, MINI, Workplace

from skewbench.results import CellResult, metrics_table, read_metrics, write

TABLES = ["ranks", "effects", "differences", "leaking"]
TABLES += ["decisions", "ratios", "status", "resources"]
FIGURES = [
    *("ranks_binary_natural", "effects_binary_natural", "decisions_binary_natural"),
    *("time_quality_binary_natural", "status", "curves_natural"),
]
STRATEGIES = ("none", "random_under", "smote_few")
BLOCKS = {f"blobs/natural/{name}/seeds{s}-{s}" for name in STRATEGIES for s in (0, 1)}


def changed(**changes):
    return MINI | changes


def without_traceback(ended):
    return "Traceback" not in ended.output and ' File "' not in ended.output


def assert_equal_to_the_bit(one, other):
    text = [name for name in one if name != "value"]
    pd.testing.assert_frame_equal(one[text], other[text])
    np.testing.assert_array_equal(
        one["value"].to_numpy().view(np.int64), other["value"].to_numpy().view(np.int64)
    )


# --- From a study file to a report ----------------------------------------------------------------


def test_a_study_runs_to_its_end(finished):
    results = finished.results
    assert results.name == "mini"
    expected = {"data/blobs.parquet", "data/blobs.json", "collected/metrics.parquet"}
    expected |= {"provenance.json"}
    expected |= {f"metrics/{b}.parquet" for b in BLOCKS} | {f"scores/{b}.parquet" for b in BLOCKS}
    expected |= {f"tables/{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")}
    expected |= {f"figures/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")}
    absent = {name for name in expected if not (results / name).is_file()}
    assert absent == set()
    assert all((results / name).stat().st_size > 0 for name in expected)
    assert set(finished.blocks()) == BLOCKS
    assert not list(results.rglob("*.tmp"))


def test_the_collected_table_is_complete(finished):
    collected = pd.read_parquet(finished.results / "collected" / "metrics.parquet")
    assert (collected["status"] == "ok").all()
    cells = set(map(tuple, collected[["strategy", "learner", "seed"]].astype(str).to_numpy()))
    assert cells == {(s, m, k) for s in STRATEGIES for m in MINI["learners"] for k in "01"}
    per_cell = collected.groupby(["strategy", "learner", "seed"], observed=True)
    rows = per_cell.size()
    assert rows.min() == rows.max() > 100
    counts = collected[
        collected["metric"].isin(["count_0_0", "count_0_1", "count_1_0", "count_1_1"])
        & (collected["prior"] == "matched")
        & (collected["decision"] == "default")
        & (collected["scores"] == "raw")
    ]
    # Every row of the data is tested once a repeat.
    totals = counts.groupby(["strategy", "learner", "seed"], observed=True)["value"].sum()
    assert totals.to_numpy() == pytest.approx(120)


def test_nothing_is_written_beside_the_results(finished):
    assert set(os.listdir(finished.folder)) == {"study.yaml", "results", ".snakemake"}
    assert set(os.listdir(finished.tree)) == {
        "Snakefile",
        "workflow",
        "scripts",
        "config",
        "profiles",
    }


def test_a_dry_run_is_readable(workplace):
    said = workplace.snakemake("-n")
    assert said.code == 0
    assert without_traceback(said)
    assert re.search(r"^run_block +6$", said.output, flags=re.MULTILINE)
    assert len(said.output.splitlines()) < 50
    assert not (workplace.folder / "results").exists()


def test_a_plan_prints_and_runs_nothing(workplace):
    workplace.write(changed(ratios=["natural", "ir50"]))
    said = workplace.snakemake("plan")
    assert said.code == 0, said.output
    assert "1 data sets x 2 ratios x 3 strategies x 2 seeds = 12 cells in 12 jobs" in said.output
    # Three strategies, two learners and two seeds at each ratio; no fifty to one in sixty rows.
    lines = [line.split() for line in said.output.splitlines()]
    assert ["blobs", "natural", "12", "0", "0"] in [line[:5] for line in lines]
    assert ["blobs", "ir50", "0", "12", "0"] in [line[:5] for line in lines]
    assert "Estimate:" in said.output
    assert not list(workplace.folder.rglob("*.parquet"))


# --- What runs again ------------------------------------------------------------------------------


def test_a_finished_study_has_nothing_to_do(finished):
    finished.write(MINI)
    said = finished.snakemake()
    assert said.code == 0
    assert "Nothing to be done" in said.output


def test_another_way_to_name_the_study_file_changes_nothing(finished):
    finished.write(MINI)
    assert finished.planned(study="study.yaml") == []


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        (
            {"strategies": [*MINI["strategies"], "random_over"]},
            {"blobs/natural/random_over/seeds0-0", "blobs/natural/random_over/seeds1-1"},
        ),
        (
            {"datasets": [*MINI["datasets"], {"more": BLOBS | {"seed": 2}}]},
            {block.replace("blobs", "more") for block in BLOCKS},
        ),
        ({"seeds": 3}, {f"blobs/natural/{name}/seeds2-2" for name in STRATEGIES}),
        ({"ratios": ["natural", "ir5"]}, {block.replace("natural", "ir5") for block in BLOCKS}),
        ({"strategies": MINI["strategies"][::-1]}, set()),
        ({"highlight": ["random_under"]}, set()),
        # Learners and the protocol are what every block depends on.
        ({"learners": ["decision_tree"]}, BLOCKS),
        ({"folds": 3}, BLOCKS),
    ],
    ids=["strategy", "data_set", "seed", "ratio", "order", "highlight", "learner", "folds"],
)
def test_a_change_runs_what_it_concerns(finished, changes, blocks):
    finished.write(changed(**changes))
    assert finished.planned_blocks() == blocks


FROM_TABLES = ("judge_claims", "judge_recommender", "draw_figures", "draw_statistics")


def own_strategy(**changes):
    spec = MINI["strategies"][2]["smote_few"] | changes
    return changed(strategies=[*MINI["strategies"][:2], {"smote_few": spec}])


def test_another_parameter_runs_the_blocks_of_its_strategy(finished):
    finished.write(own_strategy(resample={"imblearn.over_sampling.SMOTE": {"k_neighbors": 4}}))
    assert finished.planned_blocks() == {block for block in BLOCKS if "smote_few" in block}


def test_another_label_runs_no_block(finished):
    finished.write(own_strategy(label="SMOTE of few"))
    planned = {rule for rule, _ in finished.planned()}
    assert "run_block" not in planned
    assert {"make_tables", *FROM_TABLES} <= planned


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("figures/ranks.py", {"draw_figures"}),
        ("figures/curves.py", {"draw_curves"}),
        ("figures/forest.py", {"draw_statistics"}),
        ("analysis/effects.py", {"make_tables", *FROM_TABLES}),
        ("strategies/rules.py", set()),
        ("plan.py", set()),
    ],
)
def test_code_that_cells_do_not_use_runs_no_cell(finished, edited, module, rules):
    finished.write(MINI)
    with edited(module):
        planned = {rule for rule, _ in finished.planned()}
    assert planned == rules | ({"report"} if rules else set())


def test_code_of_the_cells_runs_every_block(finished, edited):
    finished.write(MINI)
    with edited("cell.py"):
        assert finished.planned_blocks() == BLOCKS


def test_a_new_strategy_leaves_every_other_file_alone(finished):
    before = {block: path.stat().st_mtime_ns for block, path in finished.blocks().items()}
    finished.write(changed(strategies=[*MINI["strategies"], "weight_inverse"]))
    ended = finished.snakemake("metrics")
    assert ended.code == 0, ended.output
    after = {block: path.stat().st_mtime_ns for block, path in finished.blocks().items()}
    assert {block: after[block] for block in before} == before
    assert {block.split("/")[2] for block in set(after) - set(before)} == {"weight_inverse"}
    for block in set(after) - set(before):
        finished.blocks()[block].unlink()


# --- The same numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(("cores", "seeds_per_job"), [(2, 1), (1, 2)])
def test_cores_and_block_size_change_no_bit(finished, workplace, cores, seeds_per_job):
    workplace.write(changed(seeds_per_job=seeds_per_job))
    ended = workplace.snakemake("metrics", cores=cores)
    assert ended.code == 0, ended.output
    assert len(workplace.blocks()) == 6 // seeds_per_job
    assert_equal_to_the_bit(workplace.metrics(), finished.metrics())


# --- Mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"strategies": ["none", "smotte"]},
            "key 'strategies': unknown strategy 'smotte'; did you mean 'smote'?",
        ),
        ({"seed": 3}, "unknown key 'seed'; did you mean 'seeds'?"),
        (
            {"study": "../elsewhere"},
            "key 'study': '../elsewhere' is no name: letters, digits and underscores only",
        ),
        (
            {"datasets": [{"x": {"source": "file", "path": "no.csv", "target": "y"}}]},
            "no.csv: there is no such file",
        ),
        ({"seeds": 2.0, "seeds_per_job": 1.5}, "key 'seeds_per_job': 1.5 is not of type"),
    ],
    ids=["strategy", "key", "name", "file", "type"],
)
def test_a_mistake_is_told_in_one_sentence(workplace, changes, sentence):
    workplace.write(changed(**changes))
    said = workplace.snakemake("-n")
    assert said.code != 0
    assert without_traceback(said)
    assert said.output.count(sentence) == 1
    assert str(workplace.study) in said.output
    assert len(said.output.splitlines()) <= 6
    assert set(os.listdir(workplace.folder)) <= {"study.yaml", ".snakemake"}


def test_an_absent_study_file_is_named(workplace):
    said = workplace.snakemake("-n", study=workplace.folder / "none.yaml")
    assert said.code != 0
    assert without_traceback(said)
    assert "none.yaml: no such file" in said.output


def test_an_unknown_parameter_stops_before_any_cell(workplace):
    wrong = {"imblearn.over_sampling.SMOTE": {"k_neighbours": 3}}
    workplace.write(changed(strategies=["none", {"mine": {"level": "data", "resample": wrong}}]))
    ended = workplace.snakemake("metrics")
    assert ended.code != 0
    assert without_traceback(ended)
    assert "k_neighbours" in ended.output
    assert "mine" in ended.output
    assert not list(workplace.folder.rglob("metrics/**/*.parquet"))
    assert not list((workplace.folder / ".snakemake").glob("locks/*"))  # the next run can start


def test_data_of_one_class_are_told_in_one_sentence(workplace):
    (workplace.folder / "x.csv").write_text("a,y\n" + "1,no\n" * 50, encoding="utf-8")
    entry = {"source": "file", "path": "x.csv", "target": "y"}
    workplace.write(changed(datasets=[{"x": entry}]))
    ended = workplace.snakemake("metrics")
    assert ended.code != 0
    assert without_traceback(ended)
    assert "Data set 'x'" in ended.output


# --- A user's own ---------------------------------------------------------------------------------

MY_METHODS = '''
from pathlib import Path

import numpy as np


class Doubling:
    """Minority rows `times` times."""

    def __init__(self, times=2):
        self.times = times

    def fit_resample(self, X, y):
        rare = np.flatnonzero(y == 1)
        rows = np.concatenate([np.arange(len(y))] + [rare] * (self.times - 1))
        return X[rows], y[rows]


class Broken(Doubling):
    def fit_resample(self, X, y):
        if Path(__file__).with_name("broken").exists():
            raise RuntimeError("this sampler is broken")
        return super().fit_resample(X, y)
'''
MINE = {
    "study": "mine",
    "datasets": [
        {"claims": {"source": "file", "path": "claims.csv", "target": "fraud", "positive": "yes"}}
    ],
    "ratios": ["natural"],
    "strategies": [
        "none",
        {"doubling": {"level": "data", "resample": {"my_methods.Doubling": {"times": 3}}}},
        {"broken": {"level": "data", "resample": {"my_methods.Broken": {}}}},
    ],
    "learners": ["decision_tree"],
    "seeds": 1,
    "folds": 2,
    "inner_folds": 2,
}


@pytest.fixture(scope="session")
def mine(tree, tmp_path_factory):
    """A study of one's own data and samplers, one of which raises, run to its end."""
    place = Workplace(tree, tmp_path_factory.mktemp("mine"))
    place.write(MINE)
    (place.folder / "my_methods.py").write_text(MY_METHODS, encoding="utf-8")
    (place.folder / "broken").touch()
    rng = np.random.default_rng(0)
    fraud = np.arange(100) % 4 == 0
    rows = pd.DataFrame(
        {
            "amount": rng.normal(fraud * 1.0).round(3),
            "region": rng.choice(["north", "south", "west"], 100),
            "fraud": np.where(fraud, "yes", "no"),
        }
    )
    rows.to_csv(place.folder / "claims.csv", index=False)
    place.finish()
    return place


def statuses(place):
    collected = pd.read_parquet(place.results / "collected" / "metrics.parquet")
    found = collected[["strategy", "status", "reason"]].astype(str).drop_duplicates()
    return {row.strategy: (row.status, row.reason) for row in found.itertuples()}


def test_a_strategy_that_raises_ends_as_a_row_and_stops_nothing(mine):
    found = statuses(mine)
    assert found.pop("broken") == ("failed", "fold 0: RuntimeError: this sampler is broken")
    assert found == {"none": ("ok", ""), "doubling": ("ok", "")}
    collected = pd.read_parquet(mine.results / "collected" / "metrics.parquet")
    assert (collected["strategy"] == "broken").sum() == 1
    said = (mine.results / "tables" / "status.csv").read_text(encoding="utf-8")
    assert "this sampler is broken" in said
    assert (mine.results / "figures" / "status.png").stat().st_size > 0


def test_a_sampler_of_ones_own_resamples(mine):
    (path,) = (path for block, path in mine.blocks().items() if "doubling" in block)
    rows = read_metrics(path).to_pandas()
    rows = rows[rows["metric"].isin(["n_resampled", "n_train", "n_train_positive"])]
    sizes = rows.astype({"metric": str}).pivot(index="fold", columns="metric", values="value")
    assert sizes["n_train"].sum() == 100
    # Positives three times instead of once.
    expected = sizes["n_train"] + 2 * sizes["n_train_positive"]
    assert (sizes["n_resampled"] == expected).all()


def test_editing_a_sampler_of_ones_own_runs_its_blocks(mine):
    file = mine.folder / "my_methods.py"
    file.write_text(MY_METHODS + "\n# another thought\n", encoding="utf-8")
    try:
        assert {block.split("/")[2] for block in mine.planned_blocks()} == {"doubling", "broken"}
    finally:
        file.write_text(MY_METHODS, encoding="utf-8")


def test_what_failed_is_forgotten_and_done_again(mine):
    (broken,) = (path for block, path in mine.blocks().items() if "broken" in block)
    others = set(mine.blocks().values()) - {broken}
    said = mine.script("forget_failed.py", mine.study)
    assert said.code == 0, said.output
    assert str(broken.relative_to(mine.folder)) in said.output
    assert not broken.exists()
    assert all(path.exists() for path in others)
    assert mine.planned_blocks() == {"claims/natural/broken/seeds0-0"}

    (mine.folder / "broken").unlink()
    ended = mine.snakemake()
    assert ended.code == 0, ended.output
    assert statuses(mine)["broken"] == ("ok", "")
    again = mine.script("forget_failed.py", mine.study)
    assert again.code == 0
    assert "broken" not in again.output
    assert broken.exists()


def test_forgetting_reaches_nothing_outside_the_results(workplace):
    outside = workplace.folder / "outside" / "metrics" / "seeds0-0.parquet"
    keys = dict.fromkeys(("dataset", "ratio", "strategy", "task", "track"), "x")
    write(metrics_table([CellResult(0, "tree", "failed", "x")], keys), outside)
    (workplace.folder / "results").mkdir()
    workplace.write(changed(study="../outside"))
    said = workplace.script("forget_failed.py", workplace.study)
    assert outside.exists()
    assert said.code != 0
    assert "Traceback" not in said.output


@pytest.mark.parametrize("arguments", [[], ["none.yaml"]], ids=["nothing", "absent"])
def test_forgetting_needs_a_study_file(workplace, arguments):
    said = workplace.script("forget_failed.py", *arguments)
    assert said.code != 0
    assert "Traceback" not in said.output
    assert Path(arguments[0]).name in said.output if arguments else "Usage" in said.output


def test_a_study_inside_the_project_runs_from_another_folder(tree, workplace):
    """Results may go elsewhere; data and modules are still found beside the study file."""
    inside = tree / "config" / "studies" / "inside"
    inside.mkdir(parents=True)
    (inside / "my_methods.py").write_text(MY_METHODS, encoding="utf-8")
    rows = "".join(f"{i},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(60))
    (inside / "claims.csv").write_text("amount,fraud\n" + rows, encoding="utf-8")
    workplace.write(MINE | {"strategies": MINE["strategies"][:2], "min_positives": 5})
    workplace.study.rename(inside / "study.yaml")
    try:
        ended = workplace.snakemake("metrics", study=inside / "study.yaml")
    finally:
        shutil.rmtree(inside)
    assert ended.code == 0, ended.output
    assert len(workplace.blocks()) == 2
    for path in workplace.blocks().values():
        assert read_metrics(path)["status"].unique().to_pylist() == ["ok"]
