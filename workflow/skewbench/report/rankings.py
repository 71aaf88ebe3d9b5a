"""The rankings of every condition, compact enough to travel in the page.

The page shows one condition at a time; the reader chooses it. Cells are written here, once, so that
the table that works without JavaScript and the one that the script fills in are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from skewbench.analysis.readings import PRIMARY, lower_is_better
from skewbench.analysis.select import CONDITION
from skewbench.figures.wording import in_sentence, metric_label, ratio_label, words
from skewbench.report.columns import (
    IMPUTED,
    N_DATASETS,
    WINS,
    Column,
    Row,
    Table,
    fixed,
    interval,
    make_table,
    number,
    signed,
    text,
    verdict,
)
from skewbench.report.inputs import Absent, Inputs, learner_order, metric_order
from skewbench.report.names import task_label

MOST = 40_000  # rows that the page carries, well under 1 MB when packed
FIELDS = {
    "task": "Task",
    "track": "Hyperparameters",
    "ratio": "Imbalance ratio",
    "learner": "Learner",
    "metric": "Metric",
    "judged": "Decision and scores",
}
_JUDGED = f"{PRIMARY.scores}|{PRIMARY.prior}|{PRIMARY.decision}"
START = ["binary", "default", "natural", "", PRIMARY.metric, _JUDGED]


@dataclass(frozen=True)
class Rankings:
    """One condition as a table, and all of them as data for the page's script."""

    table: Table
    data: dict[str, Any]
    note: str


def rankings(inputs: Inputs) -> Rankings:
    """Return the rankings of a study, starting at its main reading.

    Raises
    ------
    Absent
        When there is no table of ranks.
    """
    ranks = inputs.table("ranks", *CONDITION, "strategy", "label", "level", "mean_rank", "mean")
    frame, columns = _with_effects(ranks, inputs)
    frame["judged"] = frame["scores"] + "|" + frame["prior"] + "|" + frame["decision"]
    frame, note = _first(frame)
    frame = frame.sort_values(["mean_rank", "label"])
    learners = learner_order(frame["learner"].unique(), inputs.learners)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in frame.to_dict("records"):
        groups.setdefault(tuple(row[field] for field in FIELDS), []).append(row)
    start = min(groups, key=lambda key: _distance(key, learners))
    values = {
        field: sorted({key[i] for key in groups}, key=lambda value: _order(field, value, learners))
        for i, field in enumerate(FIELDS)
    }
    strategies = frame[["strategy", "label", "level"]].drop_duplicates("strategy")
    position = {name: i for i, name in enumerate(strategies["strategy"])}
    data = {
        "fields": [
            {
                "label": title,
                "values": [_say(field, value, inputs) for value in values[field]],
            }
            for field, title in FIELDS.items()
        ],
        "strategies": strategies[["label", "level"]].to_numpy().tolist(),
        "conditions": [
            [values[field].index(part) for field, part in zip(FIELDS, key, strict=True)]
            for key in groups
        ],
        "start": list(groups).index(start),
        "rows": [
            [[position[row["strategy"]], *(column.text(row) for column in columns)] for row in rows]
            for rows in groups.values()
        ],
    }
    caption = ", ".join(
        _say(field, part, inputs) for field, part in zip(FIELDS, start, strict=True)
    )
    first = [text("label", "Strategy"), text("level", "Level")]
    table = make_table(pd.DataFrame(groups[start]), caption, [*first, *columns])
    return Rankings(table, data, note)


def _with_effects(ranks: pd.DataFrame, inputs: Inputs) -> tuple[pd.DataFrame, list[Column]]:
    """Return the ranks beside the difference from the control, tested if the tests were made."""
    keys = [*CONDITION, "strategy"]
    wanted = ["difference", "wins", "ties", "losses"]
    columns = [
        number("mean_rank", "Mean rank", lambda value: fixed(value, 2)),
        number("mean", "Mean score"),
    ]
    try:
        effects = inputs.table("comparisons", *keys, "mean", "lower", "upper", "verdict")
        wanted += ["lower", "upper", "verdict"]
        columns += [interval("difference", "Difference from the control [95 %]"), WINS]
        columns += [verdict("verdict", "Verdict")]
    except Absent:
        effects = inputs.tables.get("effects", pd.DataFrame(columns=[*keys, "mean"]))
        columns += [signed("difference", "Difference from the control"), WINS]
    effects = effects.rename(columns={"mean": "difference"}).reindex(columns=[*keys, *wanted])
    kept = [*keys, "label", "level", "mean_rank", "mean", "n_datasets", "share_imputed"]
    frame = ranks.reindex(columns=kept).astype(dict.fromkeys(keys, str))
    effects = effects.astype(dict.fromkeys(keys, str)).drop_duplicates(keys)
    frame = frame.merge(effects, on=keys, how="left")
    columns += [column for column in (N_DATASETS, IMPUTED) if column.needs[0] in ranks]
    return frame, columns


def _first(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the rows that the page can carry: whole metrics, the most important ones."""
    if len(frame) <= MOST:
        return frame, ""
    order = metric_order(frame["metric"])
    sizes = frame["metric"].value_counts()[order].cumsum()
    kept = [metric for metric in order if sizes[metric] <= MOST] or order[:1]
    note = f"{len(kept)} of {len(order)} metrics; the others are in tables/ranks."
    return frame[frame["metric"].isin(kept)], note


def _distance(key: tuple[str, ...], learners: list[str]) -> tuple:
    """Return how far a condition is from the main one, most important fields first."""
    away = [part != wanted for part, wanted in zip(key, START, strict=True)]
    away[list(FIELDS).index("learner")] = learners.index(key[list(FIELDS).index("learner")])
    return (away[4], away[5], *away[:4], key)


def _order(field: str, value: str, learners: list[str]) -> tuple:
    start = START[list(FIELDS).index(field)]
    position = learners.index(value) if field == "learner" else 0
    return (position, value != start, value)


def _say(field: str, value: str, inputs: Inputs) -> str:
    if field == "ratio":
        return ratio_label(value)
    if field == "learner":
        return in_sentence(inputs.learner_label(value))
    if field == "track":
        return f"{value} hyperparameters"
    if field == "metric":
        return metric_label(value) + (" (lower is better)" if lower_is_better(value) else "")
    if field == "judged":
        return _judged(*value.split("|"))
    if field == "task":
        return task_label(value)
    return words(value)


def _judged(scores: str, prior: str, decision: str) -> str:
    """Return a score version, prior and decision rule in words."""
    if decision.startswith("tuned_"):
        said = f"threshold tuned for {metric_label(decision.removeprefix('tuned_'))}"
    elif decision:
        rules = {"default": "default threshold", "prior": "training-prior threshold"}
        rules |= {"cost": "cost-optimal threshold", "oracle": "test-optimal threshold (oracle)"}
        said = rules.get(decision, decision)
    else:
        said = "no threshold"
    if scores:
        said += f", {scores} scores"
    return said + (", reference prior 0.5" if prior == "reference" else "")
