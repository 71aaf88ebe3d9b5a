"""What the report shows, where and in which order."""

from __future__ import annotations

from skewbench.analysis.comparisons import EQUIVALENT, ROPES
from skewbench.analysis.readings import PRIMARY
from skewbench.report import findings, specs
from skewbench.report.sections import Section
from skewbench.statistics.multiple import ALPHA

VERDICTS = (
    "The unit is the data set; near-identical ones count as one. A difference is better or worse "
    f"where the signed-rank test says so after Holm's correction (p at most {ALPHA:g}), however "
    "small it is. Otherwise it is equivalent where the Bayesian test gives more than "
    f"{100 * EQUIVALENT:.0f} % to less than {ROPES[PRIMARY.metric]:g} either way (log-loss: "
    f"{100 * ROPES['log_loss']:.0f} % of the control's; some metrics have no such region). "
    "Otherwise it is undecided. With too few data sets for the test nothing is claimed."
)

SECTIONS = (
    Section(
        "rankings",
        "Rankings",
        findings.of_rankings,
        "Mean ranks over data sets; 1 is best. Ranks describe; which differences are more than "
        "chance is in the next section.",
        figures=("ranks", "heatmap"),
    ),
    Section(
        "effects",
        "Effects against the control",
        findings.of_effects,
        "A difference is paired: same data set, learner, ratio and decision rule. The control is "
        "the untouched model; for a strategy with its own model, the plain model of its kind. "
        f"{VERDICTS}",
        figures=("forest", "effects", "pairs"),
        tables=(specs.COMPARISONS, specs.OWN_MODELS, specs.SCREENS, specs.SENSITIVITY),
    ),
    Section(
        "decomposition",
        "What is left once the control may decide as well",
        findings.of_decomposition,
        "A gain at the default threshold mixes a better ranking with another threshold. So the "
        "untouched model gets a tuned threshold and recalibrated scores too; neither refits a "
        "model.",
        figures=("decomposition", "decisions"),
        tables=(specs.DECOMPOSITION,),
    ),
    Section(
        "ratios",
        "By imbalance ratio",
        findings.of_ratios,
        "Two arms: a fixed number of training rows, so that positives get fewer as the ratio "
        "grows, and a fixed number of positives. At the matched prior average precision falls "
        "with the prevalence, whatever a model does; the reference prior takes that part out.",
        figures=("ratios", "arms"),
        tables=(specs.SLOPES, specs.ARMS),
    ),
    Section(
        "shots",
        "Classes with many, a medium number of and few training rows",
        findings.of_shots,
        "Of data with more than two classes. Many-shot classes have more than 100 training rows, "
        "few-shot ones fewer than 20, unless a data set has other bounds. Accuracy is the mean "
        "recall of a group's classes.",
        figures=("shots",),
        tables=(specs.SHOTS,),
        optional=True,
    ),
    Section(
        "symptoms",
        "Symptoms of imbalance",
        findings.of_symptoms,
        "What the notes illustrate in their figures 1 to 4, with this study's code: confusion "
        "matrices, decision regions, the gap between training and test, resamplers at work in two "
        "dimensions and, where a study keeps scores, reliability.",
        figures=("confusion", "regions", "resamplers", "reliability", "gap", "curves"),
    ),
    Section(
        "cost",
        "Time and quality",
        findings.of_cost,
        "CPU time of one fold: resampling, fitting and scoring, without data sets that few of the "
        "strategies ran on. On the Pareto front, nothing is both faster and better.",
        figures=("time_quality", "cost_curves"),
        tables=(specs.RESOURCES,),
    ),
    Section(
        "claims",
        "The notes' advice, tested",
        findings.of_claims,
        "Each piece of advice was given a population, a contrast, a metric and a margin before its "
        "result was seen; what was added later says so. Undecided is a verdict too. Report-worthy "
        "data have 50 positives or more in the test folds of a repeat, 100 for a claim on "
        "calibration.",
        figures=("claims",),
        tables=(specs.CLAIMS, specs.CLAIMS_BY_LEARNER),
    ),
    Section(
        "recommender",
        "The recommender and the decision guides",
        findings.of_recommender,
        "Regret is what the best choice for a data set would have added. Every policy is judged "
        "on families of data sets that it has not seen, but for the oracle: it is the best choice "
        "in hindsight. One has less regret than another where the interval of the difference and "
        "the exact signed-rank test agree; it is followed, and not a simpler one, only then. Both "
        "take families as independent: where options are nearly tied, 7 to 22 % of simulated "
        "recommenders that knew nothing had less regret than the single best by the interval "
        "alone, not 2.5 %; with the test beside it this has not been simulated.",
        tables=(specs.RECOMMENDER, specs.POLICIES),
    ),
    Section(
        "failures",
        "What has no result, and why",
        findings.of_failures,
        "A cell that failed, ran out of time or was over a size limit takes its control's value "
        "in rankings and tests; one that the design rules out, or whose file cannot be read, is "
        "left out.",
        figures=("status",),
        tables=(specs.FAILED, specs.INFEASIBLE),
    ),
    Section(
        "datasets",
        "Data sets",
        findings.of_datasets,
        figures=("difficulty", "minority_types"),
        tables=(specs.DATASETS, specs.DIFFICULTY, specs.DIFFICULTY_EFFECTS),
    ),
    Section(
        "provenance",
        "Provenance",
        findings.of_provenance,
        tables=(specs.VERSIONS, specs.STRATEGIES, specs.HYPERPARAMETERS),
    ),
)
