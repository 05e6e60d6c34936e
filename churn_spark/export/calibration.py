"""Calibration as ONNX nodes."""

import numpy as np

from churn_spark.export.graph import Graph
from churn_spark.model_card import Calibration
from churn_spark.models.calibration import SMALLEST


def calibrate(graph: Graph, calibration: Calibration | None, churn: str) -> str:
    """The probability [N, 1] after calibration; without one, as it is."""
    if calibration is None:
        return churn
    return (_isotonic if calibration.method == "isotonic" else _platt)(graph, calibration, churn)


def _platt(graph: Graph, calibration: Calibration, churn: str) -> str:
    clipped = graph.add("Min", graph.add("Max", churn, graph.constant(SMALLEST)), graph.constant(1 - SMALLEST))
    odds = graph.add("Div", clipped, graph.add("Sub", graph.constant(1), clipped))
    weighed = graph.add("Mul", graph.add("Log", odds), graph.constant(calibration.slope))
    return graph.add("Sigmoid", graph.add("Add", weighed, graph.constant(calibration.intercept)))


def _isotonic(graph: Graph, calibration: Calibration, churn: str) -> str:
    """Straight lines through the points: the first `y`, and of each line the part of its rise that lies below."""
    x = np.array([*calibration.x, calibration.x[-1] + 1])  # the line after the last point is level
    y = np.array([*calibration.y, calibration.y[-1]])
    inside = graph.add("Div", graph.add("Sub", churn, graph.constant(x[None, :-1])), graph.constant(np.diff(x)[None]))
    part = graph.add("Min", graph.add("Max", inside, graph.constant(0)), graph.constant(1))
    return graph.add("Add", graph.add("MatMul", part, graph.constant(np.diff(y)[:, None])), graph.constant(y[0]))
