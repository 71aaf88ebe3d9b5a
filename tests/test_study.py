"""A study file becomes a study: its entries, its blocks, and the studies of the project."""

import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skewbench.blocks import Block
from skewbench.errors import InputError
from skewbench.study import Study, load_study
from study_files import strategy, write_study

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
STUDIES = [ROOT / "config" / "config.yaml", *sorted((ROOT / "config").glob("studies/*.yaml"))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"class MySampler(:\n", r"strategy 'mine': .*my_methods.*line 1"),
        (b"x = '\xff'\n", r"strategy 'mine': .*my_methods"),
        (b"class MySample:\n    pass\n", r"no 'MySampler' in module.*mean 'MySample'\?"),
    ],
    ids=["syntax error", "not UTF-8", "another name"],
)
def test_a_users_module_is_read_not_run(tmp_path, content, message):
    (tmp_path / "my_methods.py").write_bytes(content)
    file = write_study(tmp_path, strategy(resample={"my_methods.MySampler": {}}))
    with pytest.raises(InputError, match=message):
        load_study(file, ROOT)


def test_a_users_module_beside_the_study_is_found_and_not_imported(tmp_path):
    (tmp_path / "my_methods.py").write_text(
        "raise RuntimeError('imported')\nclass MySampler:\n    pass\n"
    )
    file = write_study(tmp_path, strategy(resample={"my_methods.MySampler": {"strength": 2}}))
    study = load_study(file, ROOT)
    assert study.strategies["mine"]["resample"] == {"my_methods.MySampler": {"strength": 2}}
    assert "my_methods" not in sys.modules


def test_a_study_is_resolved(tmp_path):
    (tmp_path / "claims.csv").write_text("amount,fraud\n1,no\n", encoding="utf-8")
    mine = {"source": "file", "path": "${data}/claims.csv", "target": "fraud"}
    changes = {"datasets": ["wine_2", {"mine": mine}], "ratios": ["natural", "ir10m50"]}
    changes |= {"cost": {"false_negative": 3, "false_positive": 1}, "highlight": ["smote"]}
    study = load_study(write_study(tmp_path, changes), ROOT, data=tmp_path)
    assert list(study.datasets) == ["wine_2", "mine"]
    assert study.datasets["mine"] == mine | {
        "path": str((tmp_path / "claims.csv").resolve()),
        "family": "mine",
        "cost": {"false_negative": 3, "false_positive": 1},
    }
    assert study.datasets["wine_2"]["family"] == "wine"
    assert study.ratios == ("natural", "ir10m50")
    assert list(study.strategies) == ["none", "smote"]
    assert study.protocol == {
        "folds": 5,
        "inner_folds": 3,
        "min_positives": 10,
        "keep_scores": False,
        "cost": {"false_negative": 3, "false_positive": 1},
    }
    assert study.limits == {"time_limit": 600}
    assert study.highlight == ("smote",)
    assert study.folder == tmp_path


def test_a_relative_path_starts_at_the_study_file(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "claims.csv").write_text("amount,fraud\n1,no\n", encoding="utf-8")
    mine = {"source": "file", "path": "../claims.csv", "target": "fraud"}
    study = load_study(write_study(tmp_path / "below", {"datasets": [{"mine": mine}]}), ROOT)
    assert study.datasets["mine"]["path"] == str((tmp_path / "claims.csv").resolve())


def test_all_chooses_every_entry_that_needs_no_extra(tmp_path):
    study = load_study(
        write_study(tmp_path, {"strategies": "all", "learners": "all", "datasets": "all"}), ROOT
    )
    for kind in ("strategies", "learners", "datasets"):
        catalogue = yaml.safe_load((ROOT / "config" / f"{kind}.yaml").read_text(encoding="utf-8"))
        chosen = [
            name
            for name, entry in catalogue.items()
            if "${data}" not in str(entry) and "extra" not in entry
        ]
        assert list(getattr(study, kind)) == chosen


def test_whole_numbers_written_with_a_point_are_taken_or_refused(tmp_path):
    file = write_study(tmp_path, {"seeds": 4.0, "seeds_per_job": 2.0})
    try:
        study = load_study(file, ROOT)
    except InputError as error:
        assert "'seeds" in str(error)  # noqa: PT017
    else:
        assert len(study.blocks()) == 4


def a_study(seeds, seeds_per_job, datasets=("d", "e"), ratios=("natural", "ir10")):
    return Study(
        name="s",
        file=Path("s.yaml"),
        root=Path(),
        datasets={name: {} for name in datasets},
        ratios=ratios,
        strategies={"none": {}, "own": {"model": {}}},
        learners={"tree": {}},
        seeds=seeds,
        seeds_per_job=seeds_per_job,
        protocol={},
        limits={},
        highlight=(),
    )


def test_blocks_by_hand():
    blocks = a_study(5, 2, datasets=("d",), ratios=("natural",)).blocks()
    assert blocks[:3] == [
        Block("d", "natural", "none", 0, 1),
        Block("d", "natural", "none", 2, 3),
        Block("d", "natural", "none", 4, 4),
    ]
    assert [block.strategy for block in blocks[3:]] == ["own"] * 3


@given(st.integers(1, 60), st.integers(1, 70), st.integers(1, 60))
def test_blocks_are_aligned_and_cover_every_seed_once(seeds, seeds_per_job, more):
    blocks = a_study(seeds, seeds_per_job).blocks()
    covered = [
        (block.dataset, block.ratio, block.strategy, seed)
        for block in blocks
        for seed in range(block.first, block.last + 1)
    ]
    assert len(covered) == len(set(covered)) == 2 * 2 * 2 * seeds
    assert {seed for *_, seed in covered} == set(range(seeds))
    assert all(block.first % seeds_per_job == 0 for block in blocks)
    # More seeds keep every full block as it is: only what is new runs.
    full = {block for block in blocks if block.last - block.first + 1 == seeds_per_job}
    assert full <= set(a_study(seeds + more, seeds_per_job).blocks())


def test_a_strategy_with_its_own_model_does_not_depend_on_the_learners():
    study = a_study(1, 1)
    assert study.block_settings("none")["learners"] == {"tree": {}}
    assert study.block_settings("own")["learners"] == {}


def test_search_is_read_where_hyperparameters_are_tuned(tmp_path):
    plain = load_study(write_study(tmp_path, {"trials": 1}), ROOT)
    assert "trials" not in plain.protocol
    assert "search" not in str(plain.block_settings("smote"))
    tuned = load_study(write_study(tmp_path, {"trials": 4}), ROOT).block_settings("smote")
    assert tuned["protocol"] == plain.protocol | {"trials": 4}
    assert tuned["strategy"]["search"] == {
        "SMOTE|SMOTENC|SMOTEN": {
            "k_neighbors": [1, 3, 5, 7, 11],
            "sampling_strategy": [0.2, 0.5, 1.0],
        }
    }
    assert all("search" in entry for entry in tuned["learners"].values())


def data_entries(file):
    """Yield the entries of a study's data sets whose files lie under ``${data}``."""
    catalogue = yaml.safe_load((ROOT / "config" / "datasets.yaml").read_text(encoding="utf-8"))
    for item in yaml.safe_load(file.read_text(encoding="utf-8"))["datasets"]:
        entry = next(iter(item.values())) if isinstance(item, dict) else catalogue[item]
        if "${data}" in entry.get("path", ""):
            yield entry


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_every_study_that_comes_with_the_project_loads(file, tmp_path):
    for entry in data_entries(file):
        split = entry.get("split", {}).get("column")
        named = [entry["target"], split, entry.get("images"), *entry.get("categorical", [])]
        names = [name for name in named if name]
        for key in {"path", "test_path"} & set(entry):
            path = Path(entry[key].replace("${data}", str(tmp_path)))
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".parquet":
                pq.write_table(pa.table({name: [0] for name in names}), path)
            else:
                path.write_text(",".join(names) + "\n", encoding="utf-8")
    study = load_study(file, ROOT, data=tmp_path)
    assert study.blocks()
    assert re.fullmatch(r"\w+", study.name)


def test_studies_have_different_names():
    names = [yaml.safe_load(file.read_text(encoding="utf-8"))["study"] for file in STUDIES]
    assert len(set(names)) == len(names)


@pytest.mark.shared
@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_studies_of_shared_data_find_their_columns(file):
    if not any(True for _ in data_entries(file)):
        pytest.skip("names no file of the user's")
    if not SHARED.is_dir():
        pytest.skip("no development data beside the project")
    assert load_study(file, ROOT, data=SHARED).blocks()


def test_loading_a_study_imports_nothing_heavy(tmp_path):
    (tmp_path / "claims.csv").write_text("amount,fraud\n1,no\n", encoding="utf-8")
    mine = {"mine": {"source": "file", "path": "claims.csv", "target": "fraud"}}
    file = write_study(
        tmp_path, {"strategies": "all", "learners": "all", "datasets": ["wine", mine]}
    )
    code = (
        "import sys\n"
        "from skewbench.study import load_study\n"
        f"load_study({str(file)!r}, {str(ROOT)!r}).blocks()\n"
        "from skewbench.digest import code_digest\n"
        "code_digest('skewbench.block')\n"
        "heavy = 'pandas sklearn imblearn xgboost scipy matplotlib pyarrow'.split()\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"
