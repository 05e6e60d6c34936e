"""Random forest."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled, fitted
from churn_spark.models.preparation import filled

PARAMETERS = {"n_estimators": 200, "min_samples_leaf": 10}


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> Pipeline:
    """Random forest on filled inputs; `parameters` as RandomForestClassifier takes them."""
    model = make_pipeline(filled(features), RandomForestClassifier(**{**PARAMETERS, **parameters}, random_state=seed))
    return fitted(model, train)
