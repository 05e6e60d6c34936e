"""Champion -> one folder that serves without Spark.

model.onnx    what the service runs: input "features", float32 [N, features], NaN where unknown;
              output "probabilities", float32 [N, 2], churn in column 1
model.ubj     the booster, cut at its best iteration
contract.json what the service must know of the model: see `Contract`
example.json  one real request and the probability that the booster gave for it
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
import xgboost
from numpy.typing import NDArray

from churn_spark.errors import DataRefused, UserError
from churn_spark.export.contract import Contract
from churn_spark.export.onnx_model import booster_probabilities, champion_of, check_parity, to_onnx, with_more_nulls
from churn_spark.model_card import CardFeature

FILES = frozenset({"model.onnx", "model.ubj", "contract.json", "example.json", "SHA256SUMS"})


def export_model(booster: xgboost.Booster, contract: Contract, sample: pd.DataFrame, folder: Path) -> Path:
    """Write the folder that the service reads, after proof that it predicts as the booster does.

    - `booster`: a binary:logistic tree model. One that stopped early predicts, and is written, with the trees up to its
      best iteration.
    - `sample`: real rows, user_id and the contract's features as the tables have them, null where unknown. The first
      row becomes example.json.
    - `folder`: replaced as a whole by renaming, so that a reader finds the old files or the new ones, never both.

    The same arguments leave the same bytes.

    Raises DataRefused if booster, contract and sample do not fit each other. Raises DataRefused if the converted
    model's probabilities differ from the booster's by more than TOLERANCE, on the sample as it is or with more nulls.
    Raises UserError if `folder` holds anything but an exported model.
    """
    champion = champion_of(booster, contract)
    rows = _feature_rows(sample, contract)
    model = to_onnx(champion).SerializeToString()
    check_parity(model, champion, with_more_nulls(rows))
    features = {one.name: _shown(value, one) for one, value in zip(contract.features, rows[0], strict=True)}
    example = {
        "request": {"user_id": str(sample["user_id"].iloc[0]), "features": features},
        "response": {"churn_probability": float(booster_probabilities(champion, rows[:1])[0])},
    }
    files = {
        "model.onnx": model,
        "model.ubj": bytes(champion.save_raw("ubj")),
        "contract.json": _json(contract.model_dump(mode="json")),
        "example.json": _json(example),
    }
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    _replace(folder, {**files, "SHA256SUMS": "".join(sums).encode()})
    return folder


def _feature_rows(sample: pd.DataFrame, contract: Contract) -> NDArray[np.float64]:
    """The sample's values [N, features] as the model takes them, in the contract's order, NaN where unknown."""
    missing = [name for name in ["user_id", *contract.feature_names] if name not in sample.columns]
    if missing or sample.empty:
        raise DataRefused(f"the sample of real rows lacks {', '.join(missing) or 'rows'}")
    columns = [_codes(sample[feature.name], feature) for feature in contract.features]
    rows = np.column_stack([column.to_numpy(dtype=np.float64, na_value=np.nan) for column in columns])
    for feature, values in zip(contract.features, rows.T, strict=True):
        low = -np.inf if feature.minimum is None else feature.minimum
        high = np.inf if feature.maximum is None else feature.maximum
        if (np.isinf(values) | (values < low) | (values > high)).any():
            raise DataRefused(f"the sample has {feature.name} outside of the contract's {low} to {high}")
    return rows


def _codes(values: pd.Series, feature: CardFeature) -> pd.Series:
    """Numbers as they are; for a category, the places of the levels."""
    return values.map({level: code for code, level in enumerate(feature.levels)}) if feature.levels else values


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
