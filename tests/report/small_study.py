"""A small study with every table of the report, made by hand so that its sentences are known.

Twelve families of data sets, two treatments and a leaking one, two learners. Hostile names are in
it from the start: whatever reaches the page must be escaped.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from skewbench.report.inputs import Inputs

HOSTILE = "<script>alert('x')</script> & \"quoted\""
STRATEGIES = {
    "none": {"level": "control", "label": "Untouched"},
    "smote": {"level": "data", "label": "SMOTE", "source": "Chawla et al. 2002"},
    "hostile": {"level": "data", "label": HOSTILE},
    "leak": {"level": "data", "label": "SMOTE before the split", "ranked": False},
    "forest": {"level": "algorithm", "label": "Balanced forest", "anchor": "none"},
}
LEARNERS = {"tree": {"label": "Decision tree"}, "boosting": {"label": "XGBoost"}}
DESIGN = {"task": "binary", "track": "default", "ratio": "natural"}
AP = {"metric": "average_precision", "scores": "raw", "prior": "matched", "decision": ""}
F1 = {"metric": "f1", "scores": "raw", "prior": "matched", "decision": "default"}
RECALL = F1 | {"metric": "recall"}


def described(strategy: str) -> dict[str, str]:
    spec = STRATEGIES[strategy]
    return {"strategy": strategy, "level": spec["level"], "label": spec["label"]}


def ranks() -> pd.DataFrame:
    """Return ranks: SMOTE first by AP with the tree, the control first with boosting."""
    rows = []
    for ratio in ("natural", "ir10"):
        for learner in LEARNERS:
            for reading in (AP, F1, RECALL, RECALL | {"decision": "tuned_f1"}):
                order = ["smote", "none", "hostile"]
                order = order if learner == "tree" else ["none", "smote", "hostile"]
                for position, strategy in enumerate(order):
                    mean = 0.9 - 0.1 * position + 0.05 * (reading["decision"] == "tuned_f1")
                    row = DESIGN | {"ratio": ratio, "learner": learner} | reading
                    numbers = {"mean_rank": position + 1.25, "mean": mean, "n_datasets": 12}
                    rows.append(row | described(strategy) | numbers | {"share_imputed": 0.25})
    return pd.DataFrame(rows)


def comparisons(verdicts=("better", "worse", "undecided", "equivalent"), n=12) -> pd.DataFrame:
    """Return SMOTE and the hostile one against the control, in the order of ``verdicts``."""
    pairs = [(s, learner) for s in ("smote", "hostile") for learner in LEARNERS]
    means = [0.0421, -0.1, 0.001, 0.002]
    rows = [
        DESIGN
        | {"learner": learner, "control": "none"}
        | AP
        | described(strategy)
        | {"mean": mean, "median": mean, "lower": mean - 0.01, "upper": mean + 0.01}
        | {"pivot": "oil", "mean_without_pivot": mean / 2}
        | {"wins": 10, "ties": 1, "losses": 1, "p": 0.001, "p_holm": 0.00012, "verdict": verdict}
        | {"p_better": 0.9, "p_equivalent": 0.08, "p_worse": 0.02, "n_datasets": n, "n_needed": 9}
        for (strategy, learner), mean, verdict in zip(pairs, means, verdicts, strict=True)
    ]
    rows.append(rows[0] | {"learner": "own"} | described("forest") | {"mean": 0.9})
    return pd.DataFrame(rows)


def decomposition() -> pd.DataFrame:
    gains = {"default": [0.10, 0.20, 0.30, -0.1], "both_tuned": [0.01, -0.02, 0.03, -0.1]}
    pairs = [(s, learner) for s in ("smote", "hostile") for learner in LEARNERS]
    rows = [
        DESIGN | {"learner": learner, "metric": "f1", "step": step} | described(s) | {"gain": gain}
        for step, values in gains.items()
        for (s, learner), gain in zip(pairs, values, strict=True)
    ]
    table = pd.DataFrame(rows).assign(n_datasets=12, share_imputed=0.25)
    return table.assign(lower=table["gain"] - 0.01, upper=table["gain"] + 0.01)


def decisions() -> pd.DataFrame:
    values = {"smote": (0.6, 0.7), "hostile": (0.55, 0.72), "none": (0.5, 0.71)}
    rows = [
        DESIGN
        | {"learner": learner, "metric": "f1"}
        | described(strategy)
        | {"default": default, "tuned": tuned, "control_default": 0.5, "control_tuned": 0.71}
        for learner in LEARNERS
        for strategy, (default, tuned) in values.items()
    ]
    return pd.DataFrame(rows).assign(n_datasets=12)


def leaking() -> pd.DataFrame:
    rows = [
        DESIGN | {"learner": learner, "control": "smote", "mean": mean} | AP | described("leak")
        for learner, mean in zip(LEARNERS, (0.2, 0.05), strict=True)
    ]
    return pd.DataFrame(rows).assign(n_datasets=12)


def status() -> pd.DataFrame:
    place = {"task": "binary", "track": "default", "ratio": "natural", "learner": "tree"}
    rows = [
        place | {"dataset": HOSTILE, "strategy": "smote", "status": "ok", "reason": ""},
        place | {"dataset": HOSTILE, "strategy": "hostile", "status": "failed", "reason": HOSTILE},
        place | {"dataset": "oil", "strategy": "hostile", "status": "infeasible", "reason": "few"},
    ]
    return pd.DataFrame(rows)


def resources() -> pd.DataFrame:
    rows = [
        DESIGN | {"learner": "tree", "relative_seconds": times, "cpu_seconds": 0.02 * times}
        | described(strategy)
        for strategy, times in (("none", 1.0), ("smote", 2.0), ("hostile", 30.0))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(n_datasets=12)


def claims() -> pd.DataFrame:
    known = {"advice": HOSTILE, "source": "002", "form": "form", "unit": "AP", "n_datasets": 12}
    verdicts = ["supported", "supported", "contradicted", "undecided", "not yet run", "undecided"]
    lower = [0.0, 0.0, 0.0, 0.0, None, None]
    rows = [
        known | {"id": f"c{i}", "number": i // 2, "verdict": verdict, "effect": 0.1 * i}
        | {"lower": lower[i], "upper": 0.5, "note": "note", "verdict_report_worthy": "undecided"}
        for i, verdict in enumerate(verdicts)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def recommender() -> pd.DataFrame:
    regret = {"recommender": 0.03, "single best": 0.02, "oracle": 0.0}
    beside = {"tree": "more regret", "boosting": "cannot be told"}
    rows = [
        {"learner": learner, "metric": "average_precision", "policy": policy, "regret": value}
        | {"beside_single_best": beside[learner] if policy == "recommender" else ""}
        | {"followed": policy == "single best"}
        for learner in LEARNERS
        for policy, value in regret.items()
    ]
    return pd.DataFrame(rows).assign(lower=0.01, upper=0.05, n_datasets=12, note="")


def slopes() -> pd.DataFrame:
    ends = {"smote": (0.01, 0.05), "hostile": (-0.05, 0.02)}
    rows = [
        {"task": "binary", "track": "default", "learner": learner, "arm": "fixed total"}
        | AP | described(strategy) | {"prior": "reference"}
        | {"slope": 0.02, "lower": lower, "upper": upper}
        for learner in LEARNERS
        for strategy, (lower, upper) in ends.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(n_datasets=12)


def shots() -> pd.DataFrame:
    rows = [
        {"task": "multiclass", "track": "default", "ratio": "lt100", "learner": "tree"}
        | described(strategy) | {"many": 0.8, "medium": 0.5, "few": few, "all": every}
        | {"few_gain": few - 0.1, "all_gain": every - 0.5, "family": "wine", "imputed": 0.0}
        | {"decision": decision}
        for strategy, decision, few, every in (
            ("none", "default", 0.1, 0.5), ("smote", "default", 0.4, 0.55),
            ("hostile", "default", 0.2, 0.4), ("none", "prior", 0.3, 0.5),
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


TABLES = {
    table.__name__: table
    for table in (
        *(ranks, comparisons, decomposition, decisions, leaking),
        *(status, resources, claims, recommender, slopes, shots),
    )
}
DATASETS = [
    {"name": HOSTILE, "family": "a", "task": "binary", "n_rows": 1000, "n_features": 5,
     "class_counts": [900, 100], "imbalance_ratio": 9.0, "n_missing": 0, "licence": "CC BY 4.0",
     "original_source": HOSTILE},
    {"name": "oil", "family": "b", "task": "binary", "n_rows": 937, "n_features": 49,
     "class_counts": [896, 41], "imbalance_ratio": 21.9, "n_missing": 3, "licence": None,
     "original_source": "UCI"},
]  # fmt: skip
PROVENANCE = {
    "versions": [{"python": "3.11.7", "numpy": "2.4.0"}, {"python": "3.11.7", "numpy": "2.4.1"}],
    "commit": "0123456789abcdef+changes",
    "machine": {"system": "Linux 6", "processor": "x86_64", "cores": 2},
    "cpu_hours": 12.5,
    "configuration": {"study": "/home/someone/study.yaml", "seeds": 2, "protocol": {"folds": 5}},
}


def svg(title: str, width: int = 720, height: int = 360) -> str:
    """Return an SVG as Matplotlib writes one, with a script that must never run."""
    return (
        '<?xml version="1.0"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" version="1.1">\n'
        f"<title>{title}</title>\n<script>window.broken = true</script>\n"
        '<path d="M 1.2345678 2.3456789 L 700.123456 300" stroke="#0072b2" stroke-width="3"/>\n'
        "</svg>\n"
    )


def make_inputs(folder: Path, **changes) -> Inputs:
    """Return the small study; ``changes`` replace fields, ``without`` names tables to leave out."""
    without = changes.pop("without", ())
    figures = {}
    for name in ("ranks_binary_natural", "ranks_binary_ir10", "status", "surprise"):
        path = folder / f"{name}.svg"
        path.write_text(svg("A finding &lt;b&gt; &amp; &quot;more&quot;"), encoding="utf-8")
        figures[name] = {"svg": path}
    fields = {
        "study": "small",
        "file": "config/studies/small.yaml",
        "tables": {name: table() for name, table in TABLES.items() if name not in without},
        "figures": figures,
        "datasets": DATASETS,
        "provenance": PROVENANCE,
        "strategies": STRATEGIES,
        "learners": LEARNERS,
        "problems": [],
    }
    return Inputs(**fields | changes)
