"""Time as in events, in milliseconds since the epoch, and days, UTC."""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR


def day_number(day: date) -> int:
    """Days from the epoch to the day, for example 1 for 1970-01-02."""
    return (day - EPOCH).days


def midnight_ms(day: date) -> int:
    """The time at which the day begins, ms since epoch."""
    return day_number(day) * MS_PER_DAY


def day_at(ms: int) -> date:
    """The day of a time in ms since epoch."""
    return EPOCH + timedelta(days=ms // MS_PER_DAY)
