"""The README's numbers are those of the committed reference tables."""

import json
import re
from pathlib import Path

import pandas as pd
from PIL import Image

from skewbench.archive import read_blocks
from skewbench.configuration import read_yaml
from skewbench.figures.decomposition import decomposition_plot
from skewbench.study import load_study

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "results" / "reference" / "published" / "tables"
README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def compared(metric, decision="", scores="raw"):
    """Return the comparisons of strategies with the untouched learners, at their natural ratio."""
    table = pd.read_parquet(TABLES / "comparisons.parquet")
    kept = (table["task"] == "binary") & (table["ratio"] == "natural")
    kept &= (table["learner"] != "own") & (table["prior"] == "matched")
    wanted = {"metric": metric, "decision": decision, "scores": scores}
    for column, value in wanted.items():
        kept &= table[column] == value
    return table[kept]


def test_strategies_of_the_catalogue():
    entries = read_yaml(ROOT / "config" / "strategies.yaml").values()
    neural = sum("extra" in entry for entry in entries)
    assert f"{len(entries) - neural} strategies ([config/strategies.yaml]" in README
    assert f"there are {neural} more, which train a perceptron" in README


def test_learners_of_the_catalogue():
    entries = read_yaml(ROOT / "config" / "learners.yaml").values()
    assert sum("extra" not in entry for entry in entries) == 9
    assert "nine learners ([config/learners.yaml]" in README


def test_what_has_been_run():
    archived = read_blocks(TABLES.parent)
    study = load_study(ROOT / "config" / "studies" / "published.yaml", ROOT, with_data=False)
    assert f"{len(archived)} of its {len(study.blocks())} blocks" in README
    found = compared("average_precision")
    every = pd.read_parquet(TABLES / "comparisons.parquet").groupby("ratio")["n_datasets"].max()
    induced = f"imbalance ratio 10 on {every['ir10']} data sets, the same with 50 minority rows "
    more = f"imbalance ratio 50 on {every['ir50']}, and a long tail of {every['lt10']} data sets"
    assert f"{induced}on {every['ir10m50']}, {more} with more classes (" in README
    sets, strategies = found["n_datasets"].max(), found["strategy"].nunique()
    assert f"natural ratio of {sets} data sets of as many families" in README
    assert f"{strategies} strategies in {len(found)} pairs with a learner" in README
    status = pd.read_parquet(TABLES / "status.parquet").query("ratio == 'natural'")
    twice = status.groupby(["task", "dataset"])["n_seeds"].max() == 2
    assert f"five folds, one seed and a second on {twice['binary'].sum()} of the data" in README
    assert f"once more the natural ratio of {twice.sum()} data sets with a second" in README


def test_better_at_the_default_threshold_and_tuned():
    default, tuned = (compared("f1", rule)["verdict"] for rule in ("default", "tuned_f1"))
    sentence = f"{(default == 'better').sum()} of {len(default)} pairs have a better F1"
    assert sentence in README
    better, worse = ((tuned == verdict).sum() for verdict in ("better", "worse"))
    assert f"tuned threshold {better} do, {worse} are worse, and the others" in README
    gains = pd.read_parquet(TABLES / "decomposition.parquet")
    gains = gains[(gains["metric"] == "f1") & (gains["ratio"] == "natural")]
    gains = gains[gains["learner"] != "own"]
    median = gains.groupby("step")["gain"].median()
    both = f"from {median['default']:+.3f} to {median['both_tuned']:+.3f}"
    assert both in README


def test_the_headline_figure_is_that_of_the_committed_table():
    """Its title has its medians, the number of pairs and of data sets, and its lowest line."""
    table = pd.read_parquet(TABLES / "decomposition.parquet")
    table = table[(table["task"] == "binary") & (table["ratio"] == "natural")]
    (file,) = re.findall(r"\(([^)]+decomposition_binary_natural[.]png)\)", README)
    with Image.open(ROOT / file) as image:
        assert image.info["Title"] == decomposition_plot(table, []).get_label()


def test_average_precision():
    found = compared("average_precision")
    verdicts = found["verdict"].value_counts()
    sentence = (
        f"average precision {verdicts.get('better', 0)} of {len(found)} are better, "
        f"{verdicts['worse']} worse and {verdicts['equivalent']} equivalent"
    )
    assert sentence in README


def test_a_gain_that_is_one_data_set():
    found = compared("average_precision").query("learner == 'xgboost' and strategy == 'smote'")
    row = found.iloc[0]
    gain, without = row["mean"], row["mean_without_pivot"]
    assert f"SMOTE with XGBoost, {gain:+.3f} in mean average precision" in README
    assert f"it is {without:+.3f} without {row['pivot']}, whose 17 positives" in README
    facts = json.loads((TABLES.parent / "data" / "poker_8_vs_6.json").read_text(encoding="utf-8"))
    assert (facts["family"], facts["class_counts"][1]) == (row["pivot"], 17)


def test_undersampling_ruins_probabilities():
    raw, recalibrated = (
        compared("log_loss", scores=version).query("strategy == 'random_under'")
        for version in ("raw", "recalibrated")
    )
    assert set(raw["verdict"]) == {"worse"}
    assert f"log-loss {raw['mean'].min():+.2f} to {raw['mean'].max():+.2f}" in README
    assert f"recalibrated, {recalibrated['mean'].max():+.2f} is left at most" in README


def test_the_formula_for_a_shifted_prior():
    raw, corrected = (
        compared("log_loss", scores=version).set_index(["strategy", "learner"])["mean"]
        for version in ("raw", "corrected")
    )
    left = corrected["random_under"]
    assert f"by its formula leaves {left.min():+.2f} to {left.max():+.2f}." in README
    before, after = (version["random_over", "xgboost"] for version in (raw, corrected))
    assert f"worse ({before:+.2f} raw, {after:+.2f} corrected)" in README


def test_optimism_of_leaking():
    leaking = pd.read_csv(TABLES / "leaking.csv").fillna({"decision": ""})
    rows = leaking[
        (leaking["task"] == "binary")
        & (leaking["ratio"] == "natural")
        & (leaking["metric"] == "average_precision")
        & (leaking["scores"] == "raw")
        & (leaking["prior"] == "matched")
    ].set_index("learner")["mean"]
    sentence = (
        f"{rows['logistic_regression']:.2f} (logistic regression), "
        f"{rows['random_forest_8']:.2f} (random forest) and {rows['xgboost']:.2f} (XGBoost)"
    )
    assert sentence in README


def test_verdicts_on_claims():
    claims = pd.read_csv(TABLES / "claims.csv")
    every, judged = (
        table["verdict"].value_counts() for table in (claims, claims.dropna(subset="lower"))
    )
    sentence = (
        f"Of {judged.sum()} claims of the lecture notes that could be judged, "
        f"{judged['supported']} are supported, {judged['contradicted']} contradicted and "
        f"{judged['undecided']} undecided; {every['undecided'] - judged['undecided']} more have "
        f"too few families of data sets, and {every['not yet run']} have not been run yet."
    )
    assert sentence in README
    worthy = claims["verdict_report_worthy"].value_counts()
    alone = (
        f"On the data sets with enough positives alone, {worthy['supported']} are supported and "
        f"{worthy['contradicted']} contradicted."
    )
    assert alone.removesuffix(".") in README
    good = claims.set_index("id").loc["smote_is_a_good_baseline"]
    assert good["verdict_report_worthy"] == "contradicted"


def test_networks_on_tables():
    folder = ROOT / "results" / "reference" / "neural" / "tables"
    table = pd.read_parquet(folder / "comparisons.parquet").query(
        "task == 'binary' and learner == 'mlp' and metric == 'average_precision'"
        " and scores == 'raw' and prior == 'matched'"
    )
    assert set(table["verdict"]) == {"too few data sets"}
    assert f"On {table['n_datasets'].max()} binary tables, too few for a verdict" in README
    assert f"between {table['mean'].min():.2f} and {table['mean'].max():+.2f} (" in README


def test_the_long_tail():
    table = pd.read_csv(ROOT / "results" / "reference" / "long_tail" / "tables" / "shots.csv")
    table = table[table["ratio"] == "lt100"].set_index(["decision", "strategy"])
    parts = {
        "untouched network finds {} of the three rarest classes and {} of all": "none",
        "balanced softmax {} and {}": "balanced_softmax",
        "LDAM-DRW {} and {}": "ldam_drw",
        "a classifier trained again on balanced batches {} and {}": "decoupling_crt",
    }
    for sentence, strategy in parts.items():
        shares = (
            f"{100 * table.loc[('default', strategy), group]:.0f} %" for group in ("few", "all")
        )
        assert sentence.format(*shares) in README
    shares = (f"{100 * table.loc[('prior', 'none'), group]:.0f} %" for group in ("few", "all"))
    assert "no further training, finds {} and {}".format(*shares) in README


def benchmark(name):
    return pd.read_csv(ROOT / "results" / "reference" / "benchmarks" / f"{name}.csv")


def test_efficiency():
    small, large = benchmark("efficiency").set_index("rows")["efficiency"].loc[[500, 2000]]
    assert f"spends {small:.0%} inside".replace("%", " %") in README
    assert f"and {large:.0%} on data sets of 2000".replace("%", " %") in README


def test_growth():
    table = benchmark("growth").set_index(["what", "n"])
    wall = table["wall_seconds"]
    assert f"planned in {wall['dry run', 10_000]:.0f} s" in README
    assert f"found finished in {wall['nothing to be done', 10_000]:.0f} s" in README
    run = table.loc[("a run, empty blocks", 10_000)]
    sentence = f"{run['wall_seconds'] / 60:.0f} minutes and {run['peak_mb']:.0f} MB to run"
    assert sentence in README
    assert f"fifty thousand are planned in {wall['dry run', 50_000]:.0f} s" in README


def test_memory():
    table = benchmark("memory")
    assert set(table["status"]) == {"ok", "infeasible"}
    largest = table["peak_memory_mb"].max()
    assert largest < 2048
    assert f"no strategy takes more than {largest / 1000:.1f} GB" in README


def test_tables_and_figures_of_a_million_rows():
    row = benchmark("tables").set_index("what").loc["tables, claims and figures"]
    assert row["rows"] > 1_000_000
    assert row["wall_seconds"] < 60
    sentence = (
        f"Tables, claims and figures of {row['rows'] / 1e6:.2f} million collected rows take "
        f"{row['wall_seconds']:.0f} s and {row['peak_mb']:.0f} MB"
    )
    assert sentence in README


def test_long_blocks_start_first():
    row = benchmark("order").set_index("longest_first").loc[True]
    sentence = (
        f"of {row['blocks']:.0f} blocks the last of ten long ones starts as number "
        f"{row['last_long_block_started_as']:.0f}"
    )
    assert sentence in README


def test_gain_of_the_incremental_search():
    table = benchmark("neighbours")
    gains = table[table["method"] == "condensed nearest neighbour"]
    assert gains["same_rows"].all()
    low, high = gains["gain"].min(), gains["gain"].max()
    assert f"rows {low:.0f} to {high:.0f} times faster" in README


def test_the_usual_way_takes_longer():
    table = benchmark("peers").set_index("way")
    assert (table["largest_difference"] <= 1e-12).all()
    ratio = table["cpu_ratio"]
    assert f"take {ratio['pipelines']:.1f} times the CPU time" in README
    assert f"`TunedThresholdClassifierCV` {ratio['library_tuner']:.1f} times" in README
