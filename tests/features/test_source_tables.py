"""Feature tables of the sources, brought up to the source and to the users of the logs."""

from datetime import UTC, date, datetime

from pyspark.sql import SparkSession

from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.features.stage import update_source_tables, update_user_days
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.sources.tables import CUSTOMERS
from tests.rows import Event, event, silver

ANN, BOB = event("ann", session=1), event("bob", session=2)
DAYS = [date(2026, 1, 12)]


def log(lake: Lake, spark: SparkSession, *events: Event) -> None:
    lake.replace(SILVER_EVENTS, silver(spark, *events), made_from={"bronze.events": len(events)})
    update_user_days(lake)


def users(lake: Lake) -> list[str]:
    return sorted(row.user_id for row in lake.read(DEMOGRAPHICS).select("user_id").collect())


def test_a_customer_has_features_as_soon_as_the_logs_know_the_user(
    lake: Lake, spark: SparkSession, settings: Settings
) -> None:
    since = datetime(2026, 1, 5, tzinfo=UTC)
    rows = spark.createDataFrame([("ann", since), ("bob", since)], "user_id STRING, updated_at TIMESTAMP")
    lake.merge(CUSTOMERS, spark.createDataFrame([], CUSTOMERS.columns).unionByName(rows, allowMissingColumns=True))
    log(lake, spark, ANN)
    update_source_tables(lake, DAYS, settings, of_logs=True)
    assert users(lake) == ["ann"]
    log(lake, spark, ANN, BOB)
    update_source_tables(lake, DAYS, settings, of_logs=True)
    assert users(lake) == ["ann", "bob"]
