"""The training set as arrays of this process."""

from collections.abc import Mapping, Sequence

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.calendar import day_of
from churn_spark.features.encoding import model_inputs
from churn_spark.models.candidate import Labelled
from churn_spark.training.retraining import recency_weights

PARTS = ("train", "validation", "holdout")


def fetch(
    training_set: DataFrame, features: Sequence[Declared], half_life_days: float | None = None
) -> Mapping[str, Labelled]:
    """The rows of each of PARTS; the caller checks before that they are few enough.

    With `half_life_days`, rows have the weights of `recency_weights` by their `as_of`, in each part.

    The same rows give the same arrays, in whatever order and under whatever pseudonyms: rows stand in the order of a
    hash of their values. Rows of one place in that order are alike.
    """
    names = [feature.name for feature in features]
    wanted = training_set.where(F.col("split").isin(*PARTS)).select(
        F.array_position(F.array(*map(F.lit, PARTS)), F.col("split")).alias("part"),
        F.col("churned").cast("double").alias("label"),
        (F.unix_date(day_of("as_of")) if half_life_days else F.lit(0)).alias("day"),
        *model_inputs(features),
    )
    table = wanted.withColumn("place", F.xxhash64("label", *names)).toArrow()
    part, place = (table[name].to_numpy() for name in ("part", "place"))
    order = np.argsort(place, kind="stable")
    # Filled column by column, because np.column_stack would hold all values twice.
    rows = np.empty((len(order), len(names)))
    for column, name in enumerate(names):
        rows[:, column] = table[name].to_numpy()[order]
    part, label, day = part[order], table["label"].to_numpy()[order], table["day"].to_numpy()[order]
    parts = {}
    for number, name in enumerate(PARTS, start=1):
        inside = part == number
        weights = recency_weights(day[inside], half_life_days) if half_life_days else None
        parts[name] = Labelled(rows[inside], label[inside], weights)
    return parts
