"""Say what the study ran: configuration, versions, commit, machine and CPU time."""

import json
from pathlib import Path

from skewbench.logs import logged

with logged(snakemake.log[0]):
    from skewbench.provenance import provenance

    facts = provenance(Path(snakemake.input[0]).parent.parent, dict(snakemake.params.items()))
    Path(snakemake.output[0]).write_text(json.dumps(facts, indent=2) + "\n")
