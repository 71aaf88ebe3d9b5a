"""Which blocks earlier sittings have done: names, settings, damage."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skewbench.archive import (
    BLOCKS,
    ROWS,
    archived_blocks,
    data_digest,
    forget,
    read_blocks,
    settings_digest,
    write_blocks,
)
from skewbench.blocks import Block, block_name, block_of
from skewbench.errors import InputError
from skewbench.study import Study

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)


def study(folder, **changes):
    plain = Study(
        name="mini",
        file=Path("study.yaml"),
        root=folder,
        datasets={"moons": {}, "wine": {}},
        ratios=("natural", "ir10"),
        strategies={"none": {}, "smote": {"resample": {"a.B": {"k": 5}}}},
        learners={"tree": {"model": {"a.Tree": {}}}},
        seeds=3,
        seeds_per_job=2,
        protocol={"folds": 5},
        limits={"time_limit": 60},
        highlight=(),
        archive=Path("kept"),
    )
    return replace(plain, **changes)


FACTS = {"checksum": "a1", "split": {"kind": "stratified"}, "cost": {"false_negative": 1}}


def found(study):
    return archived_blocks(study, study.root / "results")


def keep(study, blocks):
    """Write an archive that lists ``blocks`` as ``study`` would make them."""
    folder = study.root / study.archive
    folder.mkdir(exist_ok=True)
    (folder / ROWS).touch()
    entries = {
        block_name(block): {
            "settings": settings_digest(study, block.strategy),
            "data": data_digest(FACTS),
            "status": "ok",
            "cpu_seconds": 10,
        }
        for block in blocks
    }
    write_blocks(entries, folder)


@given(NAMES, st.sampled_from(["natural", "ir10", "ir10m50"]), NAMES, st.integers(0, 99))
def test_a_name_says_which_block(dataset, ratio, strategy, first):
    block = Block(dataset, ratio, strategy, first, first + 3)
    assert block_of(block_name(block)) == block


def test_no_archive_holds_nothing(tmp_path):
    assert found(study(tmp_path, archive=None)) == []
    assert found(study(tmp_path)) == []


def test_archived_blocks_are_those_of_the_study(tmp_path):
    mine = study(tmp_path)
    kept = [Block("moons", "ir10", "smote", 0, 1), Block("wine", "natural", "none", 2, 2)]
    keep(mine, [*kept, Block("iris", "natural", "none", 0, 1)])
    assert found(mine) == kept
    assert found(study(tmp_path, seeds_per_job=3)) == []


def test_other_settings_run_again_and_limits_and_labels_are_none(tmp_path):
    mine = study(tmp_path)
    keep(mine, mine.blocks())
    everything = 2 * 2 * 2 * 2
    assert len(found(mine)) == everything
    assert len(found(study(tmp_path, limits={"time_limit": 99}))) == everything
    other = {"none": {"label": "X"}, "smote": {"resample": {"a.B": {"k": 6}}}}
    assert {b.strategy for b in found(study(tmp_path, strategies=other))} == {"none"}
    assert found(study(tmp_path, protocol={"folds": 3})) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"blocks": 3}',
        '{"blocks": {"a/b/c/seeds0-0": {}}}',
        '{"block": {}}',
        "\udcff",
    ],
)
def test_a_damaged_list_is_an_error_with_its_file(tmp_path, content):
    keep(study(tmp_path), [])
    packed = gzip.compress(content.encode("utf-8", "surrogateescape"))
    (tmp_path / "kept" / BLOCKS).write_bytes(packed)
    with pytest.raises(InputError, match=r"kept/blocks\.json\.gz: damaged"):
        found(study(tmp_path))


@pytest.mark.parametrize("damage", [lambda packed: b"{" + packed, lambda packed: packed[:-9]])
def test_a_list_that_cannot_be_unpacked_is_an_error_with_its_file(tmp_path, damage):
    keep(study(tmp_path), [])
    file = tmp_path / "kept" / BLOCKS
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError, match=r"kept/blocks\.json\.gz: damaged"):
        found(study(tmp_path))


def test_a_list_without_its_rows_is_an_error(tmp_path):
    keep(study(tmp_path), [])
    (tmp_path / "kept" / ROWS).unlink()
    with pytest.raises(InputError, match=r"kept/metrics\.parquet: missing"):
        found(study(tmp_path))


def test_rows_without_their_list_are_an_error(tmp_path):
    keep(study(tmp_path), [])
    (tmp_path / "kept" / BLOCKS).unlink()
    with pytest.raises(InputError, match=r"kept/blocks\.json\.gz: missing"):
        found(study(tmp_path))


def test_the_list_is_one_block_to_a_line(tmp_path):
    mine = study(tmp_path)
    keep(mine, mine.blocks())
    text = gzip.decompress((tmp_path / "kept" / BLOCKS).read_bytes()).decode()
    assert len(text.splitlines()) == 16 + 2
    assert json.loads(text)["blocks"] == read_blocks(tmp_path / "kept")


@pytest.mark.parametrize("key", sorted(FACTS))
def test_other_data_splits_or_costs_run_again(tmp_path, key):
    mine = study(tmp_path)
    keep(mine, mine.blocks())
    folder = tmp_path / "results" / "data"
    folder.mkdir(parents=True)
    (folder / "moons.json").write_text(json.dumps(FACTS | {"licence": "any"}), encoding="utf-8")
    assert {block.dataset for block in found(mine)} == {"moons", "wine"}
    (folder / "moons.json").write_text(json.dumps(FACTS | {key: "other"}), encoding="utf-8")
    assert {block.dataset for block in found(mine)} == {"wine"}


def test_failed_blocks_can_be_taken_out(tmp_path):
    mine = study(tmp_path)
    keep(mine, mine.blocks())
    assert forget(tmp_path / "kept") == 0
    blocks = read_blocks(tmp_path / "kept")
    for (name, entry), status in zip(
        blocks.items(), ("failed", "timeout", "infeasible"), strict=False
    ):
        blocks[name] = entry | {"status": status}
    write_blocks(blocks, tmp_path / "kept")
    assert forget(tmp_path / "kept") == 2
    assert len(found(mine)) == 14
    assert forget(tmp_path / "absent") == 0
