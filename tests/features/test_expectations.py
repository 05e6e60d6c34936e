"""What a feature table must keep: each expectation fails for the rows that it is there for."""

from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.features.expectations import feature_rows
from churn_spark.features.source_feature import SourceFeature
from churn_spark.features.tables import feature_table as declared
from tests.findings import Failures, failures

AS_OF = datetime(2026, 1, 5)
FEATURES = (
    SourceFeature("visits", "count", "visits", "Visits", "", since="v1.0"),
    SourceFeature("paid_share", "share", "share", "Share paid", "", null="without a visit", maximum=1, since="v1.0"),
    SourceFeature("trend", "amount", "share", "Trend", "", minimum=None, since="v1.0"),
    SourceFeature("plan", "category", "level", "Plan", "", null="unknown", levels=("basic", "it's all"), since="v1.0"),
)
TABLE = declared("customer_features.test", "Test", "all", FEATURES)
COLUMNS = (
    "user_id STRING, as_of TIMESTAMP, feature_version STRING, visits DOUBLE, paid_share DOUBLE, trend DOUBLE, "
    "plan STRING"
)


def rows(spark: SparkSession, *changes: dict[str, Any]) -> DataFrame:
    usual = {
        "as_of": AS_OF,
        "feature_version": "v1.1",
        "visits": 3.0,
        "paid_share": 0.5,
        "trend": -7.5,
        "plan": "it's all",
    }
    names = [column.split()[0] for column in COLUMNS.split(", ")]
    users = [{"user_id": str(number), **usual, **change} for number, change in enumerate(changes)]
    return spark.createDataFrame([tuple(user[name] for name in names) for user in users], COLUMNS)


def found(spark: SparkSession, *changes: dict[str, Any]) -> Failures:
    return failures(rows(spark, *changes), TABLE, feature_rows(TABLE, FEATURES))


def test_a_feature_table_is_held_to_what_is_declared(spark: SparkSession) -> None:
    assert found(spark, {}, {"paid_share": None, "plan": None}) == set()
    nan = float("nan")
    bad = [
        {"visits": None},
        {"visits": 1.5},
        {"visits": -1.0},
        {"paid_share": 1.5},
        {"trend": nan},
        {"user_id": "0"},
        {"plan": "gold"},
    ]
    assert found(spark, {}, *bad) == {
        ("visits", "critical", 3), ("paid_share", "critical", 1), ("trend", "critical", 1), (None, "critical", 1),
        ("plan", "critical", 1),
    }  # fmt: skip


def test_another_column_is_refused(spark: SparkSession) -> None:
    more = rows(spark, {}).withColumn("first_name", F.col("user_id"))
    assert failures(more, TABLE, feature_rows(TABLE, FEATURES)) == {(None, "critical", None)}
