"""Import and construct everything the strategies and learners name, before any job needs them."""

from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.imports import build_all

    for kind in ("strategies", "learners"):
        for name, entry in snakemake.params[kind].items():
            build_all(entry, Path(snakemake.params.folder), f"{kind}: {name}")
    Path(snakemake.output[0]).write_text("every strategy and learner can be constructed\n")
