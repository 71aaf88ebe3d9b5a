"""AdaptiveSMOTE is SMOTE, with fewer neighbours where the minority is smaller than k + 1."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE

from skewbench.strategies.adaptive_smote import AdaptiveSMOTE


def rows(n_minority, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(40 + n_minority, 3)), np.repeat([0, 1], [40, n_minority])


@pytest.mark.parametrize(("n_minority", "k"), [(20, 5), (6, 5), (5, 4), (3, 2), (2, 1)])
def test_it_is_smote_with_the_neighbours_there_are(n_minority, k):
    X, y = rows(n_minority)
    adapted = AdaptiveSMOTE(k_neighbors=5, random_state=1).fit_resample(X, y)
    expected = SMOTE(k_neighbors=k, random_state=1).fit_resample(X, y)
    np.testing.assert_array_equal(adapted[0], expected[0])
    np.testing.assert_array_equal(adapted[1], expected[1])


def test_its_parameter_stays_as_given():
    sampler = AdaptiveSMOTE(k_neighbors=5, random_state=1)
    sampler.fit_resample(*rows(3))
    assert sampler.k_neighbors == 5


def test_a_single_minority_row_is_refused():
    with pytest.raises(ValueError, match="n_neighbors"):
        AdaptiveSMOTE().fit_resample(*rows(1))
