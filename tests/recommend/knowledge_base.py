"""A made-up study of known truth: what helps depends on the imbalance ratio, or on nothing."""

import numpy as np
import pandas as pd

from skewbench.recommend.knowledge import MEASURES

STRATEGIES = ("smote", "weight_inverse", "random_under", "adasyn")
OWN, PLAIN = "balanced_random_forest", "plain_forest"
BASE = 0.5


def study(n_families=24, informative=True, noise=0.01, seed=0, metric="average_precision"):
    """Return the tables ``differences``, ``difficulty`` and ``resources``.

    Informative: SMOTE gains 0.1 above a ratio of 10 and loses 0.1 below, class weights the other
    way round. Otherwise every gain is noise around zero.
    """
    rng = np.random.default_rng(seed)
    ratios = np.geomspace(2, 50, n_families)
    rows, measures = [], []
    for number, imbalance in enumerate(ratios):
        family = f"family{number}"
        sign = np.sign(imbalance - 10) if informative else 0
        truth = {"smote": 0.1 * sign, "weight_inverse": -0.1 * sign}
        for strategy in (*STRATEGIES, OWN):
            gain = truth.get(strategy, -0.05 if informative else 0) + rng.normal(0, noise)
            own = strategy == OWN
            rows.append(row(family, strategy, BASE + gain, BASE, metric, own))
        size = 2000 / (1 + imbalance)
        harder = [size, imbalance, size / 10, 1 / imbalance, 0.2, 0.2, 0.4, 0.1, 0.9]
        place = {"dataset": family, "family": family, "task": "binary", "ratio": "natural"}
        measures.append(place | dict(zip(MEASURES, harder, strict=True)))
    return pd.DataFrame(rows), pd.DataFrame(measures), resources()


def row(
    family,
    strategy,
    score,
    control_score,
    metric="average_precision",
    own=False,
    ratio="natural",
    scores="raw",
    decision="",
):
    """Return one row of ``differences``."""
    return {
        "task": "binary",
        "track": "default",
        "ratio": ratio,
        "learner": "own" if own else "xgboost",
        "metric": metric,
        "scores": scores,
        "prior": "matched",
        "decision": decision,
        "family": family,
        "strategy": strategy,
        "level": "algorithm" if own else "data",
        "control": PLAIN if own else "none",
        "score": score,
        "control_score": control_score,
    }


def resources():
    """Return the table of that name: SMOTE takes twice the control's time, the forest ten times."""
    cells = [("xgboost", "none", 1.0, 1.0), ("xgboost", "smote", 2.0, 2.0)]
    cells += [("own", OWN, 10.0, 1.5), ("own", PLAIN, 7.0, 1.0)]
    columns = ["learner", "strategy", "cpu_seconds", "relative_seconds"]
    table = pd.DataFrame(cells, columns=columns)
    return table.assign(task="binary", track="default", ratio="natural")


def measures_at(imbalance):
    """Return the measures of a table of the made-up kind."""
    size = 2000 / (1 + imbalance)
    harder = [size, imbalance, size / 10, 1 / imbalance, 0.2, 0.2, 0.4, 0.1, 0.9]
    return dict(zip(MEASURES, harder, strict=True))
