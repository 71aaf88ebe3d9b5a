# Small models on generated points in the plane: what strategies do, where everything can be seen.

# Code of the user's own runs in cells only, which survive it.
ILLUSTRATED, LEARNERS_OF_OTHERS = (
    {
        name: entry
        for name, entry in entries.items()
        if not users_modules(entry, STUDY.folder)
    }
    for entries in (STUDY.strategies, STUDY.learners)
)
IN_THE_PLANE = ("none", "random_over", "random_under", "smote", "weight_inverse")
REGION_LEARNERS = dict(list(LEARNERS_OF_OTHERS.items())[:4]) or {
    "logistic_regression": {"model": {"sklearn.linear_model.LogisticRegression": {}}}
}


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
        strategies=ILLUSTRATED,
        shown=[name for name in IN_THE_PLANE if name in ILLUSTRATED],
        learners=REGION_LEARNERS,
        folder=str(STUDY.file.parent),
        code=code_digest(
            "skewbench.illustrations",
            "skewbench.analysis.select",
            "skewbench.analysis.writing",
            "skewbench.figures.regions",
            "skewbench.figures.resamplers",
        ),
        entries=entry_digest(
            {"strategies": ILLUSTRATED, "learners": REGION_LEARNERS}, STUDY.folder
        ),
    script:
        "../../scripts/illustrate.py"
