"""XGBoost as ONNX."""

import json
from dataclasses import replace

import numpy as np
import xgboost
from onnx import ModelProto
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

from churn_spark.errors import DataRefused
from churn_spark.models.model import Model


def booster_to_onnx(booster: xgboost.Booster) -> ModelProto:
    """Convert a binary:logistic tree booster, all of its trees; "probabilities" is a plain tensor."""
    # A classifier, as onnxmltools takes a bare booster for a regressor if its covers are whole numbers.
    classifier = xgboost.XGBClassifier()
    classifier.load_model(booster.save_raw("ubj"))
    classifier.get_booster().feature_names = None  # onnxmltools wants f0, f1, ...
    classifier.get_booster().feature_types = None  # integer types would round the split values
    shape = FloatTensorType([None, booster.num_features()])
    model = convert_xgboost(classifier, name="churn", initial_types=[("features", shape)])
    _start_from_base_score(model, booster)
    return model


def cut(model: Model) -> Model:
    """A model whose booster has the trees that it predicts with alone; other kinds as they are.

    Raises DataRefused where it is no binary:logistic tree model, or takes other features than the model names.
    """
    booster = model.estimator
    if not isinstance(booster, xgboost.Booster):
        return model
    learner = json.loads(booster.save_config())["learner"]
    kind = learner["gradient_booster"]["name"], learner["objective"]["name"]
    if kind != ("gbtree", "binary:logistic"):
        raise DataRefused(f"the model is {' with '.join(kind)}: only gbtree with binary:logistic is exported")
    names = [feature.name for feature in model.features]
    if booster.num_features() != len(names) or (booster.feature_names or names) != names:
        takes = booster.feature_names or booster.num_features()
        raise DataRefused(f"the model takes the features {takes}, but its contract names {names}")
    stopped = "best_iteration" in booster.attributes()
    trees = booster.best_iteration + 1 if stopped else booster.num_boosted_rounds()
    return replace(model, estimator=booster[:trees])


def _start_from_base_score(model: ModelProto, booster: xgboost.Booster) -> None:
    """Move the base score from the end of the sum over trees to its start, in place.

    XGBoost adds the trees to the base score. In float32 the order matters, by about 1e-6 for some hundred trees.
    And onnxmltools does not turn the base score into log odds if the first tree is a zero leaf.
    """
    learner = json.loads(booster.save_config())["learner"]["learner_model_param"]
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
