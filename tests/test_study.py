"""A study file becomes a study, or one sentence: what is wrong, where, and what is right."""

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

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
STUDIES = [ROOT / "config" / "config.yaml", *sorted((ROOT / "config").glob("studies/*.yaml"))]
BASE = {
    "study": "mini",
    "datasets": ["wine_2"],
    "ratios": ["natural"],
    "strategies": ["none", "smote"],
    "learners": ["decision_tree"],
    "seeds": 2,
}
MOONS = {"source": "synthetic", "shape": "moons"}
SMOTE = "imblearn.over_sampling.SMOTE"


def write_study(folder, changes, base=BASE):
    file = folder / "study.yaml"
    content = {key: value for key, value in (base | changes).items() if value is not ...}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def own(kind, entry, name="mine"):
    """Return the base's selection of a kind with an entry of one's own."""
    return {kind: [*BASE[kind], {name: entry}]}


def strategy(**keys):
    return own("strategies", {"level": "data"} | keys)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # Keys of the study
        ({"seed_per_job": 2}, r"unknown key 'seed_per_job'; did you mean 'seeds_per_job'\?"),
        ({"zzz": 2}, r"unknown key 'zzz'; allowed: archive, cost, datasets, folds, "),
        ({"seeds": ...}, r"the key 'seeds' is missing"),
        ({"seeds": "two"}, r"key 'seeds': 'two' is not of type 'integer'"),
        ({"seeds": True}, r"key 'seeds': True is not of type 'integer'"),
        ({"seeds": 2.5}, r"key 'seeds': 2\.5 is not of type 'integer'"),
        ({"seeds": 0}, r"key 'seeds': 0 is less than the minimum of 1"),
        ({"folds": 1}, r"key 'folds': 1 is less than the minimum of 2"),
        ({"inner_folds": 1}, r"key 'inner_folds': 1 is not allowed"),
        ({"time_limit": 0}, r"key 'time_limit': 0 "),
        ({"trials": 0}, r"key 'trials': 0 is less than the minimum of 1"),
        (
            {"trials": 2, "strategies": ["none", "smote", "smote_before_split"]},
            r"key 'trials': 'smote_before_split' resamples before the split",
        ),
        (
            {"trials": 2, "inner_folds": 0},
            r"key 'trials': hyperparameters are tuned on inner folds",
        ),
        (
            strategy(
                resample={"imblearn.over_sampling.SMOTE": {}}, search={"SMOT": {"k_neighbors": [1]}}
            ),
            r"strategy 'mine': key 'search': no 'SMOT' in it; did you mean 'SMOTE'\?",
        ),
        (
            strategy(search={"SMOTE": {"k_neighbors": []}}),
            r"key 'search\.SMOTE\.k_neighbors': \[\]",
        ),
        (
            {"cost": {"false_negative": float("nan"), "false_positive": 1}},
            r"key 'cost\.false_negative': nan is not a finite number",
        ),
        ({"time_limit": float("nan")}, r"key 'time_limit': nan "),
        ({"keep_scores": "yes"}, r"key 'keep_scores': 'yes' is not of type 'boolean'"),
        ({"cost": {"false_negative": 1}}, r"key 'cost': the key 'false_positive' is missing"),
        (
            {"cost": {"false_negative": -1, "false_positive": 1}},
            r"key 'cost\.false_negative': -1 ",
        ),
        (
            {"cost": {"false_negativ": 1, "false_positive": 1}},
            r"key 'cost': unknown key 'false_negativ'; did you mean 'false_negative'\?",
        ),
        ({"highlight": ["smotte"]}, r"key 'highlight': 'smotte' .*; did you mean 'smote'\?"),
        ({"highlight": "smote"}, r"key 'highlight': 'smote' is not of type 'array'"),
        # Ratios
        ({"ratios": "natural"}, r"key 'ratios': 'natural' is not of type 'array'"),
        ({"ratios": [10]}, r"key 'ratios': '10' is no imbalance ratio; allowed are natural, ir"),
        ({"ratios": []}, r"key 'ratios': \[\] should be non-empty"),
        ({"ratios": ["natural", "natural"]}, r"key 'ratios': .*"),
        ({"ratios": ["ir0.5"]}, r"key 'ratios': 'ir0.5' is no imbalance ratio; allowed are natur"),
        ({"ratios": ["10:1"]}, r"key 'ratios': '10:1' is no imbalance ratio"),
        ({"ratios": ["ir10m0"]}, r"key 'ratios': 'ir10m0' is no imbalance ratio"),
        ({"ratios": ["ir1/2"]}, r"key 'ratios': 'ir1/2' is no imbalance ratio"),
        ({"ratios": ["ir1" + "0" * 8]}, r"key 'ratios': 'ir100000000' is no imbalance ratio"),
        ({"ratios": ["ir" + "9" * 400]}, r"key 'ratios': 'ir9+\.\.\.' is no imbalance"),
        (
            {"ratios": ["ir10m" + "9" * 5000]},
            r"key 'ratios': 'ir10m9+\.\.\.' is no imbalance",
        ),
        ({"ratios": ["../ir10"]}, r"key 'ratios': '\.\./ir10' is no imbalance ratio"),
        ({"ratios": [".."]}, r"key 'ratios': '\.\.' is no imbalance ratio"),
        # Names of the catalogues
        ({"strategies": ["none", "smotte"]}, r"'strategies': unknown strategy 'smotte'; did you "),
        ({"datasets": ["wine2"]}, r"'datasets': unknown dataset 'wine2'; did you mean 'wine_2'\?"),
        ({"learners": ["xgbost"]}, r"'learners': unknown learner 'xgbost'; did you mean 'xgboost"),
        (
            {"datasets": ["qqqq"]},
            r"'datasets': unknown dataset 'qqqq'; allowed: abalone_19, ",
        ),
        ({"datasets": "every"}, r"key 'datasets': 'every' "),
        ({"datasets": []}, r"key 'datasets': \[\] should be non-empty"),
        ({"datasets": [3]}, r"key 'datasets\.0': 3 "),
        ({"datasets": [{}]}, r"key 'datasets\.0': \{\} should be non-empty"),
        ({"strategies": ["none", "none"]}, r"key 'strategies': 'none' is listed twice"),
        ({"strategies": ["smote"]}, r"key 'strategies': the control 'none' is missing"),
        (
            {"strategies": [{"none": {"level": "data", "resample": {SMOTE: {}}}}]},
            r"strategy 'none': the control leaves data and learners untouched, so 'resample' needs",
        ),
        (
            {"strategies": ["none", "rusboost"]},
            r"key 'strategies': 'rusboost' .* anchor 'plain_tree_boosting'; add that too",
        ),
        (strategy(anchor="nobody"), r"key 'strategies': 'mine' .* anchor 'nobody'"),
        # Names that are folders' names later
        ({"study": "a/b"}, r"key 'study': 'a/b' is no name: letters, digits and underscores only"),
        ({"study": ".."}, r"key 'study': '\.\.' is no name: letters, digits and underscores only"),
        (
            {"study": "../../x"},
            r"key 'study': '\.\./\.\./x' is no name: letters, digits and underscores only",
        ),
        ({"study": ""}, r"key 'study': '' is no name: letters, digits and underscores only"),
        ({"study": "x\n"}, r"key 'study': 'x\\n' is no name: letters, digits and underscores only"),
        ({"study": "x" * 61}, r"key 'study': .* is too long"),
        (
            {"datasets": ["../wine"]},
            r"key 'datasets\.0': '\.\./wine' is no name: letters, digits and underscores only",
        ),
        (own("datasets", MOONS, "a/b"), r"datasets\.a/b: a name has letters, digits and undersc"),
        (own("datasets", MOONS, ".."), r"datasets\.\.\.: a name has letters, digits and undersc"),
        (own("datasets", MOONS, "x y"), r"a name has letters, digits and underscores"),
        (
            own("datasets", MOONS, "/etc/x"),
            r"datasets\./etc/x: a name has letters, digits and under",
        ),
        (own("datasets", MOONS, "x" * 61), r"datasets\.x+: a name has letters, .* at most 60"),
        (own("datasets", MOONS, "ä"), r"datasets\.ä: a name has letters, digits and underscores"),
        (own("datasets", MOONS, "Wine_2"), r"key 'datasets': 'wine_2' and 'Wine_2' differ only by"),
        (own("strategies", {"level": "data"}, "None"), r"'none' and 'None' differ only by case"),
        ({"study": "Cache"}, r"key 'study': the name 'Cache' is reserved"),
        ({"study": "reference"}, r"key 'study': the name 'reference' is reserved"),
        (strategy(label="=1+1"), r"key 'label': '=1\+1' should be one line that begins with a let"),
        (strategy(label="@SUM(A1)"), r"key 'label': .* should be one line that begins with a let"),
        (strategy(label="a\nb"), r"key 'label': .* should be one line that begins with a letter"),
        (strategy(label="gain $x$"), r"key 'label': .* without '\$'"),
        (own("datasets", MOONS | {"family": "-1+1"}), r"key 'family': '-1\+1' should be one line"),
        (own("datasets", MOONS | {"model": {SMOTE: {}}}), r"unknown key 'model'"),
        (own("datasets", MOONS, 7), r"datasets\.7: a name has letters, digits and underscores"),
        (own("strategies", {"level": "data"}, "a/b"), r"strategies\.a/b: a name has letters"),
        # Entries of one's own
        (own("datasets", 3), r"datasets\.mine: should be a mapping"),
        (own("datasets", {}), r"datasets\.mine: the key 'source' is missing"),
        (own("datasets", MOONS | {"n_sample": 60}), r"datasets\.mine: .*mean 'n_samples'\?"),
        (own("datasets", MOONS | {"shape": "moon"}), r"datasets\.mine: key 'shape': .*'moons'\?"),
        (own("datasets", MOONS | {"noise": "no"}), r"datasets\.mine: key 'noise': 'no' "),
        (own("datasets", {"source": "fil"}), r"datasets\.mine: key 'source': .*mean 'file'\?"),
        (strategy(resampel={SMOTE: {}}), r"strategies\.mine: unknown key .*mean 'resample'\?"),
        (own("strategies", {"level": "dat"}), r"strategies\.mine: key 'level': .*mean 'data'\?"),
        (strategy(resample={"SMOTE": {}}), r"strategies\.mine: key 'resample.*'SMOTE'"),
        (own("learners", {"modl": {SMOTE: {}}}), r"learners\.mine: .*'model"),
        (own("learners", {"model": {1: {}}}), r"learners\.mine: key 'model"),
        # Import paths
        (strategy(resample={"no_such.Thing": {}}), r"strategy 'mine': no module 'no_such'"),
        (
            strategy(resample={"imblearn.over_samplin.SMOTE": {}}),
            r"strategy 'mine': no module 'imblearn\.over_samplin'",
        ),
        (
            strategy(resample={"imblearn.over_sampling.SMOTTE": {}}),
            r"strategy 'mine': no 'SMOTTE' in module 'imblearn.over_sampling'; did you mean 'SMOT",
        ),
        (
            strategy(resample={"imblearn.combine.SMOTEENN": {"smote": {"imblearn.x.SMOTE": {}}}}),
            r"strategy 'mine': no module 'imblearn\.x'",
        ),
        (
            own("learners", {"model": {"sklearn.tree.DecisionTreeClasifier": {}}}),
            r"learner 'mine': no 'DecisionTreeClasifier' in module .*mean 'DecisionTreeClassifier'",
        ),
    ],
)
def test_a_mistake_gives_one_sentence_with_file_and_key(tmp_path, changes, message):
    file = write_study(tmp_path, changes)
    with pytest.raises(InputError, match=message) as caught:
        load_study(file, ROOT)
    said = str(caught.value)
    assert said.startswith(str(file))
    assert "\n" not in said
    assert len(said) < 500


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"path": "claim.csv"}, r"claim\.csv: there is no such file \(did you mean 'claims\.csv"),
        ({"path": "nowhere/claims.csv"}, r"there is no such file and no folder"),
        ({"path": "."}, r"this is a folder, a file is needed"),
        ({"path": "claims.xls"}, r"claims\.xls: unknown format '\.xls', allowed are \.csv"),
        ({"path": "empty.csv"}, r"empty\.csv: the file is empty"),
        ({"path": "damaged.parquet"}, r"damaged\.parquet: the file cannot be read"),
        ({"path": "latin.csv"}, r"latin\.csv: not UTF-8 .*`encoding`"),
        ({"path": "claims.csv", "test_path": "none.csv"}, r"none\.csv: there is no such file"),
        ({"path": "claims.csv", "target": "frod"}, r"column 'frod' is not in .*mean 'fraud'\?"),
        ({"path": "claims.csv", "categorical": ["regoin"]}, r"'regoin' .*did you mean 'region'\?"),
        (
            {"path": "claims.csv", "split": {"kind": "time", "column": "day"}},
            r"column 'day' is not in .*; allowed: amount, fraud, region",
        ),
        ({"path": "claims.csv", "separator": "ab"}, r"`separator` must be one ASCII character"),
        ({"path": "${data}/claims.csv"}, r"key 'path' names \$\{data\}; .*--config data=FOLDER"),
        ({"path": "~no_such_user/claims.csv"}, r"no_such_user"),
        ({"path": "claims.csv", "images": "region"}, r"'images': .*claims\.csv is a text file"),
        ({"path": "x.parquet", "images": "fraud"}, r"'images': 'fraud' cannot also be the target"),
        ({"path": "x.parquet", "images": "a", "drop": ["a"]}, r"'a' cannot also be .*dropped"),
        (
            {"path": "claims.csv", "shots": {"few": 30, "many": 20}},
            r"key 'shots': 'few' \(30\) must not exceed 'many' \(20\)",
        ),
        ({"path": "of_{x}/claims.csv"}, r"key 'path': .*claims\.csv' has braces, which stand for"),
        ({"path": "latin.csv", "encoding": "latin-1", "target": "frod"}, r"mean 'fraud'\?"),
        (
            {"path": "claims.csv", "separator": ";"},
            r"is `separator` right\? Its only column is 'am",
        ),
    ],
)
def test_a_data_file_is_checked_before_any_job(tmp_path, entry, message):
    for name in ("claims.csv", "claims.xls"):
        (tmp_path / name).write_text("amount,region,fraud\n1,a,no\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing more")
    (tmp_path / "latin.csv").write_bytes("größe,fraud\n".encode("latin-1"))
    file = write_study(
        tmp_path, {"datasets": [{"mine": {"source": "file", "target": "fraud"} | entry}]}
    )
    with pytest.raises(InputError, match=message) as caught:
        load_study(file, ROOT)
    said = str(caught.value)
    assert said.startswith(f"{file}: dataset 'mine': ")
    assert "\n" not in said


def test_an_unreadable_catalogue_or_entry_names_the_catalogue(tmp_path):
    file = write_study(tmp_path, {})
    with pytest.raises(InputError, match=r"config/datasets\.yaml: no such file"):
        load_study(file, tmp_path)
    config = tmp_path / "config"
    config.mkdir()
    (config / "datasets.yaml").write_text("wine_2: {source: bundled, sklearn_name: win}")
    with pytest.raises(InputError, match=r"datasets\.yaml: wine_2: .*did you mean 'wine'"):
        load_study(file, tmp_path)


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


def test_a_structure_that_holds_itself_gives_one_sentence(tmp_path):
    file = write_study(tmp_path, {"strategies": ...})
    with file.open("a", encoding="utf-8") as stream:
        stream.write("strategies: [none, {mine: {level: data, model: &m {a.B: *m}}}]\n")
    with pytest.raises(InputError):
        load_study(file, ROOT)
