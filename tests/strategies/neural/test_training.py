"""How a network is trained: phases of steps, frozen bodies and margins, rows held out."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from small_networks import CRT, DRW, TRAININGS, fitted, training_of  # noqa: E402

from skewbench.errors import Infeasible  # noqa: E402
from skewbench.strategies.neural import training  # noqa: E402
from skewbench.strategies.neural.training import class_f1, phase_steps  # noqa: E402


@training_of
def test_every_training_differs_from_the_plain_one(kind, three_classes):
    if not kind:
        return
    plain = fitted(three_classes).predict_proba(three_classes[0])
    assert not np.allclose(fitted(three_classes, **kind).predict_proba(three_classes[0]), plain)


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
