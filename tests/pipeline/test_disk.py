"""A full and a read-only disk: one sentence for each job, nothing finished is lost."""

import pytest
from workplace import MINI

from mounts import filled, read_only, small_disk
from skewbench.results import read_metrics

FIRST = "results/mini/metrics/blobs/natural/none/seeds0-1.parquet"
ADVICE = "and run again, what is finished is kept"


@pytest.mark.slow
def test_a_study_goes_on_after_a_full_and_a_read_only_disk(workplace, finished):
    workplace.write(MINI | {"seeds_per_job": 2})
    results = workplace.folder / "results"
    with small_disk(results):
        first = workplace.snakemake(FIRST)
        assert first.code == 0, first.output
        before = (workplace.folder / FIRST).read_bytes()

        with filled(results):
            full = workplace.snakemake("metrics")
        assert full.code != 0
        assert "Traceback" not in full.output
        for strategy in ("random_under", "smote_few"):
            said = f"results/mini/scores/blobs/natural/{strategy}/seeds0-1.parquet: "
            said += f"No space left on device; free some space {ADVICE}"
            assert full.output.count(f"Error: {said}\n") == 1, full.output

        with read_only(results):
            refused = workplace.snakemake("metrics")
        assert refused.code != 0
        said = "Error: results/mini/.running: Read-only file system; make it writable "
        assert refused.output.count(said + ADVICE) == 1
        assert "Traceback" not in refused.output

        assert list(workplace.blocks().values()) == [workplace.folder / FIRST]
        assert not list(results.rglob("*.tmp"))
        resumed = workplace.snakemake("metrics")
        assert resumed.code == 0, resumed.output
        assert (workplace.folder / FIRST).read_bytes() == before
        assert len(workplace.blocks()) == 3
        assert workplace.metrics().equals(finished.metrics())
        for path in workplace.blocks().values():
            read_metrics(path)
