"""The `as_of` midnights, UTC, that features are computed for."""

from collections.abc import Iterable
from datetime import date, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.settings import FeatureSettings

MONDAY = date(1970, 1, 5)
DAY = timedelta(days=1)


def as_of_days(first_day: date, last_day: date, settings: FeatureSettings) -> list[date]:
    """Days whose midnight is an `as_of`, for logs from `first_day` to `last_day`, both inclusive.

    A grid of every `step_days` counted from a Monday, whatever day the logs begin with, so that later runs keep its
    days, from `min_history_days` after the first day on; and the day after the last, for which customers are scored.
    """
    newest = last_day + DAY
    earliest = first_day + settings.min_history_days * DAY
    to_grid = (MONDAY - earliest).days % settings.step_days
    on_grid = range(to_grid, (newest - earliest).days + 1, settings.step_days)
    return sorted({earliest + days * DAY for days in on_grid} | {newest})


def midnight(day: str | Column) -> Column:
    """The timestamp at which the day (date) begins, UTC, in a session of any time zone."""
    return F.timestamp_seconds(F.unix_date(day).cast("bigint") * 86_400)


def at_midnights(days: Iterable[date]) -> str:
    """Whether `as_of` is the midnight, UTC, of one of the days, in SQL and in a session of any time zone."""
    literals = ", ".join(f"TIMESTAMP'{day}T00:00:00Z'" for day in days)
    return f"as_of IN ({literals})" if literals else "false"


def day_of(as_of: str) -> Column:
    """The day (date) that begins at `as_of`, a midnight UTC, in a session of any time zone."""
    return F.date_from_unix_date((F.unix_seconds(as_of) / 86_400).cast("int"))
