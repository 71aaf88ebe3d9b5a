"""Losses against numbers worked by hand in NumPy, published values and numerical derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_expit, log_softmax

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.errors import InputError  # noqa: E402
from skewbench.strategies.neural.losses import (  # noqa: E402
    ClassLoss,
    class_margins,
    loss_weights,
)

COUNTS = np.array([100.0, 10.0, 1.0])
TAIL = np.array([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50], dtype=float)


def losses(outputs, codes, counts=COUNTS, **numbers):
    """Return the losses in float64."""
    loss = ClassLoss(counts, dtype=torch.float64, **numbers)
    return loss(torch.tensor(outputs, dtype=torch.float64), torch.tensor(codes)).numpy()


def by_hand(z, y, counts, w=None, gamma=0.0, s=1.0, m=0.0, power=0.0, tau=0.0, eps=0.0):
    """The module's formula, one row at a time, in NumPy."""
    result = []
    for row, code in zip(np.asarray(z, dtype=float), y, strict=True):
        u = row.copy()
        u[code] -= m * (counts.min() / counts[code]) ** power
        u = s * u + tau * np.log(counts / counts.sum())
        log_p = log_softmax(u)
        target = np.full(len(row), eps / len(row))
        target[code] += 1 - eps
        focus = (1 - np.exp(log_p[code])) ** gamma
        result.append((1.0 if w is None else w[code]) * focus * -(target @ log_p))
    return np.array(result)


Z = np.array([[2.0, 1.0, 0.0], [0.3, -1.2, 0.8], [-0.5, 0.1, 3.0], [0.0, 0.0, 0.0]])
Y = [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("numbers", "hand"),
    [
        ({}, {}),
        ({"weights": [1.0, 2.0, 5.0]}, {"w": [1.0, 2.0, 5.0]}),
        ({"gamma": 2.0}, {"gamma": 2.0}),
        ({"gamma": 0.5}, {"gamma": 0.5}),
        ({"scale": 30.0, "margin": 0.35}, {"s": 30.0, "m": 0.35}),
        ({"margin": 0.5, "margin_power": 0.25}, {"m": 0.5, "power": 0.25}),
        ({"tau": 1.0}, {"tau": 1.0}),
        ({"smoothing": 0.1}, {"eps": 0.1}),
        (
            {"gamma": 1.0, "tau": 0.5, "smoothing": 0.2, "scale": 2.0, "weights": [3.0, 1.0, 2.0]},
            {"gamma": 1.0, "tau": 0.5, "eps": 0.2, "s": 2.0, "w": [3.0, 1.0, 2.0]},
        ),
    ],
)
def test_values_by_hand(numbers, hand):
    expected = by_hand(Z, Y, COUNTS, **hand)
    np.testing.assert_allclose(losses(Z, Y, **numbers), expected, rtol=1e-12)


NUMBERS = [
    {},
    {"weights": "inverse"},
    {"gamma": 2.0},
    {"gamma": 0.5, "weights": "sqrt"},
    {"gamma": 1.0, "weights": "effective_number", "link": "sigmoid"},
    {"link": "sigmoid", "smoothing": 0.1, "margin": 0.2},
    {"scale": 5.0, "margin": 0.5, "margin_power": 0.25},
    {"tau": 1.0, "smoothing": 0.1, "gamma": 1.5},
]


@pytest.mark.parametrize("numbers", NUMBERS)
def test_gradients_are_the_numerical_derivatives(numbers):
    loss = ClassLoss(COUNTS, dtype=torch.float64, **numbers)
    outputs = torch.tensor(Z, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: loss(z, torch.tensor(Y)), (outputs,))


@pytest.mark.parametrize("numbers", NUMBERS)
def test_extreme_outputs_have_finite_losses_and_gradients(numbers):
    outputs = torch.tensor([[90.0, -90.0, 0.0], [-90.0, 90.0, 0.0]], requires_grad=True)
    values = ClassLoss(COUNTS, **numbers)(outputs, torch.tensor([0, 0]))
    values.sum().backward()
    assert torch.isfinite(values).all()
    assert torch.isfinite(outputs.grad).all()


# --- Published and hand-worked numbers ----------------------------------------------------------


@pytest.mark.parametrize(
    ("beta", "expected"),
    [
        (0.9999, [0.0506, 0.0769, 0.1211, 0.1950, 0.3188, 0.5246, 0.8683, 1.4426, 2.4092, 3.9927]),
        (0.999, [0.1812, 0.1894, 0.2157, 0.2729, 0.3785, 0.5606, 0.8688, 1.3862, 2.2584, 3.6883]),
    ],
)
def test_effective_number_weights_of_long_tailed_cifar(beta, expected):
    """Cui et al.'s weights, which sum to the number of classes there."""
    weights = loss_weights(TAIL, "effective_number", beta)
    np.testing.assert_allclose(weights * 10 / weights.sum(), expected, atol=6e-5)
    assert TAIL @ weights == pytest.approx(TAIL.sum())


def test_effective_number_weights_in_their_limits():
    np.testing.assert_allclose(loss_weights(TAIL, "effective_number", 1e-12), 1.0, rtol=1e-9)
    near_one = loss_weights(TAIL, "effective_number", 1 - 1e-12)
    np.testing.assert_allclose(near_one, loss_weights(TAIL, "inverse"), rtol=1e-6)
    rows = TAIL.sum()
    automatic = loss_weights(TAIL, "effective_number", "auto")
    np.testing.assert_array_equal(automatic, loss_weights(TAIL, "effective_number", 1 - 1 / rows))


def test_pos_weight_scales_the_positive_term_only():
    """-19 log(1/2) for a positive row at z = 0, as PyTorch's BCE with pos_weight 19."""
    counts = np.array([19.0, 1.0])
    values = losses([[0.0, 0.0]] * 2, [0, 1], counts, weights="pos_weight")
    np.testing.assert_allclose(values, [np.log(2), 13.169796], rtol=1e-6)
    z, y = torch.tensor([0.3, -2.0], dtype=torch.float64), torch.tensor([1, 0])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        z, y.double(), pos_weight=torch.tensor(19.0), reduction="none"
    )
    both = torch.stack([torch.zeros(2), z], dim=1)
    values = losses(both.numpy(), y.numpy(), counts, weights="pos_weight")
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("p", "focal", "entropy"),
    [(0.9, 0.001054, 0.105361), (0.5, 0.173287, 0.693147), (0.1, 1.865094, 2.302585)],
)
def test_focal_values(p, focal, entropy):
    z = [[0.0, np.log(p / (1 - p))]]
    counts = np.array([9.0, 1.0])
    assert losses(z, [1], counts, gamma=2.0)[0] == pytest.approx(focal, abs=5e-7)
    assert losses(z, [1], counts)[0] == pytest.approx(entropy, abs=5e-7)
    assert losses(z, [1], counts, gamma=2.0, weights=[0.75, 0.25])[0] == pytest.approx(
        focal / 4, abs=5e-7
    )


def test_weights_stay_outside_the_focal_modulator():
    """w = 1.8, p = 1/2, gamma = 1: 1.8 * .5 * .6931 = .6238, and not (1 - p^w) of some codes."""
    value = losses([[0.0, 0.0]], [1], np.array([9.0, 1.0]), gamma=1.0, weights=[1.0, 1.8])
    assert value[0] == pytest.approx(0.623832, abs=1e-6)


def test_class_balanced_focal_is_one_against_the_rest():
    """All terms of a row are multiplied by its class's weight [Cui et al. 2019]."""
    w = [1.0, 2.0, 4.0]
    expected = []
    for row, code in zip(Z, Y, strict=True):
        terms = 0.0
        for c, z in enumerate(row):
            log_pt = log_expit(z if c == code else -z)
            terms += -(1 - np.exp(log_pt)) * log_pt
        expected.append(w[code] * terms)
    np.testing.assert_allclose(losses(Z, Y, gamma=1.0, link="sigmoid", weights=w), expected)


@pytest.mark.parametrize(
    ("code", "balanced", "plain"),
    [(0, 0.037432, 0.407606), (1, 3.340017, 1.407606), (2, 6.642602, 2.407606)],
)
def test_balanced_softmax_values(code, balanced, plain):
    z = [[2.0, 1.0, 0.0]]
    assert losses(z, [code], tau=1.0)[0] == pytest.approx(balanced, abs=6e-7)
    assert losses(z, [code])[0] == pytest.approx(plain, abs=6e-7)


def test_ldam_values():
    """Of the authors' code; its first value is rounded as float32 has it (exactly 3.5125e-5)."""
    np.testing.assert_allclose(class_margins(COUNTS, 0.5, 0.25), [0.1581, 0.2812, 0.5], atol=5e-5)
    values = losses([[0.8, 0.3, -0.1]] * 3, [0, 1, 2], scale=30.0, margin=0.5, margin_power=0.25)
    np.testing.assert_allclose(values, [3.5125e-5, 23.43512, 42.0], rtol=2e-5)


@pytest.mark.parametrize(
    ("scale", "expected"), [(30.0, [0.011048, 25.5, 37.5]), (64.0, [6.77e-5, 54.4, 80.0])]
)
def test_cosface_values(scale, expected):
    values = losses([[0.8, 0.3, -0.1]] * 3, [0, 1, 2], scale=scale, margin=0.35)
    np.testing.assert_allclose(values, expected, rtol=1e-3)


def test_margins_by_a_power_of_the_count_are_ldam():
    """LDAM: C / n^(1/4), scaled to a largest margin of .5 [Cao et al. 2019]."""
    ldam = TAIL**-0.25
    np.testing.assert_allclose(class_margins(TAIL, 0.5, 0.25), ldam * 0.5 / ldam.max(), rtol=1e-12)


def test_label_smoothing_value():
    assert losses([[2.0, 1.0, 0.0]], [0], smoothing=0.1)[0] == pytest.approx(0.507606, abs=6e-7)
    z = torch.tensor(Z)
    expected = torch.nn.functional.cross_entropy(
        z, torch.tensor(Y), label_smoothing=0.1, reduction="none"
    )
    np.testing.assert_allclose(losses(Z, Y, smoothing=0.1), expected, rtol=1e-12)


# --- Limits -------------------------------------------------------------------------------------

numbers = st.floats(-30, 30)
rows = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=5)


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(0, 2))
def test_every_number_at_its_default_is_cross_entropy(z, code):
    z, codes = np.array(z), [code] * len(z)
    plain = losses(z, codes)
    np.testing.assert_allclose(plain, -log_softmax(z, axis=1)[:, code], rtol=1e-9, atol=1e-12)
    neutral = {"gamma": 0.0, "margin": 0.0, "tau": 0.0, "smoothing": 0.0, "weights": [1.0] * 3}
    for name, value in neutral.items():
        np.testing.assert_array_equal(losses(z, codes, **{name: value}), plain)
    small = {"gamma": 1e-9, "margin": 1e-9, "tau": 1e-9, "smoothing": 1e-9}
    for name, value in small.items():
        np.testing.assert_allclose(losses(z, codes, **{name: value}), plain, rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(0, 2), st.floats(0.1, 5))
def test_focal_never_exceeds_cross_entropy_and_margins_never_help(z, code, number):
    z, codes = np.array(z), [code] * len(z)
    plain = losses(z, codes)
    assert (losses(z, codes, gamma=number) <= plain + 1e-12).all()
    assert (losses(z, codes, margin=number) >= plain - 1e-12).all()


def test_weights_are_for_the_classes_at_hand():
    with pytest.raises(InputError, match="2 weights for 3 classes"):
        loss_weights(COUNTS, [1.0, 2.0])


def test_integer_weights_of_rows_equal_repeated_rows():
    weights = np.array([3, 1, 2, 1])
    value = losses(Z, Y, gamma=1.0, tau=1.0)
    repeated = losses(np.repeat(Z, weights, axis=0), np.repeat(Y, weights), gamma=1.0, tau=1.0)
    assert (weights / weights.mean() * value).mean() == pytest.approx(repeated.mean(), rel=1e-12)
