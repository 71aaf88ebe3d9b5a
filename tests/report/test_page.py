"""The page: self-contained, escaped, accessible, and whole whatever is missing."""

import base64
import dataclasses
import gzip
import json
import re

import numpy as np
import pandas as pd
import pytest
from accessibility import Page, complaints, contrast, named_colours, text_colours
from PIL import Image
from small_study import (
    AP,
    DATASETS,
    DESIGN,
    HOSTILE,
    PROVENANCE,
    STRATEGIES,
    TABLES,
    make_inputs,
    svg,
)

from skewbench.report.layout import SECTIONS
from skewbench.report.page import FOLDER, render, scope, write

CSS = (FOLDER / "report.css").read_text()


@pytest.fixture
def inputs(tmp_path):
    return make_inputs(tmp_path)


@pytest.fixture
def page(inputs):
    return render(inputs)


def section(page, name):
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    return found[0]


def visible(page):
    """Return the page's text, without its script, style and data."""
    parsed = Page(re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))
    return " ".join(parsed.find("body")[0]["text"].split())


# --- One file, that needs nothing else ------------------------------------------------------------


def test_nothing_is_fetched(page):
    for attribute in re.findall(r'(?:src|href|action|srcset)="([^"]*)"', page):
        assert attribute.startswith(("data:", "#")), attribute
    assert "url(" not in CSS
    assert "@import" not in CSS
    script = (FOLDER / "report.js").read_text()
    assert not re.search(r"fetch|XMLHttp|import\(|innerHTML|eval", script)
    assert "default-src 'none'; img-src data:" in page


def test_the_page_is_the_same_each_time(inputs, page):
    assert render(inputs) == page


def test_no_path_of_the_machine_is_in_the_page(page):
    assert "/home/someone" not in page
    assert "config/studies/small.yaml" in page


def test_the_page_is_written_whole(inputs, tmp_path):
    target = tmp_path / "report.html"
    write("première", target)
    assert target.read_text(encoding="utf-8") == "première"
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.html"]


# --- Strangers' text ------------------------------------------------------------------------------


def test_hostile_names_are_text(inputs):
    """The name is a data set's, a strategy's, a learner's, a reason, a claim and a problem."""
    learners = {"tree": {"label": HOSTILE}, "boosting": {"label": "</script><b>"}}
    figures = dict(inputs.figures)
    figures["<img src=x onerror=alert(1)>"] = figures["status"]
    page = render(
        dataclasses.replace(
            inputs,
            study=HOSTILE,
            file=f"{HOSTILE}.yaml",
            learners=learners,
            figures=figures,
            problems=[HOSTILE],
            provenance=PROVENANCE | {"commit": HOSTILE, "configuration": {"x": HOSTILE}},
        )
    )
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>" not in page
    parsed = Page(page)
    assert len(parsed.find("script")) == 2  # the data, and this package's own
    assert visible(page).count("<script>alert('x')</script> & \"quoted\"") > 10
    assert not any(name.startswith("on") for each in parsed.elements for name in each["attributes"])


def test_only_our_own_style_and_script_are_not_escaped():
    templates = "".join(path.read_text() for path in FOLDER.glob("*.j2"))
    assert re.findall(r"{{ ([^}]*\|\s*safe) }}", templates) == ["style|safe", "script|safe"]
    assert templates.count("|safe") == 2
    assert "autoescape false" not in templates


def test_data_for_the_script_cannot_end_its_element(page):
    data = re.search(r'id="rankings-data">(.*?)</script>', page, re.DOTALL)[1]
    assert re.fullmatch("[A-Za-z0-9+/]+=*", data)
    rankings = json.loads(gzip.decompress(base64.b64decode(data)))
    assert HOSTILE in [label for label, _ in rankings["strategies"]]


def test_figures_are_images_and_run_nothing(page):
    assert "window.broken" not in page  # base64, in an img
    alts = {each["attributes"]["alt"] for each in Page(page).find("img")}
    assert alts == {'A finding <b> & "more"'}


# --- What a table says beside its cells -----------------------------------------------------------


def test_claims_show_their_verdict_on_report_worthy_data(page):
    claims = section(page, "claims")
    assert "On report-worthy data alone" in claims
    assert "50 positives or more in the test folds" in claims


def test_both_tables_of_policies_say_why_their_regrets_differ(tmp_path):
    policies = TABLES["recommender"]().assign(guide="guide 002", ratio="natural")
    tables = {name: table() for name, table in TABLES.items()} | {"policies": policies}
    shown = section(render(make_inputs(tmp_path, tables=tables)), "recommender")
    assert shown.count("so that regrets of one name differ.</p>") == 2


def test_a_cut_table_says_so_before_it_is_opened(tmp_path):
    row = TABLES["comparisons"]().head(1)
    tables = {"comparisons": pd.concat([row] * 1092)}
    page = render(make_inputs(tmp_path, tables=tables))
    assert "average precision, tested (400 of 1,092 rows)</summary>" in page


def test_commands_in_a_finding_are_code(tmp_path):
    kept_none = PROVENANCE | {"configuration": {"protocol": {"keep_scores": False}}}
    page = render(make_inputs(tmp_path, provenance=kept_none))
    assert "<code>keep_scores: true</code> does)." in section(page, "symptoms")
    assert "and, where a study keeps scores, reliability." in section(page, "symptoms")
    assert "`" not in visible(page)


def test_configuration_names_are_words(tmp_path):
    effects = [
        DESIGN | AP | {"strategy": "smote", "learner": "tree", "measure": measure}
        | {"correlation": value, "lower": value, "upper": value}
        for measure, value in (("n3", 0.1), ("positives_per_feature", -0.2), ("fisher_f1", 0.0))
    ]  # fmt: skip
    arms = DESIGN | AP | {"strategy": "smote", "learner": "tree", "imbalance_ratio": 10.0}
    policies = TABLES["recommender"]().assign(guide="guide 002", policy="guide", ratio="natural")
    tables = {"difficulty_effects": pd.DataFrame(effects), "arms": pd.DataFrame([arms])}
    facts = [DATASETS[0] | {"task": "multiclass"}]
    inputs = make_inputs(tmp_path, tables=tables | {"policies": policies}, datasets=facts)
    page = render(inputs)
    assert "guide of lecture notes 002" in section(page, "recommender")
    assert '<td class="number">10</td>' in section(page, "ratios")
    shown = section(page, "datasets")
    assert "<td>multi-class</td>" in shown
    measures = ("Minority rows per feature", "N3: error of the nearest neighbour")
    assert shown.index(measures[0]) < shown.index(measures[1])  # furthest from zero first
    assert "F1: overlap of the best feature" in shown


# --- What is missing is visible -------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_without_any_one_table_the_page_says_so(tmp_path, name):
    page = render(make_inputs(tmp_path, without=[name]))
    missing = [words for words in re.findall(r'<p class="missing">(.*?)</p>', page, re.DOTALL)]
    assert any(f"&#39;{name}&#39;" in sentence for sentence in missing) or (
        name in ("decomposition", "leaking") and f"'{name}'" in visible(page)
    )
    assert "make study STUDY=config/studies/small.yaml" in page
    assert complaints(page) == []


def test_an_empty_study_still_has_every_section(tmp_path):
    page = render(
        make_inputs(
            tmp_path, tables={}, figures={}, datasets=[], provenance={}, strategies={}, learners={}
        )
    )
    for each in SECTIONS:
        assert 'class="missing"' in section(page, each.name)
    assert complaints(page) == []
    assert "make figures STUDY=config/studies/small.yaml" in page


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_other_columns_is_no_crash(tmp_path, name):
    inputs = make_inputs(tmp_path)
    inputs.tables[name] = pd.DataFrame({"unexpected": [1]})
    page = render(inputs)
    assert complaints(page) == []


def test_an_optional_section_is_left_out_where_the_study_has_nothing_for_it(inputs):
    assert 'id="shots"' in render(inputs)
    tables = inputs.tables | {"shots": inputs.tables["shots"].head(0)}
    page = render(dataclasses.replace(inputs, tables=tables))
    assert "shots" not in page.replace("shots.csv", "")


def test_a_section_without_a_finding_is_empty_only_if_nothing_follows(inputs):
    nothing = "Nothing in this study belongs here."
    empty = inputs.tables | {"slopes": inputs.tables["slopes"].head(0)}
    page = section(render(dataclasses.replace(inputs, tables=empty)), "ratios")
    assert nothing in page
    assert "<table" not in page
    assert "<img" not in page
    arms = pd.DataFrame([DESIGN | AP | {"strategy": "smote", "learner": "tree", "change": 0.1}])
    with_arms = dataclasses.replace(inputs, tables=empty | {"arms": arms})
    drawn = inputs.figures | {"arms_ir10m50": inputs.figures["status"]}
    with_figure = dataclasses.replace(inputs, tables=empty, figures=drawn)
    for given, shown in ((with_arms, "<table"), (with_figure, "<img")):
        page = render(given)
        assert shown in section(page, "ratios")
        assert nothing not in page
        assert 'class="finding"' not in section(page, "ratios")
        assert complaints(page) == []


def test_what_has_not_been_run_is_no_damage(tmp_path):
    box = section(render(make_inputs(tmp_path, not_run=4321)), "problems")
    assert "4,321 have not been run yet" in box
    assert "damaged" not in box
    assert "They are:" not in box
    known = {"datasets": ["oil"], "ratios": ["natural", "ir10"], "strategies": ["hostile"]}
    status = TABLES["status"]().assign(n_seeds=1)
    known_here = {"provenance": {"configuration": known}, "tables": {"status": status}}
    page = render(make_inputs(tmp_path, not_run=1, **known_here))
    assert "They are: oil (ir10)." in section(page, "problems")
    assert "have results for every seed that has been run" in page
    box = section(render(make_inputs(tmp_path, not_run=2, problems=["x: damaged"])), "problems")
    assert "make retry" in box
    assert 'id="problems"' not in render(make_inputs(tmp_path))


def test_problems_are_listed_first(tmp_path):
    told = "metrics/oil/natural/smote/seeds0-0.parquet: no readable parquet file"
    page = render(make_inputs(tmp_path, problems=[told]))
    assert told in section(page, "problems")
    assert page.index('id="problems"') < page.index('id="rankings"')
    assert "Not everything is here" not in render(make_inputs(tmp_path))


def test_failures_are_there_with_their_reason(page):
    rows = visible(
        section(f"<html><body>{page}</body></html>", "failures").join(["<body>", "</body>"])
    )
    assert "failed" in rows
    assert "<script>alert('x')</script> & \"quoted\" (natural)" in rows


def test_a_figure_over_the_budget_is_named(inputs):
    page = render(inputs, largest=10)
    assert "<img" not in page
    assert "Not in this page, to keep it small; the study draws" in page
    assert "figures/status.svg" in page


def test_a_page_keeps_its_size(tmp_path):
    inputs = make_inputs(tmp_path)
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    for i in range(12):
        (tmp_path / f"ranks_{i}.svg").write_text(svg("A &amp; B " * 40))
        Image.fromarray(noise).save(tmp_path / f"ranks_{i}.png")
        files = {kind: tmp_path / f"ranks_{i}.{kind}" for kind in ("svg", "png")}
        inputs.figures[f"ranks_{i}"] = files
    least, most = (len(render(inputs, largest=n).encode()) for n in (0, 10_000_000))
    for largest in range(least, most, 9000):
        page = render(inputs, largest=largest)
        assert len(page.encode()) <= largest
    assert "Not in this page" in page
    assert "data:image/webp" in page


def test_unknown_figures_are_shown_at_the_end(page):
    assert "figures/surprise.svg" in section(page, "more-figures")


# --- What is there --------------------------------------------------------------------------------


def test_every_section_is_in_the_contents(page):
    parsed = Page(page)
    targets = [
        each["attributes"]["href"][1:] for each in parsed.find("a") if "nav" in each["inside"]
    ]
    assert targets == ["answer", *(each.name for each in SECTIONS), "more-figures"]


def test_data_sets_have_their_licence_and_source(page):
    shown = section(page, "datasets")
    assert "CC BY 4.0" in shown
    assert "UCI" in shown
    assert "21.9" in shown


def test_both_library_versions_are_told(page):
    assert "2.4.0, 2.4.1" in section(page, "provenance")


def test_the_scope_counts(inputs):
    assert (
        scope(inputs)
        == "2 data sets, 1 imbalance ratio, 5 strategies, 2 learners, 2 seeds, 5 folds"
    )
    one = dataclasses.replace(
        inputs, strategies={"none": STRATEGIES["none"]}, datasets=DATASETS[:1]
    )
    assert scope(one).startswith("1 data set, 1 imbalance ratio, 1 strategy, ")


# --- Accessibility --------------------------------------------------------------------------------


def test_the_structure_is_accessible(page):
    assert complaints(page) == []


def test_the_checks_can_fail():
    broken = """<html><head><title></title></head><body><h2>a</h2><h4>b</h4><img src="x">
    <p id="a"><p id="a"><a href="#nowhere">x</a><div class="scroll" role="region"></div>
    <table><tr><th>x</th></tr></table><label for="q">l</label></body></html>"""
    told = " ".join(complaints(broken))
    for words in (
        *("not closed", "no language", "no title", "headings begin", "heading 4 after 2"),
        *("image without words", "id a twice", "leads nowhere", "region without a name"),
        *("no key reaches", "without a caption", "without scope", "landmarks", "no skip link"),
        "nothing is called q",
    ):
        assert words in told


def test_all_text_has_contrast():
    colours = named_colours(CSS)
    pairs = text_colours(CSS)
    assert {("quiet", "wash"), ("warn-ink", "warn-paper"), ("bad", "paper")} <= pairs
    for text, behind in pairs:
        assert contrast(colours[text], colours[behind]) >= 4.5, (text, behind)


def test_focus_and_controls_can_be_seen():
    colours = named_colours(CSS)
    for name in ("accent", "quiet"):  # focus ring, border of a select: WCAG 1.4.11
        assert contrast(colours[name], colours["paper"]) >= 3


def test_no_colour_is_outside_the_names():
    body = CSS.partition("}")[2]
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b", body)


def test_contrast_agrees_with_published_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # WebAIM's example


def test_an_svg_without_a_title_has_words_all_the_same(tmp_path):
    path = tmp_path / "untitled.svg"
    path.write_text(svg("").replace("<title></title>", ""))
    page = render(make_inputs(tmp_path, figures={"status": {"svg": path}}))
    assert 'alt="Figure: What ran"' in page
