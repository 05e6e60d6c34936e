"""Feature rows as scikit-learn's models need them; fitted on the rows to train on, and part of the model."""

from collections.abc import Sequence
from typing import Self

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


def scaled(features: Sequence[CardFeature]) -> ColumnTransformer:
    """For models that weigh sums of inputs: clipped and scaled numbers, a column for each level of a category.

    A missing number becomes the median, a missing category the most frequent level. A feature with missing values in
    the fitted rows has an indicator beside it.
    """
    return ColumnTransformer(
        [("numbers", make_pipeline(Clip(), _imputer("median"), StandardScaler()), _numbers(features))]
        + [(features[place].name, _one_hot(features[place]), [place]) for place in _categories(features)]
    )


def filled(features: Sequence[CardFeature]) -> ColumnTransformer:
    """For trees that take no missing values: as `scaled`, but numbers and codes of categories stay as they are."""
    return ColumnTransformer(
        [
            ("numbers", _imputer("median"), _numbers(features)),
            ("categories", _imputer("most_frequent"), _categories(features)),
        ]
    )


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
