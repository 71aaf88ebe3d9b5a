# Each data set becomes one tidy parquet and its facts.


rule prepare_dataset:
    input:
        lambda wildcards: [
            str(STUDY.root / STUDY.datasets[wildcards.dataset][key])
            for key in ("path", "test_path")
            if key in STUDY.datasets[wildcards.dataset]
        ],
    output:
        data="results/{study}/data/{dataset}.parquet",
        facts="results/{study}/data/{dataset}.json",
    log:
        "results/{study}/logs/data/{dataset}.log",
    benchmark:
        "results/{study}/benchmarks/data/{dataset}.tsv"
    priority: FIRST
    params:
        entry=lambda wildcards: STUDY.datasets[wildcards.dataset],
        code=code_digest("skewbench.data.sources"),
    script:
        "../../scripts/prepare_dataset.py"
