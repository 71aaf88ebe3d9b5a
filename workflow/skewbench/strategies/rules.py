"""Rule ensemble: a short list of readable rules with weights.

RuleFit [Friedman & Popescu, "Predictive learning via rule ensembles", Annals of Applied Statistics
2(3), 2008] in scikit-learn's parts. Small boosted trees are grown on random halves of the rows (at
most 20 000 each); every node but the roots is a rule, the conjunction of the splits on its path; an
L1-penalised logistic regression on the rules' 0/1 values keeps a few of them.

Departures from the paper: no linear terms, so that every term is a rule; trees of one size, not of
random sizes; scikit-learn's boosting with its usual shrinkage of 0.1, not 0.01, so that fewer trees
give different rules; and a penalty fixed as a share of the smallest one that removes every rule,
not cross-validated, so that it means the same for every number of rows, imbalance and weighting.
"""

from __future__ import annotations

from hashlib import blake2b
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

ROOT = 0
LARGEST_SAMPLE = 20_000  # rows a tree is grown on
LARGEST_C = 1e6


class RuleEnsembleClassifier(ClassifierMixin, BaseEstimator):
    """Weighted rules from shallow boosted trees; binary.

    Parameters
    ----------
    n_estimators : int, default=50
        Number of trees.
    max_leaf_nodes : int, default=4
        Leaves of a tree; it yields 2 (max_leaf_nodes - 1) rules of at most max_leaf_nodes - 1
        conditions (the paper's mean tree size).
    penalty_share : float, default=0.02
        L1 penalty as a share of the smallest penalty that removes every rule; larger is shorter.
    random_state : int, RandomState instance or None, default=None
        Seeds the trees and the solver.

    Attributes
    ----------
    trees_ : GradientBoostingClassifier
        The trees the rules come from.
    rule_nodes_ : ndarray of int, shape (n_rules,)
        The distinct rules, as positions among all nodes of all trees.
    support_ : ndarray of shape (n_rules,)
        Share of the training rows each rule holds for.
    logistic_ : LogisticRegression
        The penalised model on the rules' values.
    classes_ : ndarray of shape (2,)
        The labels; coefficients are log-odds of the second.

    Notes
    -----
    Probabilities refer to the training prior (weighted, if ``sample_weight`` is given).
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "max_leaf_nodes": [Interval(Integral, 2, None, closed="left")],
        "penalty_share": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(self, *, n_estimators=50, max_leaf_nodes=4, penalty_share=0.02, random_state=None):
        self.n_estimators = n_estimators
        self.max_leaf_nodes = max_leaf_nodes
        self.penalty_share = penalty_share
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Grow the trees, collect their rules, fit the penalised model.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels of two classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, in the trees and in the penalised model.

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        if type_of_target(y, input_name="y") != "binary":
            raise ValueError("Only binary classification is supported by RuleEnsembleClassifier.")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("RuleEnsembleClassifier needs two classes; the data have one class.")
        weight = _check_sample_weight(sample_weight, X, dtype=float, ensure_non_negative=True)
        rng = check_random_state(self.random_state)
        self.trees_ = GradientBoostingClassifier(
            n_estimators=self.n_estimators,
            max_depth=None,
            max_leaf_nodes=self.max_leaf_nodes,
            subsample=min(0.5, LARGEST_SAMPLE / len(X)),
            random_state=rng.randint(np.iinfo(np.int32).max),
        ).fit(X, codes, sample_weight=weight)
        nodes = self._node_values(X)
        self.rule_nodes_ = _distinct_columns(nodes, self._root_nodes())
        values = nodes[:, self.rule_nodes_].astype(float)
        del nodes  # of the size of what the solver needs next
        self.support_ = values.getnnz(axis=0) / len(X)
        self.logistic_ = LogisticRegression(
            l1_ratio=1.0,
            solver="liblinear",
            C=_inverse_penalty(values, codes, weight, self.penalty_share),
            intercept_scaling=1000.0,  # liblinear penalises the intercept; this makes it negligible
            max_iter=1000,
            random_state=rng.randint(np.iinfo(np.int32).max),
        ).fit(values, codes, sample_weight=weight)
        return self

    def decision_function(self, X):
        """Return the log-odds of ``classes_[1]``, shape (n_samples,)."""
        values = self._rule_values(X)
        return self.logistic_.decision_function(values)

    def predict_proba(self, X):
        """Return the probabilities of the two classes, shape (n_samples, 2)."""
        values = self._rule_values(X)
        return self.logistic_.predict_proba(values)

    def predict(self, X):
        """Return the more probable label of each row, shape (n_samples,)."""
        positive = self.decision_function(X) > 0
        return self.classes_[positive.astype(int)]

    def rules_(self):
        """Return the rules that the penalty kept, the most important first.

        Returns
        -------
        list of (str, float, float)
            The rule's text, its coefficient (what it adds to the log-odds of ``classes_[1]`` where
            it holds) and its support (share of the training rows). Importance is the paper's,
            |coefficient| sqrt(support (1 - support)).
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self)
        texts = np.concatenate(
            [_paths(tree.tree_, names) for tree in self.trees_.estimators_[:, 0]]
        )
        coefficients, support = self.logistic_.coef_[0], self.support_
        importance = np.abs(coefficients) * np.sqrt(support * (1.0 - support))
        return [
            (str(texts[self.rule_nodes_[j]]), float(coefficients[j]), float(support[j]))
            for j in np.argsort(-importance, kind="stable")
            if coefficients[j] != 0 and support[j] < 1
        ]

    def _rule_values(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return self._node_values(X)[:, self.rule_nodes_].astype(float)

    def _node_values(self, X):
        """Return, as a sparse 0/1 matrix, which nodes of all trees each row passes."""
        trees = self.trees_.estimators_[:, 0]
        # A byte a value: hundreds of rules by a million rows are gigabytes as floats.
        paths = [tree.decision_path(X).astype(np.int8).tocsc() for tree in trees]
        return sparse.hstack(paths, format="csc")

    def _root_nodes(self):
        sizes = [tree.tree_.node_count for tree in self.trees_.estimators_[:, 0]]
        return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)


def _distinct_columns(nodes, roots):
    """Return one column of every set of rules that hold for the same training rows."""
    first_of = {}
    for column in np.setdiff1d(np.arange(nodes.shape[1]), roots):
        rows = nodes.indices[nodes.indptr[column] : nodes.indptr[column + 1]]
        first_of.setdefault(blake2b(np.sort(rows).tobytes()).digest(), column)
    # Trees that never split leave no rule; one constant column keeps the model defined.
    return np.array(sorted(first_of.values()) or [roots[0]])


def _inverse_penalty(values, codes, weight, share):
    """Return C for a penalty of ``share`` times the smallest that sets all coefficients to 0."""
    residual = weight * (codes - np.average(codes, weights=weight))
    smallest = np.abs(values.T @ residual).max()
    return min(1.0 / (share * smallest), LARGEST_C) if smallest > 0 else LARGEST_C


def _paths(tree, names):
    """Return the text of every node's path, bounds on one feature joined ('0.2 < x3 <= 1.25')."""
    bounds = {ROOT: {}}
    for node in range(tree.node_count):  # parents come before their children
        if tree.children_left[node] < 0:
            continue
        feature, cut = tree.feature[node], tree.threshold[node]
        low, high = bounds[node].get(feature, (-np.inf, np.inf))
        bounds[tree.children_left[node]] = {**bounds[node], feature: (low, min(high, cut))}
        bounds[tree.children_right[node]] = {**bounds[node], feature: (max(low, cut), high)}
    return [
        " and ".join(_condition(names[f], *bounds[node][f]) for f in sorted(bounds[node]))
        for node in range(tree.node_count)
    ]


def _condition(name, low, high):
    if low == -np.inf:
        return f"{name} <= {high:.4g}"
    return f"{name} > {low:.4g}" if high == np.inf else f"{low:.4g} < {name} <= {high:.4g}"
