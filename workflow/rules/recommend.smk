# Is it worth following? The recommender on families of data sets that it has not seen.


rule judge_recommender:
    input:
        differences="results/{study}/tables/differences.parquet",
        difficulty="results/{study}/tables/difficulty.parquet",
    output:
        expand(
            "results/{{study}}/tables/recommender.{format}",
            format=("csv", "parquet"),
        ),
    log:
        "results/{study}/logs/judge_recommender.log",
    benchmark:
        "results/{study}/benchmarks/judge_recommender.tsv"
    params:
        code=code_digest("skewbench.recommend.judging", "skewbench.analysis.writing"),
    script:
        "../../scripts/judge_recommender.py"
