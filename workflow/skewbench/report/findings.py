"""The finding of each section in a sentence, computed from its table."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from skewbench.analysis.claims.verdict import JUDGED, NOT_YET_RUN, TOO_FEW, standing
from skewbench.analysis.comparisons import TOO_FEW as TOO_FEW_SETS
from skewbench.analysis.readings import PRIMARY
from skewbench.analysis.select import CONTROL, OWN, where
from skewbench.figures.wording import count, in_sentence, metric_label, ratio_label
from skewbench.report.answer import METRIC
from skewbench.report.columns import fixed, percent, significant, whole, with_interval
from skewbench.report.handlings import HANDLINGS, LEFT_OUT
from skewbench.report.inputs import Absent, Inputs, learner_order, main_design
from skewbench.report.names import policy_label
from skewbench.statistics.multiple import smallest_n


def of_rankings(inputs: Inputs) -> str:
    """Say who has the best mean rank, by learner."""
    rows = inputs.main_rows("ranks", "learner", "label", "mean_rank", "n_datasets")
    rows = rows.dropna(subset="mean_rank")
    if rows.empty:
        raise Absent("No strategy has a rank in average precision.")
    best = rows.loc[rows.groupby("learner")["mean_rank"].idxmin()].set_index("learner")
    parts = [
        f"{best.loc[learner, 'label']} ({_learner(inputs, learner)})"
        for learner in learner_order(best.index, inputs.learners)
    ]
    size = count(int(rows["n_datasets"].max()), "data set")
    return f"Best mean rank by {METRIC} on {size}: {_listed(parts)}."


def of_effects(inputs: Inputs) -> str:
    """Say which are the largest gain and the largest loss."""
    name = "comparisons" if "comparisons" in inputs.tables else "effects"
    rows = inputs.main_rows(name, "learner", "label", "mean", "n_datasets").reset_index(drop=True)
    rows = rows.dropna(subset="mean")
    if rows.empty:
        raise Absent("No difference in average precision could be computed.")
    parts = []
    for what, position in (("gain", rows["mean"].idxmax()), ("loss", rows["mean"].idxmin())):
        row = rows.loc[position]
        lower, upper = (row[end] if name == "comparisons" else None for end in ("lower", "upper"))
        said = f"the largest mean {what} is {with_interval(row['mean'], lower, upper)}, "
        said += f"{row['label']} ({_learner(inputs, row['learner'])})"
        if name == "comparisons" and row["pivot"]:
            said += f", and {fixed(row['mean_without_pivot'], signed=True)} without {row['pivot']}"
        parts.append(said)
    size = count(int(rows["n_datasets"].max()), "data set")
    said = f"On {size}, in {METRIC} against its control: {parts[0]}; {parts[1]}."
    return f"{said} {_robustness(inputs)}".rstrip()


def _robustness(inputs: Inputs) -> str:
    """Say how many verdicts of the tests stand with fewer data sets, or other missing values."""
    columns = ("strategy", "learner", "handling", "n_datasets", "verdict")
    try:
        rows = inputs.main_rows("sensitivity", *columns)
    except Absent:
        return ""
    tables = {
        name: part.set_index(["learner", "strategy"]) for name, part in rows.groupby("handling")
    }
    return " ".join(filter(None, (_with_fewer_sets(tables), _with_the_worst(inputs, tables))))


def _with_fewer_sets(tables: dict[str, pd.DataFrame]) -> str:
    """Say how many significant differences stay so where some data sets are left out."""
    usual = tables["fallback"]["verdict"]
    usual = usual[usual.isin(["better", "worse"])]
    parts = []
    for name in LEFT_OUT:
        if usual.empty or name not in tables:
            continue
        other = tables[name].reindex(usual.index)
        sets = f"on the {whole(other['n_datasets'].max())} {HANDLINGS[name]}"
        stay = (other["verdict"] == usual).sum()
        nothing = (other["verdict"] == TOO_FEW_SETS).all()
        said = "nothing can be told" if nothing else f"{stay} still so, with the same sign,"
        parts.append(f"{said} {sets}")
    if not parts:
        return ""
    found = f"{count(len(usual), 'difference')} {'is' if len(usual) == 1 else 'are'} significant"
    return f"{found}: {_listed(parts)}."


def _with_the_worst(inputs: Inputs, tables: dict[str, pd.DataFrame]) -> str:
    """Say how many verdicts depend on what takes the place of missing cells, and whose."""
    if not {"worst", "complete"} <= tables.keys():
        return ""
    usual = tables["fallback"]
    left = tables["complete"]["n_datasets"].reindex(usual.index, fill_value=0)
    filled = usual.loc[left < usual["n_datasets"], "verdict"]
    if filled.empty:
        return ""
    changed = filled[filled != tables["worst"]["verdict"].reindex(filled.index)]
    of = sorted({inputs.strategy_label(strategy) for _, strategy in changed.index})
    return (
        f"{count(len(filled), 'difference')} with missing cells: {len(changed)} with another "
        "verdict if those have the worst value instead of the control's"
        + (f" ({_listed(of)})." if of else ".")
    )


def of_decomposition(inputs: Inputs) -> str:
    """Say, by learner, how many treatments are above the control, with and without tuning."""
    columns = ("strategy", "learner", "metric", "default", "tuned")
    rows = main_design(inputs.table("decisions", *columns, "control_default", "control_tuned"))
    rows = rows[(rows["strategy"] != CONTROL) & rows["control_tuned"].notna()]
    if rows.empty:
        raise Absent("No treatment can be set against a control with a tuned threshold here.")
    parts = []
    for learner in learner_order(rows["learner"].unique(), inputs.learners):
        part = where(rows, learner=learner)
        before, after = (
            (part[rule] > part[f"control_{rule}"]).sum() for rule in ("default", "tuned")
        )
        parts.append(f"{_learner(inputs, learner)} {before} and {after} of {len(part)}")
    metric = metric_label(rows["metric"].iloc[0])
    return (
        f"Treatments with a higher mean {metric} than the untouched model, "
        f"first at the default threshold, then both with a tuned one: {_listed(parts)}."
    )


def of_ratios(inputs: Inputs) -> str:
    """Say whose gain changes with the imbalance ratio, where there are data sets enough to."""
    columns = ("strategy", "learner", "metric", "prior", "slope", "lower", "upper", "n_datasets")
    rows = where(inputs.table("slopes", *columns), metric=PRIMARY.metric, prior="reference")
    rows = main_design(rows[rows["strategy"] != CONTROL])
    known = rows.dropna(subset=["lower", "upper"])
    if known.empty:
        raise Absent("Too few data sets or ratios for the slope of a gain on the ratio.")
    size, needed = int(known["n_datasets"].max()), smallest_n(1)
    if size < needed:
        return (
            f"Slopes of gains on the ratio rest on {count(size, 'data set')} with two ratios of an "
            f"arm: too few for a claim ({needed} are needed)."
        )
    grows, falls = (known["lower"] > 0).sum(), (known["upper"] < 0).sum()
    return (
        f"Of {count(len(known), 'gain')} over the control at the reference prior, {grows} grow "
        f"with the imbalance ratio, {falls} fall, and the others cannot be told from flat "
        f"(95 % intervals over {count(size, 'data set')}, without correction for their number)."
    )


def of_shots(inputs: Inputs) -> str:
    """Say how many treatments find more of the few-shot classes, which most, and what "few" is.

    Results with values of the control in the place of missing ones are left out.
    """
    place = ["ratio", "learner", "family"]
    columns = ("decision", "strategy", "label", "level", "few", "few_gain", "all_gain", "imputed")
    every = inputs.table("shots", *place, *columns).dropna(subset="few_gain")
    if every.empty:
        return "No class here is few-shot; the table has medium-shot ones."
    every = every[every["imputed"] == 0]
    rows = every[~every["level"].isin(("control", "anchor")) & (every["decision"] == "default")]
    if rows.empty:
        return "No treatment has a result of its own on few-shot classes."
    groups = rows.groupby(["ratio", "learner", "strategy", "label"])
    gains = groups[["few_gain", "all_gain"]].mean().reset_index()
    more = gains["few_gain"] > 0
    of_all = more & (gains["all_gain"] > 0)
    best = gains.loc[gains["few_gain"].idxmax()]
    said = (
        f"On {count(rows['family'].nunique(), 'data set')} with few-shot classes, described and "
        f"not tested: of {count(len(gains), 'combination')} of ratio, learner and strategy, "
        f"{more.sum()} find more of the few-shot classes than their control, {of_all.sum()} of "
        f"these more of all classes too; the largest gain in few-shot accuracy is "
        f"{fixed(best['few_gain'], signed=True)}, {best['label']} "
        f"({_learner(inputs, best['learner'])}, {ratio_label(best['ratio'])})."
    )
    untouched = where(every, strategy=CONTROL, decision="prior").set_index(place)["few"]
    if len(untouched):
        both = rows.join(untouched.rename("untouched"), on=place).dropna(subset="untouched")
        said += (
            " Against the untouched model whose scores are divided by the training prior, "
            f"{(both['few'] > both['untouched']).sum()} of {len(both)} results find more."
        )
    for facts in inputs.datasets:
        if facts.get("shots"):
            few, many = (whole(facts["shots"][key]) for key in ("few", "many"))
            said += f" In {facts['name']} few-shot is below {few} training rows, many-shot above "
            said += f"{many}."
    return said


def of_symptoms(inputs: Inputs) -> str:
    """Say how much of the minority the untouched model finds at either threshold."""
    ranks = inputs.table("ranks", "strategy", "learner", "metric", "decision", "scores", "mean")
    rows = where(main_design(ranks), strategy=CONTROL, metric="recall", scores="raw")
    wide = rows.pivot_table(index="learner", columns="decision", values="mean")
    if not {"default", "tuned_f1"} <= set(wide):
        raise Absent("Recall at the default and at a tuned threshold is not in the table 'ranks'.")
    wide = wide.drop(index=OWN, errors="ignore")
    parts = [
        f"{percent(wide.loc[learner, 'default'])} and {percent(wide.loc[learner, 'tuned_f1'])} "
        f"({_learner(inputs, learner)})"
        for learner in learner_order(wide.index, inputs.learners)
    ]
    return (
        "The untouched model finds, at the default threshold and at the one tuned for F1, this "
        f"much of the minority: {_listed(parts)}.{_without_scores(inputs)}"
    )


def _without_scores(inputs: Inputs) -> str:
    """Say what is not drawn where no scores are kept."""
    if inputs.provenance.get("configuration", {}).get("protocol", {}).get("keep_scores", True):
        return ""
    return (
        " Reliability and PR, ROC and cost curves are drawn from scores, which this study does not "
        "keep (`keep_scores: true` does)."
    )


def of_cost(inputs: Inputs) -> str:
    """Say what treatments cost in CPU time beside the untouched model.

    One that is not ranked, as it leaks, is no treatment.
    """
    columns = ("strategy", "label", "learner", "relative_seconds")
    rows = main_design(inputs.table("resources", *columns))
    rows = rows[(rows["strategy"] != CONTROL) & (rows["learner"] != OWN)]
    rows = rows[[inputs.is_ranked(strategy) for strategy in rows["strategy"]]]
    rows = rows.dropna(subset="relative_seconds").reset_index(drop=True)
    if rows.empty:
        raise Absent("No time can be set against the untouched model's.")
    times = rows["relative_seconds"]
    dearest = rows.loc[times.idxmax()]
    return (
        f"The median of {count(len(rows), 'pair')} of treatment and learner takes "
        f"{significant(times.median())} times the CPU time of the untouched model; the dearest, "
        f"{dearest['label']} with {_learner(inputs, dearest['learner'])}, "
        f"{significant(times.max())} times."
    )


def of_claims(inputs: Inputs) -> str:
    """Say how many claims could be judged, with which verdict, and why the others could not."""
    table = inputs.table("claims", "number", "verdict", "lower")
    found = standing(table).value_counts()
    judged, rest = (
        [f"{found[name]} {words}" for name, words in names.items() if name in found]
        for names in (
            {name: name for name in JUDGED},
            {TOO_FEW: "with too few families of data sets", NOT_YET_RUN: NOT_YET_RUN},
        )
    )
    said = f"Of {count(len(table), 'claim')} on {count(table['number'].nunique(), 'piece')} of "
    said += f"advice in the notes, {sum(found.get(name, 0) for name in JUDGED)} could be judged"
    said += f": {_listed(judged)}" if judged else ""
    return said + (f"; {_listed(rest)}." if rest else ".")


def of_recommender(inputs: Inputs) -> str:
    """Say how often the recommender is told from the single best, who is followed, and regrets."""
    columns = ("learner", "metric", "policy", "regret", "beside_single_best", "followed")
    table = inputs.table("recommender", *columns)
    has_primary = (table["metric"] == PRIMARY.metric).any()
    metric = PRIMARY.metric if has_primary else table["metric"].iloc[0]
    rows = where(table, metric=metric)
    rows = rows[rows["policy"] != "oracle"]  # without regret by its definition
    regret = rows.groupby("policy")["regret"].mean().dropna().sort_values()
    if regret.empty:
        raise Absent("No policy could be judged.")
    parts = [f"{fixed(value)} ({policy_label(policy)})" for policy, value in regret.items()]
    beside = where(table, policy="recommender")["beside_single_best"].astype(str)
    less, more = ((beside == f"{what} regret").sum() for what in ("less", "more"))
    wins = table.loc[table["followed"], "policy"].value_counts()
    followed = [f"the policy '{policy_label(name)}' in {number}" for name, number in wins.items()]
    return (
        f"Of {count(len(beside), 'pair')} of learner and metric, the recommender has less regret "
        f"than the single best in {less} and more in {more}; in {len(beside) - less - more} it "
        "cannot be told (interval and test, without correction for their number). Followed is "
        f"{_listed(followed)}. Mean regret over learners in "
        f"{metric_label(str(metric)).split(' (')[0]}, least first: {_listed(parts)}."
    )


def of_failures(inputs: Inputs) -> str:
    """Say how many combinations have every result, and how many have none and why."""
    status = inputs.table("status", "status")["status"].astype(str).value_counts()
    feasible = int(status.drop("infeasible", errors="ignore").sum())
    said = f"{status.get('ok', 0):,} of {feasible:,} feasible combinations of data set, ratio, "
    said += "strategy and learner have results for every seed"
    said += " that has been run" if inputs.not_run else ""
    rest = [
        f"{status[name]:,} {word}"
        for name, word in (
            ("failed", "failed"),
            ("timeout", "out of time"),
            ("missing", "missing"),
            ("infeasible", "more infeasible by design"),
        )
        if name in status
    ]
    return said + (f"; {_listed(rest)}." if rest else ".")


def of_datasets(inputs: Inputs) -> str:
    """Say how many data sets there are, of which sizes and ratios, and which are not measured."""
    facts = pd.DataFrame(inputs.datasets)
    if facts.empty:
        raise Absent(f"The facts of the data sets are missing; make them: `{inputs.command}`.")
    families = facts["family"].nunique()
    said = f"{count(len(facts), 'data set')}"
    said += f" of {count(families, 'family')}" if families < len(facts) else ""
    rows, ratios = (
        _range(facts[name].min(), facts[name].max(), form)
        for name, form in (("n_rows", whole), ("imbalance_ratio", significant))
    )
    said = f"{said}, {rows} rows, natural imbalance ratio {ratios}."
    difficulty = inputs.tables.get("difficulty")
    if difficulty is not None and "dataset" in difficulty:
        unknown = facts.loc[~facts["name"].isin(difficulty["dataset"]), "name"].tolist()
        which = _listed(unknown) if len(unknown) < len(facts) else "any of them"
        said += f" Difficulty was not measured on {which}." if unknown else ""
    return said


def of_provenance(inputs: Inputs) -> str:
    """Say which commit made the page, on what, and how many CPU hours the study took."""
    known = inputs.provenance
    if not known:
        raise Absent(f"The provenance is missing; make it with `{inputs.command}`.")
    machine = known.get("machine", {})
    hours = known.get("cpu_hours")
    parts = [f"Tables and page by commit {str(known.get('commit') or 'unknown')[:12]}"]
    if str(known.get("commit", "")).endswith("+changes"):
        parts[0] += " with uncommitted changes"
    if hours is not None:
        sittings = ", all sittings" if known.get("configuration", {}).get("archive") else ""
        parts.append(f"{significant(hours)} CPU hours{sittings}")
    parts.append(
        f"{machine.get('system', 'unknown system')}, {machine.get('cores', '?')} cores of "
        f"{machine.get('processor', 'unknown processor')}"
    )
    return "; ".join(parts) + "."


def _learner(inputs: Inputs, learner: str) -> str:
    return in_sentence(inputs.learner_label(learner))


def _range(low: float, high: float, form: Callable[[float], str]) -> str:
    return form(low) if low == high else f"{form(low)} to {form(high)}"


def _listed(parts: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"; with commas inside, "a, x; b; and c"."""
    if len(parts) < 2:
        return "".join(parts)
    if any(", " in part for part in parts):
        return f"{'; '.join(parts[:-1])}; and {parts[-1]}"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
