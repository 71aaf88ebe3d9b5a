# How hard each data set is at each ratio, measured on the training parts of seed 0.


rule measure_difficulty:
    input:
        data="results/{study}/data/{dataset}.parquet",
        facts="results/{study}/data/{dataset}.json",
    output:
        "results/{study}/difficulty/{dataset}.json",
    log:
        "results/{study}/logs/difficulty/{dataset}.log",
    benchmark:
        "results/{study}/benchmarks/difficulty/{dataset}.tsv"
    threads: 1
    params:
        ratios=STUDY.ratios,
        protocol={key: STUDY.protocol[key] for key in ("folds", "min_positives")},
        code=code_digest("skewbench.data.difficulty"),
    script:
        "../../scripts/measure_difficulty.py"


DIFFICULTY = [
    str(file)
    for file in (KNOWN / "difficulty" / f"{name}.json" for name in STUDY.datasets)
    if not ONLY_ARCHIVED or file.exists()
]
