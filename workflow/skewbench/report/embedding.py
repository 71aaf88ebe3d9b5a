"""Figures inside the page: the main ones as SVG, others as small PNG, together within a budget.

A figure travels as a data URI in an ``img``, where an SVG can run no script. What is over the
budget stays outside the page and is named with its path.
"""

from __future__ import annotations

import base64
import html
import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from skewbench.figures.wording import learner_words, ratio_label

LARGEST_SVG = 320_000  # bytes, slimmed; a larger one is slower to draw than its PNG
COLOURS = 128  # of an embedded PNG: a third of the bytes, and a chart does not show it
KEEP = Image.Quantize.MAXCOVERAGE  # unlike the median cut it keeps the colour of a thin line
TYPES = {"svg": "image/svg+xml", "png": "image/png"}
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
_RATIO = re.compile(r"natural|(?:ir|lt)\d+(?:\.\d+)?(?:m\d+)?")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"', re.DOTALL)
_DECIMALS = re.compile(r"\b([1-9]\d*\.\d\d)\d+")


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
    sharp: Callable[[str], bool] = lambda name: True,
    budget: float = math.inf,
) -> dict[str, Figure]:
    """Return every figure by name; the first in ``order`` get what room there is.

    Parameters
    ----------
    figures : dict of str to dict of str to Path
        Per name the paths of its ``svg`` and ``png``.
    order : iterable of str
        The most important first.
    sharp : callable
        Whether the figure of a name is worth an SVG.
    budget : float
        Characters of data URIs.
    """
    embedded = {}
    for name in order:
        figure = _embedded(name, figures[name], sharp(name), budget)
        budget -= len(figure.uri)
        embedded[name] = figure
    return embedded


def slim(svg: str) -> str:
    """Return an SVG without comments, indentation and digits that no screen can show.

    Numbers from 1 on keep two decimals (a hundredth of a point); smaller ones may be scales and
    stay as they are.

    >>> slim('<path d="M 12.345678 0.015625"/>')
    '<path d="M 12.34 0.015625"/>'
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = _DECIMALS.sub(r"\1", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


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
    said = [CALLED.get(kind), named, *task, *map(ratio_label, ratio)]
    said = ", ".join(filter(None, said))
    return said[:1].upper() + said[1:]


def _embedded(name: str, files: dict[str, Path], sharp: bool, budget: float) -> Figure:
    svg = files["svg"].read_text(encoding="utf-8") if "svg" in files else ""
    found = _TITLE.search(svg)
    said = caption(name)
    alt = " ".join(html.unescape(found[1]).split()) if found else f"Figure: {said}"
    size = _SIZE.search(svg)
    width, height = (round(float(part) * 4 / 3) for part in size.groups()) if size else (0, 0)
    small = slim(svg).encode()
    if "png" in files and not (sharp and 0 < len(small) <= LARGEST_SVG):
        kind, uri = "png", _uri("png", few_colours(files["png"]))
    else:
        kind, uri = "svg", _uri("svg", small)
    if len(uri) > budget:
        uri = ""
    return Figure(name, said, alt, uri, width, height, f"figures/{files[kind].name}")


def few_colours(path: Path) -> bytes:
    """Return a PNG with fewer colours, in which thin lines keep theirs."""
    small = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS, KEEP).save(small, "png", optimize=True)
    return small.getvalue()


def _uri(kind: str, content: bytes) -> str:
    return f"data:{TYPES[kind]};base64,{base64.b64encode(content).decode('ascii')}"
