# Small models on generated points in the plane: what strategies do, where everything can be seen.

IN_THE_PLANE = ("none", "random_over", "random_under", "smote", "weight_inverse")
REGION_LEARNERS = dict(list(STUDY.learners.items())[:4])


rule illustrate:
    output:
        **{
            table: f"results/{{study}}/illustrations/{table}.parquet"
            for table in ("regions", "measured", "points", "intruders")
        },
        drawn_regions=[captioned("regions"), "results/{study}/figures/regions.png"],
        drawn_points=[captioned("resamplers"), "results/{study}/figures/resamplers.png"],
    log:
        "results/{study}/logs/illustrate.log",
    benchmark:
        "results/{study}/benchmarks/illustrate.tsv"
    params:
        strategies=STUDY.strategies,
        shown=[name for name in IN_THE_PLANE if name in STUDY.strategies],
        learners=REGION_LEARNERS,
        folder=str(STUDY.file.parent),
        code=code_digest(
            "skewbench.illustrations",
            "skewbench.figures.regions",
            "skewbench.figures.resamplers",
        ),
        entries=entry_digest(
            {"strategies": STUDY.strategies, "learners": REGION_LEARNERS}, STUDY.folder
        ),
    script:
        "../../scripts/illustrate.py"
