"""What `train` may say, and one sentence for what it may not. Needs no PyTorch."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from skewbench.errors import InputError
from skewbench.feasibility import Size, check_learner
from skewbench.imports import build_all
from skewbench.strategies.neural.settings import CHOICES, LOSS, SAMPLERS, check_training, chosen
from skewbench.study import load_study

ROOT = Path(__file__).resolve().parents[3]
ENTRIES = {
    name: entry["train"]
    for name, entry in yaml.safe_load((ROOT / "config" / "strategies.yaml").read_text()).items()
    if "train" in entry
}


@pytest.mark.parametrize("train", ENTRIES.values(), ids=ENTRIES.keys())
def test_the_catalogue_is_valid(train):
    check_training(train)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_may_be_named(sampler):
    check_training({"sampler": sampler, "phases": [{"share": 1, "sampler": sampler}]})


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ({"losss": {}}, "unknown key 'losss'; did you mean 'loss'?"),
        ({"loss": {"gama": 2}}, "loss: unknown key 'gama'; did you mean 'gamma'?"),
        (
            {"loss": {"gamma": -1}},
            "loss: key 'gamma': -1 is not allowed; it is a number of at least 0",
        ),
        (
            {"loss": {"gamma": True}},
            "loss: key 'gamma': True is not allowed; it is a number of at least 0",
        ),
        ({"loss": 2}, "key 'loss': 2 is not allowed; it is a mapping"),
        (
            {"loss": {"smoothing": 1.0}},
            "loss: key 'smoothing': 1.0 is not allowed; it is a number of at least 0 and below 1",
        ),
        (
            {"loss": {"weights": "inverted"}},
            "loss: key 'weights': 'inverted' is not allowed; it is inverse, sqrt, "
            "effective_number, pos_weight or a list of one number above 0 a class",
        ),
        (
            {"loss": {"weights": [1, 0]}},
            "loss: key 'weights': [1, 0] is not allowed; it is inverse, sqrt, "
            "effective_number, pos_weight or a list of one number above 0 a class",
        ),
        (
            {"loss": {"tau": 1, "link": "sigmoid"}},
            "loss: tau adjusts the logits of a softmax, not of sigmoids",
        ),
        (
            {"loss": {"tau": 1}, "phases": [{"share": 1, "loss": {"link": "sigmoid"}}]},
            "phase 1: loss: tau adjusts the logits of a softmax, not of sigmoids",
        ),
        (
            {"head": "cosinus"},
            "key 'head': 'cosinus' is not allowed; it is linear or cosine",
        ),
        ({"phases": []}, "key 'phases': [] is not allowed; it is a list of phases"),
        ({"phases": [1]}, "phase 1: should be a mapping of keys to values"),
        ({"phases": [{}]}, "phase 1: the key 'share' is missing"),
        (
            {"phases": [{"share": 0.5}, {"share": 0.4}]},
            "phases: their shares sum to 0.9, not to 1",
        ),
        (
            {"phases": [{"share": 1, "freeze": "head"}]},
            "phase 1: key 'freeze': 'head' is not allowed; it is body",
        ),
        (
            {"augmentation": {"name": "mixupp"}},
            "augmentation: name: 'mixupp' is not allowed; did you mean 'mixup'?",
        ),
        ({"augmentation": {}}, "augmentation: name: None is not allowed; allowed: mixup, remix"),
        (
            {"pretraining": {"name": "scarf", "rate": 2}},
            "pretraining: key 'rate': 2 is not allowed; it is a number of at least 0 and at most 1",
        ),
        (
            {"head": "cosine", "posthoc": {"name": "tau_norm"}},
            "posthoc: tau_norm rescales a linear head; a cosine head has no norms",
        ),
    ],
)
def test_a_mistake_gives_one_sentence(train, message):
    with pytest.raises(InputError) as caught:
        check_training(train)
    assert str(caught.value) == message


def test_defaults_are_filled_in_and_never_win():
    assert chosen("augmentation", {"name": "mixup"}) == {"name": "mixup", "alpha": 1.0}
    assert chosen("augmentation", {"name": "mixup", "alpha": 0.2})["alpha"] == 0.2
    for key, names in CHOICES.items():
        for name in names:
            check_training({key: chosen(key, {"name": name})})


def test_loss_numbers_are_those_of_the_loss():
    pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")
    import inspect

    from skewbench.strategies.neural.losses import ClassLoss

    of_the_loss = set(inspect.signature(ClassLoss).parameters)
    assert of_the_loss - {"counts", "prior", "dtype", "device"} == set(LOSS)


def study(tmp_path, **changes):
    content = {
        "study": "s",
        "datasets": ["wine_2"],
        "ratios": ["natural"],
        "strategies": ["none", "mixup"],
        "learners": ["logistic_regression"],
        "seeds": 1,
    }
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump(content | changes), encoding="utf-8")
    return file


def test_a_study_names_strategy_and_mistake(tmp_path):
    mine = {"mine": {"level": "algorithm", "train": {"loss": {"gama": 2}}}}
    with pytest.raises(InputError) as caught:
        load_study(study(tmp_path, strategies=["none", mine]), ROOT)
    assert str(caught.value).endswith(
        "study.yaml: strategy 'mine': train: loss: unknown key 'gama'; did you mean 'gamma'?"
    )


def test_a_model_of_its_own_cannot_be_trained_otherwise(tmp_path):
    mine = {"level": "algorithm", "train": {"sampler": "balanced"}}
    mine |= {"model": {"sklearn.tree.DecisionTreeClassifier": {}}}
    with pytest.raises(InputError, match="'model' and 'train' exclude each other"):
        load_study(study(tmp_path, strategies=["none", {"mine": mine}]), ROOT)


def test_the_training_of_a_strategy_is_what_its_blocks_depend_on(tmp_path):
    loaded = load_study(study(tmp_path), ROOT)
    assert loaded.block_settings("mixup")["strategy"]["train"] == ENTRIES["mixup"]
    assert "extra" not in loaded.block_settings("mixup")["strategy"]


def test_all_leaves_out_what_needs_an_extra(tmp_path):
    chosen = load_study(study(tmp_path, strategies="all", learners="all"), ROOT)
    assert not set(ENTRIES) & set(chosen.strategies)
    assert not {"mlp", "cnn"} & set(chosen.learners)


@pytest.mark.parametrize(
    "learner", ["logistic_regression", "xgboost", "k_nearest_neighbours", "linear_svm"]
)
@pytest.mark.parametrize("name", ENTRIES)
def test_other_learners_are_infeasible_and_say_why(name, learner):
    from skewbench.errors import Infeasible
    from skewbench.imports import build

    entry = yaml.safe_load((ROOT / "config" / "learners.yaml").read_text())[learner]
    estimator = build(entry["model"], ROOT)
    with pytest.raises(Infeasible, match=r"^\w+ takes no neural training$"):
        check_learner({"train": ENTRIES[name]}, entry, estimator, Size("binary", (90, 10)))


# --- Without PyTorch ----------------------------------------------------------------------------

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder
class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.modules.pop("torch", None)
sys.meta_path.insert(0, Blocked())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "torch" else found(name)
"""


def without_torch(script):
    """Run ``script`` in a Python that has no PyTorch; return the finished process."""
    start = f"import sys\nsys.path.insert(0, {str(ROOT / 'workflow')!r})\n"
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + start + script], capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [({}, "strategy 'mixup'"), ({"strategies": ["none"], "learners": ["mlp"]}, "learner 'mlp'")],
)
def test_a_study_without_pytorch_gets_one_sentence_before_any_job(tmp_path, changes, named):
    file, script = study(tmp_path, **changes), ROOT / "scripts" / "check_strategies.py"
    run = without_torch(
        f"sys.argv = ['check', {str(file)!r}]\n"
        f"__file__ = {str(script)!r}\n"
        f"exec(compile(open({str(script)!r}).read(), {str(script)!r}, 'exec'))\n"
    )
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.strip().splitlines()
    assert line.endswith(f"study.yaml: {named}: needs PyTorch: pip install torch==2.13.0")


def test_the_classifier_without_pytorch_says_how_to_get_it(tmp_path):
    """As an entry of the user's own that does not say `extra`."""
    entry = {"model": {"skewbench.strategies.neural.classifier.NeuralClassifier": {}}}
    run = without_torch(
        "from skewbench.imports import build_all\n"
        "from pathlib import Path\n"
        f"try: build_all({entry!r}, Path('.'), 'mine')\n"
        "except ValueError as error: print(error)\n"
    )
    expected = "mine: model: a neural network needs PyTorch: pip install torch==2.13.0\n"
    assert run.stdout == expected


def test_the_rest_of_the_library_imports_no_pytorch():
    script = (
        "import skewbench.cell, skewbench.fitting, skewbench.study, skewbench.block, sys\n"
        "import skewbench.strategies.neural.settings\n"
        "from skewbench.recommend import final\n"
        "print('torch' in sys.modules)\n"
    )
    start = f"import sys\nsys.path.insert(0, {str(ROOT / 'workflow')!r})\n"
    run = subprocess.run([sys.executable, "-c", start + script], capture_output=True, text=True)
    assert run.stdout == "False\n", run.stderr


def test_an_extra_that_is_there_is_no_obstacle():
    pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")
    build_all({"extra": "neural", "train": {"sampler": "balanced"}}, ROOT, "mine")
