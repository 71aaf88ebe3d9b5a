"""Contrastive pre-training: NT-Xent by hand, SCARF's masks and marginals, SimCLR's shifts."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.strategies.neural.pretrain import corrupted, nt_xent, shifted  # noqa: E402


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def nt_xent_by_hand(first, second, temperature):
    views = np.concatenate([first, second])
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    n, total = len(first), 0.0
    for i, view in enumerate(views):
        positive = views[(i + n) % (2 * n)]
        others = sum(np.exp(view @ views[k] / temperature) for k in range(2 * n) if k != i)
        total -= view @ positive / temperature - np.log(others)
    return total / (2 * n)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
def test_nt_xent_by_hand(temperature):
    first, second = np.random.default_rng(0).normal(size=(2, 5, 3))
    value = nt_xent(torch.tensor(first), torch.tensor(second), temperature)
    assert value.item() == pytest.approx(nt_xent_by_hand(first, second, temperature), rel=1e-12)


def test_nt_xent_of_two_orthogonal_pairs():
    """-log(e / (e + 2)) at temperature 1."""
    views = torch.eye(2, dtype=torch.float64)
    assert nt_xent(views, views, 1.0).item() == pytest.approx(np.log((np.e + 2) / np.e))


def test_nt_xent_gradient():
    first, second = torch.randn(2, 4, 3, dtype=torch.float64, generator=generator())
    first.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: nt_xent(z, second, 0.5), (first,))


@pytest.mark.parametrize("columns", [1, 2, 5, 7, 10, 33])
@pytest.mark.parametrize("rate", [0.0, 0.3, 0.6, 1.0])
def test_scarf_draws_exactly_the_floor_of_the_rate(columns, rate):
    pool = torch.randn(50, columns, generator=generator())
    _, mask = corrupted(pool[:20], pool, rate, generator(1))
    assert (mask.sum(dim=1) == int(rate * columns + 1e-9)).all()


def test_scarf_values_come_from_their_columns_and_others_stay():
    pool = torch.randn(60, 10, generator=generator())
    rows = pool[:30]
    changed, mask = corrupted(rows, pool, 0.6, generator(1))
    np.testing.assert_array_equal(changed[~mask], rows[~mask])
    assert (changed[mask] != rows[mask]).float().mean() > 0.9
    for column in range(10):
        assert set(changed[:, column].tolist()) <= set(pool[:, column].tolist())


def test_scarf_masks_every_column_alike():
    pool = torch.randn(10, 5, generator=generator())
    masks = [corrupted(pool, pool, 0.6, generator(seed))[1].float().mean(0) for seed in range(300)]
    np.testing.assert_allclose(torch.stack(masks).mean(0), 0.6, atol=0.05)


def test_shifts_move_whole_images():
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 2] = 1.0
    seen = set()
    for seed in range(60):
        moved = shifted(image.flatten(1), (1, 5, 5), 1, 0.0, generator(seed)).reshape(5, 5)
        ((y, x),) = moved.nonzero().tolist()
        assert moved[y, x] == 1.0
        seen.add((y, x))
    assert seen == {(y, x) for y in (1, 2, 3) for x in (1, 2, 3)}


def test_shifts_keep_channels_together_and_add_noise():
    image = torch.arange(2 * 4 * 4, dtype=torch.float32).reshape(1, -1)
    moved = shifted(image, (2, 4, 4), 1, 0.0, generator(3)).reshape(2, 4, 4)
    np.testing.assert_array_equal(moved[1] - moved[0], np.full((4, 4), 16.0))
    many = torch.zeros(500, 16)
    noise = shifted(many, (1, 4, 4), 1, 0.1, generator(3))
    assert noise.std().item() == pytest.approx(0.1, rel=0.05)
