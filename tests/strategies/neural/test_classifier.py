"""The neural classifier: scikit-learn's contract, the same bits again, each kind of training."""

import pickle

import numpy as np
import pytest
import skops.io
from scipy.special import logit
from sklearn.base import clone
from sklearn.datasets import load_digits, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.estimator_checks import parametrize_with_checks

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.errors import Infeasible, InputError  # noqa: E402
from skewbench.recommend.trust import REVIEWED  # noqa: E402
from skewbench.strategies.neural import training  # noqa: E402
from skewbench.strategies.neural.classifier import NeuralClassifier  # noqa: E402
from skewbench.strategies.neural.nets import Network  # noqa: E402
from skewbench.strategies.neural.training import class_f1, phase_steps  # noqa: E402

QUICK = {"steps": 60, "hidden_layer_sizes": (16,), "random_state": 0}
DRW = [{"share": 0.8}, {"share": 0.2, "learning_rate_factor": 0.1, "loss": {"weights": "inverse"}}]
CRT = [{"share": 0.8}, {"share": 0.2, "sampler": "balanced", "freeze": "body", "reset_head": True}]
TRAININGS = {
    "plain": {},
    "focal": {"loss": {"gamma": 2.0}},
    "class_balanced_focal": {"loss": {"gamma": 1.0, "weights": "inverse", "link": "sigmoid"}},
    "balanced_softmax": {"loss": {"tau": 1.0}},
    "ldam_drw": {
        "head": "cosine",
        "loss": {"scale": 30.0, "margin": 0.5, "margin_power": 0.25},
        "phases": DRW,
    },
    "balanced": {"sampler": "balanced"},
    "dynamic": {"sampler": "dynamic"},
    "two_phase": {"phases": [{"share": 0.5, "sampler": "undersampled"}, {"share": 0.5}]},
    "mixup": {"augmentation": {"name": "mixup"}},
    "remix": {"augmentation": {"name": "remix"}},
    "crt": {"phases": CRT},
    "tau_norm": {"posthoc": {"name": "tau_norm", "tau": 0.5}},
    "logit_adjustment": {"posthoc": {"name": "logit_adjustment"}},
    "scarf": {"pretraining": {"name": "scarf", "steps": 10}},
    "early_stopping": {"early_stopping": True},
}
training_of = pytest.mark.parametrize("kind", TRAININGS.values(), ids=TRAININGS.keys())


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


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(
        1200, 8, n_informative=4, n_redundant=0, weights=[0.9], flip_y=0.03, random_state=0
    )


@pytest.fixture(scope="module")
def three_classes():
    return make_classification(
        900, 8, n_informative=5, n_classes=3, weights=[0.7, 0.2], random_state=0
    )


def fitted(data, **parameters):
    return NeuralClassifier(**(QUICK | parameters)).fit(*data)


# --- The same bits, and nothing else touched ----------------------------------------------------


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
def test_every_training_differs_from_the_plain_one(kind, three_classes):
    if not kind:
        return
    plain = fitted(three_classes).predict_proba(three_classes[0])
    assert not np.allclose(fitted(three_classes, **kind).predict_proba(three_classes[0]), plain)


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


# --- Priors -------------------------------------------------------------------------------------


def test_logit_adjustment_is_a_threshold_at_the_prior(imbalanced):
    X, y = imbalanced
    plain = fitted(imbalanced).predict_proba(X)[:, 1]
    adjusted = fitted(imbalanced, posthoc={"name": "logit_adjustment", "tau": 1.0})
    np.testing.assert_array_equal(adjusted.predict(X), plain > y.mean())
    offset = logit(adjusted.predict_proba(X)[:, 1]) - logit(plain)
    np.testing.assert_allclose(offset, -logit(y.mean()), rtol=1e-6)


def test_without_strength_nothing_is_adjusted(imbalanced):
    plain = fitted(imbalanced).predict_proba(imbalanced[0])
    for kind in ({"posthoc": {"name": "logit_adjustment", "tau": 0}}, {"loss": {"tau": 0}}):
        found = fitted(imbalanced, **kind).predict_proba(imbalanced[0])
        np.testing.assert_array_equal(found, plain)


def test_adjustment_by_hand_of_three_classes():
    """z = (2, 1, 0) and n = (100, 10, 1): the adjusted choice is the rarest class."""
    model = NeuralClassifier(posthoc={"name": "logit_adjustment"})
    model._finish(None, np.array([100, 10, 1]) / 111)
    assert (np.array([2.0, 1.0, 0.0]) + model._offset).argmax() == 2


def test_balanced_softmax_with_the_prior_put_back_is_calibrated_as_cross_entropy():
    X, y = make_classification(
        6000, 8, n_informative=4, n_redundant=0, weights=[0.95], flip_y=0.02, random_state=1
    )
    train, test = (X[:3000], y[:3000]), (X[3000:], y[3000:])
    plain, balanced = (
        fitted(train, steps=300, loss=loss).predict_proba(test[0])[:, 1]
        for loss in ({}, {"tau": 1.0})
    )
    put_back = 1 / (1 + np.exp(-logit(balanced) - logit(y[:3000].mean())))
    assert balanced.mean() > 2 * plain.mean()
    expected = log_loss(test[1], plain)
    assert log_loss(test[1], put_back) == pytest.approx(expected, rel=0.1)
    assert log_loss(test[1], balanced) > 1.2 * expected


def test_balanced_training_finds_more_of_the_minority(imbalanced):
    recall = {
        name: fitted(imbalanced, steps=200, **kind)
        .predict(imbalanced[0])[imbalanced[1] == 1]
        .mean()
        for name, kind in TRAININGS.items()
    }
    for name in ("balanced", "balanced_softmax", "crt", "logit_adjustment"):
        assert recall[name] > recall["plain"], name


# --- Phases -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "shares", "expected"),
    [
        (800, [1], [800]),
        (800, [0.8, 0.2], [640, 160]),
        (10, [0.5, 0.5], [5, 5]),
        (7, [0.25, 0.25, 0.5], [2, 2, 3]),
    ],
)
def test_phases_share_the_steps(steps, shares, expected):
    assert phase_steps(steps, shares) == expected


def test_the_learning_rate_falls_along_a_cosine_in_every_phase(imbalanced, monkeypatch):
    seen = []
    step = torch.optim.AdamW.step
    monkeypatch.setattr(
        torch.optim.AdamW,
        "step",
        lambda self: (seen.append(self.param_groups[0]["lr"]), step(self)),
    )
    fitted(imbalanced, steps=10, learning_rate=0.1, phases=DRW)
    expected = [0.05 * (1 + np.cos(np.pi * t / 8)) for t in range(8)]
    expected += [0.005 * (1 + np.cos(np.pi * t / 2)) for t in range(2)]
    np.testing.assert_allclose(seen, expected)


def test_a_frozen_body_stays_and_its_head_is_new(imbalanced):
    stage_one = fitted(imbalanced, steps=48, phases=None)
    crt = fitted(imbalanced, steps=60, phases=CRT)  # 48 + 12 steps
    for name, value in stage_one.parameters_.items():
        assert np.array_equal(value, crt.parameters_[name]) == name.startswith("body"), name


def test_tau_normalisation_changes_the_head_alone(imbalanced):
    plain = fitted(imbalanced).parameters_
    changed = fitted(imbalanced, **TRAININGS["tau_norm"]).parameters_
    norms = np.linalg.norm(plain["head.weight"], axis=1, keepdims=True)
    np.testing.assert_allclose(changed["head.weight"], plain["head.weight"] / norms**0.5, rtol=1e-5)
    assert not changed["head.bias"].any()
    np.testing.assert_array_equal(plain["body.0.weight"], changed["body.0.weight"])


def test_a_deferred_weight_weighs_in_the_last_phase_only(imbalanced, monkeypatch):
    seen = []
    loss_of = training.Plan.loss_of

    def noted(plan, phase, **where):
        seen.append((loss := loss_of(plan, phase, **where)).weights)
        return loss

    monkeypatch.setattr(training.Plan, "loss_of", noted)
    fitted(imbalanced, **TRAININGS["ldam_drw"])
    assert seen[0] is None
    n = np.bincount(imbalanced[1])
    np.testing.assert_allclose(seen[1], len(imbalanced[1]) / (2 * n), rtol=1e-6)


def test_prediction_has_the_scale_and_no_margin(imbalanced):
    """The outputs are 30 times cosines, whatever margins they were trained with."""
    X = imbalanced[0]
    model = fitted(imbalanced, **TRAININGS["ldam_drw"])
    p = {name: value.astype(float) for name, value in model.parameters_.items()}
    features = np.maximum(X @ p["body.0.weight"].T + p["body.0.bias"], 0)
    unit = [a / np.linalg.norm(a, axis=1, keepdims=True) for a in (features, p["head.weight"])]
    cosines = unit[0] @ unit[1].T
    np.testing.assert_allclose(model.decision_function(X), 30 * (cosines[:, 1] - cosines[:, 0]))


# --- Rows held out ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["dynamic", "early_stopping"])
def test_rows_are_held_out_of_the_training_rows_by_class(kind, three_classes, monkeypatch):
    seen = {}
    train = training.train

    def noted(network, rows, held_out, *rest):
        seen["rows"], seen["held_out"] = rows, held_out
        return train(network, rows, held_out, *rest)

    monkeypatch.setattr("skewbench.strategies.neural.classifier.train", noted)
    X, y = three_classes
    fitted(three_classes, **TRAININGS[kind])
    n = np.bincount(y)
    held_out = np.bincount(seen["held_out"].codes)
    np.testing.assert_array_equal(held_out, np.round(0.2 * n))
    np.testing.assert_array_equal(np.bincount(seen["rows"].codes) + held_out, n)
    both = torch.cat([seen["rows"].features, seen["held_out"].features]).numpy()
    order = np.lexsort(both.T), np.lexsort(X.astype(np.float32).T)
    np.testing.assert_array_equal(both[order[0]], X.astype(np.float32)[order[1]])


def test_early_stopping_ends_early_and_keeps_what_was_best():
    """On pure noise the held-out loss only grows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 20)), rng.integers(0, 2, 300)
    how = {"steps": 800, "hidden_layer_sizes": (64, 64), "weight_decay": 0.0, "dropout": 0.0}
    model = fitted((X, y), early_stopping=True, **how)
    assert model.steps_[0] < 800
    overfitted = fitted((X, y), **how)
    X_new, y_new = rng.normal(size=(2000, 20)), rng.integers(0, 2, 2000)
    stopped, ran = (log_loss(y_new, m.predict_proba(X_new)) for m in (model, overfitted))
    assert stopped < 0.8
    assert ran > 2 * stopped


@pytest.mark.parametrize("kind", ["dynamic", "early_stopping"])
def test_too_few_rows_to_hold_out_are_infeasible(kind, imbalanced):
    X, y = imbalanced
    keep = np.flatnonzero(y == 0).tolist() + np.flatnonzero(y == 1)[:9].tolist()
    with pytest.raises(Infeasible, match=r"9 rows of the rarest class .* at least 10 are needed"):
        fitted((X[keep], y[keep]), **TRAININGS[kind])


def test_f1_of_each_class_by_hand():
    codes, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 1])
    np.testing.assert_allclose(class_f1(codes, predicted, 4), [2 / 3, 2 / 5, 0, 0])


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


def test_large_tables_pass_in_chunks(imbalanced, monkeypatch):
    model = fitted(imbalanced)
    whole = model.predict_proba(imbalanced[0])
    monkeypatch.setattr(training, "CHUNK", 100)
    np.testing.assert_allclose(model.predict_proba(imbalanced[0]), whole, rtol=1e-12)


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


@pytest.mark.slow
def test_balanced_softmax_beats_cross_entropy_on_long_tailed_digits():
    """100 down to 2 rows a class: better balanced accuracy in at least four of five seeds."""
    X, y = load_digits(return_X_y=True)
    X = X / 8 - 1
    wins = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        tail = (100 * 0.02 ** (np.arange(10) / 9)).astype(int)
        parts = [rng.permutation(np.flatnonzero(y == c)) for c in range(10)]
        train = np.concatenate([part[:n] for part, n in zip(parts, tail, strict=True)])
        test = np.concatenate([part[100:] for part in parts])
        plain, balanced = (
            balanced_accuracy_score(
                y[test],
                NeuralClassifier(image_shape=[1, 8, 8], steps=200, loss=loss, random_state=seed)
                .fit(X[train], y[train])
                .predict(X[test]),
            )
            for loss in (None, {"tau": 1.0})
        )
        wins += balanced > plain
    assert wins >= 4


def test_network_of_the_fitted_parameters(imbalanced):
    model = fitted(imbalanced)
    network = Network(8, 2, [16])
    network.load_state_dict({k: torch.as_tensor(v) for k, v in model.parameters_.items()})
    outputs = network.eval()(torch.as_tensor(imbalanced[0], dtype=torch.float32)).detach().numpy()
    expected = model.decision_function(imbalanced[0])
    np.testing.assert_allclose(outputs[:, 1] - outputs[:, 0], expected, atol=1e-4)
