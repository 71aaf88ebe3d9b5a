"""Class shares against the formulas by hand; batches against the shares."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural`: pip install torch==2.13.0")

from skewbench.strategies.neural.samplers import Batches, class_shares  # noqa: E402

COUNTS = np.array([90.0, 9.0, 1.0])
THIRD = 1 / 3
SCHEDULE = [  # sampler, progress, shares
    ("instance", 0.5, [0.9, 0.09, 0.01]),
    ("balanced", 0.5, [THIRD] * 3),
    ("undersampled", 0.5, [THIRD] * 3),
    ("square_root", 0.5, [9.48683 / 13.48683, 3 / 13.48683, 1 / 13.48683]),
    ("progressive", 0.0, [0.9, 0.09, 0.01]),
    ("progressive", 0.25, [0.75833333, 0.15083333, 0.09083333]),
    ("progressive", 1.0, [THIRD] * 3),
    ("curriculum", 0.0, [THIRD] * 3),
    ("curriculum", 0.25, [0.475, 0.2725, 0.2525]),
    ("curriculum", 1.0, [0.9, 0.09, 0.01]),
]


@pytest.mark.parametrize(("sampler", "progress", "shares"), SCHEDULE)
def test_shares_by_hand(sampler, progress, shares):
    np.testing.assert_allclose(class_shares(sampler, COUNTS, progress), shares, rtol=1e-6)


def test_dynamic_shares_of_pouyanfar():
    """F1 .95, .8, .4 with a mean class size of 370: 21.76, 87.06 and 261.18 rows."""
    shares = class_shares("dynamic", np.array([1000.0, 100.0, 10.0]), f1=[0.95, 0.8, 0.4])
    np.testing.assert_allclose(shares * 370, [21.76, 87.06, 261.18], atol=5e-3)
    np.testing.assert_allclose(class_shares("dynamic", COUNTS), THIRD)  # no round yet
    assert class_shares("dynamic", COUNTS, f1=[1.0, 1.0, 0.5]).min() > 0


def batches(sampler, codes, size=64, seed=0):
    return Batches(sampler, torch.as_tensor(codes), size, torch.Generator().manual_seed(seed))


CODES = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [540, 54, 6]))


@pytest.mark.parametrize(("sampler", "progress", "shares"), SCHEDULE)
def test_batches_show_the_classes_in_these_shares(sampler, progress, shares):
    drawn = batches(sampler, CODES)
    n = 400
    shown = np.concatenate([CODES[drawn.draw(progress).numpy()] for _ in range(n)])
    realised = np.bincount(shown, minlength=3) / len(shown)
    # Five standard errors of independent draws; draws without replacement vary less.
    error = 5 * np.sqrt(np.array(shares) / len(shown))
    assert (np.abs(realised - shares) < error).all()


@pytest.mark.parametrize("sampler", ["balanced", "square_root", "progressive", "dynamic"])
def test_rows_of_a_class_are_drawn_alike(sampler):
    drawn = batches(sampler, CODES, size=600)
    rows = np.concatenate([drawn.draw(1.0, [0.5, 0.5, 0.5]).numpy() for _ in range(200)])
    for code in range(3):
        times = np.bincount(rows, minlength=600)[code == CODES]
        expected = times.mean()
        assert expected > 20
        assert np.abs(times - expected).max() < 5 * np.sqrt(expected)


def test_an_epoch_of_instance_batches_shows_every_row_once():
    drawn = batches("instance", CODES, size=60)
    for _ in range(3):
        epoch = np.concatenate([drawn.draw(0.0).numpy() for _ in range(10)])
        np.testing.assert_array_equal(np.sort(epoch), np.arange(600))


def test_few_rows_are_one_batch_in_their_order():
    np.testing.assert_array_equal(batches("instance", CODES, 600).draw(0.0), np.arange(600))


def test_undersampling_keeps_as_many_rows_of_every_class_and_always_the_same():
    drawn = batches("undersampled", CODES, size=6)
    rows = np.unique(np.concatenate([drawn.draw(0.0).numpy() for _ in range(30)]))
    np.testing.assert_array_equal(np.bincount(CODES[rows]), [6, 6, 6])
    again = batches("undersampled", CODES, size=6, seed=1)
    assert set(rows) != set(np.concatenate([again.draw(0.0).numpy() for _ in range(30)]))


def test_a_seed_gives_the_same_rows():
    for sampler in {name for name, *_ in SCHEDULE}:
        first, second = batches(sampler, CODES), batches(sampler, CODES)
        for progress in (0.0, 0.3):
            np.testing.assert_array_equal(first.draw(progress), second.draw(progress))
