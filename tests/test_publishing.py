"""Publishing replaces what was there, whole; a study that has not run changes nothing."""

import pandas as pd
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skewbench.errors import InputError
from skewbench.publishing import NEEDED, READABLE, publish
from skewbench.recommend import knowledge
from skewbench.recommend.knowledge import COLUMNS


@pytest.fixture
def results(tmp_path):
    """A study's folder, its tables all alike but for the differences."""
    folder = tmp_path / "results"
    (folder / "tables").mkdir(parents=True)
    (folder / "figures").mkdir()
    for name in ("report.html", "provenance.json", "figures/claims.svg"):
        (folder / name).write_text(name)
    said = PngInfo()
    said.add_text("Title", "What it shows")
    for name in ("claims", "ranks_x", "forest_binary_natural", "forest_multiclass_natural"):
        Image.new("RGB", (8, 8), "red").save(folder / "figures" / f"{name}.png", pnginfo=said)
    kept = {"task": "binary", "track": "default", "prior": "matched", "metric": "f1"}
    kept |= {"score": 0.1}
    rows = [kept, kept | {"metric": "accuracy"}, kept | {"prior": "reference"}]
    differences = pd.DataFrame(rows).reindex(columns=[*COLUMNS, "more"])
    for name in {*READABLE, *NEEDED, "differences", "effects"}:
        differences.to_csv(folder / "tables" / f"{name}.csv")
        differences.to_parquet(folder / "tables" / f"{name}.parquet")
    return folder


def test_old_files_go_and_differences_are_reduced(results, tmp_path):
    archive = tmp_path / "kept"
    (archive / "tables").mkdir(parents=True)
    (archive / "tables" / "old.csv").touch()
    (archive / "blocks.json.gz").touch()
    # Report and provenance; tables to read; all in Parquet but the effects; figures.
    assert publish(results, archive) == 2 + len(READABLE) + len({*READABLE, *NEEDED}) + 1 + 2
    assert (archive / "blocks.json.gz").exists()
    assert not (archive / "tables" / "old.csv").exists()
    figures = sorted((archive / "figures").iterdir())
    assert [file.stem for file in figures] == ["claims", "forest_binary_natural"]
    with Image.open(figures[0]) as image:
        assert image.info["Title"] == "What it shows"
    differences = pd.read_parquet(archive / "tables" / "differences.parquet")
    assert list(differences) == COLUMNS
    assert differences["metric"].tolist() == ["f1"]
    assert differences["score"].dtype == "float32"
    read_again = knowledge.read(archive)["differences"]["score"]
    assert read_again.dtype == "float64"
    assert read_again.tolist() == pytest.approx([0.1])


def test_without_a_report_nothing_changes(results, tmp_path):
    archive = tmp_path / "kept"
    (archive / "tables").mkdir(parents=True)
    (archive / "tables" / "old.csv").touch()
    (results / "report.html").unlink()
    with pytest.raises(InputError, match=r"report\.html: no such file; run the study first"):
        publish(results, archive)
    assert (archive / "tables" / "old.csv").exists()
