"""Encoding: what is learned comes from training rows, and what is produced is exact."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skewbench.data.encode import Encoder


def frame(**columns):
    return pd.DataFrame(
        {
            name: pd.Categorical(values) if isinstance(values[0], str | None) else values
            for name, values in columns.items()
        }
    )


def test_numbers_are_imputed_by_the_median_and_scaled():
    features = frame(x=[1.0, np.nan, 3.0, 8.0], c=["a"] * 4)
    encoder = Encoder(["c"]).fit(features)
    codes = encoder.codes(features)
    expected = StandardScaler().fit_transform(np.array([[1.0], [3.0], [3.0], [8.0]]))
    assert codes[:, 0] == pytest.approx(expected[:, 0])
    assert encoder.n_numeric == 1
    assert encoder.categorical_indices == [1]


def test_empty_and_constant_training_columns_become_zero():
    encoder = Encoder([]).fit(frame(empty=[np.nan, np.nan], constant=[0.1, 0.1]))
    assert encoder.codes(frame(empty=[np.nan], constant=[0.1])).tolist() == [[0.0, 0.0]]
    assert np.isfinite(encoder.codes(frame(empty=[5.0], constant=[9.0]))).all()


def test_numbers_come_first_whatever_the_column_order():
    features = frame(c=["a", "b"], x=[0.0, 2.0], d=["u", "u"], y=[4.0, 4.0])
    codes = Encoder(["c", "d"]).fit(features).codes(features)
    assert codes.tolist() == [[-1, 0, 0, 0], [1, 0, 1, 0]]


def test_missing_is_a_level_and_unseen_an_empty_row():
    encoder = Encoder(["c"]).fit(frame(c=["b", "a", None, "b"]))
    codes = encoder.codes(frame(c=["a", "b", None, "new"]))
    assert codes[:, 0].tolist() == [0, 1, 2, -1]
    assert encoder.one_hot(codes).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    complete = Encoder(["c"]).fit(frame(c=["a", "b"]))
    assert complete.codes(frame(c=[None, "a"]))[:, 0].tolist() == [-1, 0]


def test_rare_levels_are_merged():
    values = ["a"] * 5 + ["b"] * 4 + ["c", "d", "e"] * 2
    encoder = Encoder(["c"], max_levels=3).fit(frame(c=values))
    codes = encoder.codes(frame(c=["a", "b", "c", "d", "e", "new"]))
    assert codes[:, 0].tolist() == [0, 1, 2, 2, 2, -1]
    assert encoder.one_hot(codes).sum(axis=1).tolist() == [1, 1, 1, 1, 1, 0]
    with_missing = Encoder(["c"], max_levels=3).fit(frame(c=[*values, None]))
    assert with_missing.codes(frame(c=["a", "b", None]))[:, 0].tolist() == [0, 2, 1]


def test_exactly_as_many_levels_as_allowed_are_kept():
    encoder = Encoder(["c"], max_levels=3).fit(frame(c=["a", "b", "c"]))
    assert encoder.codes(frame(c=["a", "b", "c"]))[:, 0].tolist() == [0, 1, 2]


def test_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    features = pd.DataFrame(
        {
            "x": rng.normal(size=200),
            "c": pd.Categorical(rng.choice(list("abc"), 200)),
            "d": rng.choice(["u", "v"], 200),
        }
    )
    encoder = Encoder(["c", "d"]).fit(features)
    got = encoder.one_hot(encoder.codes(features))
    indicators = OneHotEncoder(sparse_output=False).fit_transform(
        features[["c", "d"]].astype(object)
    )
    assert (got[:, 1:] == indicators).all()
    assert got[:, 0] == pytest.approx(StandardScaler().fit_transform(features[["x"]])[:, 0])


def test_category_types_need_not_share_their_levels():
    encoder = Encoder(["c"]).fit(frame(c=["b", "c"]))
    other = pd.DataFrame({"c": pd.Categorical(["c", "b"], categories=["z", "c", "b"])})
    assert encoder.codes(other)[:, 0].tolist() == [1, 0]
    text = pd.DataFrame({"c": ["c", "b", None, "q"]})
    assert encoder.codes(text)[:, 0].tolist() == [1, 0, -1, -1]


def test_test_rows_change_nothing():
    rng = np.random.default_rng(0)
    features = pd.DataFrame(
        {"x": rng.normal(size=60), "c": pd.Categorical(rng.choice(list("abcd"), 60))}
    )
    train = np.arange(40)
    changed = features.copy()
    changed.loc[40:, "x"] = 1e6
    changed.loc[40:, "c"] = "a"
    results = []
    for version in (features, changed):
        encoder = Encoder(["c"], max_levels=3).fit(version.iloc[train])
        results.append(encoder.one_hot(encoder.codes(version.iloc[train])))
    assert (results[0] == results[1]).all()


def test_a_far_row_to_score_stays_finite_in_32_bits():
    encoder = Encoder([]).fit(pd.DataFrame({"x": [1e-30, 2e-30, 3e-30]}))
    codes = encoder.codes(pd.DataFrame({"x": [2e-30, 1e38, -1e38]}))
    assert codes[:, 0].tolist() == [0, 1e6, -1e6]
    assert np.isfinite(codes.astype(np.float32)).all()
