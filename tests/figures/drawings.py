"""What drawn figures say, and that nothing of them is cut off."""

import matplotlib.image
from PIL import Image

from skewbench.figures import style


def words_of(figure):
    found = [text.get_text() for text in figure.texts]
    found += [text.get_text() for axes in figure.axes for text in axes.texts]
    return " ".join(found).replace("\n", " ")


def named_y(axes):
    """Return whether the axes, or those it shares its y axis with, say what is on it."""
    beside = axes.get_shared_y_axes().get_siblings(axes)
    ticks = [label.get_text() for other in beside for label in other.get_yticklabels()]
    return any(other.get_ylabel() for other in beside) or any(map(str.strip, ticks))


def check(figure, path):
    """Save a figure as two files; nothing is cut off, and every axis is named or shares a name."""
    svg, png = style.save(figure, path)
    with Image.open(png) as image:
        assert image.info.get("Title", "") == figure.get_label()
    pixels = matplotlib.image.imread(png)[..., :3]
    assert pixels.std() > 0.02
    edges = (pixels[:, [0, -1]], pixels[[0, -1]])
    assert min(edge.mean() for edge in edges) > 0.97
    figure.draw_without_rendering()
    frame = figure.bbox.padded(1)
    for axes in figure.axes:
        written = [*axes.texts, axes.xaxis.label, axes.yaxis.label, axes._left_title]
        left, right = axes.get_xlim()
        written += [
            label for label in axes.get_xticklabels() if left <= label.get_position()[0] <= right
        ]
        written += axes.get_yticklabels()
        boxes = [text.get_window_extent() for text in written if text.get_text()]
        assert all(frame.containsx(x) for box in boxes for x in box.intervalx)
        below = axes.get_shared_x_axes().get_siblings(axes)
        assert any(other.get_xlabel() for other in below)
        assert named_y(axes) or not axes.get_yticks().size
    return svg, png


def texts(axes):
    return [text.get_text() for text in axes.texts]
