"""Point-in-time joins."""

from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.features.point_in_time import point_in_time_join
from tests.rows import assert_rows

KEYS = "user_id STRING, as_of TIMESTAMP"


def day(number: int) -> datetime:
    return datetime(2026, 1, number)


def test_each_label_takes_the_newest_row_of_each_table_not_after_it(spark: SparkSession) -> None:
    behavior = spark.createDataFrame(
        [("ann", day(1), 1.0), ("ann", day(8), None), ("ann", day(15), 3.0), ("bob", day(20), 9.0)],
        f"{KEYS}, songs DOUBLE",
    )
    support = spark.createDataFrame([("ann", day(7), 2.0), ("cid", day(1), 5.0)], f"{KEYS}, tickets DOUBLE")
    labels = spark.createDataFrame(
        [("ann", day(6), True), ("ann", day(8), False), ("ann", day(30), False), ("bob", day(19), True)],
        f"{KEYS}, churned BOOLEAN",
    )
    expected = spark.createDataFrame(
        [("ann", day(6), True, 1.0, None), ("ann", day(8), False, None, 2.0), ("ann", day(30), False, 3.0, 2.0),
         ("bob", day(19), True, None, None)],
        f"{KEYS}, churned BOOLEAN, songs DOUBLE, tickets DOUBLE",
    )  # fmt: skip
    assert_rows(point_in_time_join(labels, behavior, support), expected)


def test_a_column_in_two_tables_is_refused(spark: SparkSession) -> None:
    table = spark.createDataFrame([], f"{KEYS}, songs DOUBLE")
    with pytest.raises(UserError, match="have songs: drop or rename"):
        point_in_time_join(spark.createDataFrame([], KEYS + ", churned BOOLEAN"), table, table)
