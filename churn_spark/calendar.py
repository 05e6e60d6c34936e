"""Days and midnights, UTC, in Spark, and the grid of `as_of` midnights. The session may be of any time zone."""

from collections.abc import Iterable
from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.clock import DAY, MS_PER_DAY, day_number

MONDAY = date(1970, 1, 5)
SECONDS_PER_DAY = 86_400


def as_of_grid(first_day: date, last_day: date, step_days: int, min_history_days: int) -> list[date]:
    """Days of the grid of `as_of` midnights, for logs from `first_day` to `last_day`, both inclusive.

    The grid counts every `step_days` from a Monday, whatever day the logs begin with, so that later runs keep its days.
    Its first day lies at least `min_history_days` after `first_day`, its last at most one day after `last_day`.

    Example: logs from Thursday 2026-01-01 to Tuesday 2026-01-27, every 7 days, 7 days of history: 12, 19, 26 January.
    """
    newest = last_day + DAY
    earliest = first_day + min_history_days * DAY
    to_grid = (MONDAY - earliest).days % step_days
    return [earliest + days * DAY for days in range(to_grid, (newest - earliest).days + 1, step_days)]


def on_grid(as_of: str, step_days: int) -> Column:
    """Whether the midnight lies on the grid of every `step_days`."""
    return F.pmod(F.unix_date(day_of(as_of)) - day_number(MONDAY), F.lit(step_days)) == 0


def midnight(day: str | Column) -> Column:
    """The timestamp at which the day (date) begins."""
    return F.timestamp_seconds(F.unix_date(day).cast("bigint") * SECONDS_PER_DAY)


def day_of(time: str) -> Column:
    """The day (date) of a timestamp; of a midnight, the day that begins with it."""
    return F.date_from_unix_date(F.floor(F.unix_seconds(time) / SECONDS_PER_DAY).cast("int"))


def day_of_ms(ms: Column) -> Column:
    """The day (date) of a time in ms since epoch."""
    return F.date_from_unix_date(F.floor(ms / MS_PER_DAY).cast("int"))


def at_midnights(days: Iterable[date]) -> str:
    """Whether `as_of` is the midnight of one of the days, in SQL."""
    literals = ", ".join(f"TIMESTAMP'{day}T00:00:00Z'" for day in days)
    return f"as_of IN ({literals})" if literals else "false"


def from_midnight(day: date) -> str:
    """Whether `as_of` is the midnight of the day or a later time, in SQL."""
    return f"as_of >= TIMESTAMP'{day}T00:00:00Z'"


def on_days(column: str, days: Iterable[date]) -> str:
    """Whether the date is one of the days, in SQL."""
    literals = ", ".join(f"DATE'{day}'" for day in days)
    return f"{column} IN ({literals})" if literals else "false"
