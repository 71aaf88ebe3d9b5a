"""Judge the claims of the notes, and both decision guides, on what the study has collected."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    import pandas as pd

    from skewbench.analysis.claims.registry import load_claims
    from skewbench.analysis.claims.table import claim_tables
    from skewbench.analysis.select import strategy_facts
    from skewbench.analysis.writing import write

    facts = {Path(file).stem: json.loads(Path(file).read_text()) for file in snakemake.input.facts}
    made = claim_tables(
        pd.read_parquet(snakemake.input.collected),
        strategy_facts(snakemake.params.strategies),
        load_claims(snakemake.input.claims),
        facts,
        pd.read_parquet(snakemake.input.difficulty),
    )
    for file in map(Path, snakemake.output):
        write(made[file.stem], file)
