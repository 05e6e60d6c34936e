"""Silver events without what the tests of a session do not look at."""

from typing import Any

from pyspark.sql import DataFrame, SparkSession

from churn_spark.identity.sessions import with_session_key
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL

SETTINGS = load_settings(LOCAL).identity
MINUTE = 60_000
SILVER = """session_id BIGINT, event_ms BIGINT, item_in_session INT, user_id STRING, page STRING, level STRING,
            registration_ms BIGINT, location STRING, user_agent STRING"""
Row = tuple[int, int, int, str | None]


def silver(spark: SparkSession, *rows: Row | tuple[Row, dict[str, Any]]) -> DataFrame:
    """Rows are (session, minute, item, user), or such a one and what else is known; level is free, page Home."""
    events = []
    for row in rows:
        (session, minute, item, user), more = row if isinstance(row[1], dict) else (row, {})
        event = {"page": "Home", "level": "free", "registration_ms": None, "location": None, "user_agent": None, **more}
        events.append((session, int(minute * MINUTE), item, user, *event.values()))
    return spark.createDataFrame(events, SILVER).transform(with_session_key, SETTINGS.session_gap_hours)
