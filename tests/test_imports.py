"""Import paths from configuration: checked without running code, built when needed."""

import sys

import pytest
from imblearn.combine import SMOTETomek
from imblearn.over_sampling import SMOTE

from skewbench.errors import InputError
from skewbench.imports import (
    build,
    build_all,
    check_import_path,
    import_paths,
    load,
    module_file,
)
from small_cells import LEARNERS, STRATEGIES

SMOTE_PATH = "imblearn.over_sampling.SMOTE"


@pytest.fixture
def folder(tmp_path):
    """A user's folder with a module that must not be imported by a check, and a package."""
    (tmp_path / "touchy_module.py").write_text(
        "from os import path as renamed\n"
        "NAMED = dict\n"
        "if True:\n"
        "    class Conditional: ...\n"
        "class Model:\n"
        "    def __init__(self, a=1, b=2):\n"
        "        self.a, self.b = a, b\n"
        "def factory(): ...\n"
        "open(__file__ + '.imported', 'w').close()\n",
        encoding="utf-8",
    )
    package = tmp_path / "touchy_package" / "inner"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    (package / "__init__.py").write_text("from .deep import *", encoding="utf-8")
    (package / "deep.py").write_text("class Deep: ...", encoding="utf-8")
    (tmp_path / "broken_module.py").write_text("import no_such_thing_at_all\nclass Model: ...\n")
    yield tmp_path
    for name in [n for n in sys.modules if n.startswith(("touchy_", "broken_module"))]:
        del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry != str(tmp_path)]


@pytest.mark.parametrize("name", ["Model", "factory", "NAMED", "renamed", "Conditional"])
def test_a_users_names_are_found_without_importing(folder, name):
    check_import_path(f"touchy_module.{name}", folder, "study")
    assert "touchy_module" not in sys.modules
    assert not (folder / "touchy_module.py.imported").exists()


def test_packages_are_not_imported_either(folder):
    check_import_path("touchy_package.inner.deep.Deep", folder, "study")
    check_import_path("touchy_package.inner.Deep", folder, "study")  # from .deep import *
    assert not any(name.startswith("touchy") for name in sys.modules)


def test_misspelt_names_and_modules(folder):
    with pytest.raises(InputError, match=r"^here: no 'Modell' in module 'touchy_module'; .*Model"):
        check_import_path("touchy_module.Modell", folder, "here")
    with pytest.raises(InputError, match=r"^here: no module 'touchy_modul'"):
        check_import_path("touchy_modul.Model", folder, "here")
    with pytest.raises(InputError, match=r"no module 'touchy_package\.outer'"):
        check_import_path("touchy_package.outer.Deep", folder, "here")
    with pytest.raises(InputError, match=r"no 'SMOT' in module 'imblearn\.over_sampling'"):
        check_import_path("imblearn.over_sampling.SMOT", folder, "here")


def test_the_users_folder_comes_first(folder):
    assert module_file("touchy_module", folder) == folder / "touchy_module.py"
    (folder / "imblearn.py").write_text("class SMOTE: ...", encoding="utf-8")
    assert module_file("imblearn", folder) == folder / "imblearn.py"
    assert module_file("imblearn", folder / "elsewhere").name == "__init__.py"
    assert module_file("no_such_module", folder) is None


@pytest.mark.parametrize("entries", [STRATEGIES, LEARNERS], ids=["strategies", "learners"])
def test_every_path_of_the_catalogues_is_found_and_can_be_built(entries, tmp_path):
    paths = [path for entry in entries.values() for path in import_paths(entry)]
    assert len(paths) >= len(entries) / 2
    for path in paths:
        check_import_path(path, tmp_path, "catalogue")
    for name, entry in entries.items():
        build_all(entry, tmp_path, name)


def test_import_paths_of_entries_however_deep():
    entry = {
        "level": "data",
        "source": "A. Author 2003",  # a value with a dot is no path
        "resample": [
            {"imblearn.combine.SMOTETomek": {"smote": {SMOTE_PATH: {"k_neighbors": 5}}}},
            {"imblearn.under_sampling.TomekLinks": None},
        ],
        "weight": {"scheme": "inverse", "beta": 0.9},
    }
    assert import_paths(entry) == [
        "imblearn.combine.SMOTETomek",
        SMOTE_PATH,
        "imblearn.under_sampling.TomekLinks",
    ]
    assert import_paths({"weight": {"scheme": "sqrt"}}) == import_paths("a.b") == []


def test_build_makes_nested_objects_and_new_ones_each_time(tmp_path):
    spec = {"imblearn.combine.SMOTETomek": {"smote": {SMOTE_PATH: {"k_neighbors": 3}}}}
    one, other = build(spec, tmp_path), build(spec, tmp_path)
    assert isinstance(one, SMOTETomek)
    assert isinstance(one.smote, SMOTE)
    assert one.smote.k_neighbors == 3
    assert one is not other
    assert one.smote is not other.smote
    assert build({SMOTE_PATH: None}, tmp_path).k_neighbors == 5


def test_plain_mappings_stay_mappings(tmp_path, folder):
    built = build({"touchy_module.Model": {"a": {"0": 3}, "b": {"x.y": 1, "z": 2}}}, folder)
    assert (built.a, built.b) == ({"0": 3}, {"x.y": 1, "z": 2})


def test_load_imports_the_users_module(folder):
    model = load("touchy_module.Model", folder)
    assert model(b=5).b == 5
    assert (folder / "touchy_module.py.imported").exists()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("broken_module.Model", "import path 'broken_module.Model': No module named 'no_such"),
        ("touchy_module.Absent", "import path 'touchy_module.Absent'"),
        ("no_such_module.Model", "import path 'no_such_module.Model'"),
    ],
)
def test_load_errors_name_the_path(folder, path, message):
    with pytest.raises(InputError, match=message):
        load(path, folder)


def test_unknown_parameters_name_the_path(folder):
    with pytest.raises(InputError, match=r"'touchy_module.Model': .*'c'"):
        build({"touchy_module.Model": {"c": 1}}, folder)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"resample": {SMOTE_PATH: {"k_neighbours": 5}}},
            "strategy 's': resample: .*k_neighbours",
        ),
        (
            {"resample": [{SMOTE_PATH: {}}, {SMOTE_PATH: {"kk": 5}}]},
            "strategy 's': resample: .*kk",
        ),
        (
            {
                "resample": {
                    "imblearn.combine.SMOTETomek": {"smote": {SMOTE_PATH: {"k_neighbours": 5}}}
                }
            },
            "k_neighbours",
        ),
        (
            {"model": {"xgboost.XGBClassifier": {"n_estimator": 100}}},
            "'xgboost.XGBClassifier' has no parameter 'n_estimator'",
        ),
        (
            {"objective": {"skewbench.strategies.objectives.FocalObjective": {"gamma": -1}}},
            "gamma of the focal loss is -1",
        ),
        (
            {"on_mixed": {"imblearn.over_sampling.SMOTENC": {"k": 5}}},
            "on_mixed: .*k",
        ),
    ],
)
def test_bad_parameters_are_found_before_any_job(entry, message, tmp_path):
    with pytest.raises(InputError, match=message):
        build_all({"level": "data"} | entry, tmp_path, "strategy 's'")


def test_stand_ins_for_what_a_cell_supplies(tmp_path):
    """SMOTENC's columns and a wrapper's learner are no parameters a catalogue can give."""
    build_all(STRATEGIES["smote"], tmp_path, "smote")
    build_all(STRATEGIES["two_phase"], tmp_path, "two_phase")
