"""The tables of the report: their rows, their columns and what those are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from skewbench.data.difficulty import TYPES
from skewbench.figures.wording import metric_label
from skewbench.report.columns import (
    IMPUTED,
    N_DATASETS,
    RATIO,
    READING,
    WINS,
    Column,
    Row,
    fixed,
    identifier,
    interval,
    number,
    percent,
    plain,
    probability,
    prose,
    shortest,
    signed,
    significant,
    text,
    verdict,
    whole,
    worded,
)
from skewbench.report.handlings import HANDLINGS
from skewbench.report.inputs import Inputs, main_design
from skewbench.report.listings import (
    dataset_rows,
    decomposed_rows,
    failed_rows,
    infeasible_rows,
    slope_rows,
    strategy_rows,
    version_rows,
)
from skewbench.report.names import (
    MEASURES,
    measure_label,
    policy_label,
    shot_decision_label,
    task_label,
)
from skewbench.report.sections import TableSpec


def _at_main(inputs: Inputs, name: str) -> pd.DataFrame:
    return inputs.main_rows(name)


def _in_main_design(inputs: Inputs, name: str) -> pd.DataFrame:
    return main_design(inputs.table(name))


def _without_pivot(row: Row) -> str:
    without = fixed(row["mean_without_pivot"], signed=True)
    return f"{without} ({plain(row['pivot'])})" if without else ""


def _ends(step: str) -> tuple[str, str]:
    return f"{step}_lower", f"{step}_upper"


def _unit(unit: str) -> str:
    """Return the unit of a claim's effect with its metric in words."""
    for link in (" in ", " of "):
        kind, found, metric = unit.partition(link)
        if found:
            return f"{kind}{link}{metric_label(metric)}"
    return unit


STRATEGY = text("label", "Strategy")
LEARNER = text("learner_label", "Learner")
METRIC = worded("metric", "Metric", metric_label)
_TESTED = (
    interval("mean", "Mean difference [95 %]"),
    Column(
        "Without its most influential data set", ("mean_without_pivot", "pivot"), _without_pivot
    ),
    signed("median", "Median"),
    WINS,
    number("p_holm", "p (Holm)", probability),
    number("p_better", "P(better)", percent),
    number("p_equivalent", "P(equivalent)", percent),
    number("p_worse", "P(worse)", percent),
    verdict("verdict", "Verdict"),
    N_DATASETS,
    IMPUTED,
)
_WITHOUT_RESULT = (
    prose("reason", "Reason"),
    text("status", "Status"),
    prose("strategies", "Strategies"),
    prose("learners", "Learners"),
    number("n", "Combinations", whole),
    prose("places", "Data sets (ratios)"),
)


def _measured(name: str, form: Callable[[Any], str] = fixed) -> Column:
    """Return a column of a measure of difficulty."""
    return number(name, MEASURES[name], form)


COMPARISONS = TableSpec(
    "comparisons",
    "Differences from the control in average precision, tested",
    (STRATEGY, LEARNER, *_TESTED),
    _at_main,
    sort=("mean",),
    descending=True,
)
OWN_MODELS = TableSpec(
    "own_models",
    "Strategies with their own model against each learner with a tuned threshold",
    (STRATEGY, LEARNER, READING, *_TESTED),
    _in_main_design,
    sort=("metric", "prior", "decision", "strategy", "learner"),
)
SCREENS = TableSpec(
    "screens",
    "Is there any difference at all? Friedman's test and Iman and Davenport's",
    (
        LEARNER,
        READING,
        number("chi2", "Friedman chi-square", significant),
        number("f", "Iman-Davenport F", significant),
        number("p", "p", probability),
        number("n_strategies", "Strategies", whole),
        N_DATASETS,
    ),
    _in_main_design,
)
SENSITIVITY = TableSpec(
    "sensitivity",
    "Do missing cells, few positives or duplicates decide? The same differences otherwise",
    (
        STRATEGY,
        LEARNER,
        worded("handling", "Handling", HANDLINGS.__getitem__),
        signed("mean", "Mean difference"),
        number("p_holm", "p (Holm)", probability),
        N_DATASETS,
        verdict("verdict", "Verdict of the tests"),
    ),
    _at_main,
    sort=("handling", "strategy", "learner"),
)
DECOMPOSITION = TableSpec(
    "decomposition",
    "Mean gain over the untouched model, or over the plain model of its kind, step by step",
    (
        STRATEGY,
        LEARNER,
        METRIC,
        signed("default", "Both: raw scores cut at 0.5"),
        signed("control_tuned", "Control: tuned threshold"),
        interval("both_tuned", "Both: tuned threshold [95 %]", ends=_ends("both_tuned")),
        text("cut", "Cut of corrected and recalibrated scores"),
        signed("both_corrected", "Both: corrected"),
        interval("both_recalibrated", "Both: recalibrated [95 %]", ends=_ends("both_recalibrated")),
        N_DATASETS,
        IMPUTED,
    ),
    decomposed_rows,
    sort=("metric", "default"),
    descending=True,
)
SLOPES = TableSpec(
    "slopes",
    "Change of the gain per factor ten of the imbalance ratio",
    (
        STRATEGY,
        LEARNER,
        READING,
        text("arm", "Arm"),
        interval("slope", "Slope [95 %]"),
        N_DATASETS,
    ),
    slope_rows,
    sort=("slope",),
    by_size=True,
    note="A positive slope is a gain that grows with the imbalance, also for metrics of which less "
    "is better.",
)
ARMS = TableSpec(
    "arms",
    "Gains at one ratio with many (arm A) and with few (arm B) minority rows",
    (
        STRATEGY,
        LEARNER,
        READING,
        number("imbalance_ratio", "Imbalance ratio", shortest),
        text("arm", "Arm B"),
        number("control_total", "Control in A"),
        number("control_minority", "Control in B"),
        signed("gain_total", "Gain in A"),
        signed("gain_minority", "Gain in B"),
        interval("change", "Gain in B minus gain in A [95 %]"),
        N_DATASETS,
    ),
    _in_main_design,
    sort=("change",),
    descending=True,
)
SHOTS = TableSpec(
    "shots",
    "Accuracy on many-, medium- and few-shot classes",
    (
        STRATEGY,
        LEARNER,
        RATIO,
        worded("decision", "Class decided on", shot_decision_label),
        text("family", "Family"),
        number("many", "Many-shot"),
        number("medium", "Medium-shot"),
        number("few", "Few-shot"),
        number("all", "All classes"),
        signed("few_gain", "Few-shot, gain"),
        signed("all_gain", "All classes, gain"),
        number("imputed", "Imputed", percent),
    ),
    sort=("decision", "ratio", "strategy", "learner", "family"),
)
RESOURCES = TableSpec(
    "resources",
    "CPU time and memory",
    (
        STRATEGY,
        LEARNER,
        number("relative_seconds", "Times the control", significant),
        number("cpu_seconds", "CPU seconds per fold", significant),
        number("resample_seconds", "Resampling", significant),
        number("fit_seconds", "Fitting", significant),
        number("search_seconds", "Tuning", significant),
        number("peak_memory_mb", "Peak memory (MB)", whole),
        N_DATASETS,
    ),
    _in_main_design,
    sort=("cpu_seconds",),
)
CLAIMS = TableSpec(
    "claims",
    "Claims and verdicts",
    (
        prose("advice", "Advice"),
        number("number", "No.", whole),
        identifier("id", "Claim"),
        verdict("verdict", "Verdict"),
        interval("effect", "Effect [95 %]"),
        Column("Unit", ("unit",), lambda row: _unit(plain(row["unit"])), kind=""),
        N_DATASETS,
        verdict("verdict_report_worthy", "On report-worthy data alone"),
        number("n_report_worthy", "Of them", whole),
        prose("form", "How it was tested"),
        prose("note", "Note"),
        text("source", "Lecture notes no."),
    ),
    sort=("number",),
    is_open=True,
)
CLAIMS_BY_LEARNER = TableSpec(
    "claims_by_learner",
    "The same claims, learner by learner",
    (
        identifier("id", "Claim"),
        LEARNER,
        verdict("verdict", "Verdict"),
        interval("effect", "Effect [95 %]"),
        N_DATASETS,
    ),
    sort=("number", "learner"),
)
_POLICY = (
    worded("guide", "Guide", policy_label),
    LEARNER,
    RATIO,
    METRIC,
    worded("policy", "Policy", policy_label),
    interval("regret", "Regret [95 %]", signed=False),
    text("beside_single_best", "Beside the single best"),
    N_DATASETS,
    prose("note", "Note"),
)
RECOMMENDER = TableSpec(
    "recommender",
    "The recommender beside simple policies",
    _POLICY,
    is_open=True,
    note="Regret is counted from the best of all strategies with their score versions and decision "
    "rules, models of their own included, and is the mean over a family's ratios; the table of the "
    "guides as policies counts it from the best of one learner's strategies at one ratio and "
    "decision rule, so that regrets of one name differ.",
)
POLICIES = TableSpec(
    "policies",
    "The notes' decision guides as policies",
    _POLICY,
    note="Regret is counted from the best of one learner's strategies at one ratio and decision "
    "rule; the recommender's table counts it from the best of many more options and takes the mean "
    "over a family's ratios, so that regrets of one name differ.",
)
FAILED = TableSpec("status", "Failed, out of time or missing", _WITHOUT_RESULT, failed_rows)
INFEASIBLE = TableSpec("status", "Infeasible by design", _WITHOUT_RESULT, infeasible_rows)
DATASETS = TableSpec(
    "datasets",
    "Size, imbalance, licence and source",
    (
        text("name", "Data set"),
        text("family", "Family"),
        worded("task", "Task", task_label),
        number("n_rows", "Rows", whole),
        number("n_features", "Features", whole),
        number("n_smallest", "Smallest class", whole),
        number("imbalance_ratio", "Imbalance ratio", significant),
        number("n_missing", "Missing values", whole),
        prose("licence", "Licence"),
        prose("original_source", "Source"),
    ),
    dataset_rows,
    is_open=True,
)
DIFFICULTY = TableSpec(
    "difficulty",
    "Difficulty of the training part",
    (
        text("dataset", "Data set"),
        RATIO,
        _measured("n_positive", whole),
        _measured("positives_per_feature", significant),
        *(_measured(name, percent) for name in TYPES),
        *(_measured(name) for name in ("n1", "n3", "fisher_f1", "separability_auc")),
        prose("reason", "Why not measured"),
    ),
    sort=("dataset", "ratio"),
)
DIFFICULTY_EFFECTS = TableSpec(
    "difficulty_effects",
    "How gains go with difficulty: rank correlation over families of data sets",
    (
        STRATEGY,
        LEARNER,
        worded("measure", "Measure", measure_label),
        interval("correlation", "Spearman correlation [95 %]"),
        N_DATASETS,
    ),
    _at_main,
    sort=("correlation",),
    by_size=True,
)
HYPERPARAMETERS = TableSpec(
    "hyperparameters",
    "Hyperparameters that were chosen: share of the folds in which the value was tried",
    (
        STRATEGY,
        LEARNER,
        text("parameter", "Parameter"),
        text("value", "Value"),
        number("share", "Chosen", percent),
        N_DATASETS,
    ),
    _in_main_design,
    sort=("learner", "strategy", "parameter"),
)
VERSIONS = TableSpec(
    "versions",
    "Library versions",
    (text("library", "Library"), text("version", "Version")),
    version_rows,
)
STRATEGIES = TableSpec(
    "strategies",
    "Strategies",
    (
        STRATEGY,
        text("level", "Level"),
        prose("source", "Source"),
        text("anchor", "Control of its own"),
        text("ranked", "Ranked"),
    ),
    strategy_rows,
)
