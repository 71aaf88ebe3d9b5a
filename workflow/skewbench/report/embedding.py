"""Figures inside the page: small images in few colours, together within a budget.

A figure travels as a data URI in an ``img``, where an SVG can run no script. What is over the
budget stays outside the page and is named with its path.
"""

from __future__ import annotations

import base64
import html
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skewbench.figures.wording import learner_words, ratio_label
from skewbench.report.columns import sentences
from skewbench.report.names import task_label

COLOURS = 64  # of an embedded figure: less than half the bytes, and a chart does not show it
KEEP = Image.Quantize.MAXCOVERAGE  # unlike the median cut it keeps the colour of a thin line
CALLED = {
    "ranks": "Mean ranks",
    "effects": "Differences from the control",
    "forest": "Differences from the control, tested",
    "pairs": "All pairs of the best",
    "decomposition": "What is left of the gains",
    "decisions": "Default and tuned thresholds",
    "ratios": "Score against imbalance ratio",
    "arms": "Gains with many and with few minority rows",
    "shots": "Accuracy on many-, medium- and few-shot classes",
    "curves": "Precision-recall and ROC curves",
    "time_quality": "Time against quality",
    "status": "What ran",
    "heatmap": "Data sets against strategies",
    "cliques": "Critical differences",
    "cost_curves": "Cost curves",
    "regions": "Decision regions",
    "resamplers": "What resamplers do to two-dimensional data",
    "confusion": "Confusion matrices",
    "gap": "Training and test scores",
    "difficulty": "Gains against difficulty",
    "minority_types": "Types of minority rows",
    "reliability": "Reliability of probabilities",
    "claims": "Claims and their effects",
}
ELEMENT = 200  # bytes of an image's element beside its data and text
_RATIO = re.compile(r"natural|(?:ir|lt)\d+(?:\.\d+)?(?:m\d+)?")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"', re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """A figure as the template shows it; ``uri`` is "" where it did not fit into the page."""

    name: str
    caption: str
    alt: str
    uri: str
    width: int
    height: int
    file: str


def embed(
    figures: dict[str, dict[str, Path]],
    order: Iterable[str],
    budget: float = math.inf,
) -> dict[str, Figure]:
    """Return every figure by name; the first in ``order`` get what room there is.

    Parameters
    ----------
    figures : dict of str to dict of str to Path
        Per name the paths of its ``svg`` and ``png``. The PNG is embedded, as lossless WebP: a
        fraction of what the shapes of an SVG take. Its SVG gives title and size.
    order : iterable of str
        The most important first.
    budget : float
        Bytes of the page that data URIs, alternative texts and their elements may take.
    """
    embedded = {}
    for name in order:
        figure = _embedded(name, figures[name], budget)
        if figure.uri:
            budget -= _size(figure)
        embedded[name] = figure
    return embedded


def caption(name: str) -> str:
    """Return the name of a figure's file in words.

    >>> caption("time_quality_binary_ir10")
    'Time against quality, binary, imbalance ratio 10'
    >>> caption("ratios_decision_tree")
    'Score against imbalance ratio, decision tree'
    """
    kind = next((kind for kind in CALLED if name == kind or name.startswith(f"{kind}_")), "")
    name = name.removeprefix(kind).lstrip("_")
    parts = name.split("_")
    ratio = [part for part in parts if _RATIO.fullmatch(part)]
    task = [part for part in parts if part in ("binary", "multiclass")]
    shown = "_".join(part for part in parts if part not in (*ratio, *task))
    named = learner_words(shown) if shown else ""
    said = [CALLED.get(kind), named, *map(task_label, task), *map(ratio_label, ratio)]
    said = ", ".join(filter(None, said))
    return said[:1].upper() + said[1:]


def _embedded(name: str, files: dict[str, Path], budget: float) -> Figure:
    svg = files["svg"].read_text(encoding="utf-8") if "svg" in files else ""
    found = _TITLE.search(svg)
    said = caption(name)
    alt = sentences(" ".join(html.unescape(found[1]).split())) if found else f"Figure: {said}"
    size = _SIZE.search(svg)
    width, height = (round(float(part) * 4 / 3) for part in size.groups()) if size else (0, 0)
    kind = "png" if "png" in files else "svg"
    figure = Figure(name, said, alt, "", width, height, f"figures/{files[kind].name}")
    if budget <= 0:
        return figure
    if kind == "png":
        shown = replace(figure, uri=_uri("webp", few_colours(files["png"], "webp")))
    else:
        shown = replace(figure, uri=_uri("svg+xml", svg.encode()))
    return shown if _size(shown) <= budget else figure


def _size(figure: Figure) -> int:
    """Return the bytes that an embedded figure adds to a page that names it."""
    return len(figure.uri) + len(html.escape(figure.alt).encode()) + ELEMENT


def few_colours(path: Path, kind: str = "png") -> bytes:
    """Return an image as a ``png`` or ``webp`` with few colours; thin lines keep theirs.

    A PNG keeps its title.
    """
    small = io.BytesIO()
    with Image.open(path) as image:
        reduced, heading = image.convert("RGB").quantize(COLOURS, KEEP), image.info.get("Title", "")
    if kind == "webp":
        reduced.convert("RGB").save(small, kind, lossless=True)
    else:
        said = PngInfo()
        said.add_text("Title", heading)
        reduced.save(small, kind, optimize=True, pnginfo=said)
    return small.getvalue()


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
