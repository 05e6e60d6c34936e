"""Fewer features: those that tell most of churn, and one of each pair that says the same."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer

from churn_spark.model_card import CardFeature
from churn_spark.models import xgboost_trees
from churn_spark.models.candidate import Labelled, Rows

Choice = Literal["all", "k_best", "gain", "without_twins"]
CHOICES: tuple[Choice, ...] = ("all", "k_best", "gain", "without_twins")
Places = NDArray[np.intp]


def chosen(
    choice: Choice, train: Labelled, features: Sequence[CardFeature], number: int, max_correlation: float, seed: int
) -> Places:
    """The places of the features to learn from, by the rows to learn from alone.

    - k_best: the `number` with the highest F statistic (SelectKBest), unknown values as medians.
    - gain: the `number` with the highest gain in an XGBoost model.
    - without_twins: all but those that correlate with an earlier one above `max_correlation`.
    """
    if choice == "k_best":
        known = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(train.rows)
        varied = np.flatnonzero(np.ptp(known, axis=0) > 0)
        best = SelectKBest(f_classif, k=min(number, len(varied))).fit(known[:, varied], train.churned)
        return varied[best.get_support()]
    if choice == "gain":
        booster = xgboost_trees.fit(train, train, features, {"nthread": 1, "trees": 100}, seed)
        gain = booster.get_score(importance_type="total_gain")
        gains = np.array([gain.get(feature.name, 0.0) for feature in features], dtype=float)
        return np.sort(np.argsort(-gains, kind="stable")[:number])
    if choice == "without_twins":
        return without_twins(train.rows, max_correlation)
    return np.arange(len(features))


def without_twins(rows: Rows, max_correlation: float) -> Places:
    """The places of the columns that do not correlate with an earlier kept one above the limit."""
    correlations = pd.DataFrame(rows).corr(min_periods=30).abs().to_numpy()
    kept: list[int] = []
    for place in range(rows.shape[1]):
        if not any(correlations[place, earlier] > max_correlation for earlier in kept):
            kept.append(place)
    return np.array(kept)


def agreement(selections: Sequence[frozenset[str]]) -> float:
    """How alike the selections of the folds are: the mean Jaccard index of each two; 1 for one fold."""
    pairs = list(combinations(selections, 2))
    return float(np.mean([len(one & other) / len(one | other) for one, other in pairs])) if pairs else 1.0
