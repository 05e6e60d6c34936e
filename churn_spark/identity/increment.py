"""Which days of silver a change of bronze touches, which must be read to make them anew, and which have changed.

A row of silver depends on the rows of its session_key, and on those of the session_keys that the same visitor has
within `identity.login_minutes`; its cleaned columns depend on the rows of its day. So a change spreads to whole days,
as far as the sessions on them reach, and no further.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_HOUR, MS_PER_MINUTE, midnight_ms
from churn_spark.identity.events import day_of
from churn_spark.lake import Lake
from churn_spark.settings import IdentitySettings
from churn_spark.tables import SILVER_EVENTS


def changed_days(lake: Lake, since: int | None) -> tuple[int, list[date] | None]:
    """The newest version of `silver.events` and the days, UTC, on which it differs from version `since`, in order.

    None for the days: it may differ on any day. Raises DataRefused where there is no silver yet.
    """
    lake.read(SILVER_EVENTS)
    notes = lake.notes(SILVER_EVENTS)
    newest = max(notes)
    changes = [note["days"] for version, note in notes.items() if version > (since or 0)]
    if since not in notes or None in changes:  # a version that the table's history has forgotten
        return newest, None
    return newest, sorted({date.fromisoformat(day) for days in changes for day in days})


def session_spans(silver: DataFrame) -> DataFrame:
    """One row per `session_key` of silver events: `session_id`, `first_ms` and `last_ms`, both inclusive."""
    return silver.groupBy("session_id", "session_key").agg(
        F.min("event_ms").alias("first_ms"), F.max("event_ms").alias("last_ms")
    )


def touched_days(changed: DataFrame, spans: DataFrame, settings: IdentitySettings) -> DataFrame:
    """Days, UTC, on which silver may change: column `day`, distinct.

    `changed` holds `session_id` and `event_ms` of the rows that came or went, `spans` those of silver as it is.
    """
    pause, visit = int(settings.session_gap_hours * MS_PER_HOUR), settings.login_minutes * MS_PER_MINUTE
    touched = spans.join(changed, "session_id").where(
        F.col("event_ms").between(F.col("first_ms") - pause, F.col("last_ms") + pause)
    )
    both = touched.select("first_ms", "last_ms").unionByName(
        changed.select(F.col("event_ms").alias("first_ms"), F.col("event_ms").alias("last_ms"))
    )
    return both.select(_days(F.col("first_ms") - visit, F.col("last_ms") + visit).alias("day")).distinct()


def context_days(days: DataFrame, spans: DataFrame) -> DataFrame:
    """`days` (`day`) and all others that a row on them can depend on, distinct."""
    near = days.select(F.explode(F.sequence(F.date_add("day", -1), F.date_add("day", 1))).alias("day")).distinct()
    met = spans.select("session_key", "first_ms", "last_ms", _days(F.col("first_ms"), F.col("last_ms")).alias("day"))
    reach = met.join(near, "day", "left_semi").select(_days(F.col("first_ms"), F.col("last_ms")).alias("day"))
    return near.unionByName(reach).distinct()


def on_days(column: str, days: Iterable[date]) -> str:
    """Whether the date is one of the days, in SQL."""
    literals = ", ".join(f"DATE'{day}'" for day in days)
    return f"{column} IN ({literals})" if literals else "false"


def ms_on_days(column: str, days: Iterable[date]) -> Column:
    """Whether the time (ms since epoch) lies on one of the days, UTC; written in ranges, by which Delta skips files."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(days):
        first = ranges.pop()[0] if ranges and ranges[-1][1] == day else day
        ranges.append((first, day + timedelta(days=1)))
    within = F.lit(False)
    for first, end in ranges:
        within |= (F.col(column) >= midnight_ms(first)) & (F.col(column) < midnight_ms(end))
    return within


def _days(first_ms: Column, last_ms: Column) -> Column:
    """A row for each day from one time to another, both inclusive."""
    return F.explode(F.sequence(day_of(first_ms), day_of(last_ms)))
