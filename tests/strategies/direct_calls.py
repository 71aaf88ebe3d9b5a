"""The strategies of the catalogue as direct calls of their libraries."""

import numpy as np
from imblearn import combine, ensemble, over_sampling, under_sampling
from scipy.special import expit
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from skewbench.strategies.cascade import BalanceCascadeClassifier
from skewbench.strategies.rules import RuleEnsembleClassifier
from skewbench.strategies.self_paced import SelfPacedEnsembleClassifier
from skewbench.strategies.smote_boost import SMOTEBoostClassifier


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
