"""Checks of a page that need no browser: structure, names, and the contrast of its colours.

After WCAG 2.2: 1.1.1 (alternatives), 1.3.1 (headings, tables), 1.4.3 (contrast), 2.4.1 (skip link),
3.1.1 (language), 4.1.2 (names). Each check returns sentences, none when all is well.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "img", "br", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page: tag, attributes, text, and the tags they are in."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.unclosed: list[str] = []
        self.feed(source)
        self.close()
        self.unclosed += [element["tag"] for element in self.open]

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", "inside": [each["tag"] for each in self.open]}
        element |= {"attributes": dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1]["tag"] != tag:
            self.unclosed.append(f"</{tag}> in {[each['tag'] for each in self.open][-3:]}")
            return
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def find(self, *tags: str) -> list[dict]:
        return [element for element in self.elements if element["tag"] in tags]


def complaints(source: str) -> list[str]:
    """Return what is wrong with the structure of a page."""
    page = Page(source)
    wrong = [f"not closed: {tag}" for tag in page.unclosed]
    if page.find("html")[0]["attributes"].get("lang") != "en":
        wrong.append("no language")
    if not page.find("title")[0]["text"].strip():
        wrong.append("no title")
    levels = [int(each["tag"][1]) for each in page.find("h1", "h2", "h3", "h4")]
    if levels[0] != 1 or levels.count(1) != 1:
        wrong.append(f"headings begin {levels[:2]}")
    wrong += [
        f"heading {after} after {before}"
        for before, after in pairwise(levels)
        if after > before + 1
    ]
    wrong += [
        "image without words"
        for each in page.find("img")
        if not (each["attributes"].get("alt") or "").strip()
    ]
    ids = [each["attributes"]["id"] for each in page.elements if "id" in each["attributes"]]
    wrong += [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
    for each in page.elements:
        attributes = each["attributes"]
        for target in (attributes.get("aria-labelledby"), attributes.get("for")):
            if target and target not in ids:
                wrong.append(f"nothing is called {target}")
        href = attributes.get("href") or ""
        if each["tag"] == "a" and (href[1:] not in ids or not each["text"].strip()):
            wrong.append(f"link to {href} leads nowhere or has no words")
        if attributes.get("role") == "region" and not attributes.get("aria-label"):
            wrong.append("a region without a name")
        if "scroll" in (attributes.get("class") or "").split() and "tabindex" not in attributes:
            wrong.append("a scrolling region that no key reaches")
    if len(page.find("table")) != len(page.find("caption")):
        wrong.append("a table without a caption")
    wrong += [
        "a heading of a table without scope"
        for each in page.find("th")
        if each["attributes"].get("scope") not in ("col", "row")
    ]
    landmarks = [each["tag"] for each in page.find("header", "nav", "main")]
    if sorted(landmarks) != ["header", "main", "nav"]:
        wrong.append(f"landmarks {landmarks}")
    first = page.find("a")[0]["attributes"]
    if first.get("href") != "#main" or first.get("class") != "skip":
        wrong.append("no skip link first")
    return wrong


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def named_colours(css: str) -> dict[str, str]:
    """Return the custom properties that are colours."""
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", css))


def text_colours(css: str) -> set[tuple[str, str]]:
    """Return every (text, background) that a rule of the style sheet can give, by name.

    A rule without a background of its own may lie on the paper or on the wash of a table's row.
    """
    pairs = set()
    for block in re.findall(r"\{([^{}]*)\}", css):
        text = re.search(r"(?<![\w-])color:\s*var\(--([\w-]+)\)", block)
        behind = re.search(r"background(?:-color)?:\s*var\(--([\w-]+)\)", block)
        if text:
            behinds = [behind[1]] if behind else ["paper", "wash"]
            pairs |= {(text[1], each) for each in behinds}
        elif behind:
            pairs.add(("ink", behind[1]))
    return pairs
