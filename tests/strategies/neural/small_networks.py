"""Small networks, trained in every way that a strategy can ask for: what tests of them share."""

import pytest

from skewbench.strategies.neural.classifier import NeuralClassifier

QUICK = {"steps": 60, "hidden_layer_sizes": (16,), "random_state": 0}
DRW = [{"share": 0.8}, {"share": 0.2, "learning_rate_factor": 0.1, "loss": {"weights": "inverse"}}]
CRT = [{"share": 0.8}, {"share": 0.2, "sampler": "balanced", "freeze": "body", "reset_head": True}]
TRAININGS = {
    "plain": {},
    "focal": {"loss": {"gamma": 2.0}},
    "class_balanced_focal": {"loss": {"gamma": 1.0, "weights": "inverse", "link": "sigmoid"}},
    "balanced_softmax": {"loss": {"tau": 1.0}},
    "ldam_drw": {
        "head": "cosine",
        "loss": {"scale": 30.0, "margin": 0.5, "margin_power": 0.25},
        "phases": DRW,
    },
    "balanced": {"sampler": "balanced"},
    "dynamic": {"sampler": "dynamic"},
    "two_phase": {"phases": [{"share": 0.5, "sampler": "undersampled"}, {"share": 0.5}]},
    "mixup": {"augmentation": {"name": "mixup"}},
    "remix": {"augmentation": {"name": "remix"}},
    "crt": {"phases": CRT},
    "tau_norm": {"posthoc": {"name": "tau_norm", "tau": 0.5}},
    "logit_adjustment": {"posthoc": {"name": "logit_adjustment"}},
    "scarf": {"pretraining": {"name": "scarf", "steps": 10}},
    "early_stopping": {"early_stopping": True},
}
training_of = pytest.mark.parametrize("kind", TRAININGS.values(), ids=TRAININGS.keys())


def fitted(data, **parameters):
    return NeuralClassifier(**(QUICK | parameters)).fit(*data)
