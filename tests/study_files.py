"""A small study file, and what tests change in it."""

import yaml

BASE = {
    "study": "mini",
    "datasets": ["wine_2"],
    "ratios": ["natural"],
    "strategies": ["none", "smote"],
    "learners": ["decision_tree"],
    "seeds": 2,
}


def write_study(folder, changes, base=BASE):
    file = folder / "study.yaml"
    content = {key: value for key, value in (base | changes).items() if value is not ...}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def own(kind, entry, name="mine"):
    """Return the base's selection of a kind with an entry of one's own."""
    return {kind: [*BASE[kind], {name: entry}]}


def strategy(**keys):
    return own("strategies", {"level": "data"} | keys)
