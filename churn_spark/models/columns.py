"""Columns as tables have them -> rows as models take them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Rows


def rows_of(columns: pd.DataFrame, features: Sequence[CardFeature]) -> Rows:
    """The features' values in their order: a number as it is, a category as the place of its level.

    What is null, or no level of its category, becomes NaN.
    """
    values = [_codes(columns[feature.name], feature) for feature in features]
    return np.column_stack([column.to_numpy(dtype=np.float64, na_value=np.nan) for column in values])


def _codes(values: pd.Series, feature: CardFeature) -> pd.Series:
    return values.map({level: code for code, level in enumerate(feature.levels)}) if feature.levels else values
