"""Tests, intervals and posterior probabilities on arrays (PROTOCOL.md section 7).

Nothing here knows of metrics, strategies or frames: a comparison is the vector of its differences,
one per data set, oriented by the caller so that positive is better. Functions that judge many
comparisons at once take a matrix with one comparison per row.
"""
