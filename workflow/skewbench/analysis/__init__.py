"""From the collected table to tables a person reads: ranks, effects, status and resources.

Every function is pure: the collected table (long, one row per dataset, ratio, strategy, learner,
seed, scores, prior, decision and metric) goes in, a tidy frame comes out, and nothing is refitted.
"""
