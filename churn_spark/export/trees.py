"""Trees of scikit-learn as ONNX's tree ensemble, with thresholds in float64 as they are."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from churn_spark.export.graph import Graph

Tree = Mapping[str, NDArray[Any]]  # feature, threshold, left, right, value, unknown_left; left is 0 in a leaf


def forest(graph: Graph, model: RandomForestClassifier, rows: str) -> str:
    """The mean of the trees' shares of churned customers."""
    place = list(model.classes_).index(1.0)
    return _ensemble(graph, rows, [_of_forest(tree.tree_, place, len(model.estimators_)) for tree in model.estimators_])


def boosted(graph: Graph, model: HistGradientBoostingClassifier, rows: str) -> str:
    """The sum of the trees in log odds, as a probability."""
    trees = [_of_boosting(one.nodes) for [one] in model._predictors]
    start = graph.constant([[float(np.ravel(model._baseline_prediction)[0])]])
    return graph.add("Sigmoid", graph.add("Add", _ensemble(graph, rows, trees), start))


def _of_forest(tree: Any, place: int, trees: int) -> Tree:
    shares = tree.value[:, 0, :]
    return {
        "feature": np.maximum(tree.feature, 0),
        "threshold": tree.threshold,
        "left": np.maximum(tree.children_left, 0),
        "right": np.maximum(tree.children_right, 0),
        "value": shares[:, place] / shares.sum(axis=1) / trees,
        "unknown_left": np.zeros(tree.node_count, dtype=bool),  # the imputer leaves none
    }


def _of_boosting(nodes: NDArray[Any]) -> Tree:
    if nodes["is_categorical"].any():
        raise ValueError("its trees split by sets of levels")
    inner = ~nodes["is_leaf"].astype(bool)
    return {
        "feature": nodes["feature_idx"],
        "threshold": nodes["num_threshold"],
        "left": np.where(inner, nodes["left"], 0),
        "right": np.where(inner, nodes["right"], 0),
        "value": nodes["value"],
        "unknown_left": nodes["missing_go_to_left"].astype(bool),
    }


def _ensemble(graph: Graph, rows: str, trees: Iterable[Tree]) -> str:
    """The sum over the trees of the value of the leaf that a row falls into, [N, 1]."""
    every = [{**tree, "tree": np.full(len(tree["left"]), number)} for number, tree in enumerate(trees)]
    of = {name: np.concatenate([tree[name] for tree in every]) for name in every[0]}
    node = np.concatenate([np.arange(len(tree["left"])) for tree in every])
    leaf = of["left"] == 0
    thresholds = np.where(leaf, 0.0, of["threshold"])
    total = graph.add(
        "TreeEnsembleRegressor",
        rows,
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=of["tree"].tolist(),
        nodes_nodeids=node.tolist(),
        nodes_featureids=of["feature"].tolist(),
        nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_values_as_tensor=numpy_helper.from_array(thresholds.astype(np.float64)),
        nodes_truenodeids=of["left"].tolist(),
        nodes_falsenodeids=of["right"].tolist(),
        nodes_missing_value_tracks_true=of["unknown_left"].astype(int).tolist(),
        target_treeids=of["tree"][leaf].tolist(),
        target_nodeids=node[leaf].tolist(),
        target_ids=[0] * int(leaf.sum()),
        target_weights_as_tensor=numpy_helper.from_array(of["value"][leaf].astype(np.float64)),
    )
    return graph.cast(total)
