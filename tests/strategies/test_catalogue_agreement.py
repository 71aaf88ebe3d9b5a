"""Every strategy of the catalogue gives what its libraries give when they are called directly.

One cell a strategy runs through :func:`skewbench.cell.run_cell`; the expected values come from
imbalanced-learn, scikit-learn and XGBoost objects written out here, on the same fold and at the
same random states. Average precision agrees to 1e-12, confusion counts exactly.
"""

import numpy as np
import pandas as pd
import pytest
from imblearn import combine, ensemble, over_sampling, under_sampling
from scipy.special import expit
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from skewbench import seeding
from skewbench.data.splits import outer_folds
from skewbench.strategies.cascade import BalanceCascadeClassifier
from skewbench.strategies.rules import RuleEnsembleClassifier
from skewbench.strategies.self_paced import SelfPacedEnsembleClassifier
from skewbench.strategies.smote_boost import SMOTEBoostClassifier
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


def smote(share="auto"):
    return lambda s: over_sampling.SMOTE(k_neighbors=5, sampling_strategy=share, random_state=s)


def over(share="auto", **more):
    return lambda s: over_sampling.RandomOverSampler(
        sampling_strategy=share, random_state=s, **more
    )


def under(share="auto"):
    return lambda s: under_sampling.RandomUnderSampler(sampling_strategy=share, random_state=s)


def borderline(kind):
    return lambda s: over_sampling.BorderlineSMOTE(
        k_neighbors=5, m_neighbors=10, kind=kind, random_state=s
    )


def near_miss(version):
    return lambda s: under_sampling.NearMiss(version=version)


RESAMPLERS = {
    "none": [],
    "random_over": [over()],
    "random_over_1_2": [over(0.5)],
    "random_over_1_5": [over(0.2)],
    "rose": [over(shrinkage=1.0)],
    "smote": [smote()],
    "smote_1_2": [smote(0.5)],
    "smote_1_5": [smote(0.2)],
    "borderline_smote_1": [borderline("borderline-1")],
    "borderline_smote_2": [borderline("borderline-2")],
    "adasyn": [lambda s: over_sampling.ADASYN(n_neighbors=5, random_state=s)],
    "svm_smote": [
        lambda s: over_sampling.SVMSMOTE(
            k_neighbors=5,
            m_neighbors=10,
            random_state=s,
        )
    ],
    "kmeans_smote": [
        lambda s: over_sampling.KMeansSMOTE(
            k_neighbors=5, cluster_balance_threshold=0.1, random_state=s
        )
    ],
    "smote_plus_over": [smote(0.5), over()],
    "random_under": [under()],
    "random_under_1_2": [under(0.5)],
    "random_under_1_5": [under(0.2)],
    "near_miss_1": [near_miss(1)],
    "near_miss_2": [near_miss(2)],
    "near_miss_3": [near_miss(3)],
    "tomek_links": [lambda s: under_sampling.TomekLinks()],
    "enn": [lambda s: under_sampling.EditedNearestNeighbours()],
    "repeated_enn": [lambda s: under_sampling.RepeatedEditedNearestNeighbours()],
    "all_knn": [lambda s: under_sampling.AllKNN()],
    "cnn": [lambda s: under_sampling.CondensedNearestNeighbour(random_state=s)],
    "one_sided_selection": [lambda s: under_sampling.OneSidedSelection(random_state=s)],
    "neighbourhood_cleaning": [lambda s: under_sampling.NeighbourhoodCleaningRule()],
    "cluster_centroids": [lambda s: under_sampling.ClusterCentroids(random_state=s)],
    "instance_hardness": [
        lambda s: under_sampling.InstanceHardnessThreshold(random_state=s, n_jobs=1)
    ],
    "smote_tomek": [lambda s: combine.SMOTETomek(smote=smote()(s), random_state=s)],
    "smote_enn": [lambda s: combine.SMOTEENN(smote=smote()(s), random_state=s)],
    "smote_forest": [smote()],
    "smote_xgboost": [smote()],
    "smote_effective_weights": [smote(0.5)],
}


def forest(s):
    return RandomForestClassifier(n_estimators=100, random_state=s)


def bagging(s):
    return BaggingClassifier(n_estimators=50, random_state=s)


def boosting(s):
    return AdaBoostClassifier(n_estimators=50, random_state=s)


def xgboost(s):
    return XGBClassifier(n_estimators=100, tree_method="hist", random_state=s, n_jobs=1)


def small_tree():
    return DecisionTreeClassifier(min_samples_leaf=5)


def balanced_bagging(s, **more):
    return ensemble.BalancedBaggingClassifier(n_estimators=50, random_state=s, **more)


MODELS = {
    "balanced_random_forest": lambda s: ensemble.BalancedRandomForestClassifier(
        n_estimators=100, sampling_strategy="all", replacement=True, bootstrap=False, random_state=s
    ),
    "easy_ensemble": lambda s: ensemble.EasyEnsembleClassifier(
        n_estimators=10, estimator=AdaBoostClassifier(n_estimators=10), random_state=s
    ),
    "rusboost": lambda s: ensemble.RUSBoostClassifier(
        n_estimators=50, estimator=small_tree(), random_state=s
    ),
    "balanced_bagging": balanced_bagging,
    "under_bagging": lambda s: balanced_bagging(s, bootstrap=False),
    "over_bagging": lambda s: balanced_bagging(s, sampler=over_sampling.RandomOverSampler()),
    "smote_bagging": lambda s: balanced_bagging(s, sampler=over_sampling.SMOTE()),
    "smote_forest": forest,
    "smote_xgboost": xgboost,
    "plain_forest": forest,
    "plain_bagging": bagging,
    "plain_boosting": boosting,
    "plain_tree_boosting": lambda s: AdaBoostClassifier(
        n_estimators=50, estimator=small_tree(), random_state=s
    ),
    "plain_xgboost": xgboost,
    # No other library has these; their own tests hold them against the papers.
    "self_paced_ensemble": lambda s: SelfPacedEnsembleClassifier(n_estimators=50, random_state=s),
    "balance_cascade": lambda s: BalanceCascadeClassifier(n_estimators=50, random_state=s),
    "smote_boost": lambda s: SMOTEBoostClassifier(n_estimators=50, random_state=s),
    "plain_boosting_m2": lambda s: SMOTEBoostClassifier(
        n_estimators=50, k_neighbors=None, random_state=s
    ),
    "rule_ensemble": lambda s: RuleEnsembleClassifier(random_state=s),
}
EQUAL_COST = {
    "plain_forest_equal_cost": (RandomForestClassifier, 100),
    "plain_bagging_equal_cost": (BaggingClassifier, 50),
    "plain_boosting_equal_cost": (AdaBoostClassifier, 50),
}
DETECTORS = {
    "isolation_forest": (IsolationForest, {"n_estimators": 100}),
    "isolation_forest_all": (IsolationForest, {"n_estimators": 100}),
    "one_class_svm": (OneClassSVM, {"nu": 0.1}),
    "local_outlier_factor": (LocalOutlierFactor, {"novelty": True}),
    "elliptic_envelope": (EllipticEnvelope, {}),
}


def effective(beta):
    return lambda n: (1 - beta) / (1 - beta**n)


WEIGHTS = {
    "weight_sqrt": lambda n: n**-0.5,
    "weight_effective": effective(0.999),
    "weight_effective_0_9": effective(0.9),
    "weight_effective_0_99": effective(0.99),
    "weight_effective_0_9999": effective(0.9999),
    "cost_matrix": lambda n: np.array([1.0, 10.0]),
    "class_balanced_focal": effective(0.999),
    "weighted_focal": lambda n: 1 / n,
    "smote_effective_weights": effective(0.999),
}


def mean_one(per_class, y):
    """Class weights as example weights of mean 1."""
    n = np.bincount(y).astype(float)
    w = per_class(n)
    return (w / ((w * n).sum() / n.sum()))[y]


def focal(gamma, alpha):
    """The focal loss's derivatives in the positive class's own terms, not the library's."""

    def objective(y, raw, sample_weight=None):
        p = expit(raw)
        pt, sign = np.where(y == 1, p, 1 - p), np.where(y == 1, 1.0, -1.0)
        q = 1 - pt
        first = q**gamma * (gamma * pt * np.log(pt) - q)
        second = pt * q**gamma * (gamma * (q - gamma * pt) * np.log(pt) + (2 * gamma + 1) * q)
        scale = 1.0 if alpha is None else np.where(y == 1, alpha, 1 - alpha)
        scale = scale if sample_weight is None else scale * sample_weight
        return scale * sign * first, scale * np.maximum(second, 1e-6)

    return objective


FOCAL = {
    "focal": (2.0, None),
    "focal_alpha": (2.0, 0.25),
    "class_balanced_focal": (2.0, None),
    "weighted_focal": (2.0, None),
}


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
