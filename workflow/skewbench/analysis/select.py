"""Scores per data set: the step from cells to the statistical unit (PROTOCOL sections 1 and 7.9).

A value is the mean over seeds, then over the data sets of one family, so that near-identical data
sets count once. A cell that failed, timed out or was over the size limit takes the value of its
control on the same seed, which is what a practitioner would fall back to; a cell that the design
rules out (``infeasible``) stays absent. A metric that is undefined (NaN) is never averaged in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skewbench.analysis.readings import DEFAULT_READINGS, Reading
from skewbench.errors import InputError
from skewbench.feasibility import OWN

CONTROL = "none"
READING = list(Reading._fields)
DESIGN = ["task", "track", "ratio", "learner"]
CONDITION = [*DESIGN, *READING]
CELL = ["task", "track", "dataset", "family", "ratio", "strategy", "learner", "seed"]
FALLBACK_STATUSES = ("failed", "timeout")
OVER_SIZE_LIMIT = "over_size_limit"
# Too few test positives for a claim on rankings, and for one on calibration (PROTOCOL section 1).
TOO_FEW_POSITIVES = ("few_positives", "few_positives_for_calibration")


class Means(NamedTuple):
    """Scores per data-set family, and how much of them is not the strategy's own.

    Rows: task, track, ratio, learner, metric, scores, prior, decision, family. Columns: strategies.
    """

    values: pd.DataFrame
    imputed: pd.DataFrame


def where(frame: pd.DataFrame, **values: str) -> pd.DataFrame:
    """Return the rows of ``frame`` whose columns equal ``values``."""
    kept = np.ones(len(frame), dtype=bool)
    for column, value in values.items():
        kept &= (frame[column] == value).to_numpy()
    return frame[kept]


def sorted_categories(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return a copy with ``columns`` as categoricals in alphabetical order, missing text as ""."""
    converted = {}
    for column in columns:
        text = frame[column].astype("category").cat
        names = sorted({"", *map(str, text.categories)})
        ordered = text.set_categories(names)
        converted[column] = ordered.fillna("") if ordered.hasnans else ordered
    return frame.assign(**converted)


def strategy_facts(strategies: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return ``level``, ``label``, ``ranked`` and ``anchor`` per strategy, from the catalogue."""
    rows = {
        name: {
            "level": spec["level"],
            "label": spec.get("label", name),
            "ranked": spec.get("ranked", True),
            # A plain ensemble is its own control.
            "anchor": spec.get("anchor", name if "model" in spec else None),
        }
        for name, spec in strategies.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")


def control_of(strategies: pd.DataFrame, learner: str) -> pd.Series:
    """Return the control of every strategy: ``none``, or for learner ``own`` its anchor.

    Parameters
    ----------
    strategies : DataFrame, indexed by strategy
        Columns ``level``, ``label``, ``ranked`` (bool) and ``anchor`` (str or missing).
    learner : str

    Returns
    -------
    Series of str, indexed by strategy; missing where there is no control.
    """
    if learner == OWN:
        return strategies["anchor"].astype(object)
    return pd.Series(CONTROL, index=strategies.index, dtype=object)


def needs_fallback(frame: pd.DataFrame) -> np.ndarray:
    """Return which rows belong to cells that take their control's value, as a boolean array."""
    missing = frame["status"].isin(FALLBACK_STATUSES)
    missing |= has_flag(frame, OVER_SIZE_LIMIT) & (frame["status"] != "ok")
    return missing.to_numpy()


def has_flag(frame: pd.DataFrame, flag: str) -> np.ndarray:
    """Return which rows have ``flag`` among their flags, as a boolean array."""
    known = frame["flags"].astype("category").cat.categories
    having = [flags for flags in known if flag in str(flags).split(",")]
    return frame["flags"].isin(having).to_numpy()


def families_with(flag: str, frame: pd.DataFrame) -> pd.MultiIndex:
    """Return the families of which some cell has ``flag``: (task, ratio, family)."""
    rows = frame.loc[has_flag(frame, flag), ["task", "ratio", "family"]]
    return pd.MultiIndex.from_frame(rows.drop_duplicates().astype(str))


def seed_values(
    collected: pd.DataFrame, strategies: pd.DataFrame, readings: Iterable[Reading]
) -> pd.DataFrame:
    """Return one row per cell, learner and reading, missing cells filled in from their control.

    Parameters
    ----------
    collected : DataFrame
        The collected table.
    strategies : DataFrame, indexed by strategy
        See :func:`control_of`.
    readings : iterable of Reading

    Returns
    -------
    DataFrame with the columns of a cell, ``metric``, ``scores``, ``prior``, ``decision``,
    ``value`` and ``imputed`` (1.0 where the value is the control's, else 0.0), sorted.

    Raises
    ------
    InputError
        When the collected table names a strategy that ``strategies`` does not describe.
    """
    text = [*(name for name in CELL if name != "seed"), *READING]
    columns = [*text, "seed", "value", "status", "flags"]
    wanted = collected[
        _is_wanted(collected, readings) | (collected["status"] != "ok").to_numpy()
    ].reindex(columns=columns)
    wanted = sorted_categories(wanted, text)
    _check_described(wanted["strategy"].unique(), strategies)
    fallback = needs_fallback(wanted)
    refused = ~fallback & (wanted["status"] == "infeasible").to_numpy()
    known = wanted.loc[~fallback & ~refused, [*CELL, *READING, "value"]].assign(imputed=0.0)
    missing = wanted.loc[fallback, CELL].drop_duplicates()
    missing = missing[~_is_incompatible(missing, wanted[refused], known)]
    both = pd.concat([known, _from_control(missing, known, strategies)], ignore_index=True)
    return both.sort_values([*CELL, *READING], ignore_index=True)


def family_means(
    collected: pd.DataFrame,
    strategies: pd.DataFrame,
    readings: Iterable[Reading] = DEFAULT_READINGS,
) -> Means:
    """Return the score of every strategy on every family, under every condition at once.

    Data sets without a value for the control are left out: nothing can be said against it there.
    A strategy has a value on a data set only if every seed has one that any strategy has there, and
    on a family only if on all of its data sets, so that strategies are compared on the same data.

    Returns
    -------
    Means
        ``values`` is NaN where absent; ``imputed`` is the share of seeds whose value is the
        control's.
    """
    cells = seed_values(collected, strategies, readings)
    keys = [*CONDITION, "family", "dataset", "strategy"]
    by_strategy = cells.groupby(keys, observed=True, sort=True)
    grouped = by_strategy[["value", "imputed"]].mean()
    # Means over different seeds are not paired: a value counts only if no seed lacks it.
    seeds = by_strategy["value"].count()
    complete = seeds == seeds.groupby(keys[:-1], observed=True).transform("max")
    grouped = grouped[complete.to_numpy()]
    tables = []
    for column in ("value", "imputed"):
        table = grouped[column].unstack("strategy")
        table.columns = pd.Index(table.columns.astype(str), name="strategy")
        tables.append(table)
    values, imputed = tables
    if CONTROL in values:
        own = values.index.get_level_values("learner") == OWN
        kept = own | values[CONTROL].notna()
        values, imputed = values[kept], imputed[kept]
    unit = [*CONDITION, "family"]
    values = values.groupby(unit, observed=True, sort=True).mean(skipna=False)
    return Means(values, imputed.groupby(unit, observed=True, sort=True).mean(skipna=False))


def at_readings(values: pd.DataFrame, readings: Iterable[Reading]) -> pd.DataFrame:
    """Return the rows of :class:`Means` that are one of ``readings``."""
    found = values.index.droplevel([name for name in values.index.names if name not in READING])
    return values[found.isin([tuple(reading) for reading in readings])]


def complete_block(table: pd.DataFrame, control: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Return the largest fair comparison in a family x strategy table, and who had to leave it.

    Ranks need the same data sets for everybody. Data sets on which some strategy is absent are
    left out; while that would cost more than half of the data sets, the strategies absent most
    often (never the control) are dropped instead.

    Returns
    -------
    block : DataFrame
        The rows and columns that are complete.
    dropped : list of str
        Strategies that left, in alphabetical order.
    """
    present = table.notna().to_numpy()
    names = table.columns.to_numpy()
    kept = np.ones(len(names), dtype=bool)
    while kept.any() and 2 * present[:, kept].all(axis=1).sum() < len(present):
        absent = np.where(kept & (names != control), (~present).sum(axis=0), 0)
        if absent.max() == 0:
            break
        kept &= absent < absent.max()
    complete = present[:, kept].all(axis=1)
    return table.loc[complete, kept], sorted(names[~kept])


def _is_wanted(collected: pd.DataFrame, readings: Iterable[Reading]) -> np.ndarray:
    """Return which rows are one of ``readings``, comparing integer codes (fast on a million)."""
    readings = list(readings)
    key = np.zeros(len(collected), dtype=np.int64)
    wanted = [0] * len(readings)
    for position, column in enumerate(READING):
        text = collected[column].astype("category").cat
        code = {name: i for i, name in enumerate(text.categories)}
        empty = code.setdefault("", len(code))
        absent = len(code)
        size = absent + 1
        codes = text.codes.to_numpy()
        key = key * size + np.where(codes < 0, empty, codes)
        wanted = [
            old * size + code.get(reading[position], absent)
            for old, reading in zip(wanted, readings, strict=True)
        ]
    return np.isin(key, wanted)


def _is_incompatible(
    missing: pd.DataFrame, refused: pd.DataFrame, known: pd.DataFrame
) -> np.ndarray:
    """Return which cells are of a strategy that cannot run with the learner, whatever befell them.

    When time is up every learner of the cell is told so, also one that would have refused. A pair
    that never ran is one that cannot, if it was refused where others ran with the learner.
    """
    place = ["task", "track", "learner"]
    where_ran = pd.MultiIndex.from_frame(known[[*place, "dataset", "ratio"]].drop_duplicates())
    refused = refused[
        pd.MultiIndex.from_frame(refused[[*place, "dataset", "ratio"]]).isin(where_ran)
    ]
    pair = [*place, "strategy"]
    cannot, ran, asked = (
        pd.MultiIndex.from_frame(frame[pair].drop_duplicates())
        for frame in (refused, known, missing)
    )
    hopeless = asked[asked.isin(cannot) & ~asked.isin(ran)]
    return pd.MultiIndex.from_frame(missing[pair]).isin(hopeless)


def _from_control(
    missing: pd.DataFrame, known: pd.DataFrame, strategies: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows of ``missing`` cells with the values of their controls."""
    parts = []
    for learner, cells in missing.groupby("learner", observed=True):
        control = control_of(strategies, str(learner))
        names = cells["strategy"].astype(str).map(control)
        cells = cells.assign(control=names.astype(known["strategy"].dtype))
        parts.append(cells.dropna(subset="control"))
    if not parts:
        return known.head(0)
    cell = ["task", "track", "dataset", "family", "ratio", "learner", "seed"]
    source = known.rename(columns={"strategy": "control"})
    merged = pd.concat(parts).merge(source, on=[*cell, "control"])
    merged = merged.assign(imputed=1.0)[known.columns]
    return merged[_has_reading(merged, known)]


def _has_reading(imputed: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Return which rows are a reading that their strategy has where it ran, as far as it ran.

    A cleaner has no corrected scores anywhere, so it takes none from the control either.
    """
    place = ["task", "track", "learner", "strategy"]
    ran = pd.MultiIndex.from_frame(known[place].drop_duplicates())
    has = pd.MultiIndex.from_frame(known[[*place, *READING]].drop_duplicates())
    never_ran = ~pd.MultiIndex.from_frame(imputed[place]).isin(ran)
    return never_ran | pd.MultiIndex.from_frame(imputed[[*place, *READING]]).isin(has)


def _check_described(found: Iterable[str], strategies: pd.DataFrame) -> None:
    unknown = sorted(set(map(str, found)) - set(strategies.index) - {""})
    if unknown:
        raise InputError(
            f"The collected table holds strategies that the study does not describe: "
            f"{', '.join(unknown)}; collect the study again."
        )
