"""Types that an exported model may hold beside those that skops trusts by itself.

Each was looked at: to build one from a file sets its attributes or hands arrays and bytes to its
own reader, and neither imports, runs nor evaluates anything that the file names. The readers of
trees and boosters are native code: a forged file of these types cannot name a program to run, but
it may crash the process or score nonsense. Found by exporting every strategy and learner of the
catalogue, which a test does again.
"""

from __future__ import annotations

REVIEWED = frozenset(
    {
        # scikit-learn's fitted trees and neighbours, restored from arrays
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        # XGBoost's estimator, and its booster from bytes
        "xgboost.sklearn.XGBClassifier",
        "xgboost.core.Booster",
        # imbalanced-learn's ensembles and what they consist of
        "imblearn.ensemble._bagging.BalancedBaggingClassifier",
        "imblearn.ensemble._easy_ensemble.EasyEnsembleClassifier",
        "imblearn.ensemble._forest.BalancedRandomForestClassifier",
        "imblearn.ensemble._weight_boosting.RUSBoostClassifier",
        "imblearn.over_sampling._random_over_sampler.RandomOverSampler",
        "imblearn.pipeline.Pipeline",
        "imblearn.under_sampling._prototype_selection._random_under_sampler.RandomUnderSampler",
        # our own estimators: attributes only
        "skewbench.strategies.adaptive_smote.AdaptiveSMOTE",
        "skewbench.strategies.anomaly.AnomalyClassifier",
        "skewbench.strategies.cascade.BalanceCascadeClassifier",
        "skewbench.strategies.equal_cost.EqualCostClassifier",
        "skewbench.strategies.neural.classifier.NeuralClassifier",  # its parameters are arrays
        "skewbench.strategies.objectives.FocalObjective",
        "skewbench.strategies.rules.RuleEnsembleClassifier",
        "skewbench.strategies.self_paced.SelfPacedEnsembleClassifier",
        "skewbench.strategies.smote_boost.SMOTEBoostClassifier",
        "skewbench.strategies.two_phase.TwoPhaseClassifier",
    }
)
