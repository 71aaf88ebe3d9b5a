"""Strategies against class imbalance: what a cell does to the rows, the weights or the learner."""
