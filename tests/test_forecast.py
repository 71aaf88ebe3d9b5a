"""What a block will cost, by hand-worked numbers and by what must grow with what."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skewbench.feasibility import Size
from skewbench.forecast import BLOCK_SECONDS, FOLD_SECONDS, Forecast, cell_seconds
from skewbench.study import load_study

PROTOCOL = {"folds": 5, "inner_folds": 3}
SLOW = {"cost_model": {"seconds": 0.5, "exponent": 2.0}}
LINEAR = {"cost_model": {"seconds": 0.1, "exponent": 1.0}}


def test_a_cell_worked_out_by_hand():
    # 2,000 rows: the strategy 0.5 x 2^2 = 2 s a pass for both learners together, the learner 0.2 s;
    # an outer fit and three inner ones on two thirds of the rows make 3 passes a fold; 80 features
    # cost twice what 20 do.
    seconds = cell_seconds(
        SLOW, {"a": LINEAR, "b": LINEAR}, PROTOCOL, 80, Size("binary", (1800, 200))
    )
    assert seconds == pytest.approx(dict.fromkeys("ab", 15 * 2 * (1.0 + 0.2) + 5 * FOLD_SECONDS))


def test_without_an_inner_pass_a_fold_has_one_fit():
    size, protocol = Size("binary", (900, 100)), {"folds": 4, "inner_folds": 0}
    seconds = cell_seconds({"model": {}, **SLOW}, {"own": {"model": {}}}, protocol, 20, size)
    assert seconds == pytest.approx({"own": 4 * 0.5 + 4 * FOLD_SECONDS})


def test_trials_are_inner_passes_before_those_of_the_chosen_one():
    size, entry = Size("binary", (900, 100)), {"a": LINEAR}
    free = {"cost_model": {"seconds": 0.0, "exponent": 1.0}}
    seconds = cell_seconds(free, entry, PROTOCOL | {"trials": 4}, 20, size)
    # Each pass of three inner folds costs two fits: four trials, the chosen one again, and outside.
    assert seconds == pytest.approx({"a": 5 * 0.1 * (2 * 5 + 1) + 5 * FOLD_SECONDS})


@pytest.mark.parametrize(
    ("resampler", "rows"),
    [
        ("imblearn.over_sampling.RandomOverSampler", 3600),
        ("imblearn.combine.SMOTETomek", 3600),
        ("imblearn.under_sampling.RandomUnderSampler", 400),
        ("imblearn.under_sampling.TomekLinks", 2000),
        ("my_methods.Jitter", 2000),
    ],
)
def test_learners_take_the_time_that_the_resampled_rows_do(resampler, rows):
    strategy = {"resample": {resampler: {}}, "cost_model": {"seconds": 0.0, "exponent": 1.0}}
    seconds = cell_seconds(strategy, {"a": LINEAR}, PROTOCOL, 20, Size("binary", (1800, 200)))
    assert seconds == pytest.approx({"a": 15 * 0.1 * rows / 1000 + 5 * FOLD_SECONDS})


@given(st.integers(20, 10**6), st.floats(1.1, 50), st.integers(1, 500))
def test_more_rows_columns_or_classes_never_cost_less(rows, times, columns):
    def cost(rows, columns, classes=2):
        size = Size("binary", (rows,) + (10,) * (classes - 1))
        return cell_seconds(SLOW, {"a": LINEAR}, PROTOCOL, columns, size)["a"]

    assert cost(int(rows * times), columns) >= cost(rows, columns)
    assert cost(rows, int(columns * times)) >= cost(rows, columns)
    assert cost(rows, columns, 3) > cost(rows, columns, 2)


@pytest.fixture
def forecast(request, tmp_path):
    """A forecast for a study of one file whose data set is not prepared yet."""
    (tmp_path / "table.csv").write_text("x,y\n" + "0.123456,a\n" * 15_000, encoding="utf-8")
    own = {"level": "data", "resample": {"imblearn.over_sampling.RandomOverSampler": {}}}
    study = {
        "study": "mine",
        "datasets": [{"table": {"source": "file", "path": "table.csv", "target": "y"}}],
        "ratios": ["natural", "ir10", "lt5"],
        "strategies": ["none", {"slow": own | SLOW}, {"small": own | SLOW | {"max_rows": 900}}],
        "learners": ["logistic_regression", "k_nearest_neighbours"],
        "seeds": 4,
        "seeds_per_job": 2,
        "time_limit": 100,
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    study = load_study(tmp_path / "study.yaml", request.config.rootpath)
    return Forecast(study, tmp_path / "results")


def prepare(forecast, counts, n_features=20, split="stratified"):
    folder = forecast.results / "data"
    folder.mkdir(parents=True)
    facts = {"task": "binary", "class_counts": counts, "n_features": n_features}
    facts |= {"split": {"kind": split}}
    (folder / "table.json").write_text(json.dumps(facts), encoding="utf-8")


def test_a_slow_strategy_is_known_before_the_data_are(forecast):
    first = forecast.seconds("table", "natural", "slow", 2)
    assert first > 5 * forecast.seconds("table", "natural", "none", 2) > 5 * BLOCK_SECONDS
    prepare(forecast, [7500, 7500])
    assert forecast.seconds("table", "natural", "slow", 2) > 3 * first


def test_a_fixed_split_is_one_fold(forecast):
    prepare(forecast, [9_000, 1_000], split="fixed")
    size = Size("binary", (9_000, 1_000))
    once = forecast.study.protocol | {"folds": 1}
    slow = forecast.study.strategies["slow"]
    cell = sum(cell_seconds(slow, forecast.study.learners, once, 20, size).values())
    assert forecast.seconds("table", "natural", "slow", 1) == pytest.approx(BLOCK_SECONDS + cell)


def test_blocks_of_prepared_data_cost_what_their_rows_do(forecast):
    prepare(forecast, [9_000, 1_000])
    size = Size("binary", (7_200, 800))
    entries = forecast.study.learners
    slow = forecast.study.strategies["slow"]
    cell = sum(cell_seconds(slow, entries, forecast.study.protocol, 20, size).values())
    assert forecast.seconds("table", "natural", "slow", 2) == pytest.approx(
        BLOCK_SECONDS + 2 * cell
    )
    assert forecast.seconds("table", "natural", "slow", 4) == pytest.approx(
        BLOCK_SECONDS + 4 * cell
    )


def test_what_is_infeasible_costs_its_start_only(forecast):
    prepare(forecast, [9_000, 1_000])
    for ratio, strategy in (("lt5", "none"), ("natural", "small")):
        assert forecast.seconds("table", ratio, strategy, 2) == BLOCK_SECONDS
    assert forecast.seconds("table", "natural", "none", 2) > BLOCK_SECONDS


def test_learners_over_their_own_limit_cost_nothing(forecast):
    prepare(forecast, [200_000, 1_000])
    size = Size("binary", (160_000, 800))
    only = {"logistic_regression": forecast.study.learners["logistic_regression"]}
    none = forecast.study.strategies["none"]
    cell = sum(cell_seconds(none, only, forecast.study.protocol, 20, size).values())
    assert forecast.seconds("table", "natural", "none", 1) == pytest.approx(BLOCK_SECONDS + cell)


def test_memory_follows_the_table(forecast):
    prepare(forecast, [270_000, 30_000], n_features=30)
    # 1,203 MB were the most that a strategy without a size limit took with so large a table.
    assert 1203 < forecast.memory_mb("table") < 3 * 1203


def test_the_time_asked_for_is_ample_but_no_more_than_limits_allow(forecast):
    prepare(forecast, [9_000, 1_000])
    seconds = forecast.seconds("table", "natural", "none", 1)
    assert 600 * forecast.minutes("table", "natural", "none", 1) > seconds
    assert forecast.minutes("table", "natural", "none", 1) < 10
    assert forecast.minutes("table", "natural", "slow", 3) == 5 + 5  # three cells of 100 s at most


def test_a_damaged_facts_file_is_as_good_as_none(forecast):
    before = forecast.seconds("table", "natural", "slow", 2)
    (forecast.results / "data").mkdir(parents=True)
    (forecast.results / "data" / "table.json").write_text("{", encoding="utf-8")
    assert forecast.seconds("table", "natural", "slow", 2) == before
