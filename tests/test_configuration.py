"""Configuration files: read strictly, checked against the schemas, wrong in one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skewbench.configuration import read_yaml, validate
from skewbench.errors import InputError, nearest
from skewbench.imports import build_all, check_import_path, import_paths

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"datasets": "dataset", "strategies": "strategy", "learners": "learner"}
CATALOGUE = [
    pytest.param(plural, name, entry, id=f"{plural}-{name}")
    for plural in KINDS
    for name, entry in read_yaml(ROOT / "config" / f"{plural}.yaml").items()
]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("a: [1", r"is not valid YAML \(.*line", id="open bracket"),
        pytest.param("a:\n\t- 1", r"is not valid YAML \(.*line 2", id="tab"),
        pytest.param("a: 2020-13-45", "is not valid YAML", id="impossible date"),
        pytest.param("a: !!python/object/apply:os.getcwd []", "is not valid YAML", id="code"),
        pytest.param("? [a]\n: 1", "is not valid YAML", id="list as key"),
        pytest.param("a: 1\nb: 2\na: 3", "line 3: the key 'a' is given twice", id="twice"),
        pytest.param("a: {b: 1, b: 1}", "line 1: the key 'b' is given twice", id="twice, deeper"),
        pytest.param("- a", "should hold a mapping of keys to values", id="list"),
        pytest.param("", "should hold a mapping of keys to values", id="empty"),
        pytest.param("a: " + "[" * 3000, "is not valid YAML", id="thousands of brackets"),
        pytest.param(b"a: \xff", "cannot be read", id="not UTF-8"),
    ],
)
def test_a_bad_file_gives_one_sentence(tmp_path, content, message):
    file = tmp_path / "study.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message) as caught:
        read_yaml(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_an_absent_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match=r"study\.yaml: no such file"):
        read_yaml(tmp_path / "study.yaml")
    with pytest.raises(InputError, match=rf"{tmp_path}: cannot be read"):
        read_yaml(tmp_path)


def test_a_good_file_keeps_its_order_and_types(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text('b: 1\na: [x, "1", 2.5, null, true]\n', encoding="utf-8")
    content = read_yaml(file)
    assert list(content) == ["b", "a"]
    assert content["a"] == ["x", "1", 2.5, None, True]


@pytest.mark.parametrize(
    ("kind", "entry", "message"),
    [
        ("learner", {}, "the key 'model' is missing"),
        ("learner", {"model": {}}, r"key 'model': "),
        ("learner", {"model": {"a.B": {}}, "labl": "x"}, "'labl'; did you mean 'label'?"),
        ("learner", {"model": {"NoDot": {}}}, r"key 'model.*'NoDot'"),
        ("learner", {"model": {"a.B": {}, "a.C": {}}}, "key 'model': "),
        ("learner", {"model": {"a.B": [1]}}, r"key 'model\.a\.B': \[1\] is not of type"),
        ("learner", {"model": {1: {}}}, "key 'model"),
        ("learner", {"model": {"a.B": {}}, 1: 2}, "unknown key '1'"),
        ("strategy", {}, "the key 'level' is missing"),
        ("strategy", {"level": "dta"}, "key 'level': 'dta' is not allowed; did you mean 'data'?"),
        ("strategy", {"level": "x"}, "allowed: algorithm, anchor, anomaly, control, data, hybrid"),
        ("strategy", {"level": "data", "max_rows": 0}, "key 'max_rows': 0 is less than"),
        ("strategy", {"level": "data", "tasks": ["regression"]}, "key 'tasks.0': 'regression'"),
        ("strategy", {"level": "data", "weight": {}}, "key 'weight': the key 'scheme' is missing"),
        (
            "strategy",
            {"level": "data", "weight": {"scheme": "inverse", "bta": 0.9}},
            "key 'weight': unknown key 'bta'; did you mean 'beta'?",
        ),
        (
            "strategy",
            {"level": "data", "weight": {"scheme": "effective_number", "beta": 1.5}},
            r"key 'weight\.beta': 1\.5",
        ),
        (
            "strategy",
            {"level": "data", "model": {"a.B": {}}, "wrap": {"a.C": {}}},
            "'model' and 'wrap' exclude each other",
        ),
        ("strategy", {"level": "data", "resample": []}, "key 'resample"),
        ("strategy", {"level": "data", "resample": [{"SMOTE": {}}]}, r"key 'resample.*'SMOTE'"),
        ("strategy", {"level": "data", "resample": {"x": False, 0: False}}, r"key 'resample"),
        ("dataset", {}, "the key 'source' is missing"),
        ("dataset", {"path": "x.csv", "target": "y"}, "the key 'source' is missing"),
        ("dataset", {"source": "syntetic"}, "key 'source'.*did you mean 'synthetic'?"),
        ("dataset", {"source": "synthetic"}, "the key 'shape' is missing"),
        ("dataset", {"source": "synthetic", "n_samples": 50}, "the key 'shape' is missing"),
        (
            "dataset",
            {"source": "synthetic", "shape": "moon", "n_samples": 50},
            "key 'shape': 'moon' is not allowed; did you mean 'moons'?",
        ),
        (
            "dataset",
            {"source": "synthetic", "shape": "moons", "overlap": "high"},
            "key 'overlap': 'high' is not of type 'number'",
        ),
        (
            "dataset",
            {"source": "synthetic", "shape": "moons", "n_samples": 5},
            "key 'n_samples': 5 is less than the minimum of 40",
        ),
        (
            "dataset",
            {"source": "synthetic", "shape": "moons", "n_sample": 50},
            "unknown key 'n_sample'; did you mean 'n_samples'?",
        ),
        (
            "dataset",
            {"source": "bundled", "sklearn_name": "wine", "path": "x.csv"},
            "key 'path'",
        ),
        ("dataset", {"source": "file", "path": "x.csv"}, "the key 'target' is missing"),
        ("dataset", {"source": "file", "path": 3, "target": "y"}, "key 'path': 3 is not of type"),
        (
            "dataset",
            {"source": "file", "path": "x.csv", "target": "y", "categorical": "z"},
            "key 'categorical': 'z' is not of type 'array'",
        ),
        (
            "dataset",
            {"source": "bundled", "sklearn_name": "wine", "split": {"kind": "time"}},
            "key 'split': the key 'column' is missing",
        ),
        (
            "dataset",
            {"source": "bundled", "sklearn_name": "wine", "cost": {"false_negative": 1}},
            "key 'cost': the key 'false_positive' is missing",
        ),
        (
            "dataset",
            {
                "source": "bundled",
                "sklearn_name": "wine",
                "cost": {"false_negative": 0, "false_positive": 1},
            },
            r"key 'cost\.false_negative': 0",
        ),
        ("dataset", {"source": "openml"}, "'data_id'.*'dataset'|'dataset'.*'data_id'"),
        (
            "dataset",
            {"source": "openml", "data_id": 1, "dataset": "x"},
            "'data_id'.*'dataset'|'dataset'.*'data_id'",
        ),
        (
            "dataset",
            {"source": "openml", "data_id": 1, "sha256": "abc"},
            "key 'sha256': 'abc' does not have the form",
        ),
    ],
)
def test_a_bad_entry_gives_one_sentence(kind, entry, message):
    with pytest.raises(InputError, match=message) as caught:
        validate(entry, kind, "study.yaml: mine")
    assert str(caught.value).startswith("study.yaml: mine: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_defaults_are_filled_in_and_never_win():
    study = {"study": "s", "datasets": "all", "ratios": ["natural"], "strategies": "all"}
    study |= {"learners": "all", "seeds": 1}
    assert validate(study, "study", "")["folds"] == 5
    assert validate(study | {"folds": 7}, "study", "")["folds"] == 7
    assert "folds" not in study


@pytest.mark.parametrize(("plural", "name", "entry"), CATALOGUE)
def test_catalogue_entries_are_valid(plural, name, entry):
    assert validate(entry, KINDS[plural], name).items() >= entry.items()
    for path in import_paths(entry):
        check_import_path(path, ROOT / "config", name)


@pytest.mark.parametrize(("plural", "name", "entry"), CATALOGUE)
def test_everything_the_catalogues_name_can_be_constructed(plural, name, entry):
    if "extra" in entry:
        pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")
    build_all(entry, ROOT / "config", name)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"resample": {"imblearn.over_sampling.SMOTE": {"k_neighbours": 5}}},
            "'k_neighbours'.*did you mean 'k_neighbors'?",
        ),
        (
            {"resample": [{"imblearn.over_sampling.SMOTE": {"k_neighbours": 5}}]},
            "'k_neighbours'.*did you mean 'k_neighbors'?",
        ),
        (
            {"model": {"sklearn.tree.DecisionTreeClassifier": {"max_dept": 5}}},
            "'max_dept'.*did you mean 'max_depth'?",
        ),
        (
            {"model": {"xgboost.XGBClassifier": {"n_estimator": 5}}},
            "'n_estimator'.*did you mean 'n_estimators'?",
        ),
        (
            {
                "resample": {
                    "imblearn.combine.SMOTEENN": {
                        "smote": {"imblearn.over_sampling.SMOTE": {"k_neighbour": 5}}
                    }
                }
            },
            "'k_neighbour'",
        ),
        ({"model": {"sklearn.tree.export_text": {}}}, "export_text"),
    ],
)
def test_unknown_parameters_are_found_by_constructing(entry, message):
    with pytest.raises(InputError, match=message) as caught:
        build_all(entry, ROOT, "strategies: mine")
    assert str(caught.value).startswith("strategies: mine: ")
    assert "\n" not in str(caught.value)


@given(st.text(max_size=8), st.lists(st.text(max_size=8), unique=True, max_size=20))
def test_nearest_names_something_that_is_allowed(name, allowed):
    said = nearest(name, allowed)
    if not allowed:
        assert said == "none is allowed here"
    elif said.startswith("did you mean "):
        assert said.removeprefix("did you mean '").removesuffix("'?") in allowed
    else:
        assert said.startswith("allowed: ")
        assert all(other in said for other in sorted(allowed)[:12])
