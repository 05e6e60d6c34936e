"""Point-in-time joins: what was known at a time, never what came after it."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def point_in_time_join(labels: DataFrame, features: DataFrame) -> DataFrame:
    """Each row of `labels` with the newest features of its `user_id` whose `as_of` is not after the row's own.

    Columns: those of `labels`, then the feature columns, null for a user without features up to then. One shuffle:
    both sides are put on one time line per user and the last feature row is carried forward.
    """
    values = [column for column in features.columns if column not in ("user_id", "as_of")]
    facts = [column for column in labels.columns if column not in ("user_id", "as_of")]
    time_line = features.select("user_id", "as_of", F.struct(*values).alias("known")).unionByName(
        labels.select("user_id", "as_of", F.struct(*facts).alias("fact")), allowMissingColumns=True
    )
    # Features of the same moment come before the label, for they use only what lies before it.
    so_far = Window.partitionBy("user_id").orderBy("as_of", F.col("fact").isNotNull())
    joined = time_line.withColumn("known", F.last("known", ignorenulls=True).over(so_far))
    return joined.where("fact IS NOT NULL").select("user_id", "as_of", "fact.*", "known.*")
