"""Claims on collected tables in which the answer is built in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import described, rows

from skewbench.analysis.claims.registry import Claim
from skewbench.analysis.claims.table import COLUMNS, claim_tables

STRATEGIES = described(none="control", good="data", bad="data", same="data", luck="data")
AP = {"metric": "average_precision"}
N = 12
FACTS = {
    f"d{i:02d}": {"family": f"d{i:02d}", "class_counts": [100 * (i + 2), 100], "n_features": i + 1}
    for i in range(N)
}


def collected(n=N, learners=("tree", "logistic"), seed=3):
    """Good gains .05, bad loses .05, same differs by .001 at most, luck by .05 either way."""
    rng = np.random.default_rng(seed)
    parts = []
    for learner in learners:
        values = {}
        for i, name in enumerate(list(FACTS)[:n]):
            level = 0.5 + 0.02 * i
            values[name, "none"] = level
            values[name, "good"] = level + 0.05 + rng.uniform(-0.01, 0.01)
            values[name, "bad"] = level - 0.05 + rng.uniform(-0.01, 0.01)
            values[name, "same"] = level + rng.uniform(-0.001, 0.001)
            values[name, "luck"] = level + (0.05 if i % 2 else -0.05) * (1 + 0.01 * i)
        parts.append(rows(values, learner=learner))
    return pd.concat(parts)


def contrast(of, against="none", name=None, expect="better", **more):
    test = {"of": [of], "against": [against], "reading": AP} | more
    return Claim(name or of, 9, "x", ("002",), "in words", "contrast", test, expect, 0.01)


def judged(*claims, table=None, **more):
    made = claim_tables(collected() if table is None else table, STRATEGIES, claims, FACTS, **more)
    return made["claims"].set_index("id"), made


@pytest.mark.parametrize(
    ("of", "better", "enough", "equivalent"),
    [
        ("good", "supported", "supported", "contradicted"),
        ("bad", "contradicted", "contradicted", "contradicted"),
        ("same", "undecided", "supported", "supported"),
        ("luck", "undecided", "undecided", "undecided"),
    ],
)
def test_the_answer_that_was_built_in_is_found(of, better, enough, equivalent):
    table, _ = judged(*(contrast(of, name=e, expect=e) for e in ("better", "enough", "equivalent")))
    assert table["verdict"].tolist() == [better, enough, equivalent]
    assert set(table["n_datasets"]) == {N}
    assert set(table["unit"]) == {"difference in average_precision"}


def test_the_family_is_the_unit_and_learners_are_pooled_within_it():
    source = collected()
    table, made = judged(contrast("good"), table=source)
    row = table.loc["good"]
    assert list(made["claims"].columns) == COLUMNS
    wide = source.pivot_table(index=["family", "learner"], columns="strategy", values="value")
    by_learner = (wide["good"] - wide["none"]).unstack("learner")
    assert row["effect"] == pytest.approx(by_learner.mean(axis=1).mean())
    assert row["lower"] < row["effect"] < row["upper"]
    assert row["n_datasets"] == N
    learners = made["claims_by_learner"].set_index("learner")
    assert learners["effect"].to_dict() == pytest.approx(by_learner.mean().to_dict())
    assert learners["verdict"].tolist() == ["supported", "supported"]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_flipping_the_sides_flips_effect_and_verdict(seed):
    source = collected(learners=("tree",), seed=seed)
    flipped = {"supported": "contradicted", "contradicted": "supported", "undecided": "undecided"}
    for name in ("good", "bad", "luck"):
        table, _ = judged(
            contrast(name, name="one"), contrast("none", name, name="other"), table=source
        )
        one, other = table.loc["one"], table.loc["other"]
        assert other["effect"] == pytest.approx(-one["effect"])
        assert other["verdict"] == flipped[one["verdict"]]


def test_five_families_decide_nothing():
    table, _ = judged(contrast("good"), table=collected(n=5))
    assert table.loc["good", "verdict"] == "undecided"
    assert table.loc["good", "effect"] == pytest.approx(0.05, abs=0.01)
    assert np.isnan(table.loc["good", "lower"])
    assert table.loc["good", "note"] == "needs at least 6 families; this study can judge it on 5"


def test_too_few_families_are_said_with_the_data_it_would_take():
    ratios = [
        rows({("d00", "none"): 0.5, ("d00", "good"): 0.6}, ratio=r) for r in ("ir10", "ir2m5")
    ]
    table, _ = judged(
        contrast("good", where={"n_features": [9, None], "n_positive": [None, 50]}),
        contrast("good", name="both", ratio="ir10", against_ratio="ir2m5"),
        table=pd.concat([collected(), *ratios]),
        difficulty=pd.DataFrame(
            {"dataset": list(FACTS), "family": list(FACTS), "ratio": "natural"}
            | {"n_features": 1, "n_positive": [40] * 10 + [60] * 2}
        ),
    )
    # d08 and d09 have nine features or more and 40 minority rows
    assert table["note"].tolist() == [
        "needs at least 6 families with number of features 9 or more, number of minority rows "
        "below 50; this study can judge it on 2",
        "needs at least 6 families at ratio 10 and at ratio 2 with 5 minority rows; this study can "
        "judge it on 1",
    ]


def flagged(table, datasets, flags="few_positives,few_positives_for_calibration"):
    return table.assign(flags=table["flags"].mask(table["dataset"].isin(datasets), flags))


def test_the_verdict_on_report_worthy_data_alone():
    losing = [f"d{i:02d}" for i in range(0, N, 2)]  # luck loses on these
    table, made = judged(
        contrast("luck"), contrast("good", expect="enough"), table=flagged(collected(), losing)
    )
    assert table["n_datasets"].tolist() == [N, N]
    assert table["verdict"].tolist() == ["undecided", "supported"]
    assert table["n_report_worthy"].tolist() == [6, 6]
    assert table["verdict_report_worthy"].tolist() == ["supported", "supported"]
    # .05 (1 + .01 i) for i = 1, 3, ..., 11, whose mean is 6
    assert table.loc["luck", "effect_report_worthy"] == pytest.approx(0.05 * 1.06)
    one_more, _ = judged(contrast("luck"), table=flagged(collected(), [*losing, "d01"]))
    assert one_more["n_report_worthy"].tolist() == [5]
    assert one_more["verdict_report_worthy"].tolist() == ["too few families"]
    assert set(made["claims_by_learner"]["n_datasets"]) == {N}


def test_claims_on_calibration_want_more_positives():
    few = flagged(collected(), ["d00", "d01"], "few_positives_for_calibration,resampler_noop")
    few = pd.concat([few, few.assign(metric="log_loss")])
    table, _ = judged(
        contrast("good"),
        contrast("good", name="loss", reading={"metric": "log_loss"}),
        contrast("rusboost"),
        table=few,
    )
    assert table["n_report_worthy"].tolist() == [N, N - 2, 0]
    assert table["verdict_report_worthy"].tolist() == ["supported", "contradicted", "not yet run"]


def test_an_undecided_claim_says_what_it_would_take():
    table, _ = judged(contrast("luck"))
    assert "families" in table.loc["luck", "note"] or "no number" in table.loc["luck", "note"]


def test_what_is_missing_is_named_and_stops_nothing():
    waiting = Claim(
        "waiting", 24, "x", ("004",), "", "waits", "needs a study of networks", "better", 0.01
    )
    table, made = judged(
        contrast("rusboost"),
        contrast("good", name="ratio", ratio="ir50"),
        contrast("good", name="hard", where={"safe": [0, 1]}),
        waiting,
        contrast("good"),
    )
    assert table["verdict"].tolist() == ["not yet run"] * 4 + ["supported"]
    assert table["note"].tolist()[:4] == [
        "not in this study: strategy 'rusboost'",
        "not in this study: ratio ir50",
        "'safe' at ratio natural needs the table of difficulty",
        "needs a study of networks",
    ]
    assert set(made["claims_by_learner"]["id"]) == {"good"}
    assert made["policies"].empty


def test_a_gain_that_follows_a_measure():
    source = collected()
    difficulty = pd.DataFrame(
        {
            "dataset": list(FACTS),
            "family": list(FACTS),
            "ratio": "natural",
            "n_positive": 80,
            "n_features": 1,
            "imbalance_ratio": 1.0,
            "borderline": [0.5 + (0.1 + 0.001 * i) * (1 if i % 2 else -1) for i in range(N)],
            "rare": 0.0,
        }
    )

    def modifier(name, way, **more):
        test = {"of": ["luck"], "against": ["none"], "reading": AP, way: ["borderline", "rare"]}
        return Claim(name, 12, "x", ("002",), "w", "modifier", test | more, "better", 0.01)

    table, _ = judged(
        modifier("grows", "grows"),
        modifier("falls", "falls"),
        modifier("rather", "grows", rather_than=["n_features"]),
        table=source,
        difficulty=difficulty,
    )
    assert table["verdict"].tolist() == ["supported", "contradicted", "supported"]
    # The gain of luck is +-.05 (1 + .01 i): in the order of the measure, whatever the learner.
    assert table.loc["grows", "effect"] == pytest.approx(1)
    assert table.loc["falls", "effect"] == pytest.approx(-1)
    ranks = [6, 7, 5, 8, 4, 9, 3, 10, 2, 11, 1, 12]  # of the gains, in the order of n_features
    squares = sum((rank - i) ** 2 for i, rank in enumerate(ranks, 1))
    rho = 1 - 6 * squares / (12 * 143)
    # n_features is not among the measures of easier data: its correlation counts with a minus
    assert table.loc["rather", "effect"] == pytest.approx(1 + rho)
    assert set(table["unit"]) == {"correlation with the measure (Spearman)"}


def test_policies_have_regrets():
    branches = [{"where": {"n_features": [None, None]}, "follow": ["good"]}]
    test = {"guide": "mine", "reading": AP, "branches": branches}
    guide = Claim("guide", 30, "x", ("002",), "w", "policy", test, "better", 0.01)
    best = Claim(
        "best", 30, "x", ("002",), "w", "policy", test | {"over": "single best"}, "enough", 0.01
    )
    table, made = judged(guide, best)
    assert table.loc["guide", "verdict"] == "supported"
    # On other families the single best is good too, always.
    assert table.loc["best", ["effect", "lower", "upper"]].tolist() == [0, 0, 0]
    policies = made["policies"]
    assert not policies.duplicated(["guide", "learner", "policy"]).any()
    assert set(policies["learner"]) == {"tree", "logistic", "all"}
    pooled = policies[policies["learner"] == "all"].set_index("policy")["regret"]
    assert pooled["oracle"] == 0
    assert pooled["control"] - pooled["guide"] == pytest.approx(table.loc["guide", "effect"])
    assert pooled["guide"] < pooled["control"]
    assert set(policies["n_datasets"]) == {N}


@pytest.mark.parametrize(("failures", "verdict"), [(1, "supported"), (2, "undecided")])
def test_a_claim_on_imputed_values_is_not_decided(failures, verdict):
    source = collected(learners=("tree",))
    failed = source["dataset"].isin(list(FACTS)[:failures]) & (source["strategy"] == "good")
    source.loc[failed, ["status", "metric", "value"]] = "failed", "", np.nan
    table, _ = judged(contrast("good"), contrast("good", name="own", expect="enough"), table=source)
    assert table["share_imputed"].tolist() == [pytest.approx(failures / N), 0]
    assert table["n_datasets"].tolist() == [N, N - failures]
    assert table["verdict"].tolist() == [verdict, "supported"]
    assert ("17% of the values" in table.loc["good", "note"]) == (failures == 2)


def test_the_number_of_claims_is_said_with_what_it_means():
    table, _ = judged(contrast("good"), contrast("bad"), contrast("rusboost"))
    (said,) = set(table["note_on_all"])
    assert said.startswith("2 claims judged, without correction")
    assert "at most about 0.1 of them (2 x 0.05)" in said


def test_an_empty_study_has_run_nothing():
    table, _ = judged(contrast("good"), table=collected().head(0))
    assert table.loc["good", "verdict"] == "not yet run"
    assert "not in this study" in table.loc["good", "note"]
