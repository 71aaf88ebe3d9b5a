"""The advice as words: a page to read in a browser, and a few lines for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from skewbench.figures.wording import metric_label, ratio_label, reading_label, words
from skewbench.recommend.advice import Advice
from skewbench.recommend.judging import RECOMMENDER, SINGLE_BEST
from skewbench.recommend.knowledge import Option, untouched

MEASURE_WORDS = {
    "n_positive": "minority rows",
    "imbalance_ratio": "imbalance ratio",
    "positives_per_feature": "minority rows per column",
    "safe": "safe minority rows",
    "borderline": "borderline minority rows",
    "rare": "rare minority rows",
    "outlier": "outlying minority rows",
    "n3": "error of the nearest neighbour",
    "separability_auc": "ROC-AUC of a random forest",
}
SHARES = ("safe", "borderline", "rare", "outlier", "n3")


def render(
    advice: Advice,
    facts: dict[str, Any],
    minutes: float,
    commands: dict[str, str],
    warnings: list[str],
) -> str:
    """Return the page: self-contained HTML, with whatever came from data escaped.

    Parameters
    ----------
    advice : Advice
    facts : dict
        Of the user's table.
    minutes : float
        Estimated CPU time of the study that tests the short list.
    commands : dict of str to str
        ``test`` and ``fit``: what to type next, in the project's folder.
    warnings : list of str
        Sentences on the table that a user should act on.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        facts=facts,
        answer=answer(advice),
        reason=reason(advice),
        metric=metric_label(advice.cases.metric),
        learner=words(advice.cases.learner),
        zero=option_words(untouched(advice.cases.metric), advice.cases.metric),
        measures=[
            (MEASURE_WORDS[name], measure_text(name, advice.measures[name]))
            for name in MEASURE_WORDS
        ],
        short_list=_short_list(advice),
        similar=_similar(advice),
        far=advice.far,
        evaluation=advice.evaluation.to_dict("records"),
        minutes="less than a CPU minute" if minutes < 1 else f"about {minutes:.0f} CPU minutes",
        commands=commands,
        warnings=warnings,
    )


def answer(advice: Advice) -> str:
    """Return the recommendation in one sentence."""
    metric = advice.cases.metric
    if advice.choice == untouched(metric):
        rule = metric_rule(advice.choice) or "and tune its threshold for your decisions"
        return f"Leave {words(advice.cases.learner)} untouched, {rule}."
    other = other_model(advice, advice.choice)
    return f"Try {option_words(advice.choice, metric)}{f': {other}' if other else ''}."


def other_model(advice: Advice, option: Option) -> str:
    """Return what to say of an option that is no treatment of the user's learner, "" if it is."""
    anchors = advice.cases.anchors
    if option.strategy not in {*anchors, *anchors.values()}:
        return ""
    said = f"another model, not a treatment of {words(advice.cases.learner)}"
    if option.strategy not in anchors:
        return said
    gain = advice.treatments.loc[option]
    return (
        f"{said}; gain of its treatment over {anchors[option.strategy]}: {gain['expected']:+.3f} "
        f"(90 % interval {gain['lower']:+.3f} to {gain['upper']:+.3f})"
    )


def reason(advice: Advice) -> str:
    """Return why that is recommended, in one or two sentences."""
    policy, said = advice.verdict
    said = f"{said[0].upper()}{said[1:]}."
    if policy == RECOMMENDER:
        return said
    if policy == SINGLE_BEST:
        return f"{said} So the strategy that is best on average is recommended."
    return f"{said} So nothing is claimed to be better than the untouched model."


def lines(advice: Advice) -> list[str]:
    """Return what the terminal shows: the answer, the reason and the short list."""
    measures = advice.measures
    known = advice.cases.gains.index.get_level_values("family").nunique()
    text = [
        f"{measure_text('n_positive', measures['n_positive'])} minority rows in a training part, "
        f"imbalance ratio {measure_text('imbalance_ratio', measures['imbalance_ratio'])}; compared "
        f"with {known} families of data sets.",
        answer(advice),
        reason(advice),
        f"Most promising ({metric_label(advice.cases.metric)}: expected gain, positive is better, "
        "90 % interval, CPU time of a fit):",
    ]
    for row in _short_list(advice):
        other = f" [{row['other_model']}]" if row["other_model"] else ""
        time = "time unknown"
        if row["time"] != "unknown":
            time = f"{row['time']} times the untouched model's"
        text.append(f"  {row['option']}: {row['gain']} ({row['interval']}), {time}{other}")
    return text


def option_words(option: Option, metric: str) -> str:
    """Return an option in words: ``smote`` "at the threshold tuned for F1"."""
    name = "the untouched model" if option.strategy == "none" else option.strategy
    return f"{name} {metric_rule(option)}".strip()


def metric_rule(option: Option) -> str:
    """Return an option's decision rule in words, nothing where no decision is made."""
    if not option.decision:
        return ""
    rule = reading_label("", option.scores, "matched", option.decision)
    return rule.strip()


def measure_text(name: str, value: float) -> str:
    """Return a measure as a person would write it."""
    if value != value:
        return "unknown"
    if name in SHARES:
        return f"{value:.0%}"
    if name == "separability_auc":
        return f"{value:.2f}"
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}"


def _short_list(advice: Advice) -> list[dict[str, str]]:
    rows = []
    for option, row in advice.short_list.iterrows():
        times = row["relative_seconds"]
        rows.append(
            {
                "option": option_words(option, advice.cases.metric),
                "other_model": other_model(advice, option),
                "gain": f"{row['expected']:+.3f}",
                "interval": f"{row['lower']:+.3f} to {row['upper']:+.3f}",
                "overall": f"{row['overall']:+.3f}",
                "better": f"{row['n_better']:.0f} of {row['n_datasets']:.0f}",
                "time": "unknown" if times != times else f"{times:.1f}",
            }
        )
    return rows


def _similar(advice: Advice) -> list[dict[str, Any]]:
    rows = []
    for row in advice.similar.to_dict("records"):
        measures = advice.cases.measures.loc[(row["family"], row["ratio"])]

        def shown(name: str, measures=measures) -> str:
            return (
                f"{MEASURE_WORDS[name]} {measure_text(name, measures[name])} "
                f"(yours {measure_text(name, advice.measures[name])})"
            )

        rows.append(
            {
                "name": f"{row['family']}, {ratio_label(row['ratio'])}",
                "alike": "; ".join(map(shown, row["alike"])),
                "unlike": shown(row["unlike"]),
                "best": option_words(row["best"], advice.cases.metric),
            }
        )
    return rows
