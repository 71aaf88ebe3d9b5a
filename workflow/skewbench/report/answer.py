"""The answer in three sentences: what treatments do, what the threshold does, what leaking does.

Each sentence is computed from one table at the main design (binary, natural ratio). With too few
data sets for a test it says how many there are, describes, and claims nothing.
"""

from __future__ import annotations

import pandas as pd

from skewbench.analysis.comparisons import TOO_FEW
from skewbench.analysis.readings import PRIMARY
from skewbench.analysis.select import CONTROL, OWN, where
from skewbench.figures.wording import count, in_sentence, metric_label, ratio_label
from skewbench.report.columns import fixed, with_interval
from skewbench.report.inputs import Absent, Empty, Inputs, main_design

METRIC = metric_label(PRIMARY.metric).split(" (")[0]


def answer(inputs: Inputs) -> list[str]:
    """Return three sentences, fewer if the study has no such thing.

    One whose table is missing says so instead.
    """
    sentences = []
    for say in (treatments, thresholds, leaking):
        try:
            sentences.append(say(inputs))
        except Empty:
            continue
        except Absent as absent:
            sentences.append(str(absent))
    return sentences


def treatments(inputs: Inputs) -> str:
    """Say how many pairs of treatment and learner change average precision, and by how much."""
    columns = ("strategy", "learner", "label", "mean", "n_datasets")
    try:
        rows = _treated(inputs.main_rows("comparisons", *columns, "verdict"))
    except Absent:
        rows = _treated(inputs.main_rows("effects", *columns)).assign(verdict="")
    size, pairs = _datasets(rows), f"{len(rows)} pairs of treatment and learner"
    model = f"the untouched model {_place(rows)}"
    gains = (rows["mean"] > 0).sum()
    described = f"{gains} of {pairs} have a higher mean {METRIC} than {model}"
    if gains:
        described += f", by {_largest(rows, inputs)} at most"
    verdicts = rows["verdict"].value_counts()
    if set(verdicts.index) == {""}:
        return f"On {size}, described and not tested: {described}."
    if set(verdicts.index) == {TOO_FEW}:
        needed = rows["n_needed"].max() if "n_needed" in rows else None
        needs = f" ({needed:.0f} are needed)" if pd.notna(needed) else ""
        return f"{size}: too few for a claim{needs}; seen here: {described}."
    better, worse, same = (verdicts.get(name, 0) for name in ("better", "worse", "equivalent"))
    said = f"On {size}, {better} of {pairs} have a better {METRIC} than {model}, {worse} a worse "
    said += f"and {same} an equivalent one; the other {len(rows) - better - worse - same} cannot "
    said += "be told from it."
    if better:
        winners = rows[rows["verdict"] == "better"].reset_index(drop=True)
        said += f" The largest gain is {_largest(winners, inputs, ('lower', 'upper'))}."
    return said


def thresholds(inputs: Inputs) -> str:
    """Say what is left of the gain at the default threshold once the control has a tuned one."""
    try:
        return _decomposed(inputs)
    except Absent:
        pass
    columns = ("strategy", "learner", "metric", "default", "tuned")
    table = inputs.table("decisions", *columns, "control_default", "control_tuned")
    rows = main_design(table)
    rows = rows[(rows["strategy"] != CONTROL) & rows["control_tuned"].notna()]
    if rows.empty:
        raise Absent("No treatment can be set against a control with a tuned threshold here.")
    gain = {
        rule: rows[rule] - rows[f"control_{rule}"].astype(float) for rule in ("default", "tuned")
    }
    metric = metric_label(str(rows["metric"].iloc[0]))
    before, after = ((gain[rule] > 0).sum() for rule in ("default", "tuned"))
    return (
        f"At the default threshold {before} of {len(rows)} pairs have a higher mean {metric} than "
        f"the untouched model; once both have a tuned threshold {after} do, and the median gain "
        f"goes from {fixed(gain['default'].median(), signed=True)} to "
        f"{fixed(gain['tuned'].median(), signed=True)}."
    )


def _decomposed(inputs: Inputs) -> str:
    columns = ("strategy", "learner", "metric", "step", "gain")
    rows = main_design(inputs.table("decomposition", *columns))
    rows = rows[(rows["strategy"] != CONTROL) & (rows["learner"] != OWN)]
    for metric in ("f1", *rows["metric"].unique()):
        wide = rows[rows["metric"] == metric].pivot_table(
            index=["learner", "strategy"], columns="step", values="gain"
        )
        if {"default", "both_tuned"} <= set(wide):
            wide = wide.dropna(subset=["default", "both_tuned"])
            break
    else:
        raise Absent("The table 'decomposition' has no default and tuned step.")
    before, after = wide["default"], wide["both_tuned"]
    return (
        f"At the default threshold the median treatment gains "
        f"{fixed(before.median(), signed=True)} in {metric_label(metric)} over the untouched "
        f"model; once both have a tuned threshold, {fixed(after.median(), signed=True)} is left "
        f"({(before > 0).sum()}, then {(after > 0).sum()}, of {len(wide)} pairs gain)."
        f"{_tested(inputs, metric)}"
    )


def _tested(inputs: Inputs, metric: str) -> str:
    """Say what tests say of both thresholds; nothing where there are none, or too few data sets."""
    try:
        columns = ("metric", "scores", "decision", "learner", "verdict")
        table = main_design(inputs.table("comparisons", *columns))
    except Absent:
        return ""
    rows = where(table[table["learner"] != OWN], metric=metric, scores="raw", prior="matched")
    verdicts = pd.crosstab(rows["decision"], rows["verdict"])
    if TOO_FEW in verdicts or not {"default", f"tuned_{metric}"} <= set(verdicts.index):
        return ""
    first, then = (verdicts.loc[rule] for rule in ("default", f"tuned_{metric}"))
    return (
        f" Tested, {first.get('better', 0)} are better at the default threshold; with both tuned, "
        f"{then.get('better', 0)} are better and {then.get('worse', 0)} worse; for the other "
        f"{then.sum() - then.get('better', 0) - then.get('worse', 0)} neither is shown."
    )


def leaking(inputs: Inputs) -> str:
    """Say how much a strategy that leaks flatters itself over its honest twin."""
    rows = inputs.main_rows("leaking", "strategy", "label", "learner", "control", "mean")
    rows = rows[rows["strategy"] == rows["strategy"].iloc[0]]
    optimism = rows.groupby("learner", observed=True)["mean"].mean()
    size, most = (fixed(end, signed=True) for end in (optimism.min(), optimism.max()))
    if size != most:
        size += f" to {most} (by learner)"
    twin = inputs.strategy_label(str(rows["control"].iloc[0]))
    return (
        f"{rows['label'].iloc[0]} changes {METRIC} by {size} against {twin} inside the folds: the "
        "difference is an error of evaluation, not of the method."
    )


def _treated(rows: pd.DataFrame) -> pd.DataFrame:
    """Return treatments of a learner; strategies with their own model have other controls."""
    kept = rows[(rows["learner"] != OWN) & (rows["strategy"] != CONTROL)].dropna(subset="mean")
    if kept.empty:
        raise Absent("No treatment can be set against the untouched model here.")
    return kept.reset_index(drop=True)


def _largest(rows: pd.DataFrame, inputs: Inputs, ends: tuple[str, ...] = ()) -> str:
    """Return the largest mean difference, with its interval if it has one, and whose it is."""
    best = rows.loc[rows["mean"].idxmax()]
    lower, upper = (best.get(end) for end in ends) if ends else (None, None)
    gain = with_interval(best["mean"], lower, upper)
    return f"{gain} ({best['label']} with {in_sentence(inputs.learner_label(best['learner']))})"


def _place(rows: pd.DataFrame) -> str:
    return f"at the {ratio_label(str(rows['ratio'].iloc[0]))}" if "ratio" in rows else ""


def _datasets(rows: pd.DataFrame) -> str:
    low, high = int(rows["n_datasets"].min()), int(rows["n_datasets"].max())
    return count(high, "data set") if low == high else f"{low} to {high} data sets"
