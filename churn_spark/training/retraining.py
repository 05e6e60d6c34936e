"""Ways to train a model anew when there is an old one."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from churn_spark.errors import DataRefused
from churn_spark.model_card import XGBOOST, CardFeature
from churn_spark.models.candidate import Labelled
from churn_spark.models.candidates import fit_model
from churn_spark.models.ensemble import SoftVote
from churn_spark.models.model import Model

Method = Literal["full", "recency", "warm_start", "ensemble"]
METHODS: tuple[Method, ...] = ("full", "recency", "warm_start", "ensemble")


def recency_weights(days: NDArray[np.int64], half_life_days: float) -> NDArray[np.float64]:
    """How much rows of these days count: 1 for the newest, half as much for each half-life before it."""
    weights: NDArray[np.float64] = 0.5 ** ((days.max() - days) / half_life_days)
    return weights


def refitted(
    method: Method,
    kind: str,
    train: Labelled,
    validation: Labelled,
    features: Sequence[CardFeature],
    parameters: Mapping[str, Any],
    seed: int,
    old: Model | None,
) -> Model:
    """A model of the new rows; without an old model, every method is a fit of its own.

    - full: fitted on the new rows alone.
    - recency: the same; the caller weighs the rows by `recency_weights`.
    - warm_start: the old booster's trees stay, and further ones are added. XGBoost only.
    - ensemble: the mean of the old model's and a new one's probabilities.

    Raises DataRefused if the method cannot go on with the old model.
    """
    if old is None or method in ("full", "recency"):
        return fit_model(kind, train, validation, features, parameters, seed)
    names = [feature.name for feature in features]
    if [feature.name for feature in old.features] != names:
        raise DataRefused(
            f"training.method: {method} goes on with a champion of the same features, and this one has others; set it "
            "to full or recency"
        )
    if method == "warm_start":
        if kind != XGBOOST or old.kind != XGBOOST:
            raise DataRefused("training.method: warm_start adds to XGBoost's trees only; set it to full or recency")
        further = {**parameters, "continue_from": old.estimator}
        return fit_model(kind, train, validation, features, further, seed)
    new = fit_model(kind, train, validation, features, parameters, seed)
    members = {"old": old.estimator, "new": new.estimator}
    return Model("ensemble", new.features, SoftVote(members))
