"""Files and configurations from strangers are data: nothing in them runs, escapes or disguises."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pytest
import yaml

from skewbench import configuration
from skewbench.errors import InputError, clipped, printable
from skewbench.figures.status import status_map
from skewbench.figures.style import save
from users_files import prepare

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    *sorted((ROOT / "workflow").rglob("*.py")),
    *sorted((ROOT / "scripts").glob("*.py")),
]
FORBIDDEN = {"eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load"}
FORBIDDEN |= {"yaml.full_load", "os.system", "os.popen", "np.load", "joblib.load", "pd.read_pickle"}
FORBIDDEN |= {"np.fromregex", "np.loadtxt", "pd.eval", "pd.read_hdf", "tarfile.open"}
# A subclass of the safe loader; and what a cell's forked child sends its parent through a pipe.
ALLOWED = {"configuration.py: yaml.load", "isolation.py: pickle"}


def risks(code):
    """Yield what a module does that could run what it reads."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in FORBIDDEN:
                yield name
            for keyword in node.keywords:
                said = f"{keyword.arg}={ast.unparse(keyword.value)}"
                if said in ("shell=True", "allow_pickle=True"):
                    yield said
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"} & set(names)


@pytest.mark.parametrize(
    ("code", "risk"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("eval(x)", "eval"),
        ("yaml.load(x, Loader=yaml.Loader)", "yaml.load"),
        ("np.load(f)", "np.load"),
        ("subprocess.run(x, shell=True)", "shell=True"),
        ("numpy.load(f, allow_pickle=True)", "allow_pickle=True"),
    ],
)
def test_a_risk_would_be_found(code, risk):
    assert list(risks(code)) == [risk]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_module_can_run_what_it_reads(file):
    found = {f"{file.name}: {risk}" for risk in risks(file.read_text(encoding="utf-8"))}
    assert found <= ALLOWED


def test_the_workflow_starts_no_shell():
    for file in [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]:
        risk = re.search(
            r"^\s*shell:|\bshell\(|shell=True|\b(eval|exec)\(|pickle",
            file.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert risk is None, f"{file.name}: {risk}"


def test_the_loader_of_configurations_is_a_safe_one():
    assert issubclass(configuration._StrictLoader, yaml.SafeLoader)
    assert not hasattr(configuration._StrictLoader, "construct_python_object")
    assert set(configuration._StrictLoader.yaml_constructors) == set(
        yaml.SafeLoader.yaml_constructors
    )


def test_data_are_never_imported_or_run(tmp_path):
    """Neither a module beside the data nor a name in them; and no data set can name a class."""
    trap = "open(__file__ + '.ran', 'w').close()\n"
    for name in ("yes", "numpy", "os", "x"):
        (tmp_path / f"{name}.py").write_text(trap, encoding="utf-8")
    rows = "".join(f"{row},{'os.system' if row % 3 else 'yes.Yes'}\n" for row in range(30))
    (tmp_path / "d.csv").write_text("__import__('os'),y\n" + rows, encoding="utf-8")
    _, _, facts = prepare(tmp_path, "d.csv")
    assert facts["classes"] == ["os.system", "yes.Yes"]
    assert not list(tmp_path.glob("*.ran"))
    for key in ("model", "resample", "loader", "import"):
        with pytest.raises(InputError, match=f"unknown key '{key}'"):
            prepare(tmp_path, "d.csv", **{key: {"os.system": {}}})


ODD = "<script>alert(1)</script>&\"'"


def test_markup_in_a_label_is_text_in_a_figure(tmp_path):
    status = pd.DataFrame(
        {
            "task": "binary",
            "dataset": "d",
            "ratio": "natural",
            "strategy": ["a", "b"],
            "learner": "tree",
            "status": ["ok", "failed"],
            "reason": ["", ODD],
            "flags": "",
        }
    )
    spelt = pd.DataFrame({"level": "data", "label": [f"a {ODD}", f"b {ODD}"]}, index=["a", "b"])
    save(status_map(status, spelt), tmp_path / "status")
    text = (tmp_path / "status.svg").read_text(encoding="utf-8")
    tags = {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(text).iter()}
    assert "script" not in tags
    assert "<script" not in text
    assert tags & {"path", "text"}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain ä 漢 'x'", "plain ä 漢 'x'"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
    ],
)
def test_a_message_carries_no_control_characters(text, escaped):
    assert printable(text) == escaped
    assert str(InputError(text)) == escaped


def test_a_message_stays_short_whatever_it_quotes():
    said = str(InputError("study.yaml: " + "x" * 10**6 + " is what is wrong."))
    assert len(said) <= 1000
    assert said.startswith("study.yaml: xxx")
    assert said.endswith("x is what is wrong.")
    assert clipped("x" * 61) == "x" * 57 + "..."


def test_notes_and_messages_about_hostile_names_are_printable(tmp_path):
    frame = pd.DataFrame({"\x1b[2Jk": 1, "l\nError: all is well": None, "x": range(30)})
    frame["y"] = ["\x1b[31mred", "b", "b"] * 10
    frame.to_parquet(tmp_path / "d.parquet")
    _, _, facts = prepare(tmp_path, "d.parquet")
    assert facts["notes"] == [
        r"column '\x1b[2Jk' dropped: it is constant",
        r"column 'l\nError: all is well' dropped: all values are missing",
    ]
    assert "\x1b" not in (tmp_path / "theirs.json").read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        prepare(tmp_path, "d.parquet", positive="c")
    assert r"the labels are \x1b[31mred, b" in str(caught.value)
