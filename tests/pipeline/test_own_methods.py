"""A user's own data and samplers: used, run again when edited, and forgotten where they failed."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workplace import Workplace, changed

from skewbench.results import CellResult, metrics_table, read_metrics, write

MY_METHODS = '''
from pathlib import Path

import numpy as np


class Doubling:
    """Minority rows `times` times."""

    def __init__(self, times=2):
        self.times = times

    def fit_resample(self, X, y):
        rare = np.flatnonzero(y == 1)
        rows = np.concatenate([np.arange(len(y))] + [rare] * (self.times - 1))
        return X[rows], y[rows]


class Broken(Doubling):
    def fit_resample(self, X, y):
        if Path(__file__).with_name("broken").exists():
            raise RuntimeError("this sampler is broken")
        return super().fit_resample(X, y)
'''
MINE = {
    "study": "mine",
    "datasets": [
        {"claims": {"source": "file", "path": "claims.csv", "target": "fraud", "positive": "yes"}}
    ],
    "ratios": ["natural"],
    "strategies": [
        "none",
        {"doubling": {"level": "data", "resample": {"my_methods.Doubling": {"times": 3}}}},
        {"broken": {"level": "data", "resample": {"my_methods.Broken": {}}}},
    ],
    "learners": ["decision_tree"],
    "seeds": 1,
    "folds": 2,
    "inner_folds": 2,
}


@pytest.fixture(scope="session")
def mine(tree, tmp_path_factory):
    """A study of one's own data and samplers, one of which raises, run to its end."""
    place = Workplace(tree, tmp_path_factory.mktemp("mine"))
    place.write(MINE)
    (place.folder / "my_methods.py").write_text(MY_METHODS, encoding="utf-8")
    (place.folder / "broken").touch()
    rng = np.random.default_rng(0)
    fraud = np.arange(100) % 4 == 0
    rows = pd.DataFrame(
        {
            "amount": rng.normal(fraud * 1.0).round(3),
            "region": rng.choice(["north", "south", "west"], 100),
            "fraud": np.where(fraud, "yes", "no"),
        }
    )
    rows.to_csv(place.folder / "claims.csv", index=False)
    place.finish()
    return place


def statuses(place):
    collected = pd.read_parquet(place.results / "collected" / "metrics.parquet")
    found = collected[["strategy", "status", "reason"]].astype(str).drop_duplicates()
    return {row.strategy: (row.status, row.reason) for row in found.itertuples()}


def test_a_strategy_that_raises_ends_as_a_row_and_stops_nothing(mine):
    found = statuses(mine)
    assert found.pop("broken") == ("failed", "fold 0: RuntimeError: this sampler is broken")
    assert found == {"none": ("ok", ""), "doubling": ("ok", "")}
    collected = pd.read_parquet(mine.results / "collected" / "metrics.parquet")
    assert (collected["strategy"] == "broken").sum() == 1
    said = (mine.results / "tables" / "status.csv").read_text(encoding="utf-8")
    assert "this sampler is broken" in said
    assert (mine.results / "figures" / "status.png").stat().st_size > 0


def test_a_sampler_of_ones_own_resamples(mine):
    (path,) = (path for block, path in mine.blocks().items() if "doubling" in block)
    rows = read_metrics(path).to_pandas()
    rows = rows[rows["metric"].isin(["n_resampled", "n_train", "n_train_positive"])]
    sizes = rows.astype({"metric": str}).pivot(index="fold", columns="metric", values="value")
    assert sizes["n_train"].sum() == 100
    # Positives three times instead of once.
    expected = sizes["n_train"] + 2 * sizes["n_train_positive"]
    assert (sizes["n_resampled"] == expected).all()


def test_editing_a_sampler_of_ones_own_runs_its_blocks(mine):
    file = mine.folder / "my_methods.py"
    file.write_text(MY_METHODS + "\n# another thought\n", encoding="utf-8")
    try:
        assert {block.split("/")[2] for block in mine.planned_blocks()} == {"doubling", "broken"}
    finally:
        file.write_text(MY_METHODS, encoding="utf-8")


def test_what_failed_is_forgotten_and_done_again(mine):
    (broken,) = (path for block, path in mine.blocks().items() if "broken" in block)
    others = set(mine.blocks().values()) - {broken}
    said = mine.script("forget_failed.py", mine.study)
    assert said.code == 0, said.output
    assert str(broken.relative_to(mine.folder)) in said.output
    assert not broken.exists()
    assert all(path.exists() for path in others)
    assert mine.planned_blocks() == {"claims/natural/broken/seeds0-0"}

    (mine.folder / "broken").unlink()
    ended = mine.snakemake()
    assert ended.code == 0, ended.output
    assert statuses(mine)["broken"] == ("ok", "")
    again = mine.script("forget_failed.py", mine.study)
    assert again.code == 0
    assert "broken" not in again.output
    assert broken.exists()


def test_forgetting_reaches_nothing_outside_the_results(workplace):
    outside = workplace.folder / "outside" / "metrics" / "seeds0-0.parquet"
    keys = dict.fromkeys(("dataset", "ratio", "strategy", "task", "track"), "x")
    write(metrics_table([CellResult(0, "tree", "failed", "x")], keys), outside)
    (workplace.folder / "results").mkdir()
    workplace.write(changed(study="../outside"))
    said = workplace.script("forget_failed.py", workplace.study)
    assert outside.exists()
    assert said.code != 0
    assert "Traceback" not in said.output


@pytest.mark.parametrize("arguments", [[], ["none.yaml"]], ids=["nothing", "absent"])
def test_forgetting_needs_a_study_file(workplace, arguments):
    said = workplace.script("forget_failed.py", *arguments)
    assert said.code != 0
    assert "Traceback" not in said.output
    assert Path(arguments[0]).name in said.output if arguments else "Usage" in said.output


def test_a_study_inside_the_project_runs_from_another_folder(tree, workplace):
    """Results may go elsewhere; data and modules are still found beside the study file."""
    inside = tree / "config" / "studies" / "inside"
    inside.mkdir(parents=True)
    (inside / "my_methods.py").write_text(MY_METHODS, encoding="utf-8")
    rows = "".join(f"{i},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(60))
    (inside / "claims.csv").write_text("amount,fraud\n" + rows, encoding="utf-8")
    workplace.write(MINE | {"strategies": MINE["strategies"][:2], "min_positives": 5})
    workplace.study.rename(inside / "study.yaml")
    try:
        ended = workplace.snakemake("metrics", study=inside / "study.yaml")
    finally:
        shutil.rmtree(inside)
    assert ended.code == 0, ended.output
    assert len(workplace.blocks()) == 2
    for path in workplace.blocks().values():
        assert read_metrics(path)["status"].unique().to_pylist() == ["ok"]
