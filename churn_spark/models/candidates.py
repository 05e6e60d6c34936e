"""All candidates by kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from churn_spark.model_card import XGBOOST, CardFeature
from churn_spark.models import baseline, ensemble, forest, histogram_boosting, logistic, perceptron, xgboost_trees
from churn_spark.models.candidate import Candidate, Labelled
from churn_spark.models.model import Model

CANDIDATES: Mapping[str, Candidate] = {
    "baseline": baseline.fit,
    "logistic_regression": logistic.fit,
    "random_forest": forest.fit,
    "gradient_boosting": histogram_boosting.fit,
    XGBOOST: xgboost_trees.fit,
    "perceptron": perceptron.fit,
    "ensemble": ensemble.fit,
}


def fit_model(
    kind: str,
    train: Labelled,
    validation: Labelled,
    features: Sequence[CardFeature],
    parameters: Mapping[str, Any],
    seed: int,
) -> Model:
    """Fit the candidate of this kind; the model is not calibrated."""
    estimator = CANDIDATES[kind](train, validation, features, parameters, seed)
    return Model(kind, tuple(features), estimator)
