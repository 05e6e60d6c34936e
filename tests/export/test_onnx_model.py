"""Every kind of model, calibrated or not, predicts in ONNX as it does in Python."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from churn_spark.errors import DataRefused
from churn_spark.export.onnx_model import exportable, tolerance_of, with_more_nulls
from churn_spark.model_card import Calibration
from churn_spark.models.calibration import isotonic, platt
from churn_spark.models.candidates import CANDIDATES, fit_model
from churn_spark.models.model import Model
from tests.models.test_candidates import FEATURES, fitted, labelled


def answers(exported: bytes, rows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(exported)
    return session.run(["probabilities"], {"features": rows.astype(np.float32)})[0]


@pytest.mark.parametrize("kind", CANDIDATES)
def test_each_kind_predicts_as_before(kind: str) -> None:
    seen, validation = labelled(3).rows, labelled(2)
    rows = with_more_nulls(seen).astype(np.float32).astype(float)
    plain = fitted(kind)
    scores = plain.probabilities(validation.rows).round(4)
    for calibration in (None, platt(scores, validation.churned), isotonic(scores, validation.churned)):
        model = replace(plain, calibration=calibration)
        given = answers(exportable(model, seen), rows)
        assert given.dtype == np.float32
        assert given.shape == (len(rows), 2)
        np.testing.assert_allclose(given[:, 1], model.probabilities(rows), rtol=0, atol=tolerance_of(model))
        np.testing.assert_allclose(given.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("random_forest", {"min_samples_leaf": 1000}),
        ("gradient_boosting", {"min_samples_leaf": 1000}),
        ("xgboost", {"min_child_weight": 1e9}),
    ],
)
def test_trees_of_a_single_leaf_predict_as_before(kind: str, parameters: dict) -> None:
    model = fit_model(kind, labelled(1), labelled(2), FEATURES, parameters, 7)
    rows = labelled(3).rows
    given = answers(exportable(model, rows), rows)[:, 1]
    assert np.ptp(given) == 0
    np.testing.assert_allclose(given, model.probabilities(rows), rtol=0, atol=1e-6)


def test_a_constant_calibration_stays_constant() -> None:
    model = replace(fitted("baseline"), calibration=Calibration(method="isotonic", x=(0.3,), y=(0.25,)))
    rows = labelled(3).rows
    assert (answers(exportable(model, rows), rows)[:, 1] == 0.25).all()


def test_a_calibration_too_steep_for_float32_is_refused() -> None:
    plain = fitted("xgboost")
    rows = labelled(3).rows.astype(np.float32).astype(float)
    near = np.unique(plain.probabilities(rows))[:, None] + [-1e-10, 1e-10]  # a step at each score
    steep = Calibration(method="isotonic", x=tuple(near.ravel()), y=tuple(np.linspace(0, 1, near.size)))
    with pytest.raises(DataRefused, match="differ from the model's by up to"):
        exportable(replace(plain, calibration=steep), rows)


def test_a_model_without_a_form_in_onnx_is_refused_with_the_reason() -> None:
    class Unknown:
        """No candidate."""

    with pytest.raises(DataRefused, match="kind new cannot be exported: Unknown has no form in ONNX"):
        exportable(Model("new", FEATURES, Unknown()), labelled(3).rows)
