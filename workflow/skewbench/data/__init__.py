"""Data: where tables come from, how they are split, made more skewed, and encoded."""
