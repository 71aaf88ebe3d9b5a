"""Random streams that depend on names and numbers, never on order, cores or job counters.

A stream is keyed by the words of the design (data set, seed, fold, strategy, learner), so adding a
strategy or reordering the configuration changes no other result by one bit. The imbalance ratio
enters no stream: induced ratios are nested prefixes of the same permutation.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

SPLIT, RATIO, INNER_SPLIT, RESAMPLE, MODEL, TUNING = range(6)


def sequence(purpose: int, *key: str | int) -> np.random.SeedSequence:
    """Return the seed sequence of ``key`` for one ``purpose`` (``SPLIT``, ``RATIO``, ...).

    Parameters
    ----------
    purpose : int
        One of this module's constants; streams of two purposes are independent.
    *key : str or int
        Data set name, seed, fold, inner fold, strategy and learner names, as far as they apply.
        Strings enter by their CRC-32, which, unlike ``hash``, is the same in every process.
    """
    words = [crc32(part.encode()) if isinstance(part, str) else part for part in key]
    return np.random.SeedSequence(words, spawn_key=(purpose,))


def generator(purpose: int, *key: str | int) -> np.random.Generator:
    """Return a NumPy generator on :func:`sequence`."""
    return np.random.default_rng(sequence(purpose, *key))


def random_state(purpose: int, *key: str | int) -> int:
    """Return a scikit-learn ``random_state`` (a 31-bit integer) drawn from :func:`sequence`."""
    return int(sequence(purpose, *key).generate_state(1)[0] >> 1)
