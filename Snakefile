# Skewbench at a glance: data sets x imbalance ratios x strategies x seeds.
#
#   snakemake --cores 2                                          the default study, config/config.yaml
#   snakemake --cores 2 --config study=config/studies/tiny.yaml  another one, in its place
#   snakemake --cores 1 plan                                     what would run, and for how long
#
# Targets: all (the default), metrics, tables, figures, report, plan.

import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))


report: "workflow/report/study.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/cells.smk"
include: "workflow/rules/difficulty.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/recommend.smk"
include: "workflow/rules/captions.smk"
include: "workflow/rules/illustrations.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/running.smk"
include: "workflow/rules/narration.smk"


rule all:
    default_target: True
    input:
        rules.tables.input,
        rules.figures.input,
        expand(rules.provenance.output, study=STUDY.name),
        expand(rules.report.output, study=STUDY.name),
    localrule: True


onstart:
    claim_study()
    if not ONLY_ARCHIVED:  # which runs none, and needs no extra
        check_strategies()
    NARRATOR.start()


onsuccess:
    NARRATOR.close()
    if CLAIM:
        announce_results(STUDY, RESULTS, STARTED)


onerror:
    NARRATOR.close()
