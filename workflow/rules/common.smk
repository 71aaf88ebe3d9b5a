# The study, the digests of the code behind it, and the names of its files.

import re

from skewbench.archive import ROWS, archived_blocks, archived_part
from skewbench.blocks import block_name
from skewbench.digest import code_digest, entry_digest, users_modules
from skewbench.errors import InputError
from skewbench.forecast import Forecast
from skewbench.study import load_study

# `--config archived=only`: tables and figures of what the archive holds, without the data.
ONLY_ARCHIVED = "archived" in config
if config.get("archived", "only") != "only":
    sys.exit(f"Error: archived={config['archived']}: the one value is 'only'")

try:
    STUDY = load_study(
        file=config.get("study", Path(workflow.basedir) / "config" / "config.yaml"),
        root=workflow.basedir,
        data=config.get("data"),
        with_data=not ONLY_ARCHIVED,
    )
    RESULTS = Path("results", STUDY.name)
    ARCHIVED = archived_blocks(STUDY, RESULTS)
    NOT_RUN = len(STUDY.blocks()) - len(ARCHIVED) if ONLY_ARCHIVED else 0
    if ONLY_ARCHIVED:
        STUDY = archived_part(STUDY, ARCHIVED)
except InputError as error:
    sys.exit(f"Error: {error}")

# A block depends on its slice of the configuration and on the code that reads it, nothing else.
MADE_FROM = {
    name: {
        "settings": settings,
        "code": f"{code_digest('skewbench.block')}-{entry_digest(settings, STUDY.folder)}",
    }
    for name in STUDY.strategies
    for settings in [STUDY.block_settings(name)]
}
# What earlier sittings have found is collected from the archive and not run again.
TO_RUN = [] if ONLY_ARCHIVED else sorted(set(STUDY.blocks()).difference(ARCHIVED))
METRICS = expand(
    "results/{study}/metrics/{block}.parquet",
    study=STUDY.name,
    block=[block_name(block) for block in TO_RUN],
)
KNOWN = STUDY.root / STUDY.archive if ONLY_ARCHIVED else RESULTS
FACTS = [str(KNOWN / "data" / f"{name}.json") for name in STUDY.datasets]

FORECAST = Forecast(STUDY, RESULTS)
FIRST = 10**9  # the priority of what blocks wait for; theirs is how long they take


wildcard_constraints:
    study=re.escape(STUDY.name),
    dataset="|".join(STUDY.datasets),
    ratio="|".join(map(re.escape, STUDY.ratios)),
    strategy="|".join(STUDY.strategies),
    first="[0-9]+",
    last="[0-9]+",


def cells_of(at):
    """Return how many cells the block at some wildcards has."""
    return int(at.last) - int(at.first) + 1


def expected_seconds(wildcards):
    at = wildcards
    return FORECAST.seconds(at.dataset, at.ratio, at.strategy, cells_of(at))


def expected_memory_mb(wildcards, attempt):
    return attempt * FORECAST.memory_mb(wildcards.dataset)


def expected_minutes(wildcards, attempt):
    at = wildcards
    return attempt * FORECAST.minutes(at.dataset, at.ratio, at.strategy, cells_of(at))


def highlighted(kind):
    """Return a function of the wildcards: a ratio's metrics or scores of what figures name."""
    return lambda wildcards: [
        f"results/{STUDY.name}/{kind}/{block_name(block)}.parquet"
        for block in STUDY.blocks()
        if block.strategy in STUDY.highlight and block.ratio == wildcards.ratio
    ]
