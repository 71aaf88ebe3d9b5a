"""What ``scripts/recommend.py`` does, from its arguments to its files."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path

from skewbench.configuration import read_yaml, validate
from skewbench.errors import Infeasible, InputError
from skewbench.feasibility import Size, check_size, training_size
from skewbench.plan import plan
from skewbench.recommend import knowledge, make, page, users_table
from skewbench.recommend.advice import Advice, advise
from skewbench.recommend.judging import FEWEST_TO_JUDGE
from skewbench.recommend.knowledge import untouched
from skewbench.recommend.study_file import write_study


def recommend(arguments: Namespace, root: Path) -> list[str]:
    """Write ``recommendation.html`` and ``study.yaml``; return the lines for the terminal.

    Parameters
    ----------
    arguments : Namespace
        Of :func:`skewbench.recommend.users_table.add_arguments`, and ``metric``, ``learner``,
        ``knowledge`` and ``out``.
    root : Path
        The project's folder.

    Raises
    ------
    InputError
        One sentence: the table, the target, the learner or the knowledge is not what it should be.
    """
    strategies = catalogue(root, "strategies")
    learners = catalogue(root, "learners")
    tables = knowledge.read(arguments.knowledge)
    if (tables["differences"]["track"] != "default").any():
        raise InputError(
            f"{arguments.knowledge}: a study with tuned hyperparameters; the recommender learns "
            "from one with default ones"
        )
    known = [name for name in knowledge.learners(tables["differences"]) if name in learners]
    if arguments.learner not in known:
        raise InputError(
            f"learner '{arguments.learner}' must be one that {arguments.knowledge} has studied and "
            f"config/learners.yaml describes; allowed: {', '.join(known) or 'none'}"
        )
    cases = knowledge.gather(
        tables["differences"], tables["difficulty"], arguments.learner, arguments.metric
    )
    families = len(set(cases.families))
    if families < FEWEST_TO_JUDGE:
        raise InputError(
            f"{arguments.knowledge}: it compares {arguments.learner} on {families} families of "
            f"data sets, at least {FEWEST_TO_JUDGE} are needed."
        )
    table, facts = users_table.read(arguments)
    measures = users_table.measure(table, facts)
    size = training_size(facts, "natural", users_table.PROTOCOL)
    allowed = [name for name, spec in strategies.items() if fits(spec, size)]
    advice = advise(cases, measures, tables["resources"], allowed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "study.yaml"
    study = write_study(
        file,
        root,
        facts["name"],
        users_table.entry_of(arguments),
        [option.strategy for option in advice.short_list.index],
        arguments.learner,
        strategies,
    )
    cells = plan(study, {facts["name"]: facts})
    minutes = sum(cell.cpu_seconds for cell in cells) / 60
    commands = {
        "test": make.command("study", STUDY=make.from_root(file, root)),
        "fit": fit_command(advice, arguments, root),
    }
    warnings = users_table.warnings(table)
    html = page.render(advice, facts, minutes, commands, warnings)
    (arguments.out / "recommendation.html").write_text(html, encoding="utf-8")
    if Path.cwd() != root:  # the page names no folder of this machine, the terminal may
        there = f"make -C {shlex.quote(str(root))}"
        commands = {key: text.replace("make", there, 1) for key, text in commands.items()}
    return [
        *page.lines(advice),
        *warnings,
        f"The page: {arguments.out / 'recommendation.html'}",
        f"Test the short list on your data: {commands['test']}",
        f"Train and keep the choice: {commands['fit']}",
    ]


def catalogue(root: Path, plural: str) -> dict[str, dict]:
    """Return the validated entries of ``config/<plural>.yaml``."""
    kind = {"strategies": "strategy", "learners": "learner"}[plural]
    file = root / "config" / f"{plural}.yaml"
    return {
        name: validate(entry, kind, f"{file}: {name}") for name, entry in read_yaml(file).items()
    }


def fits(strategy: dict, size: Size) -> bool:
    """Return whether a strategy takes training parts of that size, and is one to recommend.

    Plain models are; an anchor with an anchor has the CPU time of an ensemble and is for studies.
    """
    try:
        check_size(strategy, size)
    except Infeasible:
        return False
    binary = "binary" in strategy.get("tasks", ["binary"])
    for_studies = strategy["level"] == "anchor" and "anchor" in strategy
    return binary and strategy.get("ranked", True) and not for_studies


def fit_command(advice: Advice, arguments: Namespace, root: Path) -> str:
    """Return the command that trains the choice on the whole table."""
    option = advice.choice
    decision = option.decision or untouched("f1").decision
    words = []
    for key in users_table.READING:
        if getattr(arguments, key):
            words += [f"--{key}", getattr(arguments, key)]
    if arguments.drop:
        words += ["--drop", *arguments.drop]
    return make.command(
        "fit",
        DATA=make.from_root(arguments.data, root),
        TARGET=arguments.target,
        POSITIVE=arguments.positive,
        STRATEGY=option.strategy,
        LEARNER=arguments.learner,
        DECISION=decision if option.scores == "raw" else f"{option.scores}/{decision}",
        ARGS=shlex.join(words),
    )
