"""Tables that no file holds as the page shows them: failures, data sets, strategies, versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import product

import pandas as pd

from skewbench.analysis.ratios import ratio_order
from skewbench.analysis.readings import orientation
from skewbench.figures.decomposition import with_meaning
from skewbench.figures.wording import count, in_sentence
from skewbench.report.inputs import Absent, Inputs, learner_order, main_design

_BLOCK = ["dataset", "ratio", "strategy"]
_FEW = 3  # data sets that are named and not counted
_FOLD = re.compile(r"(?:^|(?<=; ))fold \d+(, inner fold \d+)?: ")
REPAIRED_CUT = {"f1": "0.5", "expected_cost": "cost-optimal"}


def failed_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per reason, and whom it befell, of what failed, was late or is missing."""
    return _by_reason(inputs, name, ("failed", "timeout", "missing"))


def infeasible_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per reason, and whom it befell, of what the design rules out."""
    return _by_reason(inputs, name, ("infeasible",))


def not_run_places(inputs: Inputs) -> str:
    """Return the data sets, with their ratios, of which not everything has been run.

    As far as the inputs know: a data set of which nothing has been run may not be among them. Where
    only seeds are left, the ratio comes first, with its data sets or their number.
    """
    known = inputs.provenance.get("configuration", {})
    status = inputs.tables.get("status", pd.DataFrame())
    needed = {"datasets", "ratios", "strategies", *_BLOCK, "n_seeds"}
    if not needed <= {*known, *status.columns}:
        return ""
    seeds = status.groupby(_BLOCK, observed=True)["n_seeds"].max()
    ran = seeds.groupby(["dataset", "ratio"], observed=True).agg(["size", "min", "max"])
    places, further = [], {}
    for dataset, ratio in product(known["datasets"], known["ratios"]):
        if (dataset, ratio) not in ran.index:
            places.append((dataset, ratio))
            continue
        n_strategies, fewest, most = ran.loc[(dataset, ratio)]
        if n_strategies < len(known["strategies"]) or fewest < most:
            places.append((dataset, f"{ratio} in part"))
        elif most < known.get("seeds", 1):
            further.setdefault(ratio, []).append(dataset)
    parts = [
        f"{ratio} ({'; '.join(of) if len(of) <= _FEW else count(len(of), 'data set')})"
        for ratio, of in sorted(further.items(), key=lambda item: ratio_order(item[0]))
    ]
    said = [_places(places)] if places else []
    said += [f"further seeds at {', '.join(parts)}"] if parts else []
    return " and ".join(said)


def slope_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return slopes of gains: positive where a gain grows, whatever the metric's own sign."""
    rows = main_design(inputs.table(name, "metric", "slope", "lower", "upper"))
    sign = rows["metric"].map(orientation).astype(float)
    ends = pd.concat([sign * rows["lower"], sign * rows["upper"]], axis=1)
    return rows.assign(
        slope=sign * rows["slope"],
        lower=ends.min(axis=1, skipna=False),
        upper=ends.max(axis=1, skipna=False),
    )


def decomposed_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy, learner and metric (F1 and expected cost), a step a column.

    Strategies with their own model have no corrected scores here, as in the figure: not all of
    their plain models have probabilities. Beside a step's gain are its ``<step>_lower`` and
    ``<step>_upper``, as far as the table has them, and the largest share of filled-in values of
    any step.
    """
    rows = main_design(inputs.table(name, "strategy", "learner", "metric", "step", "gain"))
    rows = with_meaning(rows[rows["metric"].isin(REPAIRED_CUT)])
    keys = ["strategy", "learner", "metric"]
    groups = rows.groupby(keys, observed=True)
    facts = [column for column in ("n_datasets", "share_imputed") if column in rows]
    table = groups[facts].max()
    for column, ending in (("gain", ""), ("lower", "_lower"), ("upper", "_upper")):
        if column in rows:
            wide = rows.pivot(index=keys, columns="step", values=column)
            table = table.join(wide.add_suffix(ending))
    table = table.reset_index()
    return table.assign(cut=table["metric"].map(REPAIRED_CUT))


def dataset_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per data set with its facts."""
    if not inputs.datasets:
        raise Absent(f"The facts of the data sets are missing; make them: `{inputs.command}`.")
    facts = pd.DataFrame(inputs.datasets)
    if "class_counts" in facts:
        facts["n_smallest"] = facts["class_counts"].map(min)
        facts["n_classes"] = facts["class_counts"].map(len)
    return facts


def strategy_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per strategy of the study with its level, source and control."""
    rows = [
        {
            "label": inputs.strategy_label(key),
            "level": entry.get("level"),
            "source": entry.get("source"),
            "anchor": inputs.strategy_label(entry.get("anchor") or ""),
            "ranked": "yes" if inputs.is_ranked(key) else "no: it leaks",
        }
        for key, entry in inputs.strategies.items()
    ]
    if not rows:
        raise Absent("The study names no strategy.")
    return pd.DataFrame(rows)


def version_rows(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return one row per library with the version, or versions, that made the results."""
    made_with = inputs.provenance.get("versions", [])
    if not made_with:
        raise Absent(f"The library versions are missing; make them: `{inputs.command}`.")
    sets = [made_with] if isinstance(made_with, dict) else made_with
    libraries = dict.fromkeys(library for versions in sets for library in versions)
    rows = [
        (library, ", ".join(dict.fromkeys(str(each[library]) for each in sets if library in each)))
        for library in libraries
    ]
    return pd.DataFrame(rows, columns=["library", "version"])


def _by_reason(inputs: Inputs, name: str, statuses: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per status, reason, set of strategies and set of learners.

    In which fold it happened first is no other reason.
    """
    status = inputs.table(name, *_BLOCK, "learner", "status", "reason")
    rows = status[status["status"].isin(statuses)].astype(str)
    rows["reason"] = rows["reason"].map(_without_folds)
    whom = ["strategy", "learner"]
    places = rows.groupby(["status", "reason", "dataset", "ratio"])
    befell = places[whom].agg(lambda found: tuple(sorted(set(found)))).assign(n=places.size())
    groups = befell.reset_index(["status", "reason", "ratio"]).groupby(["status", "reason", *whom])
    table = groups["n"].sum().reset_index()
    table["places"] = [_places(part["ratio"].items()) for _, part in groups]
    table["strategies"] = [_strategies(inputs, found) for found in table.pop("strategy")]
    table["learners"] = [_learners(inputs, found) for found in table.pop("learner")]
    return table.sort_values(["status", "n", "reason"], ascending=[True, False, True])


def _without_folds(reasons: str) -> str:
    """Return the distinct reasons of some seeds, whatever fold they were met in first."""
    return "; ".join(dict.fromkeys(_FOLD.sub("", reasons).split("; ")))


def _places(found: Iterable[tuple[str, str]]) -> str:
    """Return data sets with their ratios: "oil (ir10, ir50), pima (natural)"."""
    ratios: dict[str, list[str]] = {}
    for dataset, ratio in found:
        ratios.setdefault(dataset, []).append(ratio)
    for of_dataset in ratios.values():
        of_dataset.sort(key=lambda said: ratio_order(said.split()[0]))
    return ", ".join(f"{dataset} ({', '.join(ratios[dataset])})" for dataset in sorted(ratios))


def _strategies(inputs: Inputs, found: Collection[str]) -> str:
    """Return the names of strategies; of more than half of the study's, who is not among them."""
    others = [name for name in inputs.strategies if name not in found]
    few = others if len(others) < len(found) else found
    named = "; ".join(sorted(map(inputs.strategy_label, few)))
    if few is found:
        return named
    return f"all {len(inputs.strategies)} but {named}" if few else f"all {len(inputs.strategies)}"


def _learners(inputs: Inputs, found: Collection[str]) -> str:
    order = learner_order(found, inputs.learners)
    return "; ".join(in_sentence(inputs.learner_label(learner)) for learner in order)
