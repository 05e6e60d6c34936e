"""Silver events for tests, written as short rows."""

from datetime import UTC, date, datetime

from pyspark.sql import DataFrame, SparkSession

SILVER = """user_id STRING, event_ms BIGINT, event_date DATE, session_id BIGINT, item_in_session INT, page STRING,
            level STRING, registration_ms BIGINT, length_ms BIGINT"""


def ms(day: str, hour: int = 12) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC, hour=hour).timestamp() * 1000)


def silver(spark: SparkSession, *rows: tuple[str | None, str, int, int, str]) -> DataFrame:
    """Rows are (user, day, hour, session, page); songs last 200 s, users registered on 2026-01-01, all pay."""
    events = [
        (user, ms(day, hour), date.fromisoformat(day), session, item, page, "paid", ms("2026-01-01", 0),
         200_000 if page == "NextSong" else None)
        for item, (user, day, hour, session, page) in enumerate(rows)
    ]  # fmt: skip
    return spark.createDataFrame(events, SILVER)
