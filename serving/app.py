"""The HTTP interface of a model."""

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from serving.contract import Prediction
from serving.model import Model


class Health(BaseModel):
    """The service is up and its model has answered its example."""

    status: str
    model_version: str


class ModelInfo(BaseModel):
    """The model that answers."""

    contract: dict[str, Any] = Field(description="contract.json as it was exported")
    checksums: dict[str, str] = Field(description="SHA-256 of each exported file")


class Problem(BaseModel):
    """A refused request."""

    detail: str = Field(description="What is wrong, with the feature's name")


def create_app(model: Model) -> FastAPI:
    """The application that answers from this model."""
    contract = model.contract
    app = FastAPI(title=f"Churn predictions: {contract.model_name}", version=contract.model_version)
    request_type = model.request_type

    # async, though it never waits: a hop to a worker thread costs more than the prediction
    @app.post("/predict", responses={422: {"model": Problem}})
    async def predict(request: request_type) -> Prediction:  # type: ignore[valid-type]
        """Churn probability and risk level of one customer; give every feature, or null where it is unknown."""
        return model.predict(request)

    @app.get("/health")
    async def health() -> Health:
        """Whether the service is up, and with which model."""
        return Health(status="ok", model_version=contract.model_version)

    @app.get("/model/info")
    async def model_info() -> ModelInfo:
        """The model's contract (features, limits, threshold, risk levels, metrics) and checksums."""
        return ModelInfo(contract=model.document, checksums=model.checksums)

    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _complaint(error)}, status_code=422)

    return app


def _complaint(error: RequestValidationError) -> str:
    """One sentence on the first error; it names the feature and repeats no value."""
    first, *others = error.errors()
    match first["loc"]:
        case ("body", "features", name):
            subject, missing = f"feature '{name}'", "is missing: give a number, or null where it is not known"
        case ("body", str(name)):
            subject, missing = f"'{name}'", "is missing"
        case _:
            subject, missing = "the body", "is missing"
    reasons = {
        "missing": missing,
        "extra_forbidden": "is not known to this model",
        "json_invalid": "is not valid JSON",
        "model_attributes_type": "must be a JSON object, sent as application/json",
    }
    reason = reasons.get(first["type"]) or re.sub("^(Input|String) should", "must", first["msg"])
    return f"{subject} {reason}" + f" (and {len(others)} more)" * bool(others)
