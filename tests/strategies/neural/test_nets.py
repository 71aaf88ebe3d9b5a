"""Networks: shapes, heads, dropout and tau-normalisation, drawn from a given generator only."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.strategies.neural.nets import (  # noqa: E402
    CosineHead,
    Dropout,
    Network,
    projection,
    tau_normalised,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_tau_normalised_rows_by_hand():
    weight = torch.tensor([[3.0, 4.0], [0.6, 0.8]])
    half = tau_normalised(weight, 0.5)
    np.testing.assert_allclose(half, [[1.3416, 1.7889], [0.6, 0.8]], atol=5e-5)
    np.testing.assert_array_equal(tau_normalised(weight, 0.0), weight)
    np.testing.assert_allclose(tau_normalised(weight, 1.0).norm(dim=1), 1.0, rtol=1e-6)


def test_a_cosine_head_gives_cosines():
    head = CosineHead(2, 2)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[2.0, 0.0], [0.0, 5.0]]))
    np.testing.assert_allclose(head(torch.tensor([[3.0, 4.0]])).detach(), [[0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 5, 7), (1, 1, 1)])
@pytest.mark.parametrize("head", ["linear", "cosine"])
def test_a_network_for_images(shape, head):
    columns = int(np.prod(shape))
    network = Network(columns, 4, [16], image_shape=shape, head=head, generator=generator())
    assert network(torch.randn(6, columns, generator=generator())).shape == (6, 4)
    assert network.width == 16


def test_without_hidden_layers_the_model_is_linear():
    network = Network(5, 3, [], generator=generator())
    x, z = torch.randn(2, 4, 5, generator=generator())
    np.testing.assert_allclose(
        network(x + z).detach(), (network(x) + network(z)).detach(), atol=1e-6
    )


def test_parameters_come_from_the_generator_alone():
    before = torch.random.get_rng_state()
    first, second, other = (
        Network(5, 3, [8], dropout=0.5, generator=generator(seed)) for seed in (0, 0, 1)
    )
    projection(8, generator())
    assert torch.equal(torch.random.get_rng_state(), before)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name])
    assert not torch.equal(first.head.weight, other.head.weight)


def test_dropout_keeps_the_mean_and_is_off_at_prediction():
    layer = Dropout(0.3, generator())
    ones = torch.ones(200, 200)
    dropped = layer(ones)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert layer.eval()(ones) is ones
