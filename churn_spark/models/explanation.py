"""What each feature adds to the log odds of a row, for every kind of model.

Contributions are of the estimator, before calibration. Calibration rises with the log odds, so that it changes neither
the order of the factors nor their signs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from churn_spark.errors import DataRefused
from churn_spark.model_card import CardFeature
from churn_spark.models.calibration import log_odds
from churn_spark.models.candidate import Rows
from churn_spark.models.model import Model, uncalibrated
from churn_spark.models.preparation import origins, scaled

TOLERANCE = 1e-4
CENTRES = 20  # an even number
SMALLEST_GROUP = 10  # rows; a centre of fewer would tell of persons
CLUSTERED = 10_000  # rows; more would not move the centres
AT_ONCE = 100  # rows; each becomes as many rows as there are features, and one more


class Explained(NamedTuple):
    """Contributions [N, features] in log odds. With the bias they add up to the log odds of the rows."""

    contributions: NDArray[np.float64]
    bias: float


def contributions(model: Model, rows: Rows) -> Explained:
    """What each feature adds to the log odds of each row.

    - XGBoost: exact (TreeSHAP, Lundberg et al. 2018).
    - logistic regression: exact, the coefficient times the input less its mean over the training rows.
    - other kinds: Shapley values against the background, by sampled orders (Strumbelj and Kononenko 2014).

    Raises DataRefused if they do not add up to the log odds within TOLERANCE. Raises DataRefused if a model of the
    other kinds has no background.
    """
    if isinstance(model.estimator, xgboost.Booster):
        explained, expected = _of_trees(model.estimator, rows)
    elif _is_linear(model.estimator):
        explained, expected = _of_weights(model.estimator, rows), model.estimator.decision_function(rows)
    else:
        explained, expected = _of_orders(model, rows), log_odds(uncalibrated(model.estimator, rows))
    _check_sum(explained, expected)
    return explained


def is_exact(model: Model) -> bool:
    """Whether the contributions of this kind are exact; sampled ones take longer than predictions, some 1000 times."""
    return isinstance(model.estimator, xgboost.Booster) or _is_linear(model.estimator)


def explainable(model: Model, rows: Rows, seed: int) -> Model:
    """The model with a background of the training `rows`, if its contributions need one."""
    return model if is_exact(model) else replace(model, background=background(rows, model.features, seed))


def background(rows: Rows, features: Sequence[CardFeature], seed: int) -> Rows:
    """At most CENTRES middles of groups of alike rows, by k-means; a group of fewer than SMALLEST_GROUP rows has none.

    A middle holds means of numbers and the most frequent level of categories; NaN where most rows of the group have it.
    """
    chosen = np.random.default_rng(seed).permutation(len(rows))[:CLUSTERED]
    rows = rows[chosen]
    groups = min(CENTRES, max(1, len(rows) // SMALLEST_GROUP))
    group = KMeans(groups, n_init=1, random_state=seed).fit_predict(scaled(features).fit_transform(rows))
    sizes = np.bincount(group)
    kept = [place for place in range(groups) if sizes[place] >= SMALLEST_GROUP]
    if not kept:
        raise DataRefused(f"the model needs {SMALLEST_GROUP} alike training rows to explain scores; give more rows")
    return np.array([_middle(rows[group == place], features) for place in kept])


def _middle(rows: Rows, features: Sequence[CardFeature]) -> NDArray[np.float64]:
    middle = np.full(len(features), np.nan)
    for place, feature in enumerate(features):
        known = rows[~np.isnan(rows[:, place]), place]
        if 2 * len(known) >= len(rows):
            middle[place] = np.bincount(known.astype(int)).argmax() if feature.levels else known.mean()
    return middle


def _of_trees(booster: xgboost.Booster, rows: Rows) -> tuple[Explained, NDArray[np.float64]]:
    booster.set_param({"nthread": 1})  # Spark runs one task per core already
    matrix = xgboost.DMatrix(rows, feature_names=booster.feature_names)
    parts = booster.predict(matrix, pred_contribs=True).astype(np.float64)
    bias = float(parts[0, -1]) if len(parts) else 0.0
    return Explained(parts[:, :-1], bias), booster.predict(matrix, output_margin=True).astype(np.float64)


def _is_linear(estimator: Any) -> bool:
    return isinstance(estimator, Pipeline) and isinstance(estimator[-1], LogisticRegression)


def _of_weights(pipeline: Pipeline, rows: Rows) -> Explained:
    preparation, regression = pipeline[:-1], pipeline[-1]
    parts = preparation.transform(rows) * regression.coef_[0]
    summed = np.zeros(rows.shape)
    for column, place in enumerate(origins(preparation, range(rows.shape[1]))):
        summed[:, place] += parts[:, column]
    return Explained(summed, float(regression.intercept_[0]))


def _of_orders(model: Model, rows: Rows) -> Explained:
    """From each row of the background to the row to explain, one feature after the other.

    What a step changes in the log odds is the feature's. Each row of the background has its order; every second order
    is the one before backwards, which cancels much of the chance in them.
    """
    if model.background is None:
        raise DataRefused(f"this {model.kind} has no background to explain it by; run jobs/train.py for another one")
    width = rows.shape[1]
    rng = np.random.default_rng(0)
    orders = [order for _ in range(CENTRES // 2) for order in _both_ways(rng.permutation(width))]
    total = np.zeros(rows.shape)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        for reference, order in zip(model.background, orders, strict=False):
            taken = np.argsort(order) < np.arange(width + 1)[:, None]  # [steps, features]
            mixed = np.where(taken[:, None], some, reference).reshape(-1, width)
            odds = log_odds(uncalibrated(model.estimator, mixed)).reshape(width + 1, len(some))
            total[start : start + AT_ONCE, order] += np.diff(odds, axis=0).T
    bias = float(log_odds(uncalibrated(model.estimator, model.background)).mean())
    return Explained(total / len(model.background), bias)


def _both_ways(order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return order, order[::-1]


def _check_sum(explained: Explained, expected: NDArray[np.float64]) -> None:
    apart = np.abs(explained.contributions.sum(axis=1) + explained.bias - expected).max(initial=0)
    if not apart <= TOLERANCE:  # also where it is NaN
        raise DataRefused(f"contributions of features miss the log odds by up to {apart:.1e}; train the model again")
