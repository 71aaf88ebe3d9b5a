"""The Slurm profile stands in the place of the default one, and therefore repeats it."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def profile(name):
    return yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text(encoding="utf-8"))


def test_the_slurm_profile_repeats_the_default_one():
    default, slurm = profile("default"), profile("slurm")
    # Snakemake's own lock also keeps out another machine of the cluster.
    assert default.pop("nolock")
    assert "nolock" not in slurm
    assert {key: slurm.get(key) for key in default} == default


def test_every_rule_that_may_run_on_a_node_says_what_it_needs():
    there = set(profile("slurm")["set-resources"])
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        text = file.read_text(encoding="utf-8")
        for name, body in re.findall(r"^rule (\w+):\n((?:    .*\n|\n)*)", text, flags=re.MULTILINE):
            says = "mem_mb=" in body and "runtime=" in body
            assert says or "localrule: True" in body or name in there, name
            there.discard(name)
    assert there == set()  # and nothing speaks of a rule that is gone
