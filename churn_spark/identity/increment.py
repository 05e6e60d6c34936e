"""Which days of silver a change of bronze touches, and which times of bronze those days depend on.

A row of silver depends on

- the rows of its session_key,
- the rows of the session_keys that the same visitor has in the next `identity.login_minutes`,
- the rows of its day, for the cleaned columns.

So a change touches whole days: the days of the sessions that it meets, and of the `login_minutes` around them.

Example: `login_minutes` is 60. A session lasts from 0:30 to 1:00 on 2 January. A late line of that session arrives.
`touched_days` are 1 and 2 January, because a login in the session may tell a visitor of 23:45.
`context` is these two days, an hour before and after, and every session that reaches into that time.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import day_of_ms, on_days
from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, day_at, midnight_ms
from churn_spark.settings.identity import IdentitySettings


def session_spans(silver: DataFrame, since_ms: int) -> DataFrame:
    """Times of the sessions of silver that have events at `since_ms` or later, one row per `session_key`.

    Whole days are read, so sessions that ended earlier on the first day are among the rows.

    - `session_id`
    - `first_ms`: time of the first event, which the session_key tells
    - `last_ms`: time of the last event
    """
    late = silver.where(F.col("event_date") >= F.lit(day_at(since_ms)))
    first_ms = F.substring_index("session_key", "-", -1).cast("bigint")
    return late.groupBy("session_id", first_ms.alias("first_ms")).agg(F.max("event_ms").alias("last_ms"))


def touched_days(changed: DataFrame, silver: DataFrame, settings: IdentitySettings) -> list[date]:
    """The UTC days on which silver may change, in order. They are at most the days of the logs, so they fit the driver.

    - `changed`: `session_id` and `event_ms` of the rows that came to bronze or left it
    - `silver`: silver before the change
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
    """The spans of time that the rows on the days can depend on: first and last ms since epoch, both inclusive.

    `silver` is silver before the change. The spans may overlap.
    """
    if not days:
        return []
    visit = settings.login_minutes * MS_PER_MINUTE
    spans = session_spans(silver, midnight_ms(days[0]) - visit)
    met = spans.select("*", _days(F.col("first_ms") - visit, F.col("last_ms") + visit).alias("day"))
    reach = met.where(on_days("day", days)).groupBy("day").agg(F.min("first_ms"), F.max("last_ms")).collect()
    around = [(midnight_ms(day) - visit, midnight_ms(day) + MS_PER_DAY + visit) for day in days]
    return around + [(first, last) for _, first, last in reach]


def at_times(ms: str, times: Iterable[tuple[int, int]]) -> Column:
    """Whether the time in column `ms` lies in one of the spans, both ends inclusive.

    Overlapping spans are joined, because Delta skips more files by a few ranges.

    Example: the spans (0, 5), (3, 9) and (20, 30) are read as 0 to 9 and 20 to 30.
    """
    ranges: list[tuple[int, int]] = []
    for first, last in sorted(times):
        if ranges and first <= ranges[-1][1]:
            begin, end = ranges.pop()
            first, last = begin, max(last, end)
        ranges.append((first, last))
    return reduce(or_, [F.col(ms).between(first, last) for first, last in ranges], F.lit(False))


def _days(first_ms: Column, last_ms: Column) -> Column:
    """One row for each UTC day from one time to another, both inclusive."""
    return F.explode(F.sequence(day_of_ms(first_ms), day_of_ms(last_ms)))
