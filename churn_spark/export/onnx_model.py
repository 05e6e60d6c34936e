"""The champion as ONNX, and the proof that it predicts the same."""

import json

import numpy as np
import onnxruntime
import xgboost
from numpy.typing import NDArray
from onnx import ModelProto
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

from churn_spark.errors import DataRefused
from churn_spark.model_card import ModelCard

TOLERANCE = 1e-6


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

    XGBoost adds the trees to the base score. In float32 the order matters, by about 1e-6 for some hundred trees.
    And onnxmltools does not turn the base score into log odds if the first tree is a zero leaf.
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

    `rows` are feature values [N, features], NaN where unknown. They go through one by one and on one thread, as in the
    service.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    singles = rows.astype(np.float32)[:, None]
    ours = np.array([session.run(["probabilities"], {"features": single})[0][0, 1] for single in singles])
    difference = float(np.abs(ours - booster_probabilities(champion, rows)).max())
    if not difference <= TOLERANCE:  # also where it is NaN
        raise DataRefused(
            f"the ONNX model's probabilities differ from the booster's by up to {difference:.1e}, more than "
            f"{TOLERANCE:.0e}: this model cannot be exported"
        )


def champion_of(booster: xgboost.Booster, card: ModelCard) -> xgboost.Booster:
    """The booster with the trees that it predicts with.

    Raises DataRefused where it is no binary:logistic tree model, or takes other features than the contract names.
    """
    learner = json.loads(booster.save_config())["learner"]
    kind = learner["gradient_booster"]["name"], learner["objective"]["name"]
    if kind != ("gbtree", "binary:logistic"):
        raise DataRefused(f"the model is {' with '.join(kind)}: only gbtree with binary:logistic is exported")
    names = card.feature_names
    if booster.num_features() != len(names) or (booster.feature_names or names) != names:
        takes = booster.feature_names or booster.num_features()
        raise DataRefused(f"the model takes the features {takes}, but its contract names {names}")
    if "best_iteration" in booster.attributes():
        return booster[: booster.best_iteration + 1]
    return booster[: booster.num_boosted_rounds()]


def with_more_nulls(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows, copies in which each feature in turn is null, and one row of nulls alone."""
    count, width = rows.shape
    holes = rows[np.arange(max(count, width)) % count]
    holes[np.arange(len(holes)), np.arange(len(holes)) % width] = np.nan
    return np.vstack([rows, holes, np.full(width, np.nan)])


def booster_probabilities(champion: xgboost.Booster, rows: NDArray[np.float64]) -> NDArray[np.float32]:
    """The booster's own probabilities for the rows [N, features], NaN where unknown."""
    return champion.predict(xgboost.DMatrix(rows, feature_names=champion.feature_names))
