"""The registry: what it covers, what it names, and what is said of a wrong entry."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from skewbench.analysis.claims.evidence import DERIVED
from skewbench.analysis.claims.registry import KINDS, Claim, load_claims, readings_of
from skewbench.analysis.guides import GUIDES
from skewbench.configuration import read_yaml
from skewbench.errors import InputError
from skewbench.metrics import counts, probability, ranking
from skewbench.results import RESOURCE_METRICS

CONFIG = Path(__file__).resolve().parents[2] / "config"
CLAIMS = load_claims(CONFIG / "claims.yaml")
# Generative models and regression, which the study does not have.
NOT_BUILT = {27, 35}
FEW = {"guide": "guide 004", "branch": "10 to 100, few"}
GOOD = {
    "number": 9,
    "advice": "Use it.",
    "source": ["002"],
    "form": "AP of smote exceeds AP of none.",
    "contrast": {"of": ["smote"], "against": ["none"], "reading": {"metric": "roc_auc"}},
}


def named(test, keys=("of", "against", "follow")):
    """Yield every strategy that a claim names."""
    if isinstance(test, dict):
        for key, value in test.items():
            if key in keys:
                yield from value
            else:
                yield from named(value, keys)
    elif isinstance(test, list):
        for value in test:
            yield from named(value, keys)


def test_every_number_of_the_list_of_advice_is_covered():
    numbers = [claim.number for claim in CLAIMS]
    assert set(numbers) == {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
        26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
    }  # fmt: skip
    assert numbers == sorted(numbers)
    tested = {claim.number for claim in CLAIMS if claim.kind != "waits"}
    assert tested == set(range(1, 36)) - NOT_BUILT


def test_every_tested_claim_says_its_form_in_words():
    for claim in CLAIMS:
        assert claim.kind in KINDS
        assert set(claim.source) <= {"000", "001", "002", "003", "004"}, claim.id
        assert claim.form or claim.kind == "waits", claim.id


def test_claims_name_strategies_of_the_catalogue():
    catalogue = set(read_yaml(CONFIG / "strategies.yaml"))
    assert {name for claim in CLAIMS for name in named(claim.test)} <= catalogue
    learners = set(read_yaml(CONFIG / "learners.yaml"))
    assert {name for claim in CLAIMS for name in named(claim.test, ("learners",))} <= learners


def test_claims_name_metrics_that_are_measured():
    measured = {*counts.threshold_metrics(np.ones((2, 2))), *ranking.METRICS, *RESOURCE_METRICS}
    measured |= {*probability.METRICS, *probability.BINARY_METRICS}
    measured |= {"normalised_cost", "threshold"}  # of costs, and of decisions
    readings = {reading for claim in CLAIMS for reading in readings_of(claim.test)}
    assert {reading.metric for reading in readings} <= measured | set(DERIVED)


def test_guides_are_written_once(tmp_path):
    policies = [claim.test for claim in CLAIMS if claim.kind == "policy"]
    assert {test["guide"] for test in policies} == set(GUIDES)
    for test in policies:
        guide = GUIDES[test["guide"]]
        assert [branch["follow"] for branch in test["branches"]] == [
            list(branch.named) for branch in guide.branches
        ]
    (few,) = load_claims(written(tmp_path, contrast(where=FEW)))
    assert few.test["where"] == {"imbalance_ratio": [10, 100], "n_positive": [None, 500]}


def written(tmp_path, entry, name="mine"):
    file = tmp_path / "claims.yaml"
    file.write_text(yaml.safe_dump({name: entry}), encoding="utf-8")
    return file


def test_defaults_are_filled_in(tmp_path):
    (claim,) = load_claims(written(tmp_path, GOOD))
    expected = Claim(
        "mine", 9, "Use it.", ("002",), GOOD["form"], "contrast", GOOD["contrast"], "better", 0.01
    )
    assert claim == expected


def changed(**changes):
    return {key: value for key, value in (GOOD | changes).items() if value is not None}


def contrast(**changes):
    found = GOOD["contrast"] | changes
    return changed(contrast={key: value for key, value in found.items() if value is not None})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("text", "should be a mapping of keys to values"),
        (changed(number=None), "the key 'number' is missing"),
        (changed(advise="x"), "unknown key 'advise'; did you mean 'advice'?"),
        (changed(expect="beter"), "key 'expect': 'beter' is not allowed; did you mean 'better'?"),
        (changed(margin=0), "key 'margin': 0"),
        (changed(contrast=None), "exactly one of 'contrast' or 'level'"),
        (changed(waits="x"), "mine: "),
        (contrast(off=["smote"]), "key 'contrast': unknown key 'off'; did you mean 'of'?"),
        (contrast(reading=None), "key 'contrast': the key 'reading' is missing"),
        (
            contrast(against=None),
            "key 'contrast': exactly one of 'against' or 'baseline'",
        ),
        (
            contrast(reading={"metric": "roc_auk"}),
            r"key 'contrast\.reading\.metric': 'roc_auk' is not allowed; did you mean 'roc_auc'?",
        ),
        (
            contrast(where={"n_feature": [0, 1]}),
            "key 'contrast.where.*'n_feature' is not allowed; did you mean 'n_features'?",
        ),
        (
            contrast(where=FEW | {"branch": "10 to 100"}),
            r"key 'contrast\.where\.branch': '10 to 100' is not allowed; did you mean '10 to 100, ",
        ),
        (
            changed(contrast=None, policy={"guide": "guide 005", "reading": {"metric": "roc_auc"}}),
            r"key 'policy\.guide': 'guide 005' is not allowed; did you mean 'guide 00",
        ),
        (contrast(ratio="high"), "key 'contrast.ratio': 'high'"),
    ],
)
def test_a_wrong_entry_is_told_with_file_key_and_what_is_allowed(tmp_path, entry, message):
    file = written(tmp_path, entry)
    with pytest.raises(InputError, match=message) as caught:
        load_claims(file)
    assert str(caught.value).startswith(f"{file}: mine")


def test_a_claim_has_a_name_for_files(tmp_path):
    with pytest.raises(InputError, match="letters, digits and underscores"):
        load_claims(written(tmp_path, GOOD, name="my claim"))
