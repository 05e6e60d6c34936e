"""The exported folder: predicts as the champion does, or is not written."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import xgboost
from numpy.typing import NDArray
from pydantic import ValidationError

from churn_spark.errors import DataRefused, UserError
from churn_spark.export.contract import Contract
from churn_spark.export.folder import FILES, export_model
from churn_spark.export.onnx_model import TOLERANCE, check_parity, exportable, with_more_nulls
from churn_spark.model_card import XGBOOST, Calibration, ModelCard
from churn_spark.models.model import Model
from serving.model import load_model
from tests.models.test_candidates import FEATURES, fitted

NAMES = ["songs_7d", "error_rate_30d", "balance"]


def contract(**changes: Any) -> Contract:
    values = {
        "model_name": "churn",
        "model_version": "3",
        "trained_at": "2026-01-01T00:00:00Z",
        "label_version": "churn_def_v1",
        "horizon_days": 14,
        "gap_days": 0,
        "feature_version": "1",
        "threshold": 0.5,
        "risk_levels": [{"level": "HIGH", "above": 0.6}, {"level": "LOW", "above": None}],
        "features": [{"name": name, "description": name, "minimum": None, "maximum": None} for name in NAMES],
        "metrics": {"roc_auc": 0.8},
    }
    return Contract.model_validate(values | changes)


def model(booster: xgboost.Booster, card: ModelCard | None = None) -> Model:
    return Model(XGBOOST, (card or contract()).features, booster)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    random = np.random.default_rng(7)
    values = random.normal(0, [1000, 0.01, 1], (200, 3))
    values[random.random((200, 3)) < 0.2] = np.nan
    return pd.DataFrame(values, columns=NAMES).assign(user_id=[f"u{row}" for row in range(200)])


@pytest.fixture(scope="module")
def churned(rows: pd.DataFrame) -> NDArray[np.bool_]:
    return rows["songs_7d"].fillna(0).to_numpy() + np.random.default_rng(8).normal(0, 1000, 200) > 800


def train(rows: pd.DataFrame, churned: NDArray[np.bool_], rounds: int = 20, **parameters: Any) -> xgboost.Booster:
    matrix = xgboost.DMatrix(rows[NAMES], churned)
    return xgboost.train({"objective": "binary:logistic", "seed": 7, "nthread": 1, **parameters}, matrix, rounds)


@pytest.fixture(scope="module")
def booster(rows: pd.DataFrame, churned: NDArray[np.bool_]) -> xgboost.Booster:
    """Stopped early: half of its trees lie after the best iteration."""
    return xgboost.train(
        {"objective": "binary:logistic", "eval_metric": "logloss", "seed": 7, "nthread": 1},
        xgboost.DMatrix(rows[NAMES][:100], churned[:100]),
        num_boost_round=200,
        evals=[(xgboost.DMatrix(rows[NAMES][100:], churned[100:]), "validation")],
        early_stopping_rounds=10,
        verbose_eval=False,
    )


def onnx_probabilities(folder: Path, rows: pd.DataFrame) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    return session.run(["probabilities"], {"features": rows[NAMES].to_numpy(np.float32)})[0][:, 1]


def test_an_early_stopped_model_predicts_with_its_best_trees(
    booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path
) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    matrix = xgboost.DMatrix(rows[NAMES])
    best = booster.predict(matrix, iteration_range=(0, booster.best_iteration + 1))
    assert np.abs(best - booster.predict(matrix)).max() > 0.01
    assert np.abs(best - onnx_probabilities(folder, rows)).max() <= TOLERANCE
    assert (best == xgboost.Booster(model_file=folder / "model.ubj").predict(matrix)).all()


@pytest.mark.parametrize(
    ("rounds", "parameters"),
    [
        (1000, {"scale_pos_weight": 20, "base_score": 0.01}),  # float32 sums depend on their order
        (3, {"min_child_weight": 1e9}),  # nothing learned: each tree is one leaf of 0
        (3, {"min_child_weight": 1e9, "base_score": 0.5}),  # covers are whole numbers, as in a regressor
        (20, {"num_parallel_tree": 3, "subsample": 0.5}),
    ],
)
def test_odd_models_predict_as_their_booster(
    rows: pd.DataFrame, churned: NDArray[np.bool_], tmp_path: Path, rounds: int, parameters: dict
) -> None:
    odd = train(rows, churned, rounds, **parameters)
    folder = export_model(model(odd), contract(), rows, tmp_path / "model")
    expected = odd.predict(xgboost.DMatrix(rows[NAMES]))
    assert np.abs(expected - onnx_probabilities(folder, rows)).max() <= TOLERANCE


def test_a_model_of_whole_numbers_splits_between_them(tmp_path: Path) -> None:
    rows = pd.DataFrame({name: range(20) for name in NAMES}).assign(user_id="u")
    booster = train(rows, np.arange(20) > 9, tree_method="exact")  # splits at 9.5
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    between = rows.assign(songs_7d=rows["songs_7d"] + 0.5)
    expected = xgboost.Booster(model_file=folder / "model.ubj").inplace_predict(between[NAMES].to_numpy())
    assert np.abs(expected - onnx_probabilities(folder, between)).max() <= TOLERANCE


def test_another_models_probabilities_are_refused(
    booster: xgboost.Booster, rows: pd.DataFrame, churned: NDArray[np.bool_]
) -> None:
    values = rows[NAMES].to_numpy()
    other = onnxruntime.InferenceSession(exportable(model(train(rows, churned)), values))
    with pytest.raises(DataRefused, match="differ from the model's by up to"):
        check_parity(other, model(booster), values)


def test_parity_is_also_proven_with_each_feature_null() -> None:
    expected = [[1, 2], [np.nan, 2], [1, np.nan], [np.nan, np.nan]]
    np.testing.assert_array_equal(with_more_nulls(np.array([[1.0, 2.0]])), expected)


def test_nulls_of_any_column_type_stand_for_not_known(
    booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path
) -> None:
    plain = export_model(model(booster), contract(), rows, tmp_path / "plain")
    objects = rows.astype({"songs_7d": object, "balance": "Float64"})
    objects["songs_7d"] = objects["songs_7d"].where(rows["songs_7d"].notna(), None)
    nullable = export_model(model(booster), contract(), objects, tmp_path / "nullable")
    assert (plain / "SHA256SUMS").read_bytes() == (nullable / "SHA256SUMS").read_bytes()


def test_the_example_is_the_first_row_with_the_boosters_answer(
    booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path
) -> None:
    first = pd.DataFrame({"user_id": ["u0"], "songs_7d": [5.0], "error_rate_30d": [np.nan], "balance": [0.1]})
    folder = export_model(model(booster), contract(), pd.concat([first, rows]), tmp_path / "model")
    example = json.loads((folder / "example.json").read_text())
    best = (0, booster.best_iteration + 1)
    [expected] = booster.predict(xgboost.DMatrix(first[NAMES]), iteration_range=best)
    assert example["request"] == {
        "user_id": "u0",
        "features": {"songs_7d": 5.0, "error_rate_30d": None, "balance": 0.1},
    }
    assert example["response"] == {"churn_probability": float(expected)}


def test_the_contract_is_written_as_given(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    assert Contract.model_validate_json((folder / "contract.json").read_bytes()) == contract()


def test_checksums_cover_every_other_file(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert {path.name for path in folder.iterdir()} == FILES
    assert lines == [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in sorted(FILES - {"SHA256SUMS"})
    ]


def test_a_second_export_leaves_the_same_bytes(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    export_model(model(booster), contract(), rows, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_an_export_takes_the_place_of_an_older_one(
    booster: xgboost.Booster, rows: pd.DataFrame, churned: NDArray[np.bool_], tmp_path: Path
) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    export_model(model(train(rows, churned)), contract(model_version="4"), rows, folder)
    fresh = export_model(model(train(rows, churned)), contract(model_version="4"), rows, tmp_path / "fresh")
    assert (folder / "SHA256SUMS").read_bytes() == (fresh / "SHA256SUMS").read_bytes()


def test_a_folder_with_other_things_is_left_alone(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="choose another folder"):
        export_model(model(booster), contract(), rows, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_refused_export_leaves_the_older_one(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    folder = export_model(model(booster), contract(), rows, tmp_path / "model")
    before = (folder / "SHA256SUMS").read_bytes()
    with pytest.raises(DataRefused, match="lacks balance"):
        export_model(model(booster), contract(), rows.drop(columns="balance"), folder)
    assert (folder / "SHA256SUMS").read_bytes() == before


def test_the_order_of_the_metrics_does_not_matter(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    metrics = {"roc_auc": 0.8, "pr_auc": None}
    one = export_model(model(booster), contract(metrics=metrics), rows, tmp_path / "one")
    two = export_model(model(booster), contract(metrics=dict(reversed(metrics.items()))), rows, tmp_path / "two")
    assert (one / "SHA256SUMS").read_bytes() == (two / "SHA256SUMS").read_bytes()


@pytest.mark.parametrize(
    "parameters", [{"booster": "dart"}, {"objective": "reg:squarederror"}, {"booster": "gblinear"}]
)
def test_other_kinds_of_model_are_refused(
    rows: pd.DataFrame, churned: NDArray[np.bool_], tmp_path: Path, parameters: dict
) -> None:
    with pytest.raises(DataRefused, match="only gbtree with binary:logistic is exported"):
        export_model(model(train(rows, churned, **parameters)), contract(), rows, tmp_path / "model")


def test_features_in_another_order_are_refused(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    swapped = contract(features=list(reversed(contract().features)))
    with pytest.raises(DataRefused, match="but its contract names"):
        export_model(model(booster, swapped), swapped, rows, tmp_path / "model")


def test_an_infinite_feature_is_refused(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="error_rate_30d outside"):
        export_model(model(booster), contract(), rows.assign(error_rate_30d=np.inf), tmp_path / "model")


def test_an_empty_sample_is_refused(booster: xgboost.Booster, rows: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="lacks rows"):
        export_model(model(booster), contract(), rows[:0], tmp_path / "model")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"risk_levels": [{"level": "HIGH", "above": 0.6}]}, "the last be null"),
        ({"risk_levels": [{"level": "LOW", "above": None}] * 2}, "must fall"),
        ({"features": [contract().features[0]] * 2}, "the same name"),
        ({"metrics": {"roc_auc": float("nan")}}, "finite"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(changes: dict, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        contract(**changes)


def test_a_category_is_a_level_in_requests_and_its_place_in_the_model(
    rows: pd.DataFrame, churned: NDArray[np.bool_], tmp_path: Path
) -> None:
    codes = rows.assign(balance=rows["balance"].gt(0).astype(float).where(rows["balance"].notna()))
    texts = rows.assign(balance=codes["balance"].map({0.0: "free", 1.0: "paid"}))
    features = [feature.model_dump() for feature in contract().features]
    features[2] |= {"type": "category", "levels": ["free", "paid"]}
    booster = train(codes, churned)
    folder = export_model(
        model(booster, contract(features=features)), contract(features=features), texts, tmp_path / "model"
    )
    service, expected = load_model(folder), booster.predict(xgboost.DMatrix(codes[NAMES]))
    for row, probability in zip(texts[:20].to_dict("records"), expected, strict=False):
        given = {name: None if pd.isna(row[name]) else row[name] for name in NAMES}
        request = service.request_type.model_validate({"user_id": "u", "features": given})
        assert service.predict(request).churn_probability == pytest.approx(probability, abs=TOLERANCE)
    with pytest.raises(ValidationError, match="'free' or 'paid'"):
        service.request_type.model_validate({"user_id": "u", "features": {**given, "balance": "gold"}})


def test_a_calibrated_pipeline_is_exported_and_served(tmp_path: Path) -> None:
    features = [feature.model_dump() for feature in FEATURES]
    plain = replace(fitted("logistic_regression"), calibration=Calibration(method="platt", slope=1.5, intercept=-0.5))
    columns = pd.DataFrame([[12.0, 40.0, "c"], [np.nan, np.nan, None]], columns=[one.name for one in FEATURES])
    folder = export_model(plain, contract(features=features), columns.assign(user_id="u"), tmp_path / "model")
    assert {path.name for path in folder.iterdir()} == FILES - {"model.ubj"}
    service = load_model(folder)
    request = {"user_id": "u", "features": {"days_since_last_event": 12.0, "songs_7d": 40.0, "plan": "c"}}
    answer = service.predict(service.request_type.model_validate(request)).churn_probability
    assert answer == pytest.approx(plain.probabilities(np.array([[12.0, 40.0, 2.0]]))[0], abs=TOLERANCE)
