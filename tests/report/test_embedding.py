"""Figures inside the page: their size, their words, and where each is shown."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageColor
from small_study import svg

from skewbench.figures.gains import BETTER, WORSE
from skewbench.figures.style import LEVELS, new_figure, save
from skewbench.figures.wording import learners_called
from skewbench.report.embedding import caption, embed
from skewbench.report.layout import SECTIONS
from skewbench.report.sections import in_order, main_figures, place_figures


@pytest.fixture
def files(tmp_path):
    path = tmp_path / "ranks_binary_natural.svg"
    path.write_text(svg("1 &lt; 2 &amp; -3"), encoding="utf-8")
    noise = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path.with_suffix(".png"))
    return {"svg": path, "png": path.with_suffix(".png")}


def test_a_figure_is_a_small_image_with_the_title_of_its_svg_as_alt_text(files):
    figure = embed({"ranks_binary_natural": files}, ["ranks_binary_natural"])[
        "ranks_binary_natural"
    ]
    assert figure.alt == "1 < 2 & −3"
    assert figure.caption == "Mean ranks, binary, natural imbalance ratio"
    assert (figure.width, figure.height) == (960, 480)  # 720 x 360 points at 96 per inch
    kind, _, content = figure.uri.partition(";base64,")
    assert kind == "data:image/webp"
    assert len(base64.b64decode(content)) < files["png"].stat().st_size
    assert figure.file == "figures/ranks_binary_natural.png"


def test_an_svg_alone_is_embedded_as_it_is(files):
    figure = embed({"x": {"svg": files["svg"]}}, ["x"])["x"]
    kind, _, content = figure.uri.partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert base64.b64decode(content) == files["svg"].read_bytes()
    assert figure.file == "figures/ranks_binary_natural.svg"


def test_a_small_image_keeps_the_colour_of_every_thin_line(tmp_path):
    lines = {*(level.colour for level in LEVELS.values()), BETTER, WORSE}
    figure = new_figure(6, 4)
    axes = figure.add_subplot()
    axes.imshow(np.random.default_rng(0).random((40, 60)), cmap="Blues", aspect="auto")
    for height, colour in enumerate(sorted(lines)):
        axes.axhline(4 * height + 3, xmax=0.1, color=colour, lw=1, antialiased=False)
    save(figure, tmp_path / "thin")
    files = {"png": tmp_path / "thin.png"}
    _, _, content = embed({"x": files}, ["x"])["x"].uri.partition(",")
    before = np.asarray(Image.open(files["png"]).convert("RGB"), dtype=int)
    small = Image.open(io.BytesIO(base64.b64decode(content)))
    after = np.asarray(small.convert("RGB"), dtype=int)
    for colour in lines:
        drawn = (before == ImageColor.getrgb(colour)).all(axis=-1)
        assert drawn.any()
        assert np.abs(after - before)[drawn].max() <= 10  # of 255; the eye sees no difference


def test_a_png_alone_has_words(files):
    figure = embed({"status": {"png": files["png"]}}, ["status"])["status"]
    assert figure.alt == "Figure: What ran"
    assert figure.uri.startswith("data:image/webp")


def test_captions_call_learners_as_the_study_does():
    with learners_called({"random_forest_8": "Random forest, depth 8"}):
        assert caption("pairs_binary_natural_random_forest_8") == (
            "All pairs of the best, random forest, depth 8, binary, natural imbalance ratio"
        )


def test_the_first_figures_get_the_room(files):
    size = len(embed({"a": files}, ["a"])["a"].uri)
    embedded = embed({"a": files, "b": files}, ["b", "a"], budget=1.5 * size)
    assert embedded["b"].uri
    assert embedded["a"].uri == ""
    assert embedded["a"].file


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("effects_binary_ir10", "Differences from the control, binary, imbalance ratio 10"),
        ("ratios_random_forest_8", "Score against imbalance ratio, random forest 8"),
        ("curves_ir10m50", "Precision-recall and ROC curves, imbalance ratio 10, 50 minority rows"),
        (
            "heatmap_binary_natural_decision_tree",
            "Data sets against strategies, decision tree, binary, natural imbalance ratio",
        ),
        ("status", "What ran"),
        ("something_new", "Something new"),
    ],
)
def test_captions(name, expected):
    assert caption(name) == expected


def test_figures_find_their_section():
    names = ["ranks_binary_ir10", "ranks_binary_natural", "cost_curves", "time_quality_binary_ir5"]
    names += ["forest_multiclass_natural", "effects_binary_natural", "new_kind"]
    placed = place_figures(names, SECTIONS)
    assert placed["rankings"] == ["ranks_binary_natural", "ranks_binary_ir10"]
    assert sorted(placed["cost"]) == ["cost_curves", "time_quality_binary_ir5"]
    assert placed["effects"] == ["effects_binary_natural", "forest_multiclass_natural"]
    assert placed[""] == ["new_kind"]
    assert sorted(in_order(placed)) == sorted(names)
    mains = [name in main_figures(placed) for name in in_order(placed)]
    assert mains == sorted(mains, reverse=True)


def test_every_section_has_a_figure_before_any_has_two():
    names = [f"{kind}_binary_natural" for kind in ("heatmap", "ranks", "pairs", "forest")]
    names += ["claims"]
    placed = place_figures([*names, "ranks_binary_ir10", "status"], SECTIONS)
    order = list(in_order(placed))
    firsts = {names[0] for names in placed.values() if names}
    assert {"claims", "status"} < firsts
    assert set(order[: len(firsts)]) == firsts
    assert order[-1] == "ranks_binary_ir10"


def test_without_a_natural_ratio_a_section_shows_its_first_figure():
    names = ["shots_multiclass_lt100", "shots_multiclass_lt50", "ranks_binary_natural"]
    placed = place_figures([*names, "ranks_binary_ir10", "surprise_lt5"], SECTIONS)
    assert main_figures(placed) == {"shots_multiclass_lt100", "ranks_binary_natural"}
