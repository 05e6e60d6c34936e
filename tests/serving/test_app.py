"""What the application answers, without a network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xgboost
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.contract import Contract, Feature, RiskLevel
from serving.model import load_model

KNOWN = {"songs_7d": 3, "error_rate_30d": 0.5, "balance": -1.5}


@pytest.fixture(scope="module")
def client(model_folder: Path) -> TestClient:
    return TestClient(create_app(load_model(model_folder)))


def predict(client: TestClient, features: object, user_id: object = "u1") -> tuple[int, dict]:
    response = client.post("/predict", json={"user_id": user_id, "features": features})
    return response.status_code, response.json()


def test_the_answer_holds_probability_level_and_decision(client: TestClient) -> None:
    status, answer = predict(client, KNOWN)
    assert status == 200
    assert 0.25 < answer.pop("churn_probability") < 0.4
    assert answer == {
        "user_id": "u1",
        "risk_level": "LOW",
        "will_churn": True,
        "threshold": 0.25,
        "model_name": "churn",
        "model_version": "3",
    }


def test_a_probability_at_the_threshold_is_churn(model_folder: Path) -> None:
    model = load_model(model_folder)
    request = model.request_type.model_validate({"user_id": "u1", "features": KNOWN})
    probability = model.predict(request).churn_probability

    def will_churn(threshold: float) -> bool:
        contract = model.contract.model_copy(update={"threshold": threshold})
        return replace(model, contract=contract).predict(request).will_churn

    assert will_churn(probability)
    assert not will_churn(probability + 1e-9)


@pytest.mark.parametrize("unknown", [[], ["songs_7d"], ["balance", "error_rate_30d"], list(KNOWN)])
def test_null_is_what_the_booster_calls_missing(client: TestClient, model_folder: Path, unknown: list[str]) -> None:
    features = {name: None if name in unknown else value for name, value in KNOWN.items()}
    booster = xgboost.Booster(model_file=model_folder / "model.ubj")
    row = np.array([[np.nan if value is None else value for value in features.values()]])
    [expected] = booster.predict(xgboost.DMatrix(row, feature_names=list(features)))
    assert predict(client, features)[1]["churn_probability"] == pytest.approx(expected, abs=1e-6)


def test_the_order_of_the_features_does_not_matter(client: TestClient) -> None:
    assert predict(client, dict(reversed(KNOWN.items()))) == predict(client, KNOWN)


@pytest.mark.parametrize(
    ("features", "complaint"),
    [
        (
            {"songs_7d": 3, "balance": 0},
            "feature 'error_rate_30d' is missing: give a number, or null where it is not known",
        ),
        ({**KNOWN, "shoe_size": 43}, "feature 'shoe_size' is not known to this model"),
        ({**KNOWN, "songs_7d": -1}, "feature 'songs_7d' must be greater than or equal to 0"),
        ({**KNOWN, "error_rate_30d": 1.01}, "feature 'error_rate_30d' must be less than or equal to 1"),
        ({**KNOWN, "balance": "3"}, "feature 'balance' must be a valid number"),
        ({**KNOWN, "balance": True}, "feature 'balance' must be a valid number"),
        (
            {**KNOWN, "songs_7d": -1, "error_rate_30d": -1},
            "feature 'songs_7d' must be greater than or equal to 0 (and 1 more)",
        ),
    ],
)
def test_a_wrong_feature_is_refused_by_name(client: TestClient, features: dict, complaint: str) -> None:
    assert predict(client, features) == (422, {"detail": complaint})


@pytest.mark.parametrize(
    ("number", "complaint"),
    [
        ("NaN", "must be a finite number"),
        ("-Infinity", "must be a finite number"),
        ("1e999", "must be a finite number"),
        ("1" + "0" * 400, "must be a valid number"),
        ("-1e39", "must be greater than or equal to -34028234" + 31 * "0"),
    ],
)
def test_a_number_that_the_model_cannot_hold_is_refused(client: TestClient, number: str, complaint: str) -> None:
    body = f'{{"user_id": "u1", "features": {{"songs_7d": 1, "error_rate_30d": 0, "balance": {number}}}}}'
    response = client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()) == (422, {"detail": f"feature 'balance' {complaint}"})


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{", "the body is not valid JSON"),
        ("", "the body is missing"),
        ("[]", "the body must be a JSON object, sent as application/json"),
        (
            '{"user_id": "", "features": {"songs_7d": 1, "error_rate_30d": 0, "balance": 0}}',
            "'user_id' must have at least 1 character",
        ),
        ('{"features": {"songs_7d": 1, "error_rate_30d": 0, "balance": 0}}', "'user_id' is missing"),
    ],
)
def test_a_wrong_body_is_refused(client: TestClient, body: str, complaint: str) -> None:
    response = client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()) == (422, {"detail": complaint})


def test_health_names_the_version(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "model_version": "3"}


def test_model_info_gives_contract_and_checksums(client: TestClient, model_folder: Path) -> None:
    info = client.get("/model/info").json()
    assert info["contract"] == json.loads((model_folder / "contract.json").read_text())
    assert set(info["checksums"]) == {"model.onnx", "model.ubj", "contract.json", "example.json"}


def test_the_documentation_lists_every_feature(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["Features"]
    assert schema["required"] == list(KNOWN)
    assert schema["properties"]["error_rate_30d"]["description"] == "Errors per event"


@pytest.mark.parametrize(
    ("probability", "level"), [(0.81, "CRITICAL"), (0.8, "HIGH"), (0.6, "MEDIUM"), (0.4, "LOW"), (0.0, "LOW")]
)
def test_a_risk_level_starts_above_its_limit(probability: float, level: str) -> None:
    levels = [("CRITICAL", 0.8), ("HIGH", 0.6), ("MEDIUM", 0.4), ("LOW", None)]
    contract = Contract(
        model_name="churn",
        model_version="3",
        threshold=0.5,
        risk_levels=[RiskLevel(level=name, above=above) for name, above in levels],
        features=[Feature(name="songs_7d", description="Songs", minimum=None, maximum=None)],
    )
    assert contract.risk_level(probability) == level
