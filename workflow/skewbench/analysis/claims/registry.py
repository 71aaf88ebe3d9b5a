"""The registry of claims: ``config/claims.yaml``, read strictly.

What the notes' guides say is written once, in :mod:`skewbench.analysis.guides`. A claim refers to
it: ``policy: {guide: guide 002, ...}`` stands for all branches of the guide, and
``where: {guide: guide 002, branch: 2 to 5}`` for the sizes of one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skewbench.analysis.guides import GUIDES, Branch
from skewbench.analysis.readings import Reading
from skewbench.configuration import NAME_PATTERN, read_yaml, validate
from skewbench.errors import InputError, nearest

KINDS = ("contrast", "level", "gap", "disagreement", "modifier", "policy", "waits")


@dataclass(frozen=True)
class Claim:
    """One piece of advice and how it is tested.

    Attributes
    ----------
    id : str
    number : int
        Of the list of advice that the registry covers, 1 to 35.
    advice : str
        The advice, paraphrased.
    source : tuple of str
        Numbers of the notes that give it.
    form : str
        Population, contrast, metric and margin in words, written before any result was seen; a
        later one says so.
    kind : str
        One of ``KINDS``.
    test : dict
        The parameters of the kind; for ``waits``, why it waits.
    expect : {"better", "enough", "equivalent"}
        What the effect has to be for the advice to hold; see :mod:`.verdict`.
    margin : float
        The smallest effect that matters, in the unit of the effect.
    """

    id: str
    number: int
    advice: str
    source: tuple[str, ...]
    form: str
    kind: str
    test: Any
    expect: str
    margin: float


def load_claims(file: str | Path) -> list[Claim]:
    """Return the claims of a registry file, in its order.

    Raises
    ------
    InputError
        One sentence with the file, the claim, the key and what is allowed.
    """
    claims = []
    for name, entry in read_yaml(Path(file)).items():
        place = f"{file}: {name}"
        if not re.match(NAME_PATTERN, str(name)):
            raise InputError(f"{place}: a claim's name has letters, digits and underscores only")
        if not isinstance(entry, dict):
            raise InputError(f"{place}: should be a mapping of keys to values")
        settings = validate(_filled_in(entry, place), "claim", place)
        kind = next(kind for kind in KINDS if kind in settings)
        claims.append(
            Claim(
                id=name,
                number=settings["number"],
                advice=settings["advice"],
                source=tuple(settings["source"]),
                form=settings.get("form", ""),
                kind=kind,
                test=settings[kind],
                expect=settings["expect"],
                margin=settings["margin"],
            )
        )
    return claims


def _filled_in(entry: dict[str, Any], place: str) -> dict[str, Any]:
    """Return the entry with the branches and sizes of the guides that it refers to."""
    filled = dict(entry)
    for kind in KINDS:
        test = entry.get(kind)
        if not isinstance(test, dict):
            continue
        limits = test.get("where")
        if isinstance(limits, dict) and "guide" in limits:
            key = f"{place}: key '{kind}.where"
            branches = {branch.name: branch for branch in _branches(limits, f"{key}.guide'")}
            name = _known(limits.get("branch"), branches, f"{key}.branch'")
            filled[kind] = test | {"where": branches[name].limits()}
        if kind == "policy" and "guide" in test and "branches" not in test:
            branches = [
                {"where": branch.limits(), "follow": list(branch.named)}
                for branch in _branches(test, f"{place}: key 'policy.guide'")
            ]
            filled[kind] = test | {"branches": branches}
    return filled


def _branches(test: dict[str, Any], place: str) -> tuple[Branch, ...]:
    return GUIDES[_known(test["guide"], GUIDES, place)].branches


def _known(name: Any, names: Collection[str], place: str) -> str:
    if str(name) not in names:
        raise InputError(f"{place}: '{name}' is not allowed; {nearest(str(name), names)}")
    return str(name)


def readings_of(test: Any) -> Iterator[Reading]:
    """Yield every reading that a claim's test names, those of a gap included."""
    if isinstance(test, dict):
        if isinstance(test.get("metric"), str) and not {"of", "against"} & set(test):
            yield Reading(**test)
        elif "metric" in test:
            yield from gap_readings(test["metric"])
            yield from gap_readings(test.get("against_metric", test["metric"]))
        for value in test.values():
            yield from readings_of(value)
    elif isinstance(test, list):
        for value in test:
            yield from readings_of(value)


def gap_readings(metric: str) -> tuple[Reading, Reading]:
    """Return how ``metric`` is read on training rows and on test rows, at the default threshold."""
    decision = "default" if metric in ("recall", "specificity", "f1") else ""
    return Reading(metric, "training", "", decision), Reading(metric, decision=decision)
