"""Rule ensemble: rules mean what their text says, the penalty's scale, weights."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from skewbench.strategies.rules import RuleEnsembleClassifier

SUBSAMPLED = "every tree sees a random half of the rows, so a weight is no repeated row"


@parametrize_with_checks(
    [RuleEnsembleClassifier(n_estimators=5)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": SUBSAMPLED
    },
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def planted():
    """1500 rows; the positive class is mostly 'a > 1 and b <= 0', some 8 % of the rows."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(1500, 4)), columns=list("abcd"))
    chance = np.where((X.a > 1) & (X.b <= 0), 0.9, 0.01)
    return X, (rng.random(1500) < chance).astype(int)


def holds(text, X):
    """Evaluate a rule's text with nothing but its words."""
    result = np.ones(len(X), dtype=bool)
    for condition in text.split(" and "):
        between = re.fullmatch(r"(\S+) < (\w+) <= (\S+)", condition)
        if between:
            low, name, high = between.groups()
            result &= (X[name] > float(low)) & (X[name] <= float(high))
        else:
            name, sign, value = condition.split()
            result &= X[name] > float(value) if sign == ">" else X[name] <= float(value)
    return result


def test_the_planted_rule_comes_first(planted):
    X, y = planted
    text, coefficient, support = (
        RuleEnsembleClassifier(n_estimators=20, random_state=0).fit(X, y).rules_()[0]
    )
    assert set(re.findall(r"\b[abcd]\b", text)) == {"a", "b"}
    assert coefficient > 1
    planted_rule = (X.a > 1) & (X.b <= 0)
    assert np.mean(holds(text, X) == planted_rule) > 0.98
    assert support == pytest.approx(planted_rule.mean(), abs=0.02)


def test_log_odds_are_the_sum_of_the_listed_rules(planted):
    X, y = planted
    model = RuleEnsembleClassifier(n_estimators=10, random_state=0).fit(X, y)
    rules = model.rules_()
    assert len(rules) > 2
    total = model.logistic_.intercept_[0] + sum(
        coefficient * holds(text, X) for text, coefficient, _ in rules
    )
    # Texts round thresholds to four digits: a handful of rows may fall on the other side.
    agree = np.isclose(model.decision_function(X), total, atol=1e-6)
    assert agree.mean() > 0.99
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-model.decision_function(X)))
    )
    for text, _, support in rules:
        assert support == pytest.approx(holds(text, X).mean(), abs=2 / len(X))


def test_rules_are_distinct_and_short(planted):
    X, y = planted
    model = RuleEnsembleClassifier(n_estimators=20, max_leaf_nodes=4, random_state=0).fit(X, y)
    values = model._rule_values(X).toarray().T
    assert len(np.unique(values, axis=0)) == len(values)
    assert len(values) <= 20 * 6
    assert max(text.count(" and ") for text, _, _ in model.rules_()) <= 2


def test_penalty_share_runs_from_all_rules_to_none(planted):
    X, y = planted
    lengths = [
        len(
            RuleEnsembleClassifier(n_estimators=10, penalty_share=share, random_state=0)
            .fit(X, y)
            .rules_()
        )
        for share in (0.001, 0.02, 0.3, 0.95, 1.05)
    ]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-2] >= 1
    assert lengths[-1] == 0


def test_without_rules_the_model_is_the_weighted_prior(planted):
    X, y = planted
    weight = np.where(y == 1, 5.0, 1.0)
    model = RuleEnsembleClassifier(n_estimators=3, penalty_share=2.0, random_state=0)
    p = model.fit(X, y, sample_weight=weight).predict_proba(X)[:, 1]
    np.testing.assert_allclose(p, np.average(y, weights=weight), atol=2e-3)


def test_probabilities_are_on_the_training_prior_and_rank(planted):
    X, y = planted
    model = RuleEnsembleClassifier(random_state=0).fit(X, y)
    p = model.predict_proba(X)[:, 1]
    assert p.mean() == pytest.approx(y.mean(), rel=0.05)
    assert roc_auc_score(y, p) > 0.9


def test_weighted_mean_probability_is_the_weighted_prior(planted):
    """An unpenalised intercept makes the weighted residuals sum to 0."""
    X, y = planted
    model = RuleEnsembleClassifier(n_estimators=10, random_state=0)
    for weight in (np.ones(len(y)), np.where(y == 1, 9.0, 1.0)):
        p = model.fit(X, y, sample_weight=weight).predict_proba(X)[:, 1]
        assert np.average(p, weights=weight) == pytest.approx(
            np.average(y, weights=weight), rel=2e-3
        )


def test_the_penalty_does_not_depend_on_the_number_of_rows_or_the_scale_of_weights(planted):
    X, y = planted
    model = RuleEnsembleClassifier(n_estimators=5, random_state=0)
    plain = model.fit(X, y, sample_weight=np.ones(len(y))).predict_proba(X)
    scaled = model.fit(X, y, sample_weight=np.full(len(y), 100.0)).predict_proba(X)
    np.testing.assert_allclose(scaled, plain, atol=2e-3)


def test_same_seed_same_bits_and_labels_may_be_strings():
    X, y = make_classification(300, 5, weights=[0.85], random_state=0)
    first, again = (
        RuleEnsembleClassifier(n_estimators=5, random_state=4).fit(X, labels)
        for labels in (y, np.array(["no", "yes"])[y])
    )
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    assert first.rules_() == again.rules_()
    assert set(again.predict(X)) <= {"no", "yes"}
    assert first.rules_()[0][0].startswith("x")


def test_constant_features_leave_the_prior():
    y = np.repeat([0, 1], [30, 10])
    model = RuleEnsembleClassifier(n_estimators=3).fit(np.ones((40, 2)), y)
    assert model.rules_() == []
    np.testing.assert_allclose(model.predict_proba(np.ones((1, 2)))[0, 1], 0.25, atol=1e-3)


def test_bad_parameters_are_named(planted):
    with pytest.raises(ValueError, match="penalty_share"):
        RuleEnsembleClassifier(penalty_share=0).fit(*planted)
    with pytest.raises(ValueError, match="binary"):
        RuleEnsembleClassifier().fit(planted[0], np.arange(1500) % 3)
