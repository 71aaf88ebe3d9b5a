"""Tables of statistics as the figures take them, made up for tests."""

import numpy as np
import pandas as pd
from synthetic_study import described_strategies

STRATEGIES = described_strategies()
LONG = STRATEGIES.assign(label=STRATEGIES["label"] + " with a rather long explanation")
FAMILIES = [f"family_{i:02d}" for i in range(14)]
CONDITION = {
    "task": "binary",
    "track": "default",
    "ratio": "ir10",
    "learner": "random_forest",
    "metric": "average_precision",
    "scores": "raw",
    "prior": "matched",
    "decision": "",
}


def named(names, strategies=STRATEGIES, **columns):
    """Return a frame of one condition with the facts of some strategies."""
    table = strategies.loc[list(names), ["level", "label"]].reset_index()
    return table.assign(**CONDITION | columns)


def ranks(names, strategies=STRATEGIES, **columns):
    table = named(names, strategies, n_datasets=14)
    return table.assign(mean_rank=np.arange(1.0, len(names) + 1)).assign(**columns)


def pairs(rows):
    """Return pairs from (a, b, mean, wins, ties, losses, p_holm)."""
    columns = ["strategy_a", "strategy_b", "mean", "wins", "ties", "losses", "p_holm"]
    return pd.DataFrame(rows, columns=columns).assign(**CONDITION, n_datasets=14, n_needed=6)


def comparisons(names, strategies=STRATEGIES, random=1, **columns):
    rng = np.random.default_rng(random)
    table = named(names, strategies, control="none", rope=0.01, n_datasets=14, n_needed=11)
    table["mean"] = rng.normal(0, 0.03, len(table))
    width = rng.uniform(0.005, 0.03, (2, len(table)))
    table["lower"], table["upper"] = table["mean"] - width[0], table["mean"] + width[1]
    table["verdict"] = rng.choice(["better", "worse", "equivalent", "undecided"], len(table))
    return table.assign(share_imputed=0.0, **columns)


def differences(names, families=FAMILIES, strategies=STRATEGIES, **columns):
    rng = np.random.default_rng(2)
    parts = [
        named(names, strategies, family=family, control_score=rng.uniform(0.3, 0.9))
        for family in families
    ]
    table = pd.concat(parts, ignore_index=True).assign(control="none", imputed=0.0)
    table["difference"] = rng.normal(0, 0.03, len(table))
    return table.assign(**columns)


def gaps(names, strategies=STRATEGIES, **columns):
    rng = np.random.default_rng(3)
    table = named(names, strategies, n_datasets=14, share_imputed=0.0)
    table["test"] = rng.uniform(0.4, 0.7, len(table))
    table["gap"] = rng.uniform(0, 0.3, len(table))
    table["training"] = table["test"] + table["gap"]
    table["lower"], table["upper"] = table["gap"] - 0.02, table["gap"] + 0.03
    return table.assign(**columns)


def confusions(names, decisions=("default", "tuned_f1"), strategies=STRATEGIES):
    parts = []
    for i, decision in enumerate(decisions):
        missed = 0.4 - 0.2 * i
        shares = {(0, 0): 0.98, (0, 1): 0.02, (1, 0): missed, (1, 1): 1 - missed}
        for (true, predicted), share in shares.items():
            cell = {"true": true, "predicted": predicted, "share": share, "decision": decision}
            cell |= {"lower": share - 0.01, "upper": share + 0.01, "per_thousand": 100 * share}
            parts.append(named(names, strategies, n_datasets=14, share_imputed=0.0, **cell))
    return pd.concat(parts, ignore_index=True)
