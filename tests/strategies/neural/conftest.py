"""Tables for the tests of networks."""

import pytest
from sklearn.datasets import make_classification


@pytest.fixture(scope="session")
def imbalanced():
    return make_classification(
        1200, 8, n_informative=4, n_redundant=0, weights=[0.9], flip_y=0.03, random_state=0
    )


@pytest.fixture(scope="session")
def three_classes():
    return make_classification(
        900, 8, n_informative=5, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
