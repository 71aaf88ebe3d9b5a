"""What every strategy of the catalogue must keep to: the checks that caught other projects' errors.

It differs from its parent, or is flagged ``resampler_noop``; it changes the class counts as it
claims; nothing it learns depends on test rows.
"""

from functools import cache

import numpy as np
import pytest

from skewbench.data.encode import Encoder
from skewbench.strategies.resampling import resample
from small_cells import (
    HERE,
    STRATEGIES,
    binary_table,
    counts,
    kept,
    learner_for,
    metric,
    outer_cell,
    run,
    table_of,
    three_class_table,
)

RESAMPLING = [name for name, spec in STRATEGIES.items() if "resample" in spec]
# NearMiss 3 says that it keeps fewer rows than asked when few are neighbours of the minority.
NEAR_MISS = "ignore:The number of the samples to be selected:UserWarning"
ANY_TASK = [name for name, spec in STRATEGIES.items() if "tasks" not in spec]
# What a strategy must differ from besides its control: the strategy that it varies.
ALSO_FROM = {
    "random_over_1_2": "random_over",
    "random_over_1_5": "random_over_1_2",
    "rose": "random_over",
    "smote_1_2": "smote",
    "smote_1_5": "smote_1_2",
    "borderline_smote_1": "smote",
    "borderline_smote_2": "borderline_smote_1",
    "kmeans_smote": "smote",
    "smote_plus_over": "smote_1_2",
    "random_under_1_2": "random_under",
    "random_under_1_5": "random_under_1_2",
    "near_miss_2": "near_miss_1",
    "near_miss_3": "near_miss_2",
    "repeated_enn": "enn",
    "smote_enn": "smote",
    "weight_sqrt": "weight_inverse",
    "weight_effective": "weight_inverse",
    "weight_effective_0_9": "weight_effective_0_99",
    "weight_effective_0_99": "weight_effective",
    "weight_effective_0_9999": "weight_effective",
    "cost_matrix": "weight_inverse",
    "focal_alpha": "focal",
    "class_balanced_focal": "focal",
    "weighted_focal": "class_balanced_focal",
    "under_bagging": "balanced_bagging",
    "over_bagging": "balanced_bagging",
    "smote_bagging": "over_bagging",
    "balance_cascade": "self_paced_ensemble",
    "smote_effective_weights": "smote_1_2",
    "isolation_forest": "isolation_forest_all",
}


def parents():
    for name, spec in STRATEGIES.items():
        if "model" in spec:
            if "anchor" in spec:
                yield name, spec["anchor"], "own"
        elif name != "none" and not spec.get("resample_before_split"):
            yield name, "none", learner_for(name)
        if name in ALSO_FROM:
            yield name, ALSO_FROM[name], learner_for(name)


@cache
def control(learner):
    return run(binary_table(), "none", [learner], inner_folds=0)[learner]


@pytest.mark.parametrize(("name", "parent", "learner"), list(parents()))
def test_differs_from_its_parent(name, parent, learner):
    result = outer_cell(name)
    other = control(learner) if parent == "none" else outer_cell(parent)
    same = np.array_equal(kept(result, "test")["score"], kept(other, "test")["score"])
    assert result.status == other.status == "ok"
    assert not same or "resampler_noop" in result.flags


def test_leaking_control_differs_from_its_anchor():
    ap = [metric(outer_cell(name), "average_precision") for name in ("smote", "smote_before_split")]
    assert ap[0] != ap[1]


def test_no_strategy_hides_behind_the_flag():
    """On these data every resampler has something to do; the flag excuses none of them."""
    flagged = [name for name in RESAMPLING if "resampler_noop" in outer_cell(name).flags]
    assert flagged == []


def resampled(name, table=None):
    """Return class counts before and after, and flags, on the whole table."""
    table = binary_table() if table is None else table
    encoder = Encoder(table.categorical).fit(table.features)
    spec = STRATEGIES[name]["resample"]
    steps = spec if isinstance(spec, list) else [spec]
    matrix = encoder.one_hot(encoder.codes(table.features))
    features, y, flags = resample(steps, matrix, table.target, 5, HERE)
    assert features.dtype == float
    assert len(features) == len(y)
    return np.bincount(table.target), np.bincount(y, minlength=len(table.classes)), flags


def oversampled_to(share):
    return lambda n: [n[0], max(n[1], int(share * n[0]))]


def undersampled_to(share):
    return lambda n: [min(n[0], int(n[1] / share)), n[1]]


EXACT = {
    "random_over": oversampled_to(1),
    "random_over_1_2": oversampled_to(0.5),
    "random_over_1_5": oversampled_to(0.2),
    "rose": oversampled_to(1),
    "smote": oversampled_to(1),
    "smote_1_2": oversampled_to(0.5),
    "smote_1_5": oversampled_to(0.2),
    "borderline_smote_1": oversampled_to(1),
    "borderline_smote_2": oversampled_to(1),
    "svm_smote": oversampled_to(1),
    "smote_plus_over": oversampled_to(1),
    "smote_before_split": oversampled_to(1),
    "smote_forest": oversampled_to(1),
    "smote_xgboost": oversampled_to(1),
    "smote_effective_weights": oversampled_to(0.5),
    "random_under": undersampled_to(1),
    "random_under_1_2": undersampled_to(0.5),
    "random_under_1_5": undersampled_to(0.2),
    "near_miss_1": undersampled_to(1),
    "near_miss_2": undersampled_to(1),
    "cluster_centroids": undersampled_to(1),
}
# Sizes that depend on neighbours or clusters: the minority about as large as the majority ...
ABOUT_BALANCED = ("adasyn", "kmeans_smote")
# ... fewer of the majority and all of the minority ...
CLEANERS = (
    "near_miss_3",
    "tomek_links",
    "enn",
    "repeated_enn",
    "all_knn",
    "cnn",
    "one_sided_selection",
    "neighbourhood_cleaning",
    "instance_hardness",
)
# ... or balanced, then cleaned of both.
COMBINED = ("smote_tomek", "smote_enn")


@pytest.mark.parametrize("name", RESAMPLING)
def test_changes_class_counts_as_it_claims(name):
    before, after, flags = resampled(name)
    if name in EXACT:
        np.testing.assert_array_equal(after, EXACT[name](before))
    elif name in ABOUT_BALANCED:
        assert after[0] == before[0]
        assert 0.9 * before[0] <= after[1] <= 1.1 * before[0]
    elif name in CLEANERS:
        assert after[0] < before[0]
        assert after[1] == before[1]
    else:
        assert name in COMBINED
        assert before[1] < after[1] <= before[0]
        assert after[0] <= before[0]
    assert flags == set()


@pytest.mark.parametrize("name", RESAMPLING)
def test_rows_after_resampling_are_reported(name):
    """``n_resampled`` is the size of the resampled training part, ``n_train`` that of the data."""
    result = outer_cell(name)
    given, used = (metric(result, key, scores="", prior="") for key in ("n_train", "n_resampled"))
    if name == "smote_before_split":
        assert given == used > 150
    elif name in EXACT:
        positives = metric(result, "n_train_positive", scores="", prior="")
        assert used == sum(EXACT[name]([int(given - positives), int(positives)]))
        assert used != given
    else:
        assert used != given


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name not in RESAMPLING])
def test_others_leave_the_rows_alone(name):
    result = outer_cell(name)
    assert metric(result, "n_resampled", scores="", prior="") == 150
    assert "resampler_noop" not in result.flags


@pytest.mark.parametrize(
    ("share", "kind"),
    [("random_over_1_5", "over"), ("random_under_1_5", "under"), ("smote_1_5", "over")],
)
def test_a_target_already_met_is_a_flagged_no_op(share, kind):
    table = binary_table(n_rows=160, imbalance_ratio=3.0)
    before, after, flags = resampled(share, table)
    np.testing.assert_array_equal(before, after)
    assert flags == {"resampler_noop"}
    result = run(table, share, inner_folds=0)["logistic_regression"]
    assert "resampler_noop" in result.flags
    plain = run(table, "none", inner_folds=0)["logistic_regression"]
    scores = [kept(r, "test")["score"] for r in (result, plain)]
    np.testing.assert_allclose(*scores, atol=1e-6)  # the rows may come in another order


def test_borderline_smote_without_borderline_rows_is_flagged():
    """The library then changes nothing, silently."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [60, 20])
    table = table_of(rng.normal(size=(80, 2)) + 50 * y[:, None], y)
    before, after, flags = resampled("borderline_smote_1", table)
    np.testing.assert_array_equal(before, after)
    assert flags == {"resampler_noop"}


FIXED = np.arange(240) % 3 == 0


def fixed_table(change=None):
    """A table with a fixed test part, whose rows ``change`` may alter."""
    table = binary_table(240, 2.5, missing=False)
    features = table.features.to_numpy().copy()
    target = table.target.copy()
    if change is not None:
        features[FIXED], target[FIXED] = change(features[FIXED], target[FIXED])
    return table_of(features, target, test=FIXED)


def training_side(result):
    """All that a cell learnt from training rows: out-of-fold and training scores, thresholds."""
    oof = [k["row"].tobytes() + k["score"].tobytes() for k in result.scores if k["part"] == "oof"]
    learnt = [
        (*row[:5], np.float64(row.value).tobytes())
        for row in result.rows
        if row.scores == "training"
        or (row.metric == "threshold" and row.decision != "oracle")
        or row.metric in ("n_train", "n_train_positive", "n_resampled")
    ]
    return oof, learnt


@pytest.mark.filterwarnings(NEAR_MISS)
@pytest.mark.parametrize("name", STRATEGIES)
def test_nothing_learnt_depends_on_test_rows(name):
    """Other feature values, another order and other labels of test rows: the same bits learnt."""
    changes = (
        None,
        lambda X, y: (100 * X[::-1] + 5, y),
        lambda X, y: (X, y[np.random.default_rng(0).permutation(len(y))]),
    )
    tables = [fixed_table(change) for change in changes]
    results = [run(table, name)[learner_for(name)] for table in tables]
    assert [result.status for result in results] == ["ok"] * 3, results[0].reason
    if name == "smote_before_split":  # the mistake it is there to make
        assert training_side(results[0]) != training_side(results[1])
        return
    oof, test = (kept(results[0], part)["row"] for part in ("oof", "test"))
    np.testing.assert_array_equal(np.sort(oof), np.flatnonzero(~FIXED))
    np.testing.assert_array_equal(test, np.flatnonzero(FIXED))
    for result in results[1:]:
        assert training_side(result) == training_side(results[0])
    scores = [kept(result, "test")["score"] for result in results]
    assert not np.array_equal(scores[0], scores[1])
    np.testing.assert_array_equal(scores[0], scores[2])


@pytest.mark.filterwarnings(NEAR_MISS)
@pytest.mark.parametrize("name", ANY_TASK)
def test_three_classes(name):
    learner = learner_for(name)
    result = run(three_class_table(), name, inner_folds=0)[learner]
    assert result.status == "ok", result.reason
    for fold in (0, 1):
        assert 0 < metric(result, "average_precision", fold) <= 1
        scores = kept(result, "test", fold)["score"]
        assert scores.shape[1] == 3
        assert np.isfinite(scores).all()
    assert sum(row.metric == "count_2_2" and row.decision == "default" for row in result.rows) > 0


@pytest.mark.parametrize("name", ["enn", "repeated_enn"])
def test_a_class_that_cleaning_removed_is_never_predicted(name):
    """A learner that was shown no row of a class gives it probability 0, and no rule picks it."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [160, 60, 40])
    X = rng.normal(size=(260, 2)) + 6.0 * (y == 2)[:, None]  # class 1 lies within class 0
    result = run(table_of(X, y), name, ["decision_tree"], inner_folds=0)["decision_tree"]
    assert result.status == "ok", result.reason
    assert (kept(result, "test")["score"][:, 1] == 0).all()
    for decision in ("default", "prior"):
        assert counts(result, 3, decision=decision)[:, 1].sum() == 0


def test_smote_inside_an_ensemble_keeps_the_policy_too():
    """Seven positives, fewer in many a bootstrap sample: k has to give way there as well."""
    result = run(binary_table(150, 9.0), "smote_bagging", inner_folds=0)["own"]
    assert result.status == "ok", result.reason
