"""Strategies on categorical columns: SMOTE votes on them, other resamplers are given indicators."""

from itertools import pairwise

import numpy as np
import pytest
from imblearn.over_sampling import SMOTEN, SMOTENC

from skewbench import fitting
from skewbench.strategies.resampling import resample
from small_cells import STRATEGIES, learner_for, mixed_table, run


@pytest.fixture
def spied(monkeypatch):
    """Return the list that gathers every sampler built for a cell, with its resampled rows."""
    seen = []

    def spying(steps, features, y, state, folder):
        after, labels, flags = resample(steps, features, y, state, folder)
        seen.append((steps, features, after, labels))
        return after, labels, flags

    monkeypatch.setattr(fitting, "resample", spying)
    return seen


@pytest.mark.parametrize("name", [n for n, spec in STRATEGIES.items() if "on_mixed" in spec])
@pytest.mark.parametrize(("numeric", "kind"), [(2, SMOTENC), (0, SMOTEN)])
def test_smote_votes_on_categories(name, numeric, kind, spied):
    table = mixed_table(numeric=numeric)
    result = run(table, name, inner_folds=0)[learner_for(name)]
    assert result.status == "ok", result.reason
    assert len(spied) == (1 if name == "smote_before_split" else 2)
    for steps, before, after, _ in spied:
        ((path, _),) = steps[0].items()
        assert path == f"imblearn.over_sampling.{kind.__name__}"
        assert len(after) > len(before) or name.endswith("1_5")
        for column in range(numeric, numeric + 3):
            assert set(after[:, column]) <= set(before[:, column])
        if numeric and len(after) > len(before):
            synthetic = after[len(before) :, 0]
            assert not set(synthetic) <= set(before[:, 0])


def test_smote_without_a_variant_for_categories_gets_indicators(spied):
    """Borderline-SMOTE interpolates the one-hot columns, as its library would."""
    run(mixed_table(), "borderline_smote_1", inner_folds=0)
    ((steps, before, _, _), *_) = spied
    assert "imblearn.over_sampling.BorderlineSMOTE" in steps[0]
    indicators = before[:, 2:]
    assert set(np.unique(indicators)) == {0.0, 1.0}
    groups = np.cumsum([0, 2, 4, 8])  # colour; shape and missing; grade
    for start, stop in pairwise(groups):
        np.testing.assert_array_equal(indicators[:, start:stop].sum(axis=1), 1)


@pytest.mark.parametrize("name", ["random_over", "enn", "smote_tomek", "rusboost"])
def test_mixed_columns_run(name):
    result = run(mixed_table(), name, inner_folds=0)[learner_for(name)]
    assert result.status == "ok", result.reason
