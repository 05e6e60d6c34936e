"""Gradient-boosted trees of scikit-learn; they take missing values and codes of categories as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled

PARAMETERS = {"learning_rate": 0.05, "max_iter": 200, "max_depth": 4, "early_stopping": True, "n_iter_no_change": 30}


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> HistGradientBoostingClassifier:
    """Boosted trees that stop early by `validation`; `parameters` as HistGradientBoostingClassifier takes them."""
    model = HistGradientBoostingClassifier(**{**PARAMETERS, **parameters}, random_state=seed)
    return model.fit(
        train.rows,
        train.churned,
        sample_weight=train.weights,
        X_val=validation.rows,
        y_val=validation.churned,
        sample_weight_val=validation.weights,
    )
