"""The neural classifier: scikit-learn's contract, the same bits again, weights, stored models."""

import pickle

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.estimator_checks import parametrize_with_checks

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from small_networks import DRW, QUICK, TRAININGS, fitted, training_of  # noqa: E402

from skewbench.errors import Infeasible, InputError  # noqa: E402
from skewbench.recommend.trust import REVIEWED  # noqa: E402
from skewbench.strategies.neural import nets, training  # noqa: E402
from skewbench.strategies.neural.classifier import NeuralClassifier  # noqa: E402
from skewbench.strategies.neural.nets import Network  # noqa: E402


@parametrize_with_checks(
    [
        NeuralClassifier(steps=150, dropout=0.0),
        NeuralClassifier(steps=150, loss={"tau": 1.0}, phases=DRW, augmentation={"name": "mixup"}),
        NeuralClassifier(steps=150, head="cosine", loss={"scale": 10.0}, sampler="balanced"),
    ],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "equal in exact arithmetic only, and if "
        "all rows are one batch: test_integer_weights_equal_repeated_rows"
    },
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@training_of
def test_the_same_seed_gives_the_same_bits_whatever_the_threads(kind, imbalanced):
    before = torch.get_num_threads()
    try:
        results = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            results.append(fitted(imbalanced, **kind).predict_proba(imbalanced[0]))
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(*results)
    other = fitted(imbalanced, **kind, random_state=1).predict_proba(imbalanced[0])
    assert not np.array_equal(results[0], other)


@training_of
def test_global_state_is_left_alone(kind, imbalanced):
    state = torch.random.get_rng_state()
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        fitted(imbalanced, **kind).predict(imbalanced[0])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.is_grad_enabled()


def test_parameters_are_not_changed(imbalanced):
    model = NeuralClassifier(**QUICK, **TRAININGS["ldam_drw"])
    twin = clone(model)
    model.fit(*imbalanced)
    assert repr(model.get_params()) == repr(twin.get_params())


@training_of
def test_labels_and_probabilities(kind, three_classes):
    X, y = three_classes
    names = np.array(["few", "many", "some"])[[1, 2, 0]][y]
    model = fitted((X, names), **kind)
    p = model.predict_proba(X)
    assert p.shape == (len(X), 3)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    np.testing.assert_array_equal(model.predict(X), model.classes_[p.argmax(axis=1)])


def test_a_linear_network_is_logistic_regression(imbalanced):
    model = fitted(imbalanced, hidden_layer_sizes=(), steps=3000, batch_size=1200, weight_decay=0.0)
    expected = LogisticRegression(C=np.inf, tol=1e-8).fit(*imbalanced)
    np.testing.assert_allclose(
        model.predict_proba(imbalanced[0]), expected.predict_proba(imbalanced[0]), atol=2e-3
    )


# --- Weights ------------------------------------------------------------------------------------


def test_integer_weights_equal_repeated_rows(imbalanced):
    """In batches of all rows, up to the rounding of sums."""
    X, y = imbalanced[0][:200], imbalanced[1][:200]
    weights = np.random.default_rng(0).integers(0, 4, 200)
    kind = {"batch_size": 1000, "dropout": 0.0, "loss": {"tau": 1.0}}
    weighted = NeuralClassifier(**(QUICK | kind)).fit(X, y, sample_weight=weights)
    repeated = fitted((np.repeat(X, weights, axis=0), np.repeat(y, weights)), **kind)
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-3)


def test_weights_are_scaled_to_mean_one(imbalanced):
    weights = np.where(imbalanced[1] == 1, 4.0, 1.0)
    first, second = (
        NeuralClassifier(**QUICK).fit(*imbalanced, sample_weight=w).predict_proba(imbalanced[0])
        for w in (weights, 8 * weights)
    )
    np.testing.assert_array_equal(first, second)


def test_class_weights_of_rows_and_of_the_loss_agree(imbalanced):
    n = np.bincount(imbalanced[1])
    of_rows = NeuralClassifier(**QUICK).fit(*imbalanced, sample_weight=1 / n[imbalanced[1]])
    of_the_loss = fitted(imbalanced, loss={"weights": "inverse"})
    X = imbalanced[0]
    np.testing.assert_allclose(of_rows.predict_proba(X), of_the_loss.predict_proba(X), atol=1e-4)


# --- Images, devices and mistakes ---------------------------------------------------------------


def test_digits():
    X, y = load_digits(return_X_y=True)
    X = X / 8 - 1
    model = NeuralClassifier(image_shape=[1, 8, 8], steps=150, random_state=0)
    model.fit(X[:900], y[:900])
    assert balanced_accuracy_score(y[900:], model.predict(X[900:])) > 0.9
    again = clone(model).fit(X[:900], y[:900])
    np.testing.assert_array_equal(model.predict_proba(X), again.predict_proba(X))


def test_simclr_runs_on_images_only():
    X, y = load_digits(return_X_y=True)
    kind = {"pretraining": {"name": "simclr", "steps": 5}, "steps": 10}
    model = fitted((X[:200], y[:200]), image_shape=[1, 8, 8], **kind)
    assert model.predict_proba(X[:5]).shape == (5, 10)
    with pytest.raises(Infeasible, match="SimCLR's views are of images"):
        fitted((X[:200], y[:200]), **kind)


def test_an_image_shape_that_is_not_the_columns_is_refused(imbalanced):
    with pytest.raises(InputError, match=r"image_shape \[1, 2, 3\] .* 8, the number of columns"):
        fitted(imbalanced, image_shape=[1, 2, 3])


def test_fit_checks_the_training_again(imbalanced):
    with pytest.raises(InputError, match=r"loss: unknown key 'gama'; did you mean 'gamma'\?"):
        fitted(imbalanced, loss={"gama": 2})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_same_bits_again_and_about_the_same_model(imbalanced):
    there = [fitted(imbalanced, device="cuda").predict_proba(imbalanced[0]) for _ in range(2)]
    np.testing.assert_array_equal(*there)
    here = fitted(imbalanced, device="cpu").predict_proba(imbalanced[0])
    np.testing.assert_allclose(there[0], here, atol=0.02)


@pytest.mark.parametrize(("limit", "value"), [("CHUNK", 100), ("CHUNK_VALUES", 1000)])
def test_large_tables_and_wide_ones_pass_in_chunks(imbalanced, monkeypatch, limit, value):
    model = fitted(imbalanced)
    whole = model.predict_proba(imbalanced[0])
    portions = []
    forward = nets.Network.forward

    def counted(network, rows):
        portions.append(len(rows))
        return forward(network, rows)

    monkeypatch.setattr(training, limit, value)
    monkeypatch.setattr(nets.Network, "forward", counted)
    np.testing.assert_allclose(model.predict_proba(imbalanced[0]), whole, rtol=1e-12)
    assert max(portions) <= (100 if limit == "CHUNK" else 1000 // imbalanced[0].shape[1])
    assert sum(portions) == len(whole)


@pytest.mark.parametrize("kind", ["plain", "ldam_drw", "logit_adjustment", "class_balanced_focal"])
def test_a_stored_model_scores_as_before(kind, three_classes):
    model = fitted(three_classes, **TRAININGS[kind])
    stored = skops.io.dumps(model)
    reviewed = skops.io.get_untrusted_types(data=stored)
    assert set(reviewed) <= REVIEWED
    for loaded in (
        skops.io.loads(stored, trusted=reviewed),
        pickle.loads(pickle.dumps(model)),
    ):
        expected = model.predict_proba(three_classes[0])
        np.testing.assert_array_equal(loaded.predict_proba(three_classes[0]), expected)


def test_network_of_the_fitted_parameters(imbalanced):
    model = fitted(imbalanced)
    network = Network(8, 2, [16])
    network.load_state_dict({k: torch.as_tensor(v) for k, v in model.parameters_.items()})
    outputs = network.eval()(torch.as_tensor(imbalanced[0], dtype=torch.float32)).detach().numpy()
    expected = model.decision_function(imbalanced[0])
    np.testing.assert_allclose(outputs[:, 1] - outputs[:, 0], expected, atol=1e-4)
