"""The calendar of the simulated service: holidays of the United States, and its own promotions."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from churn_spark.clock import DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p

CALENDAR = "day date, kind string, name string, region string"
MONDAY, THURSDAY = 0, 3
FIXED = (("New Year's Day", 1, 1), ("Juneteenth", 6, 19), ("Independence Day", 7, 4), ("Christmas Day", 12, 25))
FLOATING = (  # name, month, weekday, which of the month, region
    ("Martin Luther King Day", 1, MONDAY, 3, None),
    ("Presidents' Day", 2, MONDAY, 3, None),
    ("Patriots' Day", 4, MONDAY, 3, "Northeast"),
    ("Labor Day", 9, MONDAY, 1, None),
    ("Thanksgiving", 11, THURSDAY, 4, None),
)


def calendar(settings: SimulateSettings) -> pa.RecordBatch:
    """CALENDAR rows in order of days, from CALENDAR_DAYS before the first simulated day to as long after the last."""
    first = settings.start - p.CALENDAR_DAYS * DAY
    last = settings.start + (settings.days - 1 + p.CALENDAR_DAYS) * DAY
    rows = [
        (day, "holiday", name, region)
        for year in range(first.year, last.year + 1)
        for day, name, region in _holidays(year)
        if first <= day <= last
    ]
    days = promotion_days(settings)
    rows += [(settings.start + timedelta(int(day)), "promotion", "Half price", None) for day in days]
    columns = zip(*sorted(rows, key=lambda row: row[:3]), strict=True)
    return pa.RecordBatch.from_pydict(dict(zip(("day", "kind", "name", "region"), columns, strict=True)))


def promotion_days(settings: SimulateSettings) -> np.ndarray:
    """The days of promotions, counted from the first simulated day: PROMOTION_DAYS in every PROMOTION_EVERY days."""
    offset = int(np.random.default_rng([settings.seed, *b"promotions"]).integers(p.PROMOTION_EVERY))
    days = np.arange(-p.CALENDAR_DAYS, settings.days + p.CALENDAR_DAYS)
    return days[(days - offset) % p.PROMOTION_EVERY < p.PROMOTION_DAYS]


def _holidays(year: int) -> Iterator[tuple[date, str, str | None]]:
    for name, month, day in FIXED:
        yield date(year, month, day), name, None
    for name, month, weekday, nth, region in FLOATING:
        first = date(year, month, 1)
        yield first + ((weekday - first.weekday()) % 7 + 7 * (nth - 1)) * DAY, name, region
