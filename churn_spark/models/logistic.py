"""Logistic regression."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled, fitted
from churn_spark.models.preparation import centred, scaled

PARAMETERS = {"C": 0.001, "max_iter": 500}


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> Pipeline:
    """Logistic regression on scaled inputs; `parameters` as LogisticRegression takes them."""
    regression = LogisticRegression(**{**PARAMETERS, **parameters}, random_state=seed)
    return fitted(make_pipeline(scaled(features), centred(), regression), train)
