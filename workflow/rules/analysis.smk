# One collected table, the tables made from it, and what the study ran on.


rule collect:
    input:
        metrics=METRICS,
        facts=FACTS,
        archive=[STUDY.root / STUDY.archive / ROWS] if ARCHIVED else [],
    output:
        "results/{study}/collected/metrics.parquet",
    log:
        "results/{study}/logs/collect.log",
    benchmark:
        "results/{study}/benchmarks/collect.tsv"
    params:
        archived=[block_name(block) for block in ARCHIVED],
        not_run=NOT_RUN,
        code=code_digest("skewbench.analysis.sittings"),
    script:
        "../../scripts/collect.py"


TABLES = [
    "ranks",
    "effects",
    "differences",
    "comparisons",
    "sensitivity",
    "screens",
    "pairs",
    "own_models",
    "leaking",
    "decisions",
    "decomposition",
    "ratios",
    "slopes",
    "arms",
    "difficulty",
    "difficulty_effects",
    "confusions",
    "gaps",
    "shots",
    "status",
    "resources",
    "hyperparameters",
]


rule make_tables:
    input:
        collected="results/{study}/collected/metrics.parquet",
        difficulty=DIFFICULTY,
        facts=FACTS,
    output:
        expand(
            "results/{{study}}/tables/{table}.{format}",
            table=TABLES,
            format=("csv", "parquet"),
        ),
    log:
        "results/{study}/logs/make_tables.log",
    benchmark:
        "results/{study}/benchmarks/make_tables.tsv"
    params:
        strategies=STUDY.strategies,
        learners=dict.fromkeys(STUDY.learners),
        ratios=STUDY.ratios,
        code=code_digest("skewbench.analysis.tables", "skewbench.analysis.writing"),
    script:
        "../../scripts/make_tables.py"


rule judge_claims:
    input:
        collected="results/{study}/collected/metrics.parquet",
        facts=FACTS,
        difficulty="results/{study}/tables/difficulty.parquet",
        claims=Path(workflow.basedir) / "config" / "claims.yaml",
        schema=Path(workflow.basedir) / "workflow" / "schemas" / "claim.schema.yaml",
    output:
        expand(
            "results/{{study}}/tables/{table}.{format}",
            table=("claims", "claims_by_learner", "policies"),
            format=("csv", "parquet"),
        ),
    log:
        "results/{study}/logs/judge_claims.log",
    benchmark:
        "results/{study}/benchmarks/judge_claims.tsv"
    params:
        strategies=STUDY.strategies,
        code=code_digest(
            "skewbench.analysis.claims.table", "skewbench.analysis.writing"
        ),
    script:
        "../../scripts/judge_claims.py"


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
        protocol=STUDY.protocol | STUDY.limits,
        ratios=STUDY.ratios,
        seeds=STUDY.seeds,
        root=str(STUDY.root),
        archive=str(STUDY.root / STUDY.archive) if ARCHIVED else None,
        archived=len(ARCHIVED),
        code=code_digest("skewbench.provenance"),
    script:
        "../../scripts/provenance.py"


rule tables:
    input:
        expand(rules.make_tables.output, study=STUDY.name),
        expand(rules.judge_claims.output, study=STUDY.name),
        expand(
            "results/{study}/tables/recommender.{format}",
            study=STUDY.name,
            format=("csv", "parquet"),
        ),
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
