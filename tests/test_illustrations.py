"""Illustrations fit what cells fit, and account for every point."""

import numpy as np
import pandas as pd
import pytest
from imblearn.under_sampling import TomekLinks
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skewbench import illustrations
from skewbench.data.synthetic import make
from skewbench.illustrations import (
    PLANE,
    SAMPLE,
    decision_regions,
    drawn_sample,
    resampled_points,
)
from small_cells import HERE, LEARNERS, STRATEGIES

RESAMPLERS = ["none", "random_over", "smote", "tomek_links", "cluster_centroids", "random_under"]
N_MINORITY, N_MAJORITY = 40, 200


def chosen(*names):
    return {name: STRATEGIES[name] for name in names}


@pytest.fixture(scope="module")
def quick():
    """Make illustrations small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(illustrations, "REPEATS", 2)
        patch.setattr(illustrations, "TEST_ROWS", 440)
        patch.setattr(illustrations, "GRID", 15)
        yield


@pytest.fixture(scope="module")
def regions(quick):
    learners = {name: LEARNERS[name] for name in ("logistic_regression", "k_nearest_neighbours")}
    strategies = chosen("none", "random_under", "weight_inverse", "rusboost")
    return decision_regions(strategies, learners, HERE)


@pytest.fixture(scope="module")
def points(quick):
    return resampled_points(chosen(*RESAMPLERS, "smote_before_split", "rusboost"), HERE)[0]


def test_the_untouched_region_is_that_of_the_learner_itself(regions):
    found, _ = regions
    found = found[(found["strategy"] == "none") & (found["learner"] == "logistic_regression")]
    sample = drawn_sample()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(sample[PLANE].to_numpy(), sample["target"])
    expected = model.predict_proba(found[PLANE].to_numpy())[:, 1]
    np.testing.assert_allclose(found["score"], expected, rtol=1e-6)
    assert (found["threshold"] == 0.5).all()
    assert len(found) == illustrations.GRID**2


def test_recall_and_false_positives_are_of_fresh_rows(regions):
    _, measured = regions
    fresh, target = make(**illustrations.MODELS | {"n_samples": 440}, seed=2)
    sample = drawn_sample(1)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(sample[PLANE].to_numpy(), sample["target"])
    score = model.predict_proba(fresh)[:, 1]
    for decision, threshold in (("default", 0.5), ("prior", 60 / 660)):
        (row,) = measured[
            (measured["strategy"] == "none")
            & (measured["learner"] == "logistic_regression")
            & (measured["sample"] == 1)
            & (measured["decision"] == decision)
        ].itertuples()
        assert row.threshold == pytest.approx(threshold)
        assert row.recall == pytest.approx((score[target == 1] >= threshold).mean())
        assert row.false_positive_rate == pytest.approx((score[target == 0] >= threshold).mean())


def test_what_a_learner_cannot_take_and_own_models_are_absent(regions):
    found, measured = regions
    expected = {
        ("none", "logistic_regression"),
        ("none", "k_nearest_neighbours"),
        ("random_under", "logistic_regression"),
        ("random_under", "k_nearest_neighbours"),
        ("weight_inverse", "logistic_regression"),
    }
    for table in (found, measured):
        pairs = table[["strategy", "learner"]].drop_duplicates()
        assert set(pairs.itertuples(index=False, name=None)) == expected


def test_points_are_the_sample_and_what_was_added(points):
    features, target = make(**SAMPLE, seed=0)
    expected = np.column_stack([features, target])
    expected = expected[np.lexsort(expected.T)]
    for _, panel in points.groupby("strategy"):
        before = panel[panel["state"] != "new"][[*PLANE, "target"]].to_numpy()
        np.testing.assert_allclose(before[np.lexsort(before.T)], expected, atol=1e-12)
        assert ((panel["copies"] == 0) == (panel["state"] == "removed")).all()


@pytest.mark.parametrize(
    ("strategy", "states", "after"),
    [
        ("none", {"kept"}, (N_MAJORITY, N_MINORITY)),
        ("random_over", {"kept"}, (N_MAJORITY, N_MAJORITY)),
        ("smote", {"kept", "new"}, (N_MAJORITY, N_MAJORITY)),
        ("random_under", {"kept", "removed"}, (N_MINORITY, N_MINORITY)),
        ("cluster_centroids", {"kept", "new", "removed"}, (N_MINORITY, N_MINORITY)),
    ],
)
def test_each_kind_of_resampler_leaves_its_traces(points, strategy, states, after):
    panel = points[points["strategy"] == strategy]
    assert set(panel["state"]) == states
    assert tuple(panel.groupby("target")["copies"].sum()) == after
    assert not (panel[panel["state"] == "new"]["target"] == 0).any() or strategy.startswith("clus")


def test_tomek_links_remove_what_the_library_removes(points):
    features, target = make(**SAMPLE, seed=0)
    kept, _ = TomekLinks().fit_resample(StandardScaler().fit_transform(features), target)
    panel = points[points["strategy"] == "tomek_links"]
    assert (panel["state"] == "kept").sum() == len(kept) < len(features)
    assert set(panel.loc[panel["state"] == "removed", "target"]) == {0}


def test_an_intruder_lies_nearest_to_a_majority_row(points):
    features, target = make(**SAMPLE, seed=0)
    scaler = StandardScaler().fit(features)
    new = points[(points["strategy"] == "smote") & (points["state"] == "new")]
    distance = cdist(scaler.transform(new[PLANE].to_numpy()), scaler.transform(features))
    assert new["intruder"].tolist() == (target[distance.argmin(axis=1)] == 0).tolist()
    assert 0 < new["intruder"].mean() < 0.5
    assert not points.loc[points["state"] != "new", "intruder"].any()


def test_the_leak_and_own_models_are_left_out(points):
    assert list(dict.fromkeys(points["strategy"])) == RESAMPLERS


def test_a_resampler_that_fails_changes_nothing_and_says_why(quick):
    broken = {"imblearn.over_sampling.SMOTE": {"sampling_strategy": "minority?"}}
    entry = {"level": "data", "resample": broken}
    panel, shares = resampled_points({"bad": entry}, HERE)
    assert shares.empty
    assert set(panel["state"]) == {"kept"}
    assert panel["note"].str.startswith("failed: ").all()


def test_the_same_names_give_the_same_points(quick, points):
    again, shares = resampled_points(chosen("smote", "random_under"), HERE)
    new = again[again["state"] == "new"]
    assert shares["share"].tolist()[0] == new["intruder"].mean()
    assert set(shares["strategy"]) == {"smote"}
    first = points[points["strategy"].isin(["smote", "random_under"])]
    keys = ["strategy", "x1", "x2", "target"]
    pd.testing.assert_frame_equal(
        first.sort_values(keys, ignore_index=True), again.sort_values(keys, ignore_index=True)
    )
