"""Encoded images (JPEG, PNG, ...) in a binary column become one numeric column per pixel value."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
from PIL import Image

from skewbench.errors import InputError, shown

MOST_VALUES = 20_000  # of one image: wider tables are beyond what this study is for


def unpack(rows: pa.Table, name: str, where: str) -> pa.Table:
    """Return the table with the images of a column unpacked, after the other columns.

    The new columns ``pixel_<channel>_<row>_<column>`` (counted from 0, channel by channel and row
    by row, as PyTorch lays images out) hold numbers from 0 to 255: three channels (red, green,
    blue), or one if every image is grey.

    Raises
    ------
    InputError
        If the column holds no images, one cannot be decoded, sizes differ, an image has more than
        ``MOST_VALUES`` values, or another column has a pixel's name.
    """
    column = rows[name]
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise InputError(
            f"{where}, column {shown(name)}: `images` needs encoded images (binary values), this "
            f"column is of type {column.type}."
        )
    pixels = _decode(column, f"{where}, column {shown(name)}")
    titles = ["pixel_" + "_".join(map(str, index)) for index in np.ndindex(pixels.shape[1:])]
    values = pixels.reshape(len(pixels), -1).T.copy()
    columns = dict(zip(rows.column_names, rows.columns, strict=True))
    del columns[name]
    twice = sorted(columns.keys() & set(titles))
    if twice:
        raise InputError(f"{where}: the name of column {shown(twice[0])} is taken by a pixel.")
    return pa.table(columns | dict(zip(titles, map(pa.array, values), strict=True)))


def _decode(column: pa.ChunkedArray, place: str) -> np.ndarray:
    """Return all images, shape (n, channels, height, width), as bytes."""
    images = [_open(value, f"{place}, row {row}") for row, value in enumerate(column, 1)]
    mode = "L" if all(image.mode in ("1", "L") for image in images) else "RGB"
    width, height = images[0].size
    n_channels = len(Image.new(mode, (1, 1)).getbands())
    if n_channels * height * width > MOST_VALUES:
        raise InputError(
            f"{place}: images of {width} x {height} pixels have {n_channels * height * width} "
            f"values each, allowed are {MOST_VALUES}; make them smaller."
        )
    pixels = np.empty((len(images), n_channels, height, width), dtype=np.uint8)
    for row, image in enumerate(images):
        if image.size != (width, height):
            raise InputError(
                f"{place}, row {row + 1}: {image.width} x {image.height} pixels, but the first "
                f"image has {width} x {height}; all need one size."
            )
        values = np.asarray(image.convert(mode)).reshape(height, width, n_channels)
        pixels[row] = np.moveaxis(values, 2, 0)
    return pixels


def _open(value: pa.Scalar, place: str) -> Image.Image:
    if not value.is_valid:
        raise InputError(f"{place}: the image is missing.")
    try:
        image = Image.open(io.BytesIO(value.as_py()))
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{place}: the image cannot be decoded ({shown(reason)}).") from error
    return image
