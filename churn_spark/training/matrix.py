"""The training set as arrays of this process."""

from collections.abc import Mapping, Sequence

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.features.encoding import model_inputs
from churn_spark.models.candidate import Labelled

PARTS = ("train", "validation", "holdout")


def fetch(training_set: DataFrame, features: Sequence[Declared]) -> Mapping[str, Labelled]:
    """The rows of each of PARTS; the caller checks before that they are few enough.

    The same rows give the same arrays, in whatever order and under whatever pseudonyms: rows stand in the order of a
    hash of their values. Rows of one place in that order are alike.
    """
    names = [feature.name for feature in features]
    wanted = training_set.where(F.col("split").isin(*PARTS)).select(
        F.array_position(F.array(*map(F.lit, PARTS)), F.col("split")).alias("part"),
        F.col("churned").cast("double").alias("label"),
        *model_inputs(features),
    )
    table = wanted.withColumn("place", F.xxhash64("label", *names)).toArrow()
    part, place = (table[name].to_numpy() for name in ("part", "place"))
    order = np.argsort(place, kind="stable")
    # Filled column by column, because np.column_stack would hold all values twice.
    rows = np.empty((len(order), len(names)))
    for column, name in enumerate(names):
        rows[:, column] = table[name].to_numpy()[order]
    part, label = part[order], table["label"].to_numpy()[order]
    return {name: Labelled(rows[part == number], label[part == number]) for number, name in enumerate(PARTS, start=1)}
