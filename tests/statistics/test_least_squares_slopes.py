import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skewbench.statistics.slopes import slopes


def test_slopes_by_hand():
    y = [[0.0, 1.0, 2.0], [3.0, np.nan, 1.0], [np.nan, 5.0, np.nan], [1.0, 2.0, 9.0]]
    found = slopes([0.0, 1.0, 2.0], y)
    np.testing.assert_allclose(found, [1.0, -1.0, np.nan, 4.0])


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6))
def test_agreement_with_polyfit(y):
    x = np.log10(np.arange(2, 2 + len(y)))
    assert slopes(x, [y])[0] == pytest.approx(np.polyfit(x, y, 1)[0], abs=1e-8)


def test_points_at_one_place_have_no_slope():
    assert np.isnan(slopes([1.0, 1.0], [[0.0, 5.0]])).all()
