# Figures from the tables; the curves also read kept scores. None of them fits a model.

# Induced ratios are of one task each. Natural data are of either; whether some are multi-class is
# known only once they are read, unless all have a positive class.
MAY_BE_MULTICLASS = any(
    "positive" not in entry and entry["source"] != "synthetic"
    for entry in STUDY.datasets.values()
)
PANELS = [("binary", ratio) for ratio in STUDY.ratios if not ratio.startswith("lt")]
PANELS += [
    ("multiclass", ratio)
    for ratio in STUDY.ratios
    if MAY_BE_MULTICLASS and not ratio.startswith("ir")
]
INDUCED = any(ratio.startswith("ir") for ratio in STUDY.ratios)
FEW = [
    ratio
    for ratio in STUDY.ratios
    if "m" in ratio and ratio.partition("m")[0] in STUDY.ratios
]
CURVE_LEARNER = list(STUDY.learners)[0]
CURVES = [
    f"{kind}_{ratio}"
    for task, ratio in PANELS
    if task == "binary" and STUDY.protocol["keep_scores"]
    for kind in ("curves", "cost_curves", "reliability")
]
# All pairs of strategies, learner by learner, are shown at one ratio of each task.
MAIN_RATIO = "natural" if "natural" in STUDY.ratios else STUDY.ratios[0]
MAIN_PANELS = [panel for panel in PANELS if panel[1] == MAIN_RATIO]
LABELS = {
    name: entry["label"] for name, entry in STUDY.learners.items() if "label" in entry
}
COMPARED = list(STUDY.learners)
COMPARED += ["own"] * any("model" in entry for entry in STUDY.strategies.values())
STATISTICS = [
    f"{kind}_{task}_{ratio}"
    for task, ratio in PANELS
    for kind in ("forest", "gap_average_precision", "gap_recall", "confusion")
    if task == "binary" or kind in ("forest", "gap_average_precision")
]
STATISTICS += [
    f"{kind}_{task}_{ratio}_{learner}"
    for task, ratio in MAIN_PANELS
    for kind in ("pairs", "cliques", "heatmap")
    for learner in COMPARED
]
ONLY_OF = {
    "decisions": "binary",
    "decomposition": "binary",
    "shots": "multiclass",
}
DRAWN = [
    f"{figure}_{task}_{ratio}"
    for task, ratio in PANELS
    for figure in (
        "ranks",
        "effects",
        "time_quality",
        "minority_types",
        "decisions",
        "decomposition",
        "shots",
    )
    if figure not in ONLY_OF or task == ONLY_OF[figure]
]
DRAWN += [f"ratios_{learner}" for learner in STUDY.learners if INDUCED]
DRAWN += [f"arms_{ratio}" for ratio in FEW]
DRAWN += [f"difficulty_{learner}" for learner in STUDY.learners]
DRAWN += ["claims", "status"]


rule draw_figures:
    input:
        expand("results/{{study}}/tables/{table}.parquet", table=[*TABLES, "claims"]),
    output:
        [captioned(figure) for figure in DRAWN],
        expand("results/{{study}}/figures/{figure}.png", figure=DRAWN),
    log:
        "results/{study}/logs/draw_figures.log",
    benchmark:
        "results/{study}/benchmarks/draw_figures.tsv"
    params:
        panels=PANELS,
        learners=list(STUDY.learners),
        main_ratio=MAIN_RATIO,
        induced=INDUCED,
        few=FEW,
        highlight=list(STUDY.highlight),
        strategies=STUDY.strategies,
        labels=LABELS,
        code=code_digest("skewbench.figures.study"),
    script:
        "../../scripts/draw_figures.py"


rule draw_statistics:
    input:
        expand(
            "results/{{study}}/tables/{table}.parquet",
            table=(
                "comparisons",
                "pairs",
                "differences",
                "ranks",
                "confusions",
                "gaps",
            ),
        ),
    output:
        [captioned(figure) for figure in STATISTICS],
        expand("results/{{study}}/figures/{figure}.png", figure=STATISTICS),
    log:
        "results/{study}/logs/draw_statistics.log",
    benchmark:
        "results/{study}/benchmarks/draw_statistics.tsv"
    params:
        panels=PANELS,
        main_panels=MAIN_PANELS,
        learners=COMPARED,
        highlight=list(STUDY.highlight),
        labels=LABELS,
        code=code_digest("skewbench.figures.statistics"),
    script:
        "../../scripts/draw_statistics.py"


rule draw_curves:
    input:
        scores=highlighted("scores"),
        metrics=highlighted("metrics"),
    output:
        [
            captioned(f"{kind}_{{ratio}}")
            for kind in ("curves", "cost_curves", "reliability")
        ],
        expand(
            "results/{{study}}/figures/{kind}_{{ratio}}.png",
            kind=("curves", "cost_curves", "reliability"),
        ),
    log:
        "results/{study}/logs/draw_curves_{ratio}.log",
    benchmark:
        "results/{study}/benchmarks/draw_curves_{ratio}.tsv"
    params:
        learner=CURVE_LEARNER,
        strategies={name: STUDY.strategies[name] for name in STUDY.highlight},
        costs={name: entry["cost"] for name, entry in STUDY.datasets.items()},
        code=code_digest("skewbench.figures.scores"),
    script:
        "../../scripts/draw_curves.py"


rule figures:
    input:
        expand(rules.draw_figures.output, study=STUDY.name),
        expand(rules.draw_statistics.output, study=STUDY.name),
        expand(rules.illustrate.output.drawn_regions, study=STUDY.name),
        expand(rules.illustrate.output.drawn_points, study=STUDY.name),
        expand(
            "results/{study}/figures/{curve}.{format}",
            study=STUDY.name,
            curve=CURVES,
            format=("svg", "png"),
        ),
    localrule: True
