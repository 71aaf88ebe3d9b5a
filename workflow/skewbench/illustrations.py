"""Illustrations: small models on generated points in the plane, where everything can be seen.

They redo the figures of the notes (the boundary that favours the majority, decision regions with
and without oversampling, what resamplers make of a sample) with this study's generators,
resamplers and learners, through the one pass of a cell (:func:`skewbench.fitting.fit_and_score`).
They show mechanisms on one kind of data; what holds on real data is for the tables to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from skewbench import seeding
from skewbench.data.encode import Encoder
from skewbench.data.synthetic import make
from skewbench.data.table import Table
from skewbench.decisions import decide
from skewbench.fitting import Scored, Setting, describe, fit_and_score, resample_codes
from skewbench.metrics.costs import cost_matrix
from skewbench.metrics.counts import confusion, recall

NAME = "illustration"  # of the data set, in the keys of random streams
PLANE = ["x1", "x2"]
MODELS = {"shape": "moons", "n_samples": 660, "imbalance_ratio": 10.0, "overlap": 0.3}
SAMPLE = {"shape": "moons", "n_samples": 240, "imbalance_ratio": 5.0, "overlap": 0.3, "noise": 0.1}
TEST_ROWS = 11_000
REPEATS = 20  # samples drawn anew, for the spread of what is measured
GRID = 121  # points along each side of the plane
RULES = ("default", "prior")

Entries = Mapping[str, dict[str, Any]]


def drawn_sample(seed: int = 0) -> pd.DataFrame:
    """Return the training sample of the decision regions: ``x1``, ``x2``, ``target``."""
    features, target = make(**MODELS, seed=seed)
    return pd.DataFrame(features, columns=PLANE).assign(target=target)


def decision_regions(
    strategies: Entries, learners: Entries, folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit strategies and learners on the sample; score a grid, and fresh rows for what it costs.

    Parameters
    ----------
    strategies, learners : mapping of name to catalogue entry
        Strategies that bring their own model are left out.
    folder : Path
        Where the user's own modules are.

    Returns
    -------
    regions : DataFrame
        ``strategy``, ``learner``, ``x1``, ``x2``, ``score`` and ``threshold`` (the default one)
        of the models fitted on :func:`drawn_sample`; a learner that a strategy cannot have is
        absent.
    measured : DataFrame
        ``strategy``, ``learner``, ``decision`` (default or prior), ``sample``, ``threshold``,
        ``recall`` and ``false_positive_rate`` on fresh rows of the same kind, for ``REPEATS``
        samples; sample 0 is the drawn one.
    """
    chosen = {name: entry for name, entry in strategies.items() if "model" not in entry}
    fresh, target = make(**MODELS | {"n_samples": TEST_ROWS}, seed=REPEATS)
    grid = _grid(drawn_sample())
    regions, measured = [], []
    for sample in range(REPEATS):
        training = drawn_sample(sample)
        table = _table([training[PLANE].to_numpy(), fresh, grid], [training["target"], target])
        rows, test, plane = np.split(np.arange(len(table.target)), [len(training), -len(grid)])[:3]
        for name, entry in chosen.items():
            setting = _setting(table, name, entry, learners, folder)
            scored = [test, plane] if sample == 0 else [test]
            outcomes = fit_and_score(setting, rows, scored, (sample, 0, 0), list(learners))
            for learner, outcome in outcomes.items():
                if not isinstance(outcome, Scored):
                    continue
                key = {"strategy": name, "learner": learner}
                thresholds = _thresholds(outcome, target, setting)
                if sample == 0:
                    drawn = pd.DataFrame(grid, columns=PLANE).assign(score=outcome.scores[1])
                    regions.append(drawn.assign(threshold=thresholds["default"], **key))
                for rule, threshold in thresholds.items():
                    labels = (outcome.scores[0] >= threshold).astype(int)
                    specificity, sensitivity = recall(confusion(target, labels, None, 2))
                    measured.append(
                        key
                        | {
                            "decision": rule,
                            "sample": sample,
                            "threshold": threshold,
                            "recall": sensitivity,
                            "false_positive_rate": 1 - specificity,
                        }
                    )
    columns = ["strategy", "learner", *PLANE, "score", "threshold"]
    found = pd.concat(regions, ignore_index=True) if regions else pd.DataFrame(columns=columns)
    return found[columns], pd.DataFrame(measured)


def resampled_points(strategies: Entries, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what every data-level resampler makes of one sample, and how often it trespasses.

    The control comes with them: its points are the sample.

    Parameters
    ----------
    strategies : mapping of name to catalogue entry
        Those that resample before the split (the leak) are left out.
    folder : Path
        Where the user's own modules are.

    Returns
    -------
    points : DataFrame
        ``strategy``, ``x1``, ``x2``, ``target``, ``state`` (kept, removed or new), ``copies`` (how
        often the point is in the result; 0 for removed ones), ``intruder`` (a new minority point
        whose nearest row of the sample is of the majority) and ``note``: flags of the resampler, or
        why it failed, in which case no point is changed.
    intruders : DataFrame
        ``strategy``, ``sample`` and ``share`` of intruders among the new minority points, for
        ``REPEATS`` samples; sample 0 is that of ``points``.
    """
    parts, shares = [], []
    for name, entry in strategies.items():
        resamples = entry["level"] == "data" and "resample" in entry
        if entry["level"] != "control" and (not resamples or "resample_before_split" in entry):
            continue
        for sample in range(REPEATS):
            points = _resampled(name, entry, folder, sample)
            if sample == 0:
                parts.append(points)
            new = points[(points["state"] == "new") & (points["target"] == 1)]
            if new.empty:
                break
            shares.append({"strategy": name, "sample": sample, "share": new["intruder"].mean()})
    columns = ["strategy", *PLANE, "target", "state", "copies", "intruder", "note"]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return found[columns], pd.DataFrame(shares, columns=["strategy", "sample", "share"])


def _resampled(name: str, entry: dict, folder: Path, sample: int) -> pd.DataFrame:
    """Return one strategy's points of one sample."""
    features, target = make(**SAMPLE, seed=sample)
    frame = pd.DataFrame(features, columns=PLANE)
    encoder = Encoder([]).fit(frame)
    codes = encoder.codes(frame)
    after, labels, note = codes, target, ""
    if "resample" in entry:
        state = seeding.random_state(seeding.RESAMPLE, NAME, sample, 0, 0, name)
        try:
            after, labels, flags = resample_codes(entry, encoder, codes, target, state, folder)
            note = ", ".join(sorted(flags))
        except Exception as error:
            note = f"failed: {describe(error)}"
    points = _states(codes, target, after, labels)
    _, nearest = KDTree(codes).query(points[PLANE].to_numpy())
    new = (points["state"] == "new") & (points["target"] == 1)
    points["intruder"] = new & (target[nearest] == 0)
    points[PLANE] = encoder.scaler_.inverse_transform(points[PLANE].to_numpy())
    return points.assign(strategy=name, note=note)


def _states(before: np.ndarray, target, after: np.ndarray, labels) -> pd.DataFrame:
    """Return every point of before and after, with what became of it.

    Resamplers copy the rows they keep, so that a kept row is equal to the last bit.
    """
    keys = [*PLANE, "target"]
    old = pd.DataFrame(before, columns=PLANE).assign(target=target).drop_duplicates()
    made = pd.DataFrame(after, columns=PLANE).assign(target=labels)
    counted = made.value_counts(keys, sort=False).rename("copies").reset_index()
    points = old.merge(counted, on=keys, how="outer", indicator="state")
    states = {"both": "kept", "left_only": "removed", "right_only": "new"}
    points["state"] = points["state"].astype(str).map(states)
    return points.fillna({"copies": 0}).astype({"copies": int})


def _grid(sample: pd.DataFrame) -> np.ndarray:
    """Return the points of a square grid around the sample, shape (GRID squared, 2)."""
    low, high = sample[PLANE].min(), sample[PLANE].max()
    margin = 0.08 * (high - low)
    sides = [np.linspace(low[x] - margin[x], high[x] + margin[x], GRID) for x in PLANE]
    return np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)


def _table(features: list[np.ndarray], targets: list) -> Table:
    """Return a table of all rows; those of the grid have no class, and nobody reads it."""
    matrix = np.vstack(features)
    known = np.concatenate(targets)
    target = np.append(known, np.zeros(len(matrix) - len(known), dtype=np.int64))
    return Table(pd.DataFrame(matrix, columns=PLANE), target, ("majority", "minority"), "binary")


def _setting(table: Table, name: str, entry: dict, learners: Entries, folder: Path) -> Setting:
    costs = cost_matrix({"false_negative": MODELS["imbalance_ratio"], "false_positive": 1.0}, 2)
    return Setting(NAME, table, "stratified", name, entry, dict(learners), costs, folder)


def _thresholds(outcome: Scored, target: np.ndarray, setting: Setting) -> dict[str, float]:
    """Return the thresholds of the rules that need no inner folds, as cells decide them."""
    versions = {"raw": outcome.scores[0], "corrected": None, "recalibrated": None}
    decided = decide(
        versions,
        None,
        None,
        target,
        effective_prior=outcome.effective_prior,
        cost_matrix=setting.costs,
        probabilistic=outcome.probabilistic,
    )
    return {rule: decided["raw", rule][1] for rule in RULES if ("raw", rule) in decided}
