"""What the ways to handle missing cells and doubtful data sets are called."""

HANDLINGS = {
    "fallback": "as in the tests above: a missing cell has its control's value",
    "worst": "a missing cell has the worst value on its data set",
    "complete": "data sets without a missing cell",
    "drop_over_10_percent": "without strategies with more than 10 % missing",
    "enough_positives": "without data sets of fewer than 50 positives",
    "unrepeated": "without data sets that repeat more than 1 % of their rows",
}
