# One self-contained page from whatever the rules `tables` and `figures` ask for.


rule report:
    input:
        tables=rules.tables.input,
        figures=rules.figures.input,
        facts=FACTS,
        collected="results/{study}/collected/metrics.parquet",
        provenance="results/{study}/provenance.json",
        # Snakemake sees an edit of these by itself, unlike one of a module.
        page=[
            str(Path(workflow.basedir) / "workflow" / "skewbench" / "report" / name)
            for name in ("page.html.j2", "parts.html.j2", "report.css", "report.js")
        ],
    output:
        report(
            "results/{study}/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"figure": "report", "of": "the study"},
        ),
    log:
        "results/{study}/logs/report.log",
    benchmark:
        "results/{study}/benchmarks/report.tsv"
    params:
        file=str(STUDY.file),
        strategies=STUDY.strategies,
        learners=STUDY.learners,
        code=code_digest("skewbench.report.page"),
    script:
        "../../scripts/write_report.py"
