# One job a block: a data set, a ratio, a strategy and a run of seeds.


rule check_strategies:
    output:
        "results/{study}/checked.txt",
    log:
        "results/{study}/logs/check_strategies.log",
    localrule: True
    params:
        strategies=STUDY.strategies,
        learners=STUDY.learners,
        folder=str(STUDY.folder),
    script:
        "../../scripts/check_strategies.py"


rule run_block:
    input:
        data="results/{study}/data/{dataset}.parquet",
        facts="results/{study}/data/{dataset}.json",
        # Must exist before a block starts; being newer makes no block stale.
        checked=ancient("results/{study}/checked.txt"),
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
    threads: 1
    params:
        settings=lambda wildcards: SETTINGS[wildcards.strategy],
        folder=str(STUDY.folder),
        code=lambda wildcards: BLOCK_CODE[wildcards.strategy],
    script:
        "../../scripts/run_block.py"


rule metrics:
    input:
        METRICS,
    localrule: True
