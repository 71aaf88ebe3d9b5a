"""What a study has learnt, put to use: what to try on a new table, and a model to keep."""
