"""A digest changes with the modules that a rule depends on, and with no other."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skewbench import digest
from skewbench.digest import code_digest, entry_digest

ROOT = Path(__file__).resolve().parents[1]
SELF_PACED = "skewbench.strategies.self_paced.SelfPacedEnsembleClassifier"
ENTRIES = {
    "none": {"level": "control"},
    "smote": {"resample": {"imblearn.over_sampling.SMOTE": {}}},
    "self_paced": {"model": {SELF_PACED: {}}},
    "nested": {"model": {"x.Y": {"estimator": {SELF_PACED: {}}}}},
    "rules": {"model": {"skewbench.strategies.rules.RuleEnsembleClassifier": {}}},
}
RULES = ("skewbench.block", "skewbench.analysis.collect", "skewbench.data.sources")
ASK = f"""
import json, sys
from pathlib import Path
from skewbench.digest import code_digest, entry_digest
found = {{name: code_digest(name) for name in {RULES!r}}}
found["tables"] = code_digest("skewbench.analysis.tables")
found["figures"] = code_digest("skewbench.figures.study")
for name, entry in json.loads(sys.argv[1]).items():
    found[name] = entry_digest(entry, Path("."))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A copy of the library whose modules can be edited."""
    folder = tmp_path_factory.mktemp("copied") / "workflow"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workflow", folder, ignore=ignore)
    return folder


def digests(library):
    command = [sys.executable, "-c", ASK, json.dumps(ENTRIES)]
    run = subprocess.run(command, cwd=library, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def before(library):
    return digests(library)


BLOCK, COLLECT, SOURCES = RULES


@pytest.mark.parametrize(
    ("module", "stale"),
    [
        ("figures/ranks.py", {"figures"}),
        ("figures/style.py", {"figures"}),
        ("analysis/effects.py", {"tables"}),
        ("analysis/collect.py", {COLLECT}),
        ("metrics/ranking.py", {BLOCK, COLLECT}),
        ("metrics/probability.py", {BLOCK}),
        ("metrics/counts.py", {BLOCK, COLLECT, "tables"}),
        ("data/arff.py", {SOURCES}),
        ("cell.py", {BLOCK}),
        ("strategies/self_paced.py", {"self_paced", "nested"}),
        ("strategies/rules.py", {"rules"}),
        ("plan.py", set()),
    ],
)
def test_editing_a_module_changes_what_depends_on_it(library, before, module, stale):
    file = library / "skewbench" / module
    content = file.read_text(encoding="utf-8")
    file.write_text(content + "\nEDITED = True\n", encoding="utf-8")
    try:
        after = digests(library)
    finally:
        file.write_text(content, encoding="utf-8")
    assert {name for name in after if after[name] != before[name]} == stale


def test_the_digest_depends_on_content_not_on_place(library, before):
    here = {name: code_digest(name) for name in RULES}
    assert here == {name: before[name] for name in RULES}


def rules_with_scripts():
    """Yield (rule, digested modules, script) from the workflow's own text."""
    for file in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        for rule, text in re.findall(
            r"^rule (\w+):\n((?:[ \t].*\n|\n)+)", file.read_text(encoding="utf-8"), re.M
        ):
            script = re.search(r"scripts/(\w+\.py)", text)
            calls = re.findall(r"code_digest\(([^)]*)\)", text)
            digested = [name for call in calls for name in re.findall(r'"([\w.]+)"', call)]
            if "MADE_FROM" in text:
                digested.append("skewbench.block")
            if script and digested:
                yield pytest.param(digested, ROOT / "scripts" / script[1], id=rule)


@pytest.mark.parametrize(("digested", "script"), list(rules_with_scripts()))
def test_a_rules_digest_covers_what_its_script_imports(digested, script):
    imported = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("skewbench"):
            for alias in node.names:
                member = f"{node.module}.{alias.name}"
                imported.add(member if digest._exists(member) else node.module)
    # What only says things about a run cannot change a result.
    imported -= {
        *("skewbench.logs", "skewbench.outcome"),
        *("skewbench.provenance", "skewbench.results"),
    }
    needed = digest._closure(frozenset(imported))
    assert needed <= digest._closure(frozenset(digested))


def test_a_rule_is_found_in_the_text():
    assert len(list(rules_with_scripts())) >= 4


USERS = {"resample": {"my_methods.MySampler": {}}}


def mine(folder):
    return entry_digest(USERS, folder)


def test_a_users_module_beside_the_study_enters(tmp_path):
    module = tmp_path / "my_methods.py"
    module.write_text("class MySampler: pass\n")
    (tmp_path / "notes.txt").write_text("one")
    first = mine(tmp_path)
    assert mine(tmp_path) == first
    (tmp_path / "notes.txt").write_text("two")
    assert mine(tmp_path) == first
    module.write_text("class MySampler: strength = 2\n")
    assert mine(tmp_path) != first


def test_a_users_module_enters_through_a_link_too(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    (real / "my_methods.py").write_text("class MySampler: pass\n")
    first = mine(link)
    (real / "my_methods.py").write_text("class MySampler: strength = 2\n")
    assert mine(link) != first


def test_a_relative_folder_is_the_same_folder(tmp_path, monkeypatch):
    (tmp_path / "my_methods.py").write_text("class MySampler: pass\n")
    monkeypatch.chdir(tmp_path.parent)
    assert mine(Path(tmp_path.name)) == mine(tmp_path)


def test_what_a_users_module_imports_from_beside_it_enters(tmp_path):
    (tmp_path / "my_methods.py").write_text("from my_helper import k\nclass MySampler: pass\n")
    (tmp_path / "my_helper.py").write_text("k = 5\n")
    first = mine(tmp_path)
    (tmp_path / "my_helper.py").write_text("k = 7\n")
    assert mine(tmp_path) != first


def test_installed_libraries_do_not_enter(tmp_path):
    smote = {"resample": {"imblearn.over_sampling.SMOTE": {}}}
    assert entry_digest(smote, tmp_path) == entry_digest({"level": "control"}, tmp_path)
