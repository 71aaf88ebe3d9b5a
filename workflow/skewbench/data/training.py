"""The training parts that cells of seed 0 see, for measurements beside the cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skewbench import seeding
from skewbench.data.encode import Encoder
from skewbench.data.ratios import Ratio, induce
from skewbench.data.splits import outer_folds
from skewbench.data.table import Table

SEED = 0


def training_parts(
    table: Table, facts: dict, ratio: Ratio, protocol: dict
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the encoded, scaled training part and its 0/1 labels per fold, as cells of seed 0 do.

    With more than two classes 1 is the data set's rarest class, 0 all others.

    Raises
    ------
    Infeasible
        As a cell would be.
    """
    dataset, n_classes = facts["name"], len(table.classes)
    split = seeding.sequence(seeding.SPLIT, dataset, SEED)
    outer = outer_folds(table, facts["split"]["kind"], protocol["folds"], split)
    for fold, (train, _) in enumerate(outer):
        stream = seeding.generator(seeding.RATIO, dataset, SEED, fold)
        least = protocol["min_positives"]
        train = train[induce(table.target[train], ratio, stream, least, n_classes=n_classes)]
        features = table.features.iloc[train]
        encoder = Encoder(table.categorical).fit(features)
        # Class codes of multi-class data descend in frequency.
        rarest = table.target[train] == n_classes - 1
        yield encoder.one_hot(encoder.codes(features)), rarest.astype(np.int64)
