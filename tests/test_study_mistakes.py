"""A mistake in a study file gives one sentence: what is wrong, where, and what is right."""

import pytest

from skewbench.errors import InputError
from skewbench.study import load_study
from small_cells import ROOT
from study_files import own, strategy, write_study

MOONS = {"source": "synthetic", "shape": "moons"}
SMOTE = "imblearn.over_sampling.SMOTE"


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


def test_a_structure_that_holds_itself_gives_one_sentence(tmp_path):
    file = write_study(tmp_path, {"strategies": ...})
    with file.open("a", encoding="utf-8") as stream:
        stream.write("strategies: [none, {mine: {level: data, model: &m {a.B: *m}}}]\n")
    with pytest.raises(InputError):
        load_study(file, ROOT)
