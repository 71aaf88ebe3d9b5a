"""Two-phase training: the same model goes on, the budget is the plain learner's."""

import subprocess
import sys

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from xgboost import XGBClassifier, XGBRFClassifier

from skewbench.strategies.two_phase import TwoPhaseClassifier, can_continue

XGBOOST = XGBClassifier(n_estimators=12, max_depth=3, n_jobs=1)
HISTOGRAM = HistGradientBoostingClassifier(max_iter=12, min_samples_leaf=5)
SGD = SGDClassifier(loss="log_loss")
MLP = MLPClassifier((8,), learning_rate_init=0.02, max_iter=60)
LEARNERS = {"xgboost": XGBOOST, "histogram": HISTOGRAM, "sgd": SGD, "mlp": MLP}
learner = pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS.keys())


@parametrize_with_checks([TwoPhaseClassifier(learner) for learner in LEARNERS.values()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def imbalanced():
    return make_classification(
        1500, 6, n_informative=4, n_redundant=0, weights=[0.92], flip_y=0.03, random_state=0
    )


def test_can_continue():
    for able in (*LEARNERS.values(), Perceptron()):
        assert can_continue(able)
    for unable in (
        LogisticRegression(),
        RandomForestClassifier(),
        DecisionTreeClassifier(),
        GaussianNB(),  # partial_fit, but counts: a second pass would count rows twice
        XGBRFClassifier(),  # one round of parallel trees
        HistGradientBoostingClassifier(categorical_features=[0]),
        MLPClassifier(solver="lbfgs"),
    ):
        assert not can_continue(unable)


def test_others_are_refused(imbalanced):
    with pytest.raises(TypeError, match="RandomForestClassifier cannot continue training"):
        TwoPhaseClassifier(RandomForestClassifier()).fit(*imbalanced)


def test_xgboost_is_not_imported_for_other_learners():
    code = (
        "import sys; from sklearn.linear_model import SGDClassifier;"
        "from skewbench.strategies.two_phase import can_continue;"
        "assert can_continue(SGDClassifier()); assert 'xgboost' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


@learner
def test_budget_is_the_plain_learners(learner, imbalanced):
    X, y = imbalanced
    model = TwoPhaseClassifier(learner, first_share=0.25, random_state=0).fit(X, y)
    if learner is XGBOOST:
        assert model.rounds_ == (3, 9)
        assert model.estimator_.get_booster().num_boosted_rounds() == 12
    elif learner is HISTOGRAM:
        assert model.rounds_ == (3, 9)
        assert model.estimator_.n_iter_ == 12
    else:
        seed = np.random.RandomState(0)
        seed.randint(np.iinfo(np.int32).max)  # the sampler's
        plain = clone(learner).set_params(random_state=seed.randint(np.iinfo(np.int32).max))
        passes = plain.fit(X, y).n_iter_
        assert sum(model.rounds_) == passes
        assert model.rounds_[0] == round(passes / 4)
        seen = model.rounds_[0] * 2 * y.sum() + model.rounds_[1] * len(y)
        assert model.estimator_.t_ - (learner is SGD) == seen


@learner
def test_differs_from_the_plain_and_from_the_undersampled_learner(learner, imbalanced):
    X, y = imbalanced
    plain = clone(learner).set_params(random_state=0).fit(X, y)
    balanced = clone(learner).set_params(random_state=0)
    balanced.fit(*RandomUnderSampler(random_state=0).fit_resample(X, y))
    two = TwoPhaseClassifier(learner, random_state=0).fit(X, y)
    p = [model.predict_proba(X)[:, 1] for model in (plain, two, balanced)]
    assert np.abs(p[0] - p[1]).max() > 0.01
    assert np.abs(p[1] - p[2]).max() > 0.01
    assert abs(p[1].mean() - y.mean()) < abs(p[2].mean() - y.mean())  # back towards the prior


def test_xgboost_keeps_phase_one(imbalanced):
    """The first rounds of the final model are phase 1's, tree for tree."""
    X, y = imbalanced
    model = TwoPhaseClassifier(XGBOOST, random_state=3).fit(X, y)
    rng = np.random.RandomState(3)
    sampler_seed, learner_seed = (rng.randint(np.iinfo(np.int32).max) for _ in range(2))
    first = clone(XGBOOST).set_params(n_estimators=6, random_state=learner_seed)
    first.fit(*RandomUnderSampler(random_state=sampler_seed).fit_resample(X, y))
    kept = model.estimator_.predict_proba(X, iteration_range=(0, 6))
    np.testing.assert_array_equal(kept, first.predict_proba(X))


def test_histogram_boosting_goes_on_from_its_own_predictions(imbalanced):
    """Phase 2's first training loss is that of the staged predictions, new bins or not.

    scikit-learn's own warm start fails this on new data: it bins them afresh, and reads the old
    trees with the new bin numbers.
    """
    X, y = imbalanced
    learner = HistGradientBoostingClassifier(
        max_iter=12, early_stopping=True, validation_fraction=None, n_iter_no_change=100
    )

    def losses(model):
        staged = list(model.staged_predict_proba(X))
        return [-np.log(p[np.arange(len(y)), y]).mean() for p in staged]

    model = TwoPhaseClassifier(learner, random_state=0).fit(X, y).estimator_
    np.testing.assert_allclose(-model.train_score_[-6:], losses(model)[6:], rtol=1e-6)

    naive = clone(learner).set_params(warm_start=True, max_iter=6, random_state=0)
    naive.fit(*RandomUnderSampler(random_state=0).fit_resample(X, y))
    naive.set_params(max_iter=12).fit(X, y)
    assert not np.allclose(-naive.train_score_[-6:], losses(naive)[6:], rtol=1e-3)


def test_phase_two_lowers_the_loss_on_the_original_data(imbalanced):
    X, y = imbalanced
    model = TwoPhaseClassifier(HISTOGRAM, random_state=0).fit(X, y).estimator_
    staged = [p[np.arange(len(y)), y] for p in model.staged_predict_proba(X)]
    losses = [-np.log(p).mean() for p in staged[5:]]
    assert losses == sorted(losses, reverse=True)


def test_another_sampler_changes_phase_one(imbalanced):
    X, y = imbalanced
    under, smote = (
        TwoPhaseClassifier(XGBOOST, sampler=sampler, random_state=0).fit(X, y).predict_proba(X)
        for sampler in (RandomUnderSampler(), SMOTE(k_neighbors=3))
    )
    assert not np.array_equal(under, smote)


@learner
def test_same_seed_same_bits_and_labels_may_be_strings(learner, imbalanced):
    X, y = imbalanced
    named = np.array(["no", "yes"])[y]
    first, again, other = (
        TwoPhaseClassifier(learner, random_state=seed).fit(X, labels)
        for seed, labels in ((1, y), (1, named), (2, y))
    )
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    assert not np.array_equal(first.predict_proba(X), other.predict_proba(X))
    assert set(again.predict(X)) <= {"no", "yes"}


def test_multiclass():
    X, y = make_classification(
        600, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
    for learner in (XGBOOST, HISTOGRAM, SGD):
        model = TwoPhaseClassifier(learner, random_state=0).fit(X, y)
        assert model.predict_proba(X).shape == (600, 3)
        assert set(model.predict(X)) == {0, 1, 2}


def test_hinge_losses_have_scores_and_no_probabilities(imbalanced):
    model = TwoPhaseClassifier(SGDClassifier(), random_state=0).fit(*imbalanced)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(imbalanced[0]).shape == (1500,)


class LosesTheMinority:
    def fit_resample(self, X, y):
        return X[y == 0], y[y == 0]


def test_errors_name_what_is_wrong(imbalanced):
    with pytest.raises(ValueError, match="two rounds"):
        TwoPhaseClassifier(clone(XGBOOST).set_params(n_estimators=1)).fit(*imbalanced)
    with pytest.raises(ValueError, match="first_share"):
        TwoPhaseClassifier(SGD, first_share=1.0).fit(*imbalanced)
    with pytest.raises(ValueError, match="sampler"):
        TwoPhaseClassifier(SGD, sampler="smote").fit(*imbalanced)
