"""Point-in-time joins."""

from datetime import datetime

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from churn_spark.features.point_in_time import point_in_time_join


def test_each_label_takes_the_newest_features_not_after_it(spark: SparkSession) -> None:
    def day(number: int) -> datetime:
        return datetime(2026, 1, number)

    features = spark.createDataFrame(
        [("ann", day(1), 1.0), ("ann", day(8), None), ("ann", day(15), 3.0), ("bob", day(20), 9.0)],
        "user_id STRING, as_of TIMESTAMP, songs DOUBLE",
    )
    labels = spark.createDataFrame(
        [("ann", day(7), True), ("ann", day(8), False), ("ann", day(30), False), ("bob", day(19), True)],
        "user_id STRING, as_of TIMESTAMP, churned BOOLEAN",
    )
    expected = spark.createDataFrame(
        [("ann", day(7), True, 1.0), ("ann", day(8), False, None), ("ann", day(30), False, 3.0),
         ("bob", day(19), True, None)],
        "user_id STRING, as_of TIMESTAMP, churned BOOLEAN, songs DOUBLE",
    )  # fmt: skip
    assert_df_equality(point_in_time_join(labels, features), expected, ignore_row_order=True)
