"""A long tail of images, from encoded files to accuracy by shots, beside an own computation."""

import importlib.util
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

CNN = {
    "small_cnn": {
        "model": {
            "skewbench.strategies.neural.classifier.NeuralClassifier": {
                "image_shape": [1, 8, 8],
                "hidden_layer_sizes": [16],
                "steps": 60,
            }
        }
    }
}
SHOTS = {"few": 20, "many": 60}


def write_digits(folder):
    """Write scikit-learn's digits as PNG files in two Parquet files; return pixels and labels."""
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.astype(np.uint8)
    parts = {}
    for name, rows in (("train", slice(0, 1200)), ("test", slice(1200, None))):
        images = []
        for image in pixels[rows].reshape(-1, 8, 8):
            stream = io.BytesIO()
            Image.fromarray(image).save(stream, "PNG")
            images.append(stream.getvalue())
        table = pa.table({"png": images, "target": [f"digit {label}" for label in labels[rows]]})
        pq.write_table(table, folder / f"{name}.parquet")
        parts[name] = pixels[rows].astype(float), labels[rows]
    return parts


def study(folder, learners, strategies):
    digits = {"source": "file", "path": "train.parquet", "test_path": "test.parquet"}
    digits |= {"images": "png", "target": "target", "shots": SHOTS}
    return {
        "study": "tail",
        "datasets": [{"digits": digits}],
        "ratios": ["lt10"],
        "strategies": strategies,
        "learners": learners,
        "seeds": 1,
        "inner_folds": 0,
    }


def test_images_to_shots(workplace):
    parts = write_digits(workplace.folder)
    workplace.write(study(workplace.folder, ["logistic_regression"], ["none", "weight_inverse"]))
    ended = workplace.snakemake("tables")
    assert ended.code == 0, ended.output
    shots = pd.read_csv(workplace.results / "tables" / "shots.csv")
    shots = shots[shots["decision"] == "default"].set_index("strategy")
    assert shots.loc["none", "many"] - shots.loc["none", "few"] > 0.1
    assert shots.loc["weight_inverse", "few_gain"] > 0

    # Once more by hand: which rows a cell kept is drawn, how many of each class is not. The mean
    # over draws of a plain scikit-learn model is near what the study found.
    (train, y), (test, y_test) = parts["train"], parts["test"]
    order = np.argsort(-np.bincount(np.r_[y, y_test]), kind="stable")
    shape = 10 ** (-np.arange(10) / 9)
    kept = np.rint((np.bincount(y)[order] / shape).min().__floor__() * shape).astype(int)
    assert (kept < SHOTS["few"]).any()
    assert (kept > SHOTS["many"]).any()
    rng = np.random.default_rng(0)
    few = []
    for _ in range(10):
        rows = np.concatenate(
            [rng.permutation(np.flatnonzero(y == c))[:n] for c, n in zip(order, kept, strict=True)]
        )
        scaler = StandardScaler().fit(train[rows])
        model = LogisticRegression(max_iter=1000).fit(scaler.transform(train[rows]), y[rows])
        right = model.predict(scaler.transform(test)) == y_test
        few.append(np.mean([right[y_test == c].mean() for c in order[kept < SHOTS["few"]]]))
    assert abs(shots.loc["none", "few"] - np.mean(few)) < 2.5 * np.std(few)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs PyTorch")
def test_networks_on_images_repeat_to_the_bit(workplace):
    write_digits(workplace.folder)
    strategies = ["none", "balanced_softmax", "ldam_drw", "decoupling_crt", "simclr_pretrain"]
    workplace.write(study(workplace.folder, [CNN], strategies))
    ended = workplace.snakemake("metrics")
    assert ended.code == 0, ended.output
    assert {status for found in workplace.statuses().values() for status, _ in found} == {"ok"}
    first = workplace.metrics()
    for path in workplace.blocks().values():
        path.unlink()
    assert workplace.snakemake("metrics").code == 0
    assert len(workplace.blocks()) == len(strategies)
    pd.testing.assert_frame_equal(workplace.metrics(), first, check_exact=True)
