"""Champion -> one folder that serves without Spark.

model.onnx    what the service runs: input "features", float32 [N, features], NaN where not known;
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
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime
import pandas as pd
import xgboost
from numpy.typing import NDArray
from onnx import ModelProto
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

from churn_spark.errors import DataRefused, UserError

FILES = frozenset({"model.onnx", "model.ubj", "contract.json", "example.json", "SHA256SUMS"})
TOLERANCE = 1e-6


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContractFeature(_Part):
    """One input of the model; the service refuses values outside of [minimum, maximum] (None: no limit)."""

    name: str = Field(min_length=1)
    description: str
    minimum: FiniteFloat | None
    maximum: FiniteFloat | None


class RiskLevel(_Part):
    """A name for probabilities above (not at) a limit; None: for all that is left."""

    level: str
    above: float | None = Field(ge=0, le=1)


class Contract(_Part):
    """What a service must know of a model; features in the model's order, risk levels from high to low."""

    model_name: str
    model_version: str
    trained_at: datetime
    label_version: str
    horizon_days: int = Field(gt=0)
    gap_days: int = Field(ge=0)
    feature_version: str
    threshold: float = Field(ge=0, le=1)
    risk_levels: tuple[RiskLevel, ...] = Field(min_length=1)
    features: tuple[ContractFeature, ...] = Field(min_length=1)
    metrics: dict[str, FiniteFloat | None]

    @property
    def feature_names(self) -> list[str]:
        """Names in the model's order."""
        return [feature.name for feature in self.features]

    @field_validator("metrics")
    @classmethod
    def _by_name(cls, metrics: dict[str, float | None]) -> dict[str, float | None]:
        # The store gives them in any order, but the same champion must leave the same bytes.
        return dict(sorted(metrics.items()))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.feature_names)) < len(self.features):
            raise ValueError("two features have the same name")
        limits = [-1.0 if risk.above is None else risk.above for risk in self.risk_levels]
        if limits[-1] != -1.0 or limits != sorted(set(limits), reverse=True):
            raise ValueError("the limits of the risk levels must fall, and the last be null")
        return self


def export_model(booster: xgboost.Booster, contract: Contract, sample: pd.DataFrame, folder: Path) -> Path:
    """Write the folder that the service reads, after proof that it predicts as the booster does.

    `booster` is a binary:logistic tree model; one that stopped early predicts, and is written, with the
    trees up to its best iteration. `sample` holds real rows: user_id and the contract's features, null where
    not known; the first becomes example.json. `folder` is replaced as a whole by renaming: a reader finds the
    old files or the new ones, never both. The same arguments leave the same bytes.

    Raises DataRefused if booster, contract and sample do not fit each other, or if the converted model's
    probabilities differ from the booster's by more than TOLERANCE on the sample, as it is or with more nulls;
    UserError if `folder` holds anything but an exported model.
    """
    champion = _champion(booster, contract)
    rows = _feature_rows(sample, contract)
    model = to_onnx(champion).SerializeToString()
    check_parity(model, champion, with_more_nulls(rows))
    features = {n: None if math.isnan(v) else v for n, v in zip(contract.feature_names, rows[0], strict=True)}
    example = {
        "request": {"user_id": str(sample["user_id"].iloc[0]), "features": features},
        "response": {"churn_probability": float(_booster_probabilities(champion, rows[:1])[0])},
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


def to_onnx(champion: xgboost.Booster) -> ModelProto:
    """Convert a binary:logistic tree booster, all of its trees; "probabilities" is a plain tensor."""
    # A classifier, as onnxmltools takes a bare booster for a regressor if its covers are whole numbers.
    classifier = xgboost.XGBClassifier()
    classifier.load_model(champion.save_raw("ubj"))
    classifier.get_booster().feature_names = None  # onnxmltools wants f0, f1, ...
    classifier.get_booster().feature_types = None  # integer types would round the split values
    shape = FloatTensorType([None, champion.num_features()])
    model = convert_xgboost(classifier, name="churn", initial_types=[("features", shape)])
    _start_from_base_score(model, champion)
    return model


def _start_from_base_score(model: ModelProto, champion: xgboost.Booster) -> None:
    """Move the base score from the end of the sum over trees to its start, in place.

    XGBoost adds the trees up from the base score on; in float32 the order matters, by about 1e-6 for some
    hundred trees. Nor does onnxmltools turn the base score into log odds if the first tree is a zero leaf.
    """
    learner = json.loads(champion.save_config())["learner"]["learner_model_param"]
    base_score = np.float32(learner["base_score"].strip("[]"))  # "[1.5E-1]"; without brackets before XGBoost 3.1
    log_odds = -np.log(np.float32(1) / base_score - np.float32(1))
    [ensemble] = [node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier"]
    attributes = {attribute.name: attribute for attribute in ensemble.attribute}
    weights = attributes["class_weights"].floats
    for leaf, tree in enumerate(attributes["class_treeids"].ints):
        if tree == 0:
            weights[leaf] = np.float32(weights[leaf]) + log_odds
    if "base_values" in attributes:
        ensemble.attribute.remove(attributes["base_values"])


def check_parity(model: bytes, champion: xgboost.Booster, rows: NDArray[np.float64]) -> None:
    """Raise DataRefused if the ONNX model's probabilities differ from the booster's by more than TOLERANCE.

    `rows` are feature values [N, features], NaN where not known; they go through one by one and on one
    thread, as in the service.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    singles = rows.astype(np.float32)[:, None]
    ours = np.array([session.run(["probabilities"], {"features": single})[0][0, 1] for single in singles])
    difference = float(np.abs(ours - _booster_probabilities(champion, rows)).max())
    if not difference <= TOLERANCE:  # also where it is NaN
        raise DataRefused(
            f"the ONNX model's probabilities differ from the booster's by up to {difference:.1e}, more than "
            f"{TOLERANCE:.0e}: this model cannot be exported"
        )


def _champion(booster: xgboost.Booster, contract: Contract) -> xgboost.Booster:
    """The booster with the trees that it predicts with."""
    learner = json.loads(booster.save_config())["learner"]
    kind = learner["gradient_booster"]["name"], learner["objective"]["name"]
    if kind != ("gbtree", "binary:logistic"):
        raise DataRefused(f"the model is {' with '.join(kind)}: only gbtree with binary:logistic is exported")
    names = contract.feature_names
    if booster.num_features() != len(names) or (booster.feature_names or names) != names:
        takes = booster.feature_names or booster.num_features()
        raise DataRefused(f"the model takes the features {takes}, but its contract names {names}")
    if "best_iteration" in booster.attributes():
        return booster[: booster.best_iteration + 1]
    return booster[: booster.num_boosted_rounds()]


def _feature_rows(sample: pd.DataFrame, contract: Contract) -> NDArray[np.float64]:
    """The sample's values [N, features] in the contract's order, NaN where not known."""
    missing = [name for name in ["user_id", *contract.feature_names] if name not in sample.columns]
    if missing or sample.empty:
        raise DataRefused(f"the sample of real rows lacks {', '.join(missing) or 'rows'}")
    rows = sample[contract.feature_names].to_numpy(dtype=np.float64, na_value=np.nan)
    for feature, values in zip(contract.features, rows.T, strict=True):
        low = -np.inf if feature.minimum is None else feature.minimum
        high = np.inf if feature.maximum is None else feature.maximum
        if (np.isinf(values) | (values < low) | (values > high)).any():
            raise DataRefused(f"the sample has {feature.name} outside of the contract's {low} to {high}")
    return rows


def with_more_nulls(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows, copies in which each feature in turn is null, and one row that knows nothing."""
    count, width = rows.shape
    holes = rows[np.arange(max(count, width)) % count]
    holes[np.arange(len(holes)), np.arange(len(holes)) % width] = np.nan
    return np.vstack([rows, holes, np.full(width, np.nan)])


def _booster_probabilities(champion: xgboost.Booster, rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return champion.predict(xgboost.DMatrix(rows, feature_names=champion.feature_names))


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of these files in the place of `folder`, which is absent, empty or an older export."""
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
