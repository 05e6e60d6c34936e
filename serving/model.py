"""The exported folder, checked and loaded."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from pydantic import BaseModel

from serving.contract import Contract, Prediction, request_type

CHECKSUMS = "SHA256SUMS"
FILES = {"model.onnx", "contract.json", "example.json"}
BOOSTER = "model.ubj"  # the service does not read it, and only some kinds of model have it
TOLERANCE = 1e-5  # the export allows it for some kinds of model


class ModelRefused(Exception):
    """The folder cannot be served; the message is one sentence with the reason."""


class ExampleResponse(BaseModel):
    """The part of the answer that the model gave."""

    churn_probability: float


class Example(BaseModel):
    """example.json: a real request and its answer."""

    request: dict[str, Any]
    response: ExampleResponse


@dataclass(frozen=True)
class Model:
    """A model that answers; `document` is the content of contract.json, `checksums` the SHA-256 of each file."""

    contract: Contract
    document: dict[str, Any]
    checksums: dict[str, str]
    request_type: type[BaseModel]
    session: onnxruntime.InferenceSession

    def predict(self, request: Any) -> Prediction:
        """Answer one request of `request_type`."""
        given = request.features.model_dump().values()  # in the contract's order
        codes = [feature.code(value) for feature, value in zip(self.contract.features, given, strict=True)]
        values = np.array([codes], dtype=np.float32)  # None becomes NaN, the model's "not known"
        probability = float(self.session.run(["probabilities"], {"features": values})[0][0, 1])
        return Prediction(
            user_id=request.user_id,
            churn_probability=probability,
            risk_level=self.contract.risk_level(probability),
            will_churn=probability >= self.contract.threshold,
            threshold=self.contract.threshold,
            model_name=self.contract.model_name,
            model_version=self.contract.model_version,
        )


def load_model(folder: Path) -> Model:
    """Read the folder once, and prove that it is complete and answers its example as it did when exported.

    Raises ModelRefused if a file is missing, damaged or of another format, or if the answer to the example
    differs by more than TOLERANCE.
    """
    files, checksums = _read(folder)
    try:
        contract = Contract.model_validate_json(files["contract.json"])
        example = Example.model_validate_json(files["example.json"])
        session = _session(files["model.onnx"])
        model = Model(contract, json.loads(files["contract.json"]), checksums, request_type(contract), session)
        answer = model.predict(model.request_type.model_validate(example.request)).churn_probability
    except Exception as error:  # pydantic's, and onnxruntime's, which share no base class
        reason = " ".join(str(error).split())
        raise ModelRefused(f"{folder} is whole, but not of the format this service reads: {reason}") from error
    expected = example.response.churn_probability
    if not abs(answer - expected) <= TOLERANCE:
        raise ModelRefused(f"{folder} answers its own example with {answer} where the original gave {expected}")
    return model


def _read(folder: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Content and checksum of each file; the service uses these bytes, whatever happens to the folder later."""
    try:
        sums = (folder / CHECKSUMS).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError as error:
        raise ModelRefused(f"no exported model in {folder}: there is no {CHECKSUMS}") from error
    except OSError as error:
        raise ModelRefused(f"cannot read {folder}/{CHECKSUMS}: {error.strerror}") from error
    checksums = {name: digest for digest, _, name in (line.partition("  ") for line in sums)}
    if checksums.keys() - {BOOSTER} != FILES:
        listed = ", ".join(sorted(FILES))
        raise ModelRefused(f"{folder}/{CHECKSUMS} does not list just {listed} ({BOOSTER}): export the model again")
    files = {}
    for name, digest in checksums.items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            raise ModelRefused(f"cannot read {folder}/{name}: {error.strerror}") from error
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ModelRefused(f"{folder}/{name} does not match {CHECKSUMS}: export the model again")
    return files, checksums


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a single row is not worth handing to other threads
    return onnxruntime.InferenceSession(model, options)
