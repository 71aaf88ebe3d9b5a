"""What the ways to handle missing cells and doubtful data sets are called."""

HANDLINGS = {
    "fallback": "as in the tests above: a missing cell has its control's value",
    "worst": "a missing cell has the worst value on its data set",
    "complete": "data sets without a missing cell",
    "drop_over_10_percent": "without strategies with more than 10 % missing",
    "enough_positives": "data sets with enough positives (50; 100 for probabilities)",
    "unrepeated": "data sets that repeat at most 1 % of their rows",
}
LEFT_OUT = ("enough_positives", "unrepeated")  # on fewer data sets, all else alike
