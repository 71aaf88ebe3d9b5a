"""Real runs: a study to its end, what a change re-runs, resumption, and how mistakes are told."""

import os
import re
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from workplace import BLOBS, MINI, changed

TABLES = ["ranks", "effects", "differences", "leaking"]
TABLES += ["decisions", "ratios", "status", "resources"]
FIGURES = [
    *("ranks_binary_natural", "effects_binary_natural", "decisions_binary_natural"),
    *("time_quality_binary_natural", "status", "curves_natural"),
]
STRATEGIES = ("none", "random_under", "smote_few")
BLOCKS = {f"blobs/natural/{name}/seeds{s}-{s}" for name in STRATEGIES for s in (0, 1)}


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


def test_snakemakes_own_report_has_every_figure_with_caption_category_and_labels(
    finished, tmp_path
):
    ended = finished.snakemake("--report", str(tmp_path / "report.zip"))
    assert ended.code == 0, ended.output
    with ZipFile(tmp_path / "report.zip") as packed:
        packed.extractall(tmp_path)
    drawn = {file.name for file in (finished.results / "figures").glob("*.svg")}
    assert {file.name for file in tmp_path.glob("report/data/raw/*/*.svg")} == drawn
    text = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    for said in (
        "Rankings",
        "Thresholds",
        "What ran",
        "time quality",
        "Mean ranks of the strategies",
    ):
        assert said in text


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
