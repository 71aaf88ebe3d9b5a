"""Say what the study ran: configuration, versions, commit, machine and CPU time."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.provenance import provenance

    results = Path(snakemake.input[0]).parent.parent
    configuration = dict(snakemake.params.items())
    configuration.pop("code")
    root = configuration.pop("root")
    text = json.dumps(provenance(results, configuration), indent=2) + "\n"
    text = text.replace(f"{root}/", "")  # whose folders these were is nobody's business
    if "data" in snakemake.config:
        text = text.replace(str(Path(snakemake.config["data"]).resolve()), "${data}")
    Path(snakemake.output[0]).write_text(text)
