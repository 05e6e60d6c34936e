"""Literal rows of bronze and silver: a test names the fields that it is about, all others have a usual value.

Example: `event("bob", "2026-01-05 10:00", song="a/x")` is an event of silver in which bob plays song x by artist a.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from churn_spark.behavior.tiles import EVENT_COLUMNS, EVENT_ORDER
from churn_spark.clock import day_at
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.table import Table

AT = "2026-01-05 09:00"
Event = dict[str, Any]  # column -> value


def ms(at: str | int) -> int:
    """Milliseconds since epoch of a UTC time, for example 2026-01-05 or 2026-01-05 09:00; a number stays as it is."""
    return at if isinstance(at, int) else round(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000)


def event(
    user: str | None = "ann",
    at: str | int = AT,
    session: int = 1,
    page: str | None = None,
    song: str | None = None,
    *,
    item: int | None = None,
    **columns: Any,
) -> Event:
    """An event of silver; `song` is artist/song, and without a page such an event is NextSong, others are Home.

    `columns` are other columns by name, and also win over what the named fields give. Without an item number the event
    has that of its place among the events of `silver` or `arrow`.
    """
    page = page or ("NextSong" if song else "Home")
    artist, title = song.split("/") if song else (None, None)
    row = {
        "user_id": user, "user_id_source": "logged" if user else None, "user_id_confidence": 1.0 if user else None,
        "event_ms": ms(at), "event_date": day_at(ms(at)), "session_id": session, "session_key": str(session),
        "item_in_session": item, "page": page, "auth": "Logged In", "method": "PUT",
        "status": 404 if page == "Error" else 200, "level": "paid", "registration_ms": ms("2026-01-01"), "gender": "F",
        "location": "Buffalo, NY", "user_agent": "Firefox", "artist": artist, "song": title,
        "length_ms": 200_000 if page == "NextSong" else None, "level_filled": "paid", "gender_filled": "F",
    }  # fmt: skip
    return row | columns


def logged(
    user: str | None = "ann", at: str | int = AT, session: int = 1, page: str = "Home", item: int = 0, **fields: Any
) -> Event:
    """The fields of a log line, or an event of bronze; `fields` are others by name, as in `event`."""
    row = {"ts": ms(at), "sessionId": session, "itemInSession": item, "page": page, "auth": "Logged In", "userId": user}
    return row | fields


def log_line(*args: Any, **fields: Any) -> str:
    """The JSON text of `logged` of the same arguments."""
    return json.dumps(logged(*args, **fields), ensure_ascii=False)


def silver(spark: SparkSession, *events: Event) -> DataFrame:
    return _frame(spark, SILVER_EVENTS, _numbered(events))


def bronze(spark: SparkSession, *events: Event) -> DataFrame:
    return _frame(spark, BRONZE_EVENTS, [{"source_file": "day.json", "ingest_batch": 0, **row} for row in events])


def arrow(*events: Event) -> pa.Table:
    """Events of silver without Spark: the columns that tiles are made from, in the order that tiles need."""
    arrow_types = {"STRING": pa.string(), "BIGINT": pa.int64(), "INT": pa.int32(), "DATE": pa.date32()}
    rows = _numbered(events)
    types = _types(SILVER_EVENTS, rows)
    schema = pa.schema([(name, arrow_types[types[name]]) for name in EVENT_COLUMNS])
    return pa.Table.from_pylist(rows, schema).sort_by([(column, "ascending") for column in EVENT_ORDER])


def assert_rows(found: DataFrame, expected: DataFrame) -> None:
    """The same rows and types in any order; which columns may be null, and their comments, do not count."""
    assert_df_equality(found, expected, ignore_row_order=True, ignore_nullable=True, ignore_metadata=True)


def _numbered(events: tuple[Event, ...]) -> list[Event]:
    return [
        row if row["item_in_session"] is not None else {**row, "item_in_session": n} for n, row in enumerate(events)
    ]


def _frame(spark: SparkSession, table: Table, rows: list[Event]) -> DataFrame:
    return spark.createDataFrame(rows, ", ".join(f"{name} {type}" for name, type in _types(table, rows).items()))


def _types(table: Table, rows: list[Event]) -> dict[str, str]:
    """Declared columns and their types; the rows have no others. NOT NULL is left out, for tests of expectations."""
    types = dict(line.split()[:2] for line in table.columns.strip().splitlines())
    assert {name for row in rows for name in row} <= types.keys()
    return types
