"""Metrics as pure functions of labels, scores, counts and row weights.

They know nothing of strategies, folds or files. Row weights are positive prior weights: they keep a
test fold whole and change its prior (Brabec et al. 2020).
"""
