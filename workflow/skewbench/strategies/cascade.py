"""Balance cascade: drop the majority rows that the ensemble has already learnt.

[Liu, Wu & Zhou, "Exploratory undersampling for class-imbalance learning", IEEE Transactions on
Systems, Man, and Cybernetics B 39(2), 2009, algorithm 2.] Each of T rounds trains a member on all
positives and as many random negatives, then keeps the share f = (|P| / |N|)^(1/(T-1)) of the
negatives that look most positive, so that exactly |P| negatives are left for the last round.

Departures from the paper: a member is one classifier (a decision tree by default), where the
paper's is an AdaBoost of trees (pass ``AdaBoostClassifier()`` as ``estimator`` for that);
negatives are ranked by the mean probability of all members so far, where the paper ranks by the
newest member alone (a single tree leaves nearly all of them tied at 0), with ties broken at
random; and the members' probabilities are averaged, where the paper adds AdaBoost scores and
subtracts each round's threshold.
"""

from __future__ import annotations

import numpy as np

from skewbench.strategies.balanced_members import BalancedMembersClassifier


class BalanceCascadeClassifier(BalancedMembersClassifier):
    """Balance cascade of balanced members.

    With more than two classes, every class but the smallest has a cascade of its own, its rows
    ranked by the probability of their class.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``, default=None
        The member; None is ``DecisionTreeClassifier()``.
    n_estimators : int, default=10
        Number of rounds T (the paper: 4 rounds of 10 boosted trees each).
    random_state : int, RandomState instance or None, default=None
        Seeds the draws and the members.

    Attributes
    ----------
    estimators_, estimators_samples_, classes_
        See :class:`~skewbench.strategies.balanced_members.BalancedMembersClassifier`.

    Notes
    -----
    Probabilities refer to a balanced prior, and to negatives that get harder from round to round:
    they overstate the positives even after a prior correction.
    """

    def __init__(self, estimator=None, *, n_estimators=10, random_state=None):
        super().__init__(estimator, n_estimators, random_state)

    def _draw(self, index, rows_of_class, code, size, p_true, rng):
        if index == 0:
            return rng.choice(rows_of_class[code], size, replace=False)
        kept = kept_counts(self.class_counts_[code], size, self.n_estimators)[index]
        pool = rng.permutation(rows_of_class[code])
        rows_of_class[code] = pool[np.argsort(p_true[pool], kind="stable")[:kept]]
        return rng.choice(rows_of_class[code], size, replace=False)


def kept_counts(n_majority: int, n_minority: int, n_rounds: int):
    """Return how many majority rows each round may draw from, shape (n_rounds,).

    Round t (from 0) keeps n_majority f^t, rounded, with f = (n_minority / n_majority)^(1/(T-1)):
    everything in the first round, n_minority rows in the last.
    """
    if n_rounds == 1:
        return np.array([n_majority])
    share = np.arange(n_rounds) / (n_rounds - 1)
    return np.rint(n_majority * (n_minority / n_majority) ** share).astype(int)
