"""Every strategy of the catalogue gives what its libraries give when they are called directly.

One cell a strategy runs through :func:`skewbench.cell.run_cell`; the expected values come from
imbalanced-learn, scikit-learn and XGBoost objects written out in ``direct_calls.py``, on the same
fold and at the same random states. Average precision agrees to 1e-12, confusion counts exactly.
"""

import numpy as np
import pandas as pd
import pytest
from direct_calls import (
    DETECTORS,
    EQUAL_COST,
    FOCAL,
    MODELS,
    RESAMPLERS,
    WEIGHTS,
    focal,
    forest,
    mean_one,
    smote,
    under,
    xgboost,
)
from imblearn import over_sampling
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skewbench import seeding
from skewbench.data.splits import outer_folds
from small_cells import (
    DATASET,
    LEARNERS,
    OUTER_ONLY,
    STRATEGIES,
    binary_table,
    counts,
    learner_for,
    metric,
    mixed_table,
    outer_cell,
    run,
    table_of,
)

LARGEST = np.iinfo(np.int32).max


def folds_of(table, seed=0):
    split = seeding.sequence(seeding.SPLIT, DATASET, seed)
    return outer_folds(table, "stratified", OUTER_ONLY["folds"], split)


def resampler_state(name, seed=0, fold=0):
    return seeding.random_state(seeding.RESAMPLE, DATASET, seed, fold, 0, name)


def model_state(name, learner, seed=0, fold=0):
    return seeding.random_state(seeding.MODEL, DATASET, seed, fold, 0, name, learner)


def expected_scores(name, X, y, X_test):
    """Scores of the test rows by direct calls; probabilities unless a detector gives them."""
    s = model_state(name, learner_for(name))
    for make_sampler in RESAMPLERS.get(name, []):
        X, y = make_sampler(resampler_state(name)).fit_resample(X, y)
    if name in DETECTORS:
        kind, parameters = DETECTORS[name]
        if kind in (IsolationForest, EllipticEnvelope):
            state = np.random.RandomState(s).randint(LARGEST)
            parameters = parameters | {"random_state": state}
        rows = X if name == "isolation_forest_all" else X[y == 0]
        return -kind(**parameters).fit(rows).decision_function(X_test)
    if name == "two_phase":
        rng = np.random.RandomState(s)
        sampler_seed, learner_seed = rng.randint(LARGEST), rng.randint(LARGEST)
        half = xgboost(learner_seed).set_params(n_estimators=50)
        balanced = under()(sampler_seed).fit_resample(X, y)
        first = xgboost(learner_seed).set_params(n_estimators=50).fit(*balanced)
        model = half.fit(X, y, xgb_model=first.get_booster())
    elif name in FOCAL:
        weight = mean_one(WEIGHTS[name], y) if name in WEIGHTS else None
        model = xgboost(s).set_params(objective=focal(*FOCAL[name]))
        model.fit(X, y, sample_weight=weight)
    elif name == "weight_inverse":
        model = LogisticRegression(max_iter=1000, class_weight="balanced").fit(X, y)
    elif name in EQUAL_COST:
        kind, size = EQUAL_COST[name]
        members = max(1, round(size * 2 * y.sum() / len(y)))
        model = kind(n_estimators=members, random_state=s).fit(X, y)
    elif name in MODELS:
        model = MODELS[name](s).fit(X, y)
    else:
        weight = mean_one(WEIGHTS[name], y) if name in WEIGHTS else None
        model = LogisticRegression(max_iter=1000, random_state=s).fit(X, y, sample_weight=weight)
    return model.predict_proba(X_test)[:, 1]


def assert_agrees(result, y, scores, cut, weights):
    """Compare average precision and default decisions at both priors."""
    scores = np.asarray(scores, dtype=np.float64)
    for prior, weight in weights.items():
        ap = average_precision_score(y, scores, sample_weight=weight)
        assert metric(result, "average_precision", prior=prior) == pytest.approx(ap, abs=1e-12)
    expected = confusion_matrix(y, scores >= cut)
    np.testing.assert_array_equal(counts(result, decision="default"), expected)


def balancing(y):
    """Weights that make two classes equal, of sum n."""
    return len(y) / 2 / np.bincount(y)[y]


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "smote_before_split"])
def test_cell_equals_direct_library_calls(name):
    table = binary_table()
    train, test = folds_of(table)[0]
    encoder = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    X = encoder.fit_transform(table.features.iloc[train])
    X_test = encoder.transform(table.features.iloc[test])
    y, y_test = table.target[train], table.target[test]

    result = outer_cell(name)

    assert result.status == "ok", result.reason
    scores = expected_scores(name, X, y, X_test)
    weights = {"matched": None, "reference": balancing(y_test)}
    assert_agrees(result, y_test, scores, 0.0 if name in DETECTORS else 0.5, weights)


def test_every_strategy_has_its_own_reference():
    """A new strategy without a reference here would be compared with the plain learner."""
    named = {*RESAMPLERS, *MODELS, *EQUAL_COST, *DETECTORS, *WEIGHTS, *FOCAL}
    assert named | {"two_phase", "weight_inverse", "smote_before_split"} == set(STRATEGIES)


def test_leaking_control_equals_smote_before_the_split():
    """And its test folds have the prior of the data, not the balanced one of the leaked table."""
    table, name = binary_table(), "smote_before_split"
    encoder = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    state = seeding.random_state(seeding.RESAMPLE, DATASET, 0, name)
    X, y = smote()(state).fit_resample(encoder.fit_transform(table.features), table.target)
    train, test = folds_of(table_of(X, y))[0]
    scaler = StandardScaler().fit(X[train])
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(X[train]), y[train])
    scores = model.predict_proba(scaler.transform(X[test]))[:, 1]
    result = outer_cell(name)

    y_test = y[test]
    prior = np.bincount(table.target) / len(table.target)
    matched = (prior / (np.bincount(y_test) / len(y_test)))[y_test]
    for weight, at in ((matched, "matched"), (balancing(y_test), "reference")):
        ap = average_precision_score(y_test, scores, sample_weight=weight)
        assert metric(result, "average_precision", prior=at) == pytest.approx(ap, abs=1e-12)
    expected = confusion_matrix(y_test, scores >= 0.5, sample_weight=matched)
    np.testing.assert_allclose(counts(result, decision="default"), expected, rtol=1e-12)


@pytest.mark.parametrize("learner", [name for name in LEARNERS if name != "random_forest"])
@pytest.mark.filterwarnings("error::FutureWarning")  # of parameters set for the learner
def test_control_equals_each_learner_called_directly(learner):
    """The learners of the catalogue, by their own constructors."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC, LinearSVC

    s = model_state("none", learner)
    model = {
        "logistic_regression": LogisticRegression(max_iter=1000, random_state=s),
        "decision_tree": DecisionTreeClassifier(min_samples_leaf=5, random_state=s),
        "random_forest_8": RandomForestClassifier(n_estimators=100, max_depth=8, random_state=s),
        "xgboost": xgboost(s),
        "hist_gradient_boosting": HistGradientBoostingClassifier(
            max_iter=100, early_stopping=False, random_state=s
        ),
        "k_nearest_neighbours": KNeighborsClassifier(n_neighbors=5),
        "linear_svm": LinearSVC(C=1.0, max_iter=5000, random_state=s),
        "rbf_svm": SVC(C=1.0, kernel="rbf", gamma="scale", random_state=s),
    }[learner]
    table = binary_table()
    train, test = folds_of(table)[0]
    encoder = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), model)
    encoder.fit(table.features.iloc[train], table.target[train])
    rows, y_test = table.features.iloc[test], table.target[test]
    margin = learner.endswith("svm")
    scores = encoder.decision_function(rows) if margin else encoder.predict_proba(rows)[:, 1]
    result = run(table, "none", [learner], inner_folds=0)[learner]
    weights = {"matched": None, "reference": balancing(y_test)}
    assert_agrees(result, y_test, scores, 0.0 if margin else 0.5, weights)


@pytest.mark.parametrize("name", ["none", "smote", "random_under", "weight_inverse", "focal"])
def test_test_rows_are_weighed_to_the_induced_prior(name):
    """At ir10 the test fold is whole and AP is weighed by pi*/pi [Brabec et al. 2020]."""
    table, learner = binary_table(n_rows=300, imbalance_ratio=3.0, missing=False), learner_for(name)
    result = run(table, name, ratio="ir10", inner_folds=0)[learner]
    train, test = folds_of(table)[0]
    y = table.target[train]
    total = min((y == 0).sum(), 11 * (y == 1).sum())
    positives = round(total / 11)
    prior = np.array([1 - positives / total, positives / total])
    y_test = table.target[test]
    scores = next(k for k in result.scores if k["fold"] == 0)["score"]
    weight = (prior / (np.bincount(y_test) / len(y_test)))[y_test]
    ap = average_precision_score(y_test, scores, sample_weight=weight)
    assert metric(result, "average_precision") == pytest.approx(ap, abs=1e-12)
    expected = confusion_matrix(y_test, scores >= 0.5, sample_weight=weight)
    np.testing.assert_allclose(counts(result, decision="default"), expected, rtol=1e-12)
    assert metric(result, "n_train", scores="", prior="") == total
    assert metric(result, "n_train_positive", scores="", prior="") == positives


def encoders(frame, train):
    """Return functions to codes and to the one-hot matrix, fitted by scikit-learn on ``train``."""
    numeric = [name for name in frame if frame[name].dtype == float]
    categorical = [name for name in frame if name not in numeric]
    scale = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    scale.fit(frame[numeric].iloc[train])
    # "~" sorts after letters, as the missing level does.
    text = frame[categorical].astype(object).where(frame[categorical].notna(), "~")
    ordinal = OrdinalEncoder().fit(text.iloc[train])
    levels = [np.arange(len(values)) for values in ordinal.categories_]
    indicators = OneHotEncoder(categories=levels, sparse_output=False)
    indicators.fit(ordinal.transform(text.iloc[train]))

    def codes(rows):
        return np.hstack(
            [scale.transform(frame[numeric].iloc[rows]), ordinal.transform(text.iloc[rows])]
        )

    def one_hot(coded):
        k = len(numeric)
        return np.hstack([coded[:, :k], indicators.transform(coded[:, k:])])

    return codes, one_hot


@pytest.mark.parametrize(
    "name", ["none", "smote", "smote_1_2", "random_under", "adasyn", "smote_forest"]
)
def test_mixed_columns_equal_direct_library_calls(name):
    """SMOTENC where the catalogue names it, on codes; everything else on the one-hot matrix."""
    table = mixed_table()
    train, test = folds_of(table)[0]
    codes, one_hot = encoders(table.features, train)
    y, y_test = table.target[train], table.target[test]
    X = codes(train)
    if name.startswith("smote"):
        share = 0.5 if name == "smote_1_2" else "auto"
        sampler = over_sampling.SMOTENC(
            [2, 3, 4], k_neighbors=5, sampling_strategy=share, random_state=resampler_state(name)
        )
        X, y = sampler.fit_resample(X, y)
        X = one_hot(X)
    else:
        X = one_hot(X)
        for make_sampler in RESAMPLERS[name]:
            X, y = make_sampler(resampler_state(name)).fit_resample(X, y)
    s = model_state(name, learner_for(name))
    model = forest(s) if name == "smote_forest" else LogisticRegression(max_iter=1000)
    scores = model.fit(X, y).predict_proba(one_hot(codes(test)))[:, 1]
    result = run(table, name, inner_folds=0)[learner_for(name)]
    assert_agrees(result, y_test, scores, 0.5, {"matched": None, "reference": balancing(y_test)})


def test_categorical_columns_equal_direct_library_calls():
    table = mixed_table(numeric=0)
    train, test = folds_of(table)[0]
    text = table.features.astype(object).where(table.features.notna(), "~")
    ordinal = OrdinalEncoder().fit(text.iloc[train])
    sampler = over_sampling.SMOTEN(k_neighbors=5, random_state=resampler_state("smote"))
    X, y = sampler.fit_resample(ordinal.transform(text.iloc[train]), table.target[train])
    levels = [np.arange(len(values)) for values in ordinal.categories_]
    indicators = OneHotEncoder(categories=levels).fit(X)
    model = LogisticRegression(max_iter=1000).fit(indicators.transform(X).toarray(), y)
    rows = indicators.transform(ordinal.transform(text.iloc[test])).toarray()
    y_test = table.target[test]
    result = run(table, "smote", inner_folds=0)["logistic_regression"]
    scores = model.predict_proba(rows)[:, 1]
    assert_agrees(result, y_test, scores, 0.5, {"matched": None, "reference": balancing(y_test)})
    assert isinstance(table.features["colour"].dtype, pd.CategoricalDtype)
