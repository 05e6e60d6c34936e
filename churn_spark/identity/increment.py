"""Which days of silver a change of bronze touches, what must be read to make them anew, and which have changed.

A row of silver depends on the rows of its session_key, and on those of the session_keys that the same visitor has
within `identity.login_minutes`; its cleaned columns depend on the rows of its day. So a change spreads to whole days,
as far as the sessions on them reach, and no further.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, day_at, midnight_ms
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


def session_spans(silver: DataFrame, since_ms: int) -> DataFrame:
    """One row per `session_key` of silver that has events at `since_ms` or later, and perhaps of some that have none.

    Columns: `session_id`, `first_ms`, `last_ms`, both inclusive; the first is what the session_key tells.
    """
    late = silver.where(F.col("event_date") >= F.lit(day_at(since_ms)))
    first_ms = F.substring_index("session_key", "-", -1).cast("bigint")
    return late.groupBy("session_id", first_ms.alias("first_ms")).agg(F.max("event_ms").alias("last_ms"))


def touched_days(changed: DataFrame, silver: DataFrame, settings: IdentitySettings) -> list[date]:
    """Days, UTC, on which silver may change, in order: at most the days of the logs, so they fit the driver.

    `changed` holds `session_id` and `event_ms` of the rows of bronze that came or went, `silver` is silver as it was.
    """
    pause, visit = int(settings.session_gap_hours * MS_PER_HOUR), settings.login_minutes * MS_PER_MINUTE
    first_ms: int | None = changed.agg(F.min("event_ms")).collect()[0][0]
    if first_ms is None:
        return []
    spans = session_spans(silver, first_ms - pause)
    touched = spans.join(changed, "session_id").where(
        F.col("event_ms").between(F.col("first_ms") - pause, F.col("last_ms") + pause)
    )
    both = touched.select("first_ms", "last_ms").unionByName(
        changed.select(F.col("event_ms").alias("first_ms"), F.col("event_ms").alias("last_ms"))
    )
    days = both.select(_days(F.col("first_ms") - visit, F.col("last_ms") + visit).alias("day")).distinct()
    return sorted(row["day"] for row in days.collect())


def context(days: Sequence[date], silver: DataFrame, settings: IdentitySettings) -> list[tuple[int, int]]:
    """The times, first and last in ms since epoch, both inclusive, that a row on one of the days can depend on."""
    if not days:
        return []
    visit = settings.login_minutes * MS_PER_MINUTE
    spans = session_spans(silver, midnight_ms(days[0]) - visit)
    met = spans.select("*", _days(F.col("first_ms") - visit, F.col("last_ms") + visit).alias("day"))
    reach = met.where(on_days("day", days)).groupBy("day").agg(F.min("first_ms"), F.max("last_ms")).collect()
    around = [(midnight_ms(day) - visit, midnight_ms(day) + MS_PER_DAY + visit) for day in days]
    return around + [(first, last) for _, first, last in reach]


def on_days(column: str, days: Iterable[date]) -> str:
    """Whether the date is one of the days, in SQL."""
    literals = ", ".join(f"DATE'{day}'" for day in days)
    return f"{column} IN ({literals})" if literals else "false"


def at_times(ms: str, times: Iterable[tuple[int, int]]) -> Column:
    """Whether the column's time lies in one of the spans, both ends inclusive; in few ranges, so Delta skips files."""
    ranges: list[tuple[int, int]] = []
    for first, last in sorted(times):
        if ranges and first <= ranges[-1][1]:
            begin, end = ranges.pop()
            first, last = begin, max(last, end)
        ranges.append((first, last))
    return reduce(or_, [F.col(ms).between(first, last) for first, last in ranges], F.lit(False))


def _days(first_ms: Column, last_ms: Column) -> Column:
    """A row for each day from one time to another, both inclusive."""
    return F.explode(F.sequence(day_of(first_ms), day_of(last_ms)))
