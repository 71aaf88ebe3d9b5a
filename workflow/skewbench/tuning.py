"""Hyperparameters chosen on inner folds, with as many trials for every strategy (track ``tuned``).

The first trial has the catalogue's values. Each other one takes a value for every parameter that
the strategy or the learner lists under ``search``; where they list fewer combinations than there
are trials, all of them. A learner's values depend on the data set, seed and fold alone: its trials
are the same with every strategy, the control included. The trial whose held-out parts have the
highest mean average precision is the one that the cell goes on with.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from skewbench import seeding
from skewbench.fitting import Outcome, Scored, Setting, fit_and_score
from skewbench.metrics.ranking import multiclass_ranking_metrics, ranking_metrics

Search = dict[str, dict[str, list]]  # classes (or `weight`, `train`) -> parameter -> values
Values = dict[str, dict[str, Any]]
CATALOGUE = "catalogue"
InnerFolds = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Choice:
    """What one learner goes on with.

    Attributes
    ----------
    setting : Setting
        With the chosen trial's parameters.
    chosen : Values
        What the trial changed in the catalogue's entries; empty for the first one.
    tried : list of Values
        Of all trials, the chosen one among them.
    failed : int
        Trials of which a fit failed or no average precision is defined.
    seconds : float
        CPU seconds of all trials.
    """

    setting: Setting
    chosen: Values = field(default_factory=dict)
    tried: list[Values] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0

    def shares(self) -> dict[str, float]:
        """Return 1 for every tried ``Class.parameter=value`` that was chosen, 0 for the others.

        The value of the first trial is ``catalogue``.
        """
        searched = {
            (name, parameter): CATALOGUE
            for values in self.tried
            for name, parameters in values.items()
            for parameter in parameters
        }
        chosen = _words(self.chosen, searched)
        tried = [word for values in self.tried for word in _words(values, searched)]
        return {word: float(word in chosen) for word in tried}


def choose(
    setting: Setting,
    inner: InnerFolds,
    stream: tuple[int, int],
    names: Collection[str],
    trials: int,
) -> dict[str, Choice]:
    """Return the choice for each of the learners ``names``.

    Parameters
    ----------
    setting : Setting
    inner : list of (rows, held-out rows)
        Inner folds of the training part. Nothing else is fitted or looked at.
    stream : (seed, fold)
    names : collection of str
    trials : int
        1 chooses the catalogue's values and fits nothing. Trials that draw the same values as an
        earlier one are not fitted again. One that fails, or whose average precision is undefined,
        is not chosen; if none succeeds, the catalogue's values are.
    """
    best = {name: Choice(setting) for name in names}
    if trials == 1:
        return best
    height = dict.fromkeys(names, -math.inf)
    tried: dict[str, list[Values]] = {name: [] for name in names}
    failed = dict.fromkeys(names, 0)
    spent = dict.fromkeys(names, 0.0)
    for by_strategy, by_learner in _trials(setting, stream, names, trials):
        values = {name: by_strategy | by_learner[name] for name in names}
        new = [name for name in names if values[name] not in tried[name]]
        trial = _with_trial(setting, by_strategy, by_learner)
        outcomes = [
            fit_and_score(trial, part, [held_out], (*stream, number), new)
            for number, (part, held_out) in enumerate(inner, 1)
        ]
        for name in new:
            tried[name].append(values[name])
            found = [outcome[name] for outcome in outcomes]
            spent[name] += sum(_seconds(outcome) for outcome in found)
            reached = _mean_average_precision(setting, inner, found)
            failed[name] += reached == -math.inf
            if reached > height[name]:
                height[name], best[name] = reached, Choice(trial, values[name])
    return {
        name: replace(choice, tried=tried[name], failed=failed[name], seconds=spent[name])
        for name, choice in best.items()
    }


def with_values(entry: Any, values: Values) -> Any:
    """Return a catalogue entry in which the objects named in ``values`` have other parameters.

    An object is named by its class, without the module, however deep it is in the entry (``A|B``
    names the objects of two classes); ``weight`` and ``train`` name those keys.
    """
    if isinstance(entry, list):
        return [with_values(item, values) for item in entry]
    if not isinstance(entry, dict):
        return entry
    changed = {}
    for key, value in entry.items():
        changed[key] = value = with_values(value, values)
        for names, parameters in values.items():
            if str(key).rpartition(".")[2] in names.split("|"):
                changed[key] = (value or {}) | parameters
    return changed


def draw(search: Search, n: int, generator: np.random.Generator) -> list[Values]:
    """Return up to ``n`` different combinations of the listed values, in random order."""
    places = [(name, parameter) for name, lists in search.items() for parameter in lists]
    lengths = [len(search[name][parameter]) for name, parameter in places]
    size = math.prod(lengths)
    if not places:
        return [{}]
    combinations = []
    for number in generator.choice(size, min(n, size), replace=False):
        values: Values = {}
        for (name, parameter), pick in zip(places, np.unravel_index(number, lengths), strict=True):
            values.setdefault(name, {})[parameter] = search[name][parameter][pick]
        combinations.append(values)
    return combinations


def _trials(setting, stream, names, trials):
    """Yield (values of the strategy, values by learner); a short list of values starts again."""
    yield {}, {name: {} for name in names}
    seed, fold = stream

    def drawn(kind: str, name: str, entry: dict[str, Any]) -> list[Values]:
        key = kind, name, setting.dataset, seed, fold
        return draw(entry.get("search", {}), trials - 1, seeding.generator(seeding.TUNING, *key))

    of_strategy = drawn("strategy", setting.strategy_name, setting.strategy)
    of_learner = {name: drawn("learner", name, setting.learners.get(name, {})) for name in names}
    for number in range(trials - 1):
        yield (
            of_strategy[number % len(of_strategy)],
            {name: found[number % len(found)] for name, found in of_learner.items()},
        )


def _with_trial(setting: Setting, by_strategy: Values, by_learner: dict[str, Values]) -> Setting:
    learners = {
        name: with_values(entry, by_learner.get(name, {}))
        for name, entry in setting.learners.items()
    }
    return replace(setting, strategy=with_values(setting.strategy, by_strategy), learners=learners)


def _mean_average_precision(setting, inner: InnerFolds, found: list[Outcome]) -> float:
    """Return the mean over the held-out parts, -inf if a fit failed or none is defined."""
    if not all(isinstance(outcome, Scored) for outcome in found):
        return -math.inf
    metrics = ranking_metrics if setting.n_classes == 2 else multiclass_ranking_metrics
    values = [
        metrics(setting.table.target[held_out], outcome.scores[0])["average_precision"]
        for (_, held_out), outcome in zip(inner, found, strict=True)
    ]
    defined = [value for value in values if np.isfinite(value)]
    return float(np.mean(defined)) if defined else -math.inf


def _seconds(outcome: Outcome) -> float:
    names = ("resample_seconds", "fit_seconds", "score_seconds")
    return sum(outcome.resources[n] for n in names) if isinstance(outcome, Scored) else 0.0


def _words(values: Values, searched: dict[tuple[str, str], str]) -> set[str]:
    given = {
        (name, parameter): json.dumps(value)
        for name, parameters in values.items()
        for parameter, value in parameters.items()
    }
    return {
        f"{name.split('|')[0]}.{parameter}={value}"
        for (name, parameter), value in (searched | given).items()
    }
