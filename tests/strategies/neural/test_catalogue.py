"""Every neural strategy of the catalogue in a cell: what all other strategies have to keep to, too.

It differs from its parent, nothing it learns depends on test rows, the classes it shows and the
prior it states agree, and classical strategies run with the network as with any learner.
"""

from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_digits

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.configuration import read_yaml, validate  # noqa: E402
from small_cells import (  # noqa: E402
    ROOT,
    STRATEGIES,
    binary_table,
    kept,
    metric,
    mixed_table,
    run,
    table_of,
    three_class_table,
)

NEURAL = {
    name: validate(entry, "strategy", name)
    for name, entry in read_yaml(ROOT / "config" / "strategies.yaml").items()
    if "train" in entry
}
TABULAR = [name for name in NEURAL if name != "simclr_pretrain"]
# What a strategy must differ from besides the plain network: the strategy that it varies.
ALSO_FROM = {
    "square_root_batches": "balanced_batches",
    "progressive_batches": "balanced_batches",
    "curriculum_sampling": "progressive_batches",
    "remix": "mixup",
    "neural_focal_alpha": "neural_focal",
    "neural_class_balanced_focal": "neural_weighted_focal",
    "neural_weighted_focal": "neural_focal",
    "lmcl": "plain_cosine_network",
    "class_balanced_margins": "lmcl",
    "ldam_drw": "class_balanced_margins",
    "remix_drw": "remix",
    "contrastive_two_stage": "contrastive_pretrain",
}


def network(**parameters):
    """The catalogue's learner, for fewer steps."""
    path = "skewbench.strategies.neural.classifier.NeuralClassifier"
    return {"mlp": {"model": {path: {"steps": 60, "hidden_layer_sizes": [16]} | parameters}}}


def quick(spec):
    """A strategy with a short pre-training."""
    pretraining = spec.get("train", {}).get("pretraining")
    if pretraining:
        spec = spec | {"train": spec["train"] | {"pretraining": pretraining | {"steps": 10}}}
    return spec


@cache
def scores(name):
    """Test scores of the first fold of three classes, or of two if it is for these alone."""
    spec = NEURAL.get(name, STRATEGIES.get(name))
    binary = "binary" in spec.get("tasks", []) or name == "neural_focal"
    table = binary_table() if binary else three_class_table()
    result = run(table, name, network(), strategy=quick(spec), inner_folds=0)["mlp"]
    assert result.status == "ok", result.reason
    return kept(result, "test")["score"]


@pytest.mark.parametrize("name", TABULAR)
def test_every_strategy_differs_from_the_plain_network(name):
    binary = scores(name).ndim == 1
    table = binary_table() if binary else three_class_table()
    # At the same random state: a strategy's name is part of its seed.
    plain = run(table, name, network(), strategy=STRATEGIES["none"], inner_folds=0)["mlp"]
    assert not np.array_equal(scores(name), kept(plain, "test")["score"])


def test_all_are_compared_with_the_plain_network():
    """Anchors are the controls of strategies with a model of their own."""
    assert not [name for name, spec in NEURAL.items() if "anchor" in spec]


@pytest.mark.parametrize(("name", "parent"), ALSO_FROM.items())
def test_every_variant_differs_from_what_it_varies(name, parent):
    binary = scores(name).ndim == 1
    table = binary_table() if binary else three_class_table()
    spec = quick(NEURAL[parent])
    other = run(table, name, network(), strategy=spec, inner_folds=0)["mlp"]
    assert not np.array_equal(scores(name), kept(other, "test")["score"])


FIXED = np.arange(240) % 3 == 0


def fixed_table(change=None):
    table = binary_table(240, 2.5, missing=False)
    features, target = table.features.to_numpy().copy(), table.target.copy()
    if change is not None:
        features[FIXED], target[FIXED] = change(features[FIXED], target[FIXED])
    return table_of(features, target, test=FIXED)


@pytest.mark.parametrize(
    "name", [n for n in TABULAR if "multiclass" not in NEURAL[n].get("tasks", [])]
)
def test_nothing_learnt_depends_on_test_rows(name):
    tables = fixed_table(), fixed_table(lambda X, y: (100 * X[::-1] + 5, 1 - y))
    spec = quick(NEURAL[name])
    first, second = (run(table, name, network(), strategy=spec)["mlp"] for table in tables)
    assert (first.status, second.status) == ("ok", "ok"), first.reason
    for part in ("oof",):
        a, b = kept(first, part), kept(second, part)
        np.testing.assert_array_equal(a["score"], b["score"])
    assert not np.array_equal(kept(first, "test")["score"], kept(second, "test")["score"])


@pytest.mark.parametrize(
    "name", ["random_over", "smote", "random_under", "weight_inverse", "weight_effective"]
)
def test_classical_strategies_run_with_the_network(name):
    result = run(mixed_table(), name, network(), inner_folds=0)["mlp"]
    assert result.status == "ok", result.reason
    plain = run(mixed_table(), name, network(), strategy=STRATEGIES["none"], inner_folds=0)["mlp"]
    assert not np.array_equal(kept(result, "test")["score"], kept(plain, "test")["score"])


@pytest.mark.parametrize("name", ["balanced_batches", "balanced_softmax"])
def test_a_stated_prior_that_is_put_back_calibrates(name):
    """The corrected mean probability is the prevalence's, the raw one far above it."""
    table = binary_table(1200, 9.0, missing=False)
    result = run(table, name, network(steps=200), strategy=NEURAL[name], inner_folds=0)["mlp"]
    raw, corrected = (metric(result, "brier", scores=s) for s in ("raw", "corrected"))
    assert corrected < raw
    prevalence = table.target.mean()
    assert kept(result, "test")["score"].mean() > 1.5 * prevalence


def test_other_learners_are_infeasible_in_a_cell():
    result = run(binary_table(), "mixup", ["logistic_regression"], strategy=NEURAL["mixup"])
    assert result["logistic_regression"].status == "infeasible"
    assert result["logistic_regression"].reason == "LogisticRegression takes no neural training"


def test_simclr_is_infeasible_for_tables():
    name = "simclr_pretrain"
    result = run(binary_table(), name, network(), strategy=NEURAL[name])["mlp"]
    expected = "SimCLR's views are of images; the learner has no image_shape"
    assert (result.status, result.reason) == ("infeasible", expected)


def test_simclr_runs_on_digits():
    X, y = load_digits(n_class=3, return_X_y=True)
    table, spec = table_of(X, y.astype(np.int64)), quick(NEURAL["simclr_pretrain"])
    result = run(table, "simclr_pretrain", network(image_shape=[1, 8, 8]), strategy=spec)["mlp"]
    assert result.status == "ok", result.reason


def test_too_few_rows_to_hold_out_are_infeasible():
    y = np.repeat([0, 1], [100, 16])
    table = table_of(np.random.default_rng(0).normal(size=(116, 3)), y)
    result = run(table, "dynamic_sampling", network(), strategy=NEURAL["dynamic_sampling"])["mlp"]
    assert result.status == "infeasible"
    assert "8 rows of the rarest class" in result.reason
