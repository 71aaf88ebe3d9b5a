"""A trained model as three files: the model, its facts, and a script that scores with it.

``model.skops`` holds no code: skops builds only types that its reader trusts, scikit-learn's and
numpy's among them, and here those of :data:`REVIEWED`. A model with any other type is not written,
and a file that holds one is not read. What the encoder has learnt travels as plain lists and
arrays. ``model.json`` has the threshold and the facts, ``score.py`` names the types that this model
needs.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from skewbench.calibration import Recalibrator
from skewbench.data.encode import Encoder
from skewbench.errors import InputError
from skewbench.files import whole
from skewbench.recommend.final import FinalModel
from skewbench.recommend.trust import REVIEWED

MODEL, FACTS, SCRIPT = "model.skops", "model.json", "score.py"
TEMPLATE = Path(__file__).with_name("score.py.template")
PLACEHOLDER = "TRUSTED: tuple[str, ...] = ()\n"


def export(model: FinalModel, facts: dict[str, Any], folder: Path) -> None:
    """Write the three files.

    Parameters
    ----------
    model : FinalModel
    facts : dict
        Whatever should stand in ``model.json`` beside the decision: columns, classes, versions, ...
    folder : Path
        Made if it does not exist; files in it are replaced.

    Raises
    ------
    InputError
        If the model holds a type that has not been reviewed (a classifier of the user's own).
    """
    content = {
        "encoder": encoder_state(model.encoder),
        "estimator": model.estimator,
        "recalibrator": None if model.recalibrator is None else vars(model.recalibrator),
    }
    stored = skops.io.dumps(content)
    needed = sorted(skops.io.get_untrusted_types(data=stored))
    refused = [name for name in needed if name not in REVIEWED]
    if refused:
        raise InputError(
            f"the model holds types that nobody has reviewed for a safe file: {', '.join(refused)}"
        )
    decision = {
        "scores": model.version,
        "decision": model.decision,
        "threshold": model.threshold,
        "prior": model.prior,
        "effective_prior": model.effective_prior,
        "flags": list(model.flags),
    }
    listed = "".join(f'    "{name}",\n' for name in needed)
    template = TEMPLATE.read_text(encoding="utf-8")
    script = template.replace(PLACEHOLDER, f"TRUSTED: tuple[str, ...] = (\n{listed})\n")
    text = json.dumps(facts | decision, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    scoring = script if needed else template
    for name, content in ((MODEL, stored), (FACTS, text.encode()), (SCRIPT, scoring.encode())):
        with whole(folder / name) as temporary:
            temporary.write_bytes(content)


def load(folder: Path, trusted: Sequence[str]) -> tuple[FinalModel, dict[str, Any]]:
    """Return a model and its facts, building no type but skops' own and those of ``trusted``.

    Raises
    ------
    InputError
        If a file is missing or damaged, or the model holds another type.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        content = skops.io.load(folder / MODEL, trusted=list(trusted))
        encoder = encoder_from(content["encoder"])
        return FinalModel(
            encoder=encoder,
            estimator=content["estimator"],
            version=facts["scores"],
            decision=facts["decision"],
            threshold=facts["threshold"],
            prior=facts["prior"],
            effective_prior=facts["effective_prior"],
            recalibrator=_recalibrator(content["recalibrator"]),
            flags=tuple(facts["flags"]),
        ), facts
    except UntrustedTypesFoundException as error:
        raise InputError(
            f"{folder / MODEL}: refused, it holds types that are not trusted "
            f"({' '.join(str(error).split())})"
        ) from None
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: there is no such file") from None
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{folder}: the model is damaged ({error!r})") from error


def encoder_state(encoder: Encoder) -> dict[str, Any]:
    """Return what an encoder has learnt, as lists, arrays and its scaler."""
    return {
        "categorical": list(encoder.categorical),
        "max_levels": encoder.max_levels,
        "numeric": list(encoder.numeric_),
        "median": encoder.median_,
        "scaler": encoder.scaler_ if encoder.numeric_ else None,
        # A dictionary with the key None would not survive the file.
        "levels": [[[level, code] for level, code in codes.items()] for codes in encoder.codes_],
        "n_levels": list(encoder.n_levels_),
    }


def encoder_from(state: dict[str, Any]) -> Encoder:
    """Return the encoder with that state."""
    encoder = Encoder(state["categorical"], state["max_levels"])
    encoder.numeric_, encoder.median_ = state["numeric"], np.asarray(state["median"])
    if state["scaler"] is not None:
        encoder.scaler_ = state["scaler"]
    encoder.codes_ = [{level: code for level, code in pairs} for pairs in state["levels"]]
    encoder.n_levels_ = state["n_levels"]
    return encoder


def _recalibrator(state: dict[str, Any] | None) -> Recalibrator | None:
    if state is None:
        return None
    made = Recalibrator(state["method"], state["probabilistic"])
    vars(made).update(state)
    return made
