"""Mixup and Remix by hand."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.strategies.neural.augment import mixing, remix_share  # noqa: E402


@pytest.mark.parametrize(
    ("own", "other", "share", "expected"),
    [
        (100, 10, 0.3, 0.0),
        (100, 10, 0.7, 0.7),
        (10, 100, 0.7, 1.0),
        (10, 100, 0.3, 0.3),
        (20, 10, 0.3, 0.3),
        (30, 10, 0.3, 0.0),  # at the ratio
        (10, 30, 0.7, 1.0),
        (100, 10, 0.5, 0.5),  # at the threshold
    ],
)
def test_remix_shares(own, other, share, expected):
    counts = torch.tensor([float(own)]), torch.tensor([float(other)])
    assert remix_share(share, *counts).item() == pytest.approx(expected)


def test_remix_is_fair_to_both_of_a_pair():
    """The pair seen from its other row: the labels agree."""
    many, few = torch.tensor([100.0]), torch.tensor([10.0])
    for share in (0.1, 0.3, 0.6, 0.9):
        own = remix_share(share, many, few).item()
        assert remix_share(1 - share, few, many).item() == pytest.approx(1 - own, abs=1e-6)


def drawn(name, seed=0, **options):
    codes = torch.tensor([0] * 40 + [1] * 4)
    generator = torch.Generator().manual_seed(seed)
    counts = torch.tensor([400.0, 40.0])
    rng = np.random.default_rng(seed)
    return codes, *mixing(codes, counts, rng, generator, name=name, alpha=1.0, **options)


def test_mixup_has_one_share_a_batch_and_the_label_has_it_too():
    shares = []
    for seed in range(200):
        codes, partner, share, label = drawn("mixup", seed)
        np.testing.assert_array_equal(np.sort(partner), np.arange(len(codes)))
        assert label == share
        shares.append(share)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.1)  # Beta(1, 1) is uniform
    assert np.std(shares) == pytest.approx(12**-0.5, abs=0.05)


def test_remix_changes_the_labels_of_unlike_pairs_only():
    codes, partner, share, label = drawn("remix", 1)
    unlike = codes != codes[partner]
    assert unlike.any()
    assert (label[~unlike] == torch.tensor(share)).all()
    rare_wins = torch.where(codes == 1, 1.0, 0.0)
    leans = (codes == 1) & (1 - share < 0.5) | (codes == 0) & (share < 0.5)
    assert (label[unlike & leans] == rare_wins[unlike & leans]).all()
    assert (label[unlike & ~leans] == torch.tensor(share)).all()
