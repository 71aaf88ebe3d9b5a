"""Anomaly classifiers: scores are the detector's own, on the rows that fit_on names."""

import numpy as np
import pytest
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.anomaly import AnomalyClassifier

DETECTORS = [
    IsolationForest(n_estimators=10, random_state=0),
    OneClassSVM(nu=0.1),
    LocalOutlierFactor(n_neighbors=4, novelty=True),
    EllipticEnvelope(random_state=0),
]


@parametrize_with_checks(
    [AnomalyClassifier(detector) for detector in DETECTORS]
    + [AnomalyClassifier(DETECTORS[0], fit_on="all", random_state=0)]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def ring():
    """200 negatives in the middle, 10 positives around them."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 10)
    far = 5 * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.vstack([rng.normal(size=(200, 2)), far]), np.repeat([0, 1], [200, 10])


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize("fit_on", ["majority", "all"])
def test_scores_are_the_detectors_own(detector, fit_on, ring):
    X, y = ring
    model = AnomalyClassifier(detector, fit_on=fit_on).fit(X, y)
    own = type(detector)(**detector.get_params()).fit(X[y == 0] if fit_on == "majority" else X)
    np.testing.assert_array_equal(model.decision_function(X), -own.decision_function(X))
    np.testing.assert_array_equal(model.predict(X), (own.predict(X) == -1).astype(int))
    assert roc_auc_score(y, model.decision_function(X)) > 0.95
    assert not hasattr(model, "predict_proba")


def test_labels_choose_the_rows_and_nothing_else(ring):
    X, y = ring
    scrambled = np.random.default_rng(1).permutation(y)
    on_all, on_majority = (
        [
            AnomalyClassifier(OneClassSVM(), fit_on=fit_on).fit(X, labels).decision_function(X)
            for labels in (y, scrambled)
        ]
        for fit_on in ("all", "majority")
    )
    np.testing.assert_array_equal(*on_all)
    assert not np.array_equal(*on_majority)


def test_majority_is_the_most_frequent_class_whatever_its_name(ring):
    X, y = ring
    late = AnomalyClassifier(OneClassSVM()).fit(X, np.array(["fine", "odd"])[y])
    early = AnomalyClassifier(OneClassSVM()).fit(X, np.array(["usual", "odd"])[y])
    assert (late.majority_class_, early.majority_class_) == ("fine", "usual")
    # "odd" sorts first in the second: scikit-learn's sign convention turns the score.
    np.testing.assert_array_equal(late.decision_function(X), -early.decision_function(X))
    np.testing.assert_array_equal(late.predict(X) == "odd", early.predict(X) == "odd")


def test_random_state_reaches_a_detector_inside_a_pipeline(ring):
    X, y = ring
    detector = make_pipeline(StandardScaler(), IsolationForest(n_estimators=5))
    first, again, other = (
        AnomalyClassifier(detector, random_state=seed).fit(X, y).decision_function(X)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("detector", [LocalOutlierFactor(), RandomForestClassifier()])
def test_only_detectors_that_score_new_rows(detector, ring):
    with pytest.raises(TypeError, match="no outlier detector"):
        AnomalyClassifier(detector).fit(*ring)


def test_binary_only(ring):
    X, _ = ring
    with pytest.raises(ValueError, match="binary"):
        AnomalyClassifier().fit(X, np.arange(len(X)) % 3)
    with pytest.raises(ValueError, match="fit_on"):
        AnomalyClassifier(fit_on="minority").fit(X, np.arange(len(X)) % 2)
