"""The labelled rows that candidates are compared on, as arrays of this process."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.calendar import day_of
from churn_spark.features.encoding import model_inputs
from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled
from churn_spark.tuning.folds import Places


@dataclass(frozen=True)
class Data:
    """Labelled rows with their features, and where each row lies."""

    labelled: Labelled
    places: Places
    features: tuple[CardFeature, ...]


def fetch_data(rows: DataFrame, features: Sequence[Declared], on_card: tuple[CardFeature, ...], ahead: int) -> Data:
    """Rows of `user_id`, `as_of`, `churned`, `bucket` and features; the caller checks before that they are few enough.

    The same rows give the same arrays in whatever order and under whatever pseudonyms.
    """
    names = [feature.name for feature in features]
    wanted = rows.select(
        F.col("churned").cast("double").alias("label"),
        F.unix_date(day_of("as_of")).cast("bigint").alias("day"),
        F.xxhash64("user_id").alias("customer"),
        F.col("bucket").cast("bigint"),
        *model_inputs(features),
    )
    table = wanted.withColumn("place", F.xxhash64("label", "day", "bucket", *names)).toArrow()
    order = np.argsort(table["place"].to_numpy(), kind="stable")
    values = np.empty((len(order), len(names)))
    for column, name in enumerate(names):
        values[:, column] = table[name].to_numpy()[order]
    day, customer, bucket, label = (table[name].to_numpy()[order] for name in ("day", "customer", "bucket", "label"))
    return Data(Labelled(values, label), Places(day, customer, bucket, ahead), on_card)
