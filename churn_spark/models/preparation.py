"""Feature rows as scikit-learn's models need them; fitted on the rows to train on, and part of the model."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Rows

OUTLIERS = 0.01  # the share of rows on each side whose values are clipped


class Clip(TransformerMixin, BaseEstimator):
    """Set values outside of the percentiles 1 and 99 of the fitted rows to these; NaN stays."""

    def fit(self, rows: Rows, churned: object = None) -> Self:
        """Learn the percentiles; a column without a value has none."""
        known = np.where(np.isnan(rows).all(axis=0), 0.0, rows)
        self.low_, self.high_ = np.nanquantile(known, [OUTLIERS, 1 - OUTLIERS], axis=0)
        return self

    def transform(self, rows: Rows) -> Rows:
        """Clip each column."""
        return np.clip(rows, self.low_, self.high_)


class SignedLog(TransformerMixin, BaseEstimator):
    """The logarithm of 1 + the size of each value, with its sign, so that large counts do not pull; NaN stays."""

    def fit(self, rows: Rows, churned: object = None) -> Self:
        """Learn nothing."""
        return self

    def transform(self, rows: Rows) -> Rows:
        """Example: 0 stays 0, and -9 becomes -log(10)."""
        return np.sign(rows) * np.log1p(np.abs(rows))


def scaled(features: Sequence[CardFeature]) -> ColumnTransformer:
    """For models that weigh sums of inputs: clipped and scaled logs of numbers, a column for each level.

    A missing number becomes the median, a missing category the most frequent level. A feature with missing values in
    the fitted rows has an indicator beside it.
    """
    return ColumnTransformer(
        [("numbers", make_pipeline(Clip(), SignedLog(), _imputer("median"), StandardScaler()), _numbers(features))]
        + [(features[place].name, _one_hot(features[place]), [place]) for place in _categories(features)]
    )


def centred() -> StandardScaler:
    """Each column less its mean over the fitted rows: what a linear model makes of it is what sets the row apart."""
    return StandardScaler(with_std=False)


def filled(features: Sequence[CardFeature]) -> ColumnTransformer:
    """For trees that take no missing values: as `scaled`, but numbers and codes of categories stay as they are."""
    return ColumnTransformer(
        [
            ("numbers", _imputer("median"), _numbers(features)),
            ("categories", _imputer("most_frequent"), _categories(features)),
        ]
    )


def origins(preparation: Any, places: Sequence[int]) -> list[int]:
    """For each column that a fitted `preparation` gives, the feature that it comes from.

    `places`: the same for the columns that the preparation takes.
    """
    if isinstance(preparation, Pipeline):
        for _, step in preparation.steps:
            places = origins(step, places)
    elif isinstance(preparation, ColumnTransformer):
        taken = [(part, columns) for _, part, columns in preparation.transformers_ if part != "drop"]
        return [origin for part, columns in taken for origin in origins(part, [places[column] for column in columns])]
    elif isinstance(preparation, SimpleImputer) and len(places):
        return [*places, *(places[column] for column in preparation.indicator_.features_)]
    elif isinstance(preparation, OneHotEncoder):
        return [places[0]] * len(preparation.categories_[0])
    return list(places)


def _imputer(strategy: str) -> SimpleImputer:
    return SimpleImputer(strategy=strategy, add_indicator=True, keep_empty_features=True)


def _one_hot(feature: CardFeature) -> Pipeline:
    """A column for each level, and the indicator beside them."""
    levels = [float(code) for code in range(len(feature.levels))]
    columns = ColumnTransformer(
        [("level", OneHotEncoder(categories=[levels], handle_unknown="ignore", sparse_output=False), [0])],
        remainder="passthrough",
    )
    return make_pipeline(_imputer("most_frequent"), columns)


def _numbers(features: Sequence[CardFeature]) -> list[int]:
    return [place for place, feature in enumerate(features) if not feature.levels]


def _categories(features: Sequence[CardFeature]) -> list[int]:
    return [place for place, feature in enumerate(features) if feature.levels]
