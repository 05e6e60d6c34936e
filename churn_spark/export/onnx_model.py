"""Any kind of model as ONNX, and the proof that it predicts the same."""

from typing import Any

import numpy as np
import onnxruntime
import xgboost
from numpy.typing import NDArray
from onnx import ModelProto

from churn_spark.errors import DataRefused
from churn_spark.export.boosters import booster_to_onnx, cut
from churn_spark.export.calibration import calibrate
from churn_spark.export.graph import Graph
from churn_spark.export.pipelines import step
from churn_spark.models.candidate import Rows
from churn_spark.models.ensemble import SoftVote
from churn_spark.models.model import Model

TOLERANCE = 1e-6
LOOSE_TOLERANCE = 1e-5  # steep parts of isotonic calibration and of a perceptron enlarge what float32 rounds


def exportable(model: Model, rows: Rows) -> bytes:
    """The model as ONNX, from `features` to `probabilities`, after proof that both predict the same.

    `rows` are real ones. They are compared as they are and with more nulls, each rounded to float32 first: the service
    gets them so, and a rounded value may lie on the other side of a tree's split.

    Raises DataRefused with the reason if the model has no form in ONNX. Raises DataRefused if the probabilities differ
    by more than TOLERANCE; LOOSE_TOLERANCE for a perceptron and after isotonic calibration.
    """
    model = cut(model)
    try:
        converted: bytes = to_onnx(model).SerializeToString()
        session = _session(converted)
    except Exception as error:  # of the conversion, and onnxruntime's, which share no base class
        reason = " ".join(str(error).split())
        raise DataRefused(f"a model of the kind {model.kind} cannot be exported: {reason}") from error
    check_parity(session, model, with_more_nulls(rows))
    return converted


def to_onnx(model: Model) -> ModelProto:
    """Convert a model, its calibration included. Raises ValueError for what no candidate is made of."""
    if isinstance(model.estimator, xgboost.Booster) and model.calibration is None:
        return booster_to_onnx(model.estimator)
    graph = Graph()
    churn = calibrate(graph, model.calibration, _churn(graph, model.estimator))
    stay = graph.add("Sub", graph.constant(1), churn)
    return graph.model(graph.add("Concat", stay, churn, axis=1), len(model.features))


def _churn(graph: Graph, estimator: Any) -> str:
    """The probability of churn [N, 1] before calibration."""
    if isinstance(estimator, SoftVote):
        votes = [_churn(graph, member) for member in estimator.members.values()]
        return graph.add("Div", graph.add("Sum", *votes), graph.constant(len(votes)))
    if isinstance(estimator, xgboost.Booster):
        both = graph.include(booster_to_onnx(estimator), "probabilities")
        return graph.cast(graph.columns(both, [1]))
    return step(graph, estimator, graph.cast("features"))


def check_parity(session: onnxruntime.InferenceSession, model: Model, rows: Rows) -> None:
    """Raise DataRefused if the ONNX model's probabilities differ from the model's.

    `rows` are feature values [N, features], NaN where unknown. They go through one by one, as in the service.
    """
    served = rows.astype(np.float32)
    ours = np.array([session.run(["probabilities"], {"features": row[None]})[0][0, 1] for row in served])
    difference = float(np.abs(ours - model.probabilities(served.astype(np.float64))).max())
    tolerance = tolerance_of(model)
    if not difference <= tolerance:  # also where it is NaN
        raise DataRefused(
            f"the ONNX model's probabilities differ from the model's by up to {difference:.1e}, more than "
            f"{tolerance:.0e}: this model cannot be exported"
        )


def _session(converted: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # as in the service
    return onnxruntime.InferenceSession(converted, options)


def tolerance_of(model: Model) -> float:
    """How far the probabilities may differ."""
    isotonic = model.calibration is not None and model.calibration.method == "isotonic"
    return LOOSE_TOLERANCE if isotonic or model.kind == "perceptron" else TOLERANCE


def with_more_nulls(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows, copies in which each feature in turn is null, and one row of nulls alone."""
    count, width = rows.shape
    holes = rows[np.arange(max(count, width)) % count]
    holes[np.arange(len(holes)), np.arange(len(holes)) % width] = np.nan
    return np.vstack([rows, holes, np.full(width, np.nan)])
