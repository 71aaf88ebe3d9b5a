"""Files that are damaged or misplaced after they were made: named, and made again."""

import random

import pandas as pd
import pytest
from workplace import MINI

STRATEGIES = ("none", "random_under", "smote_few")
DAMAGE = {
    "none": lambda content: content[: len(content) // 2],
    "random_under": lambda content: (
        content[:2000] + random.Random(0).randbytes(50) + content[2050:]
    ),
    "smote_few": lambda content: b"",
}


def paths(workplace, kind):
    folder = workplace.results / kind / "blobs" / "natural"
    return {name: folder / name / "seeds0-1.parquet" for name in STRATEGIES}


@pytest.mark.slow
def test_damaged_files_are_named_and_made_again(workplace):
    workplace.write(MINI | {"seeds_per_job": 2})
    first = workplace.snakemake("tables")
    assert first.code == 0, first.output
    expected = workplace.metrics()
    status = (workplace.results / "tables" / "status.csv").read_bytes()

    # Metrics: the run names them, goes on with the rest and says how to make them again.
    damaged = {name: paths(workplace, "metrics")[name] for name in ("random_under", "smote_few")}
    damaged["random_under"].write_bytes(paths(workplace, "metrics")["none"].read_bytes())
    damaged["smote_few"].write_bytes(DAMAGE["smote_few"](b""))
    told = workplace.snakemake("tables")
    assert told.code == 0, told.output
    reasons = {
        "random_under": "holds data set 'blobs', ratio natural, strategy 'none', seed 0, 1",
        "smote_few": "no readable parquet file",
    }
    reasons = {
        name: f"{file.relative_to(workplace.folder)}: {reasons[name]}"
        for name, file in damaged.items()
    }
    for reason in reasons.values():
        assert told.output.count(f"Not collected: {reason}") == 1
    assert "2 ok, 4 missing" in told.output or "4 missing, 2 ok" in told.output
    assert told.output.count("`make retry`") == 1
    partly = pd.read_csv(workplace.results / "tables" / "status.csv", keep_default_na=False)
    assert partly.groupby("status")["strategy"].agg(set).to_dict() == {
        "ok": {"none"},
        "missing": set(damaged),
    }
    for row in partly[partly["status"] == "missing"].itertuples():
        assert row.reason.startswith(reasons[row.strategy])

    # Scores that nothing has read yet are found by the same command.
    scores = paths(workplace, "scores")["none"]
    scores.write_bytes(DAMAGE["none"](scores.read_bytes()))
    forgotten = workplace.script("forget_failed.py", workplace.study)
    assert forgotten.code == 0, forgotten.output
    assert forgotten.output.count("forgotten: ") == 3

    # The data: the first job that reads them says what to do, and that helps.
    data = workplace.results / "data" / "blobs.parquet"
    data.write_bytes(DAMAGE["random_under"](data.read_bytes()))
    refused = workplace.snakemake("tables")
    assert refused.code != 0
    assert "Traceback" not in refused.output
    said = "Error: results/mini/data/blobs.parquet: damaged ("
    assert said in refused.output
    assert "; delete it and run again, then it is prepared anew" in refused.output
    data.unlink()
    repaired = workplace.snakemake("tables")
    assert repaired.code == 0, repaired.output
    assert workplace.metrics().equals(expected)
    assert (workplace.results / "tables" / "status.csv").read_bytes() == status
    assert "0 metrics files" in workplace.script("forget_failed.py", workplace.study).output
