"""The page as a browser draws it: nothing is cut off, and every text can be read."""

import re

import pytest
from test_advice import another_model

from report.accessibility import contrast, named_colours
from report.browser import CHROMIUM, Browser
from skewbench.recommend import page

FACTS = {"name": "my_table", "n_rows": 400, "n_features": 3, "positive": "yes"}
FACTS |= {"class_counts": [360, 40], "notes": ["column 'x' dropped: it is constant"]}
COMMANDS = {"test": "make study STUDY=study.yaml", "fit": f"make fit DATA={'x' * 200}"}
CUT_OFF = "[...document.querySelectorAll('*')].filter((e) => e.scrollWidth > e.clientWidth + 1)"
CUT_OFF += ".filter((e) => e.clientWidth).map((e) => e.tagName).join()"


@pytest.fixture(scope="module")
def html():
    return page.render(another_model(forest=0.080, plain=0.053), FACTS, 2.0, COMMANDS, ["Look."])


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (apt-get install chromium)")
def test_nothing_is_cut_off(html, tmp_path):
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    with Browser() as browser:
        for width in (400, 900, 1280):
            browser.open(tmp_path / "page.html", width=width)
            assert (width, browser.run(CUT_OFF)) == (width, "")
            assert browser.errors == []


def test_quiet_text_can_be_read_in_light_and_in_dark(html):
    roots = re.findall(r":root \{(.*?)\}", html)
    assert len(roots) == 2
    for colours in map(named_colours, roots):
        # 4.5 is what WCAG 2.2 asks of text, criterion 1.4.3.
        assert contrast(colours["quiet"], colours["paper"]) > 4.5
        assert contrast(colours["ink"], colours["paper"]) > 4.5


def test_the_time_of_a_fit_says_of_what(html):
    # The made-up table of times: the forest takes ten times as long as the untouched model.
    row = html[html.index('scope="rowgroup">balanced_random_forest') :]
    assert re.findall(r'<td class="number">(.*?)</td>', row)[4] == "10.0"
    assert "time of a fit (untouched: 1)" in html
    lines = page.lines(another_model(forest=0.080, plain=0.053))
    (said,) = [line for line in lines if line.startswith("  balanced_random_forest:")]
    assert ", 10.0 times the untouched model's [another model" in said
