"""What a line is after reading: its typed fields, and what does not fit into them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from churn_spark.clock import MS_PER_DAY, midnight_ms

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_REGISTRATION_MS = midnight_ms(date(2000, 1, 1))  # no streaming service is older
_DATE = re.compile(r"\s*\d{4}-\d{2}-\d{2}")
BLANK = "blank"  # the reason of a line without a character; such lines count as no lines


@dataclass(frozen=True)
class Line:
    """The values by field; a field without a value is left out.

    - `reason`: why the line breaks the contract; None: it keeps it.
    - `text`: the line as text, if it breaks the contract.
    - `rescued`: a JSON object of the fields that the contract does not declare or that have another type.
    - `strange`: what is odd about the line as a whole, for example `line=not UTF-8`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    text: str | None = None
    rescued: str | None = None
    strange: str | None = None


def plausible_registration(registration: int, ts: int) -> bool:
    """Whether a user can have registered then: from 2000 on, and not later than a day after the event.

    Both are ms since epoch. A time in seconds or microseconds, or of a clock that is wrong, is not plausible.
    """
    return FIRST_REGISTRATION_MS <= registration <= ts + MS_PER_DAY


def iso_ms(text: str) -> int | None:
    """ISO 8601 text as ms since epoch, UTC if it names no zone; None if it is no such text.

    Example: `2018-11-01 04:53:18.796+01:00` is 1541044398796.
    """
    if not _DATE.match(text):
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
