"""Tables, claims and figures from a million collected rows: what the first sitting found.

The published archive is cut to its fourteen smallest families at their natural ratio: 1.09 million
rows once thresholds' metrics are derived from counts. Snakemake on two cores, its own start
included; illustrations, difficulty and the recommender fit models and are no part of it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml
from studies import ROOT, snakemake, write_study

DATASETS = ["oil", "yeast_me2", "pima", "german_credit", "hmda", "ecoli", "spectrometer"]
DATASETS += ["libras_move", "arrhythmia", "solar_flare_m0", "poker_8_vs_6", "haberman"]
DATASETS += ["hepatitis", "cervical_cancer"]
COLLECTED = "collected/metrics.parquet"
DERIVED = ("tables/claims.csv", "figures/status.png", "figures/forest_binary_natural.png")


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per step: rows, wall and CPU seconds, memory of the largest process."""
    study = yaml.safe_load((ROOT / "config" / "studies" / "published.yaml").read_text())
    study |= {"datasets": DATASETS, "ratios": ["natural"]}
    study["archive"] = str(ROOT / "results" / "reference" / "published")
    write_study(folder, study)
    results = Path("results") / study["study"]
    steps = {"collect": [COLLECTED], "tables, claims and figures": DERIVED}
    rows = []
    for what, files in steps.items():
        targets = [str(results / file) for file in files]
        run = snakemake(folder, targets=targets, config=["archived=only"])
        rows.append(
            {
                "what": what,
                "rows": pq.read_metadata(folder / results / COLLECTED).num_rows,
                "wall_seconds": round(run.wall, 1),
                "cpu_seconds": round(run.cpu, 1),
                "peak_mb": round(run.peak_mb),
            }
        )
    return pd.DataFrame(rows)
