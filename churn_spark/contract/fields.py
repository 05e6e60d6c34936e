"""The fields of a log line, and the values that some of them are expected to have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Field:
    """A field of a log line. A line must have it if it is `required`.

    - `text`: text, or a number as its digits.
    - `id`: the same, but neither true nor false.
    - `ms`: a time in ms since epoch, or ISO 8601 text.
    - `bigint`, `int`: a whole number of 64 or 32 bits, also as text.
    - `double`: a number, also as text.
    """

    name: str
    type: Literal["text", "id", "ms", "bigint", "int", "double"]
    required: bool = False


FIELDS = (
    Field("ts", "ms", required=True),
    Field("sessionId", "bigint", required=True),
    Field("itemInSession", "int", required=True),
    Field("page", "text", required=True),
    Field("auth", "text", required=True),
    Field("method", "text"),
    Field("status", "int"),
    Field("level", "text"),
    Field("userId", "id"),
    Field("registration", "ms"),
    Field("gender", "text"),
    Field("firstName", "text"),
    Field("lastName", "text"),
    Field("location", "text"),
    Field("userAgent", "text"),
    Field("artist", "text"),
    Field("song", "text"),
    Field("length", "double"),
    Field("appVersion", "text"),  # under the name that ingest.version_field gives it
)
NAMES = [field.name for field in FIELDS]

# The values that these fields are expected to have. Another value is kept and reported.
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "page": (
        "NextSong", "Home", "Thumbs Up", "Thumbs Down", "Add to Playlist", "Add Friend", "Roll Advert", "Error", "Help",
        "About", "Settings", "Save Settings", "Login", "Logout", "Upgrade", "Submit Upgrade", "Downgrade",
        "Submit Downgrade", "Cancel", "Cancellation Confirmation", "Register", "Submit Registration",
    ),
    "auth": ("Logged In", "Logged Out", "Guest", "Cancelled"),
    "level": ("free", "paid"),
    "method": ("GET", "PUT"),
}  # fmt: skip
