"""XGBoost in one process; it takes missing values and codes of categories as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled, Rows

PARAMETERS = {"max_depth": 3, "learning_rate": 0.03, "subsample": 0.5, "colsample_bytree": 0.2, "min_child_weight": 5.0}
TREES, EARLY_STOPPING_ROUNDS = 800, 30


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> xgboost.Booster:
    """A booster that stops early by the log loss of `validation`, cut at its best tree.

    `parameters`: `trees` at most, `early_stopping_rounds`, `continue_from`, a booster whose trees stay, and others as
    XGBoost names them. Another `nthread` may give another booster.
    """
    names = [feature.name for feature in features]
    own = {**PARAMETERS, **parameters}
    trees, patience = own.pop("trees", TREES), own.pop("early_stopping_rounds", EARLY_STOPPING_ROUNDS)
    continued = own.pop("continue_from", None)
    rows = xgboost.QuantileDMatrix(train.rows, train.churned, weight=train.weights, feature_names=names)
    watched = xgboost.QuantileDMatrix(
        validation.rows, validation.churned, weight=validation.weights, ref=rows, feature_names=names
    )
    booster = xgboost.train(
        {"objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist", "seed": seed, **own},
        rows,
        num_boost_round=trees,
        evals=[(watched, "validation")],
        early_stopping_rounds=patience,
        xgb_model=continued,
        verbose_eval=False,
    )
    return booster[: booster.best_iteration + 1]


def probabilities(booster: xgboost.Booster, rows: Rows) -> NDArray[np.float64]:
    """Probabilities of churn, by one thread: Spark runs one task per core already."""
    booster.set_param({"nthread": 1})
    return booster.inplace_predict(rows, validate_features=False).astype(np.float64)
