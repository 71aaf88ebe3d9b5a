"""Measure how hard a data set is at every ratio of the study."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.data import difficulty, table

    rows = difficulty.at_ratios(
        *table.read(snakemake.input.data, snakemake.input.facts),
        ratios=snakemake.params.ratios,
        protocol=snakemake.params.protocol,
    )
    text = json.dumps(rows, indent=2, allow_nan=False) + "\n"
    Path(snakemake.output[0]).write_text(text, encoding="utf-8")
