"""Encoded images (JPEG, PNG, ...) in a binary column become one numeric column per pixel value."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
from PIL import Image, UnidentifiedImageError

from skewbench.errors import InputError, shown

MOST_VALUES = 20_000  # of one image: wider tables are beyond what this study is for
GREY = ("1", "L")
COLOURED = ("RGB", "RGBA", "P", "PA", "LA", "CMYK", "YCbCr")


def unpack(rows: pa.Table, name: str, where: str) -> tuple[pa.Table, frozenset[str]]:
    """Return the table with the images of a column unpacked, and the names of the new columns.

    The new columns ``pixel_<channel>_<row>_<column>`` (counted from 0, channel by channel and row
    by row, as PyTorch lays images out) come after the others and hold numbers from 0 to 255: three
    channels (red, green, blue), or one if every image is grey. Transparency is dropped.

    Raises
    ------
    InputError
        If there is no such column or no row, the column holds no images, one cannot be decoded or
        has values beyond a byte, sizes differ, an image has more than ``MOST_VALUES`` values, or
        another column has a pixel's name.
    """
    if name not in rows.column_names:
        raise InputError(f"{where}: there is no column {shown(name)} for `images`.")
    if rows.num_rows == 0:
        raise InputError(f"{where}: the file has no rows.")
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
    unpacked = dict(zip(titles, map(pa.array, values), strict=True))
    return pa.table(columns | unpacked), frozenset(titles)


def _decode(column: pa.ChunkedArray, place: str) -> np.ndarray:
    """Return all images, shape (n, channels, height, width), as bytes.

    Sizes and modes are read first, so that nothing large is decoded in vain.
    """
    modes, (width, height) = set(), (0, 0)
    for row, value in enumerate(column, 1):
        image = _open(value, f"{place}, row {row}")
        modes.add(image.mode)
        if row == 1:
            width, height = image.size
            _check_size(image, place)
        elif image.size != (width, height):
            raise InputError(
                f"{place}, row {row}: {image.width} x {image.height} pixels, but the first image "
                f"has {width} x {height}; all need one size."
            )
    mode, n_channels = ("L", 1) if modes <= set(GREY) else ("RGB", 3)
    pixels = np.empty((len(column), n_channels, height, width), dtype=np.uint8)
    for row, value in enumerate(column):
        image = _open(value, f"{place}, row {row + 1}", mode)
        pixels[row] = np.moveaxis(np.asarray(image).reshape(height, width, n_channels), 2, 0)
    return pixels


def _check_size(image: Image.Image, place: str) -> None:
    values = image.width * image.height * (1 if image.mode in GREY else 3)
    if values > MOST_VALUES:
        raise InputError(
            f"{place}: images of {image.width} x {image.height} pixels have {values} values each, "
            f"allowed are {MOST_VALUES}; make them smaller."
        )


def _open(value: pa.Scalar, place: str, mode: str | None = None) -> Image.Image:
    """Return an image, decoded and converted if a mode is given."""
    if not value.is_valid:
        raise InputError(f"{place}: the image is missing.")
    try:
        image = Image.open(io.BytesIO(value.as_py()))
        if mode:
            return image.convert(mode)
    except UnidentifiedImageError:
        raise InputError(f"{place}: these bytes are no image of a known format.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{place}: the image cannot be decoded ({shown(reason)}).") from error
    if image.mode not in GREY + COLOURED:
        raise InputError(
            f"{place}: values of mode {image.mode} do not fit into a byte; convert the image to 8 "
            "bits a channel."
        )
    return image
