"""Encoded images become a table of pixels in PyTorch's order; what is no image is named."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from skewbench.data.sources import load
from skewbench.errors import InputError


def encoded(pixels, mode=None, form="PNG"):
    stream = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8), mode).save(stream, form)
    return stream.getvalue()


@pytest.fixture
def loaded(tmp_path):
    def load_images(images, test=None, site=None, column="png", **entry):
        labels = ["cat", "dog", "frog"]
        for name, rows in (("train", images), ("test", test)):
            if rows is not None:
                target = [labels[i % 3] for i in range(len(rows))]
                table = pa.table({"where": target, "png": pa.array(rows), "target": target})
                if site:
                    table = table.append_column("site", pa.array([site] * len(rows)))
                pq.write_table(table, tmp_path / f"{name}.parquet")
        entry = {"source": "file", "path": "train.parquet", "target": "target"} | entry
        entry |= {"images": column, "drop": ["where"], "family": "toy"}
        entry |= {"test_path": "test.parquet"} if test is not None else {}
        return load("toy", entry | {"cost": None}, tmp_path, tmp_path)

    return load_images


COLOURED = np.arange(2 * 3 * 3).reshape(2, 3, 3)  # two rows, three columns, red green blue


def test_columns_run_channel_by_channel_and_row_by_row(loaded):
    images = [encoded(COLOURED + step) for step in (0, 10, 20)]
    table, facts = loaded(images)
    assert table.features.shape == (3, 18)
    assert list(table.features)[:4] == [f"pixel_0_0_{x}" for x in range(3)] + ["pixel_0_1_0"]
    assert list(table.features)[-1] == "pixel_2_1_2"
    # Red is every third value, from 0; then green, from 1.
    assert table.features.iloc[0].tolist()[:7] == [0, 3, 6, 9, 12, 15, 1]
    assert table.features.iloc[2].tolist() == [value + 20 for value in table.features.iloc[0]]
    assert facts["classes"] == ["cat", "dog", "frog"]


def test_grey_images_have_one_channel_and_constant_pixels_stay(loaded):
    grey = np.array([[0, 7], [0, 9]])
    table, facts = loaded([encoded(grey * step) for step in (1, 2, 3)])
    assert list(table.features) == ["pixel_0_0_0", "pixel_0_0_1", "pixel_0_1_0", "pixel_0_1_1"]
    assert table.features.to_numpy().tolist() == [[0, 7 * s, 0, 9 * s] for s in (1, 2, 3)]
    assert not any("constant" in note for note in facts["notes"])
    mixed = [encoded(grey), encoded(np.stack([grey] * 3, axis=2)), encoded(grey)]
    assert loaded(mixed)[0].features.shape == (3, 12)


def test_other_constant_columns_still_go(loaded):
    table, facts = loaded([encoded(np.full((2, 2), level)) for level in (1, 2, 3)], site="here")
    assert table.features.shape == (3, 4)
    assert "column 'site' dropped: it is constant" in facts["notes"]


def test_a_lossy_format_and_a_test_file(loaded):
    flat = [encoded(np.full((8, 8, 3), level), form="JPEG") for level in (10, 100, 200)]
    table, facts = loaded(flat, test=flat)
    assert table.test.tolist() == [False] * 3 + [True] * 3
    assert facts["split"] == {"kind": "fixed"}
    assert np.abs(table.features.mean(axis=1).to_numpy() - [10, 100, 200] * 2).max() < 2


GOOD = encoded(COLOURED)
DEEP = io.BytesIO()
Image.fromarray(np.full((2, 3), 40_000, dtype=np.uint16)).save(DEEP, "PNG")
SIXTEEN_BITS = DEEP.getvalue()


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([GOOD, None, GOOD], "column 'png', row 2: the image is missing"),
        ([GOOD, GOOD, b"no image"], "row 3: these bytes are no image of a known format"),
        ([GOOD, GOOD[:55], GOOD], "row 2: the image cannot be decoded"),
        ([GOOD, GOOD, SIXTEEN_BITS], "row 3: values of mode I;16 do not fit into a byte"),
        ([GOOD, encoded(COLOURED[:1]), GOOD], r"row 2: 3 x 1 pixels, but the first.* 3 x 2"),
        ([encoded(np.zeros((100, 100, 3)))] * 3, "30000 values each, allowed are 20000"),
        (["text"] * 3, "needs encoded images .* type string"),
    ],
)
def test_what_is_no_image_is_named(loaded, images, words):
    with pytest.raises(InputError, match=words):
        loaded(images)


def test_a_bad_image_is_named_by_its_own_file_and_an_empty_file_has_no_rows(loaded):
    with pytest.raises(InputError, match=r"test.parquet, column 'png', row 3: these bytes"):
        loaded([GOOD] * 6, test=[GOOD, GOOD, b"no"])
    with pytest.raises(InputError, match=r"train.parquet: the file has no rows"):
        loaded(pa.array([], pa.binary()))
    with pytest.raises(InputError, match="no column 'jpg' for `images`"):
        loaded([GOOD] * 3, column="jpg")


def test_a_binary_column_that_is_not_said_to_hold_images_stays_an_error(tmp_path):
    rows = pa.table({"png": pa.array([GOOD] * 3), "target": ["a", "b", "c"]})
    pq.write_table(rows, tmp_path / "x.parquet")
    entry = {"source": "file", "path": "x.parquet", "target": "target"}
    with pytest.raises(InputError, match="'png': values of type binary cannot be used"):
        load("toy", entry, tmp_path, tmp_path)
