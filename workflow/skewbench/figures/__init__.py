"""Figures: one function each, from a tidy frame to a Matplotlib figure, in one visual language."""
