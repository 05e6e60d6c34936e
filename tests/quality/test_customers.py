"""What the tables of customers must keep: each expectation fails for the rows that it is there for."""

from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.features.source_feature import SourceFeature
from churn_spark.features.source_feature import feature_table as declared
from churn_spark.quality.customers import feature_table, labels
from churn_spark.quality.validation import validate
from churn_spark.settings import Settings
from tests.quality.test_suites import Failures, failures

AS_OF = datetime(2026, 1, 5)
FEATURES = (
    SourceFeature("visits", "count", "visits", "Visits", ""),
    SourceFeature("paid_share", "share", "share", "Share paid", "", null="without a visit", maximum=1),
    SourceFeature("trend", "amount", "share", "Trend", "", minimum=None),
)
TABLE = declared("customer_features.test", "Test", "all", FEATURES)
COLUMNS = "user_id STRING, as_of TIMESTAMP, feature_version STRING, visits DOUBLE, paid_share DOUBLE, trend DOUBLE"


def rows(spark: SparkSession, *changes: dict[str, Any]) -> DataFrame:
    usual = {"as_of": AS_OF, "feature_version": "v1.1", "visits": 3.0, "paid_share": 0.5, "trend": -7.5}
    names = [column.split()[0] for column in COLUMNS.split(", ")]
    users = [{"user_id": str(number), **usual, **change} for number, change in enumerate(changes)]
    return spark.createDataFrame([tuple(user[name] for name in names) for user in users], COLUMNS)


def found(spark: SparkSession, settings: Settings, *changes: dict[str, Any]) -> Failures:
    return failures(rows(spark, *changes), feature_table(TABLE, FEATURES, settings))


def test_a_feature_table_is_held_to_what_is_declared(spark: SparkSession, settings: Settings) -> None:
    assert found(spark, settings, {}, {"paid_share": None}) == set()
    nan = float("nan")
    bad = [{"visits": None}, {"visits": 1.5}, {"visits": -1.0}, {"paid_share": 1.5}, {"trend": nan}, {"user_id": "0"}]
    assert found(spark, settings, {}, *bad) == {
        ("visits", "critical", 3), ("paid_share", "critical", 1), ("trend", "critical", 1), (None, "critical", 1),
    }  # fmt: skip


def test_another_column_is_refused(spark: SparkSession, settings: Settings) -> None:
    more = rows(spark, {}).withColumn("first_name", F.col("user_id"))
    assert failures(more, feature_table(TABLE, FEATURES, settings)) == {(None, "critical", None)}


def test_the_rate_of_each_definition_is_held_apart(spark: SparkSession, settings: Settings) -> None:
    known = [("churn_def_v1", number < 3) for number in range(4)] + [
        ("churn_def_v2", number < 1) for number in range(4)
    ]
    unknown = [("churn_def_v2", None)] * 4
    table = spark.createDataFrame(
        [(str(number), AS_OF, *row) for number, row in enumerate([*known, *unknown])],
        "user_id STRING, as_of TIMESTAMP, label_version STRING, churned BOOLEAN",
    )
    [rate] = [finding for finding in validate(table, labels(settings)) if not finding.success]
    assert (rate.column, rate.severity, rate.observed) == ("churned", "warning", 0.75)
    assert "churn_def_v1" in rate.expectation


def test_without_a_known_label_there_is_no_rate_to_hold(spark: SparkSession, settings: Settings) -> None:
    table = spark.createDataFrame(
        [("ann", AS_OF, "churn_def_v1", None)],
        "user_id STRING, as_of TIMESTAMP, label_version STRING, churned BOOLEAN",
    )
    assert failures(table, labels(settings)) == set()
