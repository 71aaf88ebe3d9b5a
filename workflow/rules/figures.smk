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
CURVE_LEARNER = list(STUDY.learners)[0]
CURVES = [
    f"curves_{ratio}"
    for task, ratio in PANELS
    if task == "binary" and STUDY.protocol["keep_scores"]
]
DRAWN = [
    f"{figure}_{task}_{ratio}"
    for task, ratio in PANELS
    for figure in ("ranks", "effects", "decisions", "time_quality")
    if (figure, task) != ("decisions", "multiclass")
] + [f"ratios_{learner}" for learner in STUDY.learners if INDUCED]


rule draw_figures:
    input:
        expand(
            "results/{{study}}/tables/{table}.parquet",
            table=(
                "ranks",
                "differences",
                "decisions",
                "ratios",
                "status",
                "resources",
            ),
        ),
    output:
        expand(
            "results/{{study}}/figures/{figure}.{format}",
            figure=[*DRAWN, "status"],
            format=("svg", "png"),
        ),
    log:
        "results/{study}/logs/draw_figures.log",
    benchmark:
        "results/{study}/benchmarks/draw_figures.tsv"
    params:
        panels=PANELS,
        learners=list(STUDY.learners) if INDUCED else [],
        highlight=list(STUDY.highlight),
        strategies=STUDY.strategies,
        code=code_digest("skewbench.figures.study"),
    script:
        "../../scripts/draw_figures.py"


rule draw_curves:
    input:
        lambda wildcards: [
            path for path in SCORES if Path(path).parts[-3] == wildcards.ratio
        ],
    output:
        expand(
            "results/{{study}}/figures/curves_{{ratio}}.{format}",
            format=("svg", "png"),
        ),
    log:
        "results/{study}/logs/draw_curves_{ratio}.log",
    benchmark:
        "results/{study}/benchmarks/draw_curves_{ratio}.tsv"
    params:
        learner=CURVE_LEARNER,
        strategies={name: STUDY.strategies[name] for name in STUDY.highlight},
        code=code_digest("skewbench.figures.study"),
    script:
        "../../scripts/draw_curves.py"


rule figures:
    input:
        expand(rules.draw_figures.output, study=STUDY.name),
        expand(
            "results/{study}/figures/{curve}.{format}",
            study=STUDY.name,
            curve=CURVES,
            format=("svg", "png"),
        ),
    localrule: True
