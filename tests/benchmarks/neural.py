"""What the neural classifier costs beside the shortest loop that trains the same network.

The same layers, steps, batches, dropout and optimiser, once in :class:`NeuralClassifier` and once
in twenty lines that can do nothing else. The best of three fits each, in turn, on one thread.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from skewbench.data.synthetic import make

REPEATS = 3
STEPS, BATCH, WIDTH = 800, 128, 64
ROWS = (1000, 10_000, 50_000)


def measure(folder: Path) -> pd.DataFrame:
    """Return one row per number of training rows: CPU seconds of both, and their AP."""
    if find_spec("torch") is None:
        return pd.DataFrame([{"skipped": "needs the extra `neural`: pip install torch==2.13.0"}])
    import torch

    torch.set_num_threads(1)
    return pd.DataFrame([_compare(n) for n in ROWS])


def _compare(n_rows: int) -> dict:
    from skewbench.strategies.neural.classifier import NeuralClassifier

    X, y = make("classification", n_rows + 5000, 20.0, n_features=20, overlap=0.3, seed=0)
    order = np.random.default_rng(0).permutation(len(y))
    X, y = ((X - X.mean(axis=0)) / X.std(axis=0))[order], y[order]
    ways = {
        "classifier": lambda: _scores_of(NeuralClassifier(random_state=0), X, y, n_rows),
        "minimal_loop": lambda: _minimal_loop(X, y, n_rows),
    }
    seconds, ap = {way: [] for way in ways}, {}
    for _ in range(REPEATS):
        for way, run in ways.items():
            spent, scores = run()
            seconds[way].append(spent)
            ap[way] = average_precision_score(y[n_rows:], scores)
    best = {way: min(values) for way, values in seconds.items()}
    return {
        "rows": n_rows,
        "classifier_seconds": round(best["classifier"], 3),
        "minimal_loop_seconds": round(best["minimal_loop"], 3),
        "ratio": round(best["classifier"] / best["minimal_loop"], 2),
        "classifier_ap": round(ap["classifier"], 3),
        "minimal_loop_ap": round(ap["minimal_loop"], 3),
    }


def _scores_of(model, X, y, n_rows) -> tuple[float, np.ndarray]:
    start = time.process_time()
    model.fit(X[:n_rows], y[:n_rows])
    return time.process_time() - start, model.predict_proba(X[n_rows:])[:, 1]


def _minimal_loop(X, y, n_rows) -> tuple[float, np.ndarray]:
    import torch
    from torch import nn

    start = time.process_time()
    rows = torch.tensor(X, dtype=torch.float32)
    codes = torch.tensor(y[:n_rows])
    hidden = []
    for width in (X.shape[1], WIDTH):
        hidden += [nn.Linear(width, WIDTH), nn.ReLU(), nn.Dropout(0.2)]
    model = nn.Sequential(*hidden, nn.Linear(WIDTH, 2))
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=3.0, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    order = torch.empty(0, dtype=torch.int64)
    for _ in range(STEPS):
        if len(order) < BATCH:
            order = torch.randperm(n_rows)
        batch, order = order[:BATCH], order[BATCH:]
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(rows[batch]), codes[batch]).backward()
        optimiser.step()
        schedule.step()
    spent = time.process_time() - start
    with torch.no_grad():
        return spent, model.eval()(rows[n_rows:]).softmax(dim=1)[:, 1].numpy()
