# One job a block: a data set, a ratio, a strategy and a run of seeds.


rule run_block:
    input:
        data="results/{study}/data/{dataset}.parquet",
        facts="results/{study}/data/{dataset}.json",
    output:
        **(
            {
                "scores": "results/{study}/scores/{dataset}/{ratio}/{strategy}/seeds{first}-{last}.parquet"
            }
            if STUDY.protocol["keep_scores"]
            else {}
        ),
        metrics="results/{study}/metrics/{dataset}/{ratio}/{strategy}/seeds{first}-{last}.parquet",
    log:
        "results/{study}/logs/metrics/{dataset}/{ratio}/{strategy}/seeds{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/metrics/{dataset}/{ratio}/{strategy}/seeds{first}-{last}.tsv"
    priority: expected_seconds
    threads: 1
    resources:
        **STUDY.limits,  # resources, because params would make results stale that they do not change
        mem_mb=expected_memory_mb,
        runtime=expected_minutes,
    params:
        made_from=lambda wildcards: MADE_FROM[wildcards.strategy],
        folder=str(STUDY.file.parent),
    script:
        "../../scripts/run_block.py"


rule metrics:
    input:
        METRICS,
    localrule: True
