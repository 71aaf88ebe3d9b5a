# One collected table, the tables made from it, and what the study ran on.


rule collect:
    input:
        metrics=METRICS,
        facts=FACTS,
    output:
        "results/{study}/collected/metrics.parquet",
    log:
        "results/{study}/logs/collect.log",
    benchmark:
        "results/{study}/benchmarks/collect.tsv"
    params:
        code=code_digest("skewbench.analysis.collect"),
    script:
        "../../scripts/collect.py"


rule rank_tables:
    input:
        collected="results/{study}/collected/metrics.parquet",
    output:
        expand(
            "results/{{study}}/tables/{table}.{format}",
            table=(
                "ranks",
                "effects",
                "differences",
                "leaking",
                "decisions",
                "ratios",
                "status",
                "resources",
            ),
            format=("csv", "parquet"),
        ),
    log:
        "results/{study}/logs/rank_tables.log",
    benchmark:
        "results/{study}/benchmarks/rank_tables.tsv"
    params:
        strategies=STUDY.strategies,
        code=code_digest("skewbench.analysis.tables"),
    script:
        "../../scripts/rank_tables.py"


rule provenance:
    input:
        "results/{study}/collected/metrics.parquet",
    output:
        "results/{study}/provenance.json",
    log:
        "results/{study}/logs/provenance.log",
    localrule: True
    params:
        study=str(STUDY.file),
        datasets=STUDY.datasets,
        strategies=STUDY.strategies,
        learners=STUDY.learners,
        protocol=STUDY.protocol,
    script:
        "../../scripts/provenance.py"


rule tables:
    input:
        expand(rules.rank_tables.output, study=STUDY.name),
    localrule: True


rule plan:
    log:
        expand("results/{study}/logs/plan.log", study=STUDY.name),
    localrule: True
    params:
        study=str(STUDY.file),
        data=config.get("data"),
    script:
        "../../scripts/plan.py"
