"""Fitted steps of scikit-learn's pipelines as ONNX nodes."""

from collections.abc import Callable, Mapping
from typing import Any

from onnx import TensorProto
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from churn_spark.export.graph import Graph
from churn_spark.export.trees import boosted, forest
from churn_spark.models.preparation import Clip, SignedLog

ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid", "identity": "Identity"}


def step(graph: Graph, fitted: Any, rows: str) -> str:
    """Add what a fitted step makes of `rows` [N, columns]; a classifier gives the probability of churn [N, 1].

    Raises ValueError for a step that no candidate has.
    """
    for kind, nodes in STEPS.items():
        if isinstance(fitted, kind):
            return nodes(graph, fitted, rows)
    raise ValueError(f"{type(fitted).__name__} has no form in ONNX")


def _pipeline(graph: Graph, fitted: Pipeline, rows: str) -> str:
    for _, one in fitted.steps:
        rows = step(graph, one, rows)
    return rows


def _side_by_side(graph: Graph, fitted: ColumnTransformer, rows: str) -> str:
    taken = [(part, columns) for _, part, columns in fitted.transformers_ if len(columns) and part != "drop"]
    parts = [step(graph, part, graph.columns(rows, columns)) for part, columns in taken]
    return graph.add("Concat", *parts, axis=1)


def _clip(graph: Graph, fitted: Clip, rows: str) -> str:
    high = graph.add("Min", rows, graph.constant(fitted.high_))
    return graph.add("Max", high, graph.constant(fitted.low_))


def _signed_log(graph: Graph, fitted: SignedLog, rows: str) -> str:
    size = graph.add("Add", graph.add("Abs", rows), graph.constant(1))
    return graph.add("Mul", graph.add("Sign", rows), graph.add("Log", size))


def _fill(graph: Graph, fitted: SimpleImputer, rows: str) -> str:
    unknown = graph.add("IsNaN", rows)
    filled = graph.add("Where", unknown, graph.constant(fitted.statistics_), rows)
    marked = fitted.indicator_.features_
    if not len(marked):
        return filled
    return graph.add("Concat", filled, graph.columns(graph.cast(unknown), marked), axis=1)


def _scale(graph: Graph, fitted: StandardScaler, rows: str) -> str:
    centred = graph.add("Sub", rows, graph.constant(fitted.mean_))
    return centred if fitted.scale_ is None else graph.add("Div", centred, graph.constant(fitted.scale_))


def _one_hot(graph: Graph, fitted: OneHotEncoder, rows: str) -> str:
    [levels] = fitted.categories_
    return graph.cast(graph.add("Equal", rows, graph.constant(levels[None])))


def _logistic(graph: Graph, fitted: LogisticRegression, rows: str) -> str:
    weighed = graph.add("MatMul", rows, graph.constant(fitted.coef_.T))
    return graph.add("Sigmoid", graph.add("Add", weighed, graph.constant(fitted.intercept_)))


def _perceptron(graph: Graph, fitted: MLPClassifier, rows: str) -> str:
    between = [ACTIVATIONS[fitted.activation]] * (len(fitted.coefs_) - 1)
    for weights, bias, active in zip(fitted.coefs_, fitted.intercepts_, [*between, "Sigmoid"], strict=True):
        weighed = graph.add("MatMul", rows, graph.constant(weights))
        rows = graph.add(active, graph.add("Add", weighed, graph.constant(bias)))
    return rows


def _forest(graph: Graph, fitted: RandomForestClassifier, rows: str) -> str:
    return forest(graph, fitted, graph.cast(graph.cast(rows, TensorProto.FLOAT)))  # it compares float32 with float64


def _as_it_is(graph: Graph, fitted: FunctionTransformer, rows: str) -> str:
    if fitted.func is not None:
        raise ValueError("a function has no form in ONNX")
    return rows


STEPS: Mapping[type, Callable[[Graph, Any, str], str]] = {
    Pipeline: _pipeline,
    ColumnTransformer: _side_by_side,
    Clip: _clip,
    SignedLog: _signed_log,
    SimpleImputer: _fill,
    StandardScaler: _scale,
    OneHotEncoder: _one_hot,
    FunctionTransformer: _as_it_is,
    LogisticRegression: _logistic,
    MLPClassifier: _perceptron,
    RandomForestClassifier: _forest,
    HistGradientBoostingClassifier: boosted,
}
