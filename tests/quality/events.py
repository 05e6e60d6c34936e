"""Literal events of bronze and silver; each test changes what it is about."""

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from churn_spark.ingest.tables import BRONZE_EVENTS

BRONZE = {
    "ts": 1541044398796, "sessionId": 5, "itemInSession": 0, "page": "NextSong", "auth": "Logged In", "method": "PUT",
    "status": 200, "level": "free", "userId": "7", "length": 201.5, "source_file": "day.json", "ingest_batch": 0,
}  # fmt: skip
SILVER = {
    "user_id": "ab" * 32, "user_id_source": "logged", "user_id_confidence": 1.0, "event_ms": 1541044398796,
    "event_date": "2018-11-01", "session_id": 5, "session_key": "5", "item_in_session": 0, "page": "NextSong",
    "auth": "Logged In", "level": "free", "length_ms": 201500,
}  # fmt: skip
SILVER_COLUMNS = (
    "user_id STRING, user_id_source STRING, user_id_confidence DOUBLE, event_ms BIGINT, event_date STRING, "
    "session_id BIGINT, session_key STRING, item_in_session INT, page STRING, auth STRING, level STRING, "
    "length_ms BIGINT"
)


def bronze(spark: SparkSession, *changes: dict[str, Any]) -> DataFrame:
    """One event for each of the changes, in the columns of the table."""
    return _events(spark, BRONZE_EVENTS.columns.replace(" NOT NULL", ""), BRONZE, changes)


def silver(spark: SparkSession, *changes: dict[str, Any]) -> DataFrame:
    """One event for each of the changes, in the columns that expectations are about."""
    rows = _events(spark, SILVER_COLUMNS, SILVER, changes)
    return rows.withColumn("event_date", rows["event_date"].cast("date"))


def _events(spark: SparkSession, columns: str, usual: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> DataFrame:
    names = StructType.fromDDL(columns).names
    return spark.createDataFrame(
        [tuple({**usual, **change}.get(name) for name in names) for change in changes], columns
    )
