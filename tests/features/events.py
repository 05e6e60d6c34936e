"""Silver events for tests, written as short rows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from churn_spark.behavior.tiles import EVENT_COLUMNS, EVENT_ORDER, SESSION
from churn_spark.features.batch import percentiles, user_days, user_features, with_relative_features
from churn_spark.features.tables import BEHAVIOR, PERCENTILES, USER_DAYS
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake

SILVER = f"""user_id STRING, event_ms BIGINT, event_date DATE, {SESSION} STRING, item_in_session INT, page STRING,
             status INT, level STRING, registration_ms BIGINT, artist STRING, song STRING, length_ms BIGINT,
             gender STRING, location STRING"""

Event = tuple[str | None, str, int, int, str]  # user, day, hour, session, page


def ms(day: str, hour: int = 12) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC, hour=hour).timestamp() * 1000)


def rows(*events: Event) -> list[tuple[object, ...]]:
    """Users registered on 2026-01-01 and pay; songs last 200 s; `NextSong a/s` plays song s by artist a."""
    return [_row(item, *event) for item, event in enumerate(events)]


def silver(spark: SparkSession, *events: Event) -> DataFrame:
    return spark.createDataFrame(rows(*events), SILVER)


def build(lake: Lake, as_of_days: Sequence[date], *events: Event) -> None:
    """Silver events, tiles, percentiles and `customer_features.behavior` of a lake."""
    silver(lake.spark, *events).write.format("delta").save(lake.settings.path("silver", "events"))
    lake.replace(USER_DAYS, user_days(lake.read(SILVER_EVENTS)))
    known = user_features(lake.read(USER_DAYS), as_of_days)
    lake.replace(PERCENTILES, percentiles(known))
    lake.replace(BEHAVIOR, with_relative_features(known, lake.read(PERCENTILES)))


def arrow(*events: Event) -> pa.Table:
    """The same events without Spark, in the order that tiles are made from."""
    names = [column.split()[0] for column in SILVER.split(",")]
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows(*events)], ARROW)
    return table.select(EVENT_COLUMNS).sort_by([(column, "ascending") for column in EVENT_ORDER])


ARROW = pa.schema([
    ("user_id", pa.string()), ("event_ms", pa.int64()), ("event_date", pa.date32()), (SESSION, pa.string()),
    ("item_in_session", pa.int32()), ("page", pa.string()), ("status", pa.int32()), ("level", pa.string()),
    ("registration_ms", pa.int64()), ("artist", pa.string()), ("song", pa.string()), ("length_ms", pa.int64()),
    ("gender", pa.string()), ("location", pa.string()),
])  # fmt: skip


def _row(item: int, user: str | None, day: str, hour: int, session: int, page: str) -> tuple[object, ...]:
    page, _, play = page.partition(" ") if page.startswith("NextSong") else (page, "", "")
    artist, _, song = play.partition("/")
    return (
        user, ms(day, hour), date.fromisoformat(day), str(session), item, page, 404 if page == "Error" else 200, "paid",
        ms("2026-01-01", 0), artist or None, song or None, 200_000 if page == "NextSong" else None, "F",
        "Buffalo, NY",
    )  # fmt: skip
