"""What a customer did lately: older days count less and less, so that nothing drops out at the edge of a window."""

from collections.abc import Callable

import numpy as np

from churn_spark.behavior.decay import decayed_days
from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import Values
from churn_spark.behavior.lookback import Window

HALF_LIVES = (3, 7, 14, 30)  # days
COUNTS = {  # column of a tile: what is counted, unit
    "sessions": ("Sessions begun", "sessions"),
    "songs": ("Songs played", "songs"),
    "errors": ("Error pages", "pages"),
    "adverts": ("Adverts met", "adverts"),
    "thumbs_down": ("Thumbs down", "thumbs"),
    "thumbs_up": ("Thumbs up", "thumbs"),
    "playlist_adds": ("Songs added to a playlist", "songs"),
    "friend_adds": ("Friends added", "friends"),
    "help_visits": ("Help pages", "pages"),
    "settings_visits": ("Settings pages", "pages"),
    "downgrade_visits": ("Downgrade pages seen", "pages"),
    "upgrade_visits": ("Upgrade pages seen", "pages"),
}
PER_DAY = ("sessions", "songs")
PER_SONG = ("errors", "adverts", "thumbs_down", "thumbs_up")
RATE_HALF_LIVES = (7, 14, 30)
SONGS_ADDED = 5  # to the songs played, so that a rate over a few songs stays near 0


def _decayed(column: str, half_life: int) -> Callable[[Window], Values]:
    return lambda w: w.decayed(column, half_life)


def _per_100_songs(column: str, half_life: int) -> Callable[[Window], Values]:
    return lambda w: 100 * w.decayed(column, half_life) / (w.decayed("songs", half_life) + SONGS_ADDED)


def _per_day(column: str, half_life: int) -> Callable[[Window], Values]:
    return lambda w: w.decayed(column, half_life) / decayed_days(_days_known(w), half_life)


def _active_share(half_life: int) -> Callable[[Window], Values]:
    return lambda w: np.minimum(_per_day("days", half_life)(w), 1)  # rounding may leave it just above 1


def _days_known(w: Window) -> Values:
    """Whole days since registration, or since the first event if that is earlier or the registration is unknown."""
    return np.fmax(np.floor(w.days_since("registration_ms")), w.days_since_first())


FEATURES = (
    *(Feature(f"{column}_decayed_{half_life}", "amount", unit,
              f"{meaning}, each times 0.5 ** (days before `as_of` / {half_life})",
              _decayed(column, half_life), since="v1.3")
      for column, (meaning, unit) in COUNTS.items() for half_life in HALF_LIVES),
    *(Feature(f"{column}_per_100_songs_decayed_{half_life}", "amount", f"{COUNTS[column][1]} per 100 songs",
              f"{COUNTS[column][0]} per 100 songs, {SONGS_ADDED} songs added; both times 0.5 ** (days before `as_of` / "
              f"{half_life})",
              _per_100_songs(column, half_life), since="v1.3")
      for column in PER_SONG for half_life in RATE_HALF_LIVES),
    *(Feature(f"{column}_per_day_decayed_{half_life}", "amount", f"{COUNTS[column][1]} per day",
              f"{COUNTS[column][0]} per day since registration or the first event; both times 0.5 ** (days before "
              f"`as_of` / {half_life})",
              _per_day(column, half_life), since="v1.3")
      for column in PER_DAY for half_life in RATE_HALF_LIVES),
    *(Feature(f"active_share_decayed_{half_life}", "share", "share of days",
              f"Days with an event among those since registration or the first event; both times 0.5 ** (days before "
              f"`as_of` / {half_life})",
              _active_share(half_life), maximum=1, since="v1.3")
      for half_life in RATE_HALF_LIVES),
)  # fmt: skip
