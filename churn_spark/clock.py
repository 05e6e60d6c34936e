"""Time in milliseconds since the epoch, UTC, as events have it."""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR


def midnight_ms(day: date) -> int:
    """The moment at which the day begins."""
    return (day - EPOCH).days * MS_PER_DAY


def day_at(ms: int) -> date:
    """The day of that moment."""
    return EPOCH + timedelta(days=ms // MS_PER_DAY)
