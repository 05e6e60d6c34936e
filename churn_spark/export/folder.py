"""Champion -> one folder that serves without Spark.

model.onnx    what the service runs: input "features", float32 [N, features], NaN where unknown;
              output "probabilities", float32 [N, 2], churn in column 1
model.ubj     of the kind xgboost: the booster, cut at its best iteration, without calibration
contract.json what the service must know of the model: see `Contract`
example.json  one real request and the probability that the model gave for it
SHA256SUMS    checksums of the others, as `sha256sum --check` reads them
"""

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_spark.errors import DataRefused, UserError
from churn_spark.export.boosters import cut
from churn_spark.export.contract import Contract
from churn_spark.export.onnx_model import exportable
from churn_spark.model_card import XGBOOST, CardFeature, ModelCard
from churn_spark.models.columns import rows_of
from churn_spark.models.model import Model

FILES = frozenset({"model.onnx", "model.ubj", "contract.json", "example.json", "SHA256SUMS"})


def export_model(model: Model, contract: Contract, sample: pd.DataFrame, folder: Path) -> Path:
    """Write the folder that the service reads, after proof that it predicts as the model does.

    - `model`: of any kind. A booster that stopped early predicts, and is written, with the trees up to its best
      iteration.
    - `sample`: real rows, user_id and the contract's features as the tables have them, null where unknown. The first
      row becomes example.json.
    - `folder`: replaced as a whole by renaming, so that a reader finds the old files or the new ones, never both.

    The same arguments leave the same bytes.

    Raises DataRefused if contract and sample do not fit each other, or if the model is not `exportable`.
    Raises UserError if `folder` holds anything but an exported model.
    """
    model = cut(model)
    rows = feature_rows(sample, contract)
    served = rows[:1].astype(np.float32).astype(np.float64)
    features = {one.name: _shown(value, one) for one, value in zip(contract.features, rows[0], strict=True)}
    files = {
        "model.onnx": exportable(model, rows),
        "contract.json": _json(contract.model_dump(mode="json")),
        "example.json": _json(
            {
                "request": {"user_id": str(sample["user_id"].iloc[0]), "features": features},
                "response": {"churn_probability": float(model.probabilities(served)[0])},
            }
        ),
    }
    if model.kind == XGBOOST:
        files["model.ubj"] = bytes(model.estimator.save_raw("ubj"))
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    _replace(folder, {**files, "SHA256SUMS": "".join(sums).encode()})
    return folder


def feature_rows(sample: pd.DataFrame, card: ModelCard) -> NDArray[np.float64]:
    """The sample's values [N, features] as the model takes them, in the card's order, NaN where unknown.

    Raises DataRefused if a column or every row is missing, or if a value lies outside of the card's limits.
    """
    missing = [name for name in ["user_id", *card.feature_names] if name not in sample.columns]
    if missing or sample.empty:
        raise DataRefused(f"the sample of real rows lacks {', '.join(missing) or 'rows'}")
    rows = rows_of(sample, card.features)
    for feature, values in zip(card.features, rows.T, strict=True):
        low = -np.inf if feature.minimum is None else feature.minimum
        high = np.inf if feature.maximum is None else feature.maximum
        if (np.isinf(values) | (values < low) | (values > high)).any():
            raise DataRefused(f"the sample has {feature.name} outside of the model's {low} to {high}")
    return rows


def _shown(value: float, feature: CardFeature) -> float | str | None:
    """The value as a request has it."""
    if math.isnan(value):
        return None
    return feature.levels[int(value)] if feature.levels else value


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace `folder`, which is absent, empty or an older export, by a folder of these files."""
    if folder.exists() and not (folder.is_dir() and {path.name for path in folder.iterdir()} <= FILES):
        raise UserError(f"{folder} holds other things than an exported model: choose another folder for it")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        new = Path(beside, "new")
        new.mkdir()
        for name, content in files.items():
            with open(new / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(new)
        if folder.exists():
            folder.rename(Path(beside, "old"))
        new.rename(folder)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Wait until the folder's entries are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
