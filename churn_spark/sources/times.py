"""Times of a source, as points in time: text, dates, and timestamps with and without a zone."""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, TimestampType

DATE = r"(\d{4}-\d{1,2}-\d{1,2})"
CLOCK = r"(\d{1,2}:\d{2})(:\d{2}(?:\.\d+)?)?"
OFFSET = r"[+-]\d{1,2}(?::?\d{2})?"
ZONE = rf"(Z|UTC|GMT|(?:UTC|GMT)?{OFFSET}|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+)"
TIME = rf"^{DATE}(?:[T ] *{CLOCK} *{ZONE}?|(Z|[+-]\d{{2}}:\d{{2}}))?$"
EARLIEST, LATEST = "0001-01-01 00:00:00 UTC", "9999-12-31 23:59:59.999999 UTC"


def instant(raw: Column, given: DataType, time_zone: str) -> Column:
    """The point in time, whatever the session's time zone; null if the value is no time.

    Text is a date, or a date and a clock time, either with a zone behind it. Without a zone it is in `time_zone`.

    Examples: "2026-01-18 20:00:00-05" is 01:00 UTC on the next day. "20260118" and "20:00 CET" are no times: the one
    is a number, and the other has an abbreviation that more than one zone has.
    """
    if given == TimestampType():
        return F.when(raw.between(F.lit(EARLIEST).cast("timestamp"), F.lit(LATEST).cast("timestamp")), raw)
    text = F.trim(raw.cast("string"))
    day, clock, seconds, zone, zone_of_day = (F.regexp_extract(text, TIME, group) for group in range(1, 6))
    whole = F.concat(day, F.lit(" "), _or(clock, "00:00"), _or(seconds, ":00"), F.lit(" "))
    with_zone = F.concat(whole, _or(F.concat(zone, zone_of_day), time_zone))
    return F.when(day != "", with_zone.try_cast("timestamp"))  # without a day, Spark would take today


def cure(text: Column, expression: str) -> Column:
    """What to do about a text that is no time, where `expression` is the SQL that gave it."""
    written = "write an SQL expression for it, such as "
    return (
        F.when(text.rlike(r"^[+-]?(?i:inf)"), F.lit(f"{written}nullif({expression}, 'infinity')"))
        .when(text.rlike(r"^\d{8}(\.0)?$"), F.lit(f"{written}to_date({expression}, 'yyyyMMdd')"))
        .when(text.rlike(r"^\d{10}(\.\d+)?$"), F.lit(f"{written}timestamp_seconds({expression})"))
        .when(text.rlike(r"^\d{13}$"), F.lit(f"{written}timestamp_millis(bigint({expression}))"))
        .when(text.rlike(r" (?i:bc)$"), F.lit("correct it at the source"))
        .when(text.rlike(r"\d:\d\d.*[A-Za-z]$"), F.lit("name the zone as +01:00 or Europe/Berlin"))
        .otherwise(F.lit(f"{written}to_timestamp({expression}, 'dd.MM.yyyy HH:mm')"))
    )


def _or(text: Column, instead: str) -> Column:
    return F.when(text == "", F.lit(instead)).otherwise(text)
