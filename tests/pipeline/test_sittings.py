"""A study in two sittings: what is archived is not run again, and nothing else changes."""

import shutil

import numpy as np
import pandas as pd
import pytest
from workplace import MINI

from skewbench.archive import read_blocks, write_blocks

STUDY = {key: value for key, value in MINI.items() if key != "keep_scores"}
STUDY |= {"archive": "kept", "learners": ["decision_tree"], "seeds": 1}


def collected(workplace):
    return pd.read_parquet(workplace.results / "collected" / "metrics.parquet")


def test_a_second_sitting_runs_what_is_new_and_keeps_the_rest(workplace):
    workplace.write(STUDY)
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    first = collected(workplace)
    kept = workplace.script("archive.py", workplace.study)
    assert kept.output == f"3 of 3 blocks are in {workplace.folder / 'kept'}.\n"
    assert kept.code == 0
    # On another machine, with another seed: only that runs, and the rest is there to the bit.
    shutil.rmtree(workplace.folder / "results")
    workplace.write(STUDY | {"seeds": 2})
    assert workplace.planned_blocks() == {
        f"blobs/natural/{strategy}/seeds1-1" for strategy in ("none", "random_under", "smote_few")
    }
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    both = collected(workplace)
    again = both[both["seed"] == 0]
    text = [name for name in both if name != "value"]
    order = {"by": text, "ignore_index": True}
    pd.testing.assert_frame_equal(
        first.astype(dict.fromkeys(text, str)).sort_values(**order),
        again.astype(dict.fromkeys(text, str)).sort_values(**order),
        check_exact=True,
    )
    assert set(both["seed"]) == {0, 1}
    assert workplace.script("archive.py", workplace.study).output.startswith("6 of 6 blocks")

    # Of a shorter study the archive keeps the rest; other data and settings run again.
    workplace.write(STUDY | {"strategies": ["none"]})
    kept = workplace.script("archive.py", workplace.study)
    assert kept.output.startswith("1 of 1 blocks"), kept.output
    listed = read_blocks(workplace.folder / "kept")
    assert len(listed) == 6
    for name, entry in listed.items():
        if "none" in name:
            entry["data"] = "other"
        if "smote_few" in name:
            entry["settings"] = "other"
    write_blocks(listed, workplace.folder / "kept")
    workplace.write(STUDY | {"seeds": 2})
    shutil.rmtree(workplace.results / "metrics")
    assert {block.split("/")[2] for block in workplace.planned_blocks()} == {"none", "smote_few"}

    # Where the data are not prepared yet, that they are others is seen when rows are collected.
    shutil.rmtree(workplace.folder / "results")
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    assert "data set 'blobs' is not what it was in the sittings in" in ended.output
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    assert set(collected(workplace)["strategy"]) == {"none", "random_under", "smote_few"}


def test_results_of_other_settings_are_not_archived(workplace):
    workplace.write(STUDY)
    ended = workplace.snakemake("metrics")
    assert ended.code == 0, ended.output
    workplace.write(STUDY | {"folds": 3})
    kept = workplace.script("archive.py", workplace.study)
    assert "3 metrics files were made with other settings or data" in kept.output
    assert kept.output.endswith(f"0 of 3 blocks are in {workplace.folder / 'kept'}.\n")

    # Nor is what lies in the place of another block.
    workplace.write(STUDY)
    places = {name.split("/")[2]: file for name, file in workplace.blocks().items()}
    shutil.copyfile(places["none"], places["smote_few"])
    kept = workplace.script("archive.py", workplace.study)
    named = places["smote_few"].relative_to(workplace.folder)
    assert f"Not archived: {named}: holds data set 'blobs'" in kept.output
    assert kept.output.endswith(f"2 of 3 blocks are in {workplace.folder / 'kept'}.\n")


def test_a_study_without_an_archive_says_so(workplace):
    workplace.write(MINI)
    ended = workplace.script("archive.py", workplace.study)
    assert (ended.code, ended.output.count("\n")) == (1, 1)
    assert "the study names no 'archive'" in ended.output


@pytest.fixture
def theirs(workplace):
    """A table in a folder of the user's."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(150, 3)), columns=list("abc")).round(3)
    table["y"] = np.where(rng.random(150) < 0.3 + 0.2 * (table["a"] > 0), "yes", "no")
    folder = workplace.folder / "theirs"
    folder.mkdir()
    table.to_csv(folder / "x.csv", index=False)
    return folder


@pytest.mark.slow
def test_without_the_data_an_archive_makes_tables_figures_and_report(workplace, theirs):
    own = {"mine": {"source": "file", "path": "${data}/x.csv", "target": "y"}}
    workplace.write(STUDY | {"datasets": [*STUDY["datasets"], own], "ratios": ["natural", "ir5"]})
    config = [f"data={theirs}"]
    metrics = "results/mini/metrics/{}/natural/{}/seeds0-0.parquet"
    ended = workplace.snakemake(
        *(metrics.format("mine", strategy) for strategy in ("none", "random_under", "smote_few")),
        "results/mini/difficulty/mine.json",
        config=config,
    )
    assert ended.code == 0, ended.output
    kept = workplace.script("archive.py", workplace.study, theirs)
    assert kept.output.startswith("3 of 12 blocks are in"), kept.output
    shutil.rmtree(theirs)
    shutil.rmtree(workplace.folder / "results")
    ended = workplace.snakemake(config=["archived=only"])
    assert ended.code == 0, ended.output
    assert set(collected(workplace)["dataset"]) == {"mine"}
    assert not (workplace.results / "metrics").exists()
    said = (workplace.results / "report.html").read_text(encoding="utf-8")
    assert "9 have not been run yet" in said
    difficulty = pd.read_parquet(workplace.results / "tables" / "difficulty.parquet")
    assert difficulty.query("ratio == 'natural'")["separability_auc"].notna().all()
    ended = workplace.script("publish.py", workplace.study)
    assert ended.code == 0, ended.output
    published = workplace.folder / "kept"
    assert (published / "report.html").stat().st_size > 100_000
    assert str(theirs) not in (published / "provenance.json").read_text()
    assert list((published / "figures").glob("forest_binary_natural.*"))
    assert not list((published / "figures").glob("*ir5*"))


def test_an_empty_archive_and_another_word_than_only(workplace):
    workplace.write(STUDY)
    ended = workplace.snakemake("-n", config=["archived=only"])
    assert "nothing of this study is archived" in ended.output
    ended = workplace.snakemake("-n", config=["archived=yes"])
    assert "the one value is 'only'" in ended.output
