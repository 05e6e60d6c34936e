"""Activity tiles: what one user did on one day, UTC, in whole numbers and lists that add up over any days.

The parts of the day follow the clock where the user lives. The zone is that of the day's newest location that tells
one, else UTC.

A tile depends on its own events alone. So any single tile can be computed again. The functions work on Arrow tables and
without Spark: the batch computation and the online one run the same code.

Example: a session has a song at 23:50 on 1 May and one at 0:10 on 2 May. Both days get a tile with 1 song. Each tile
lists the session with its first and last event on that day.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from churn_spark.behavior.local_time import local_hours
from churn_spark.behavior.regions import of_each, region, time_zone
from churn_spark.clock import MS_PER_DAY

SESSION = "session_key"  # the column of silver.events that tells a user's sessions apart

EVENT_COLUMNS = (
    "user_id",
    "event_ms",
    "item_in_session",
    SESSION,
    "page",
    "status",
    "level",
    "registration_ms",
    "artist",
    "song",
    "length_ms",
    "gender",
    "location",
)
EVENT_ORDER = ("user_id", "event_ms", "item_in_session", "page", "song")

PAGES = {
    "songs": "NextSong",
    "thumbs_up": "Thumbs Up",
    "thumbs_down": "Thumbs Down",
    "playlist_adds": "Add to Playlist",
    "friend_adds": "Add Friend",
    "adverts": "Roll Advert",
    "errors": "Error",
    "help_visits": "Help",
    "settings_visits": "Settings",
    "logouts": "Logout",
    "upgrade_visits": "Upgrade",
    "downgrade_visits": "Downgrade",
    "upgrades": "Submit Upgrade",
    "downgrades": "Submit Downgrade",
    "cancellations": "Cancellation Confirmation",
}
DAY_PARTS = {"night_events": 0, "morning_events": 6, "afternoon_events": 12, "evening_events": 18}  # first of 6 hours
STATUSES = {"client_errors": 400, "server_errors": 500}  # first of 100 HTTP statuses


def tiles_of(events: pa.Table) -> pa.Table:
    """Rows of `gold.user_days`, in order of user and day, from silver events in EVENT_ORDER."""
    ms = numbers(events["event_ms"])
    day = ms // MS_PER_DAY
    starts = run_starts(events["user_id"], pa.chunked_array([day]))
    tile = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(ms)))

    def total(values: NDArray[np.integer | np.bool_]) -> NDArray[np.int64]:
        return np.add.reduceat(values, starts, dtype=np.int64)

    is_song = _equal(events["page"], "NextSong")
    zone = _newest_text(of_each(time_zone, events["location"]), starts)
    hour = local_hours(ms, zone.take(pa.array(tile)))
    status = numbers(events["status"])
    columns = {"user_id": events["user_id"].take(starts), "day": pa.array(day[starts].astype(np.int32), pa.date32())}
    columns["events"] = total(np.ones(len(ms), np.int64))
    columns |= {name: total(_equal(events["page"], page)) for name, page in PAGES.items()}
    columns["listening_ms"] = total(np.where(is_song, numbers(events["length_ms"]), 0))
    columns |= {name: total((hour >= begin) & (hour < begin + 6)) for name, begin in DAY_PARTS.items()}
    columns |= {name: total((status >= begin) & (status < begin + 100)) for name, begin in STATUSES.items()}
    columns["first_ms"], columns["last_ms"] = ms[starts], np.maximum.reduceat(ms, starts)
    columns["last_cancellation_ms"] = _latest(_equal(events["page"], "Cancellation Confirmation"), ms, starts)
    columns["last_paid_ms"] = _latest(_equal(events["level"], "paid"), ms, starts)
    columns["last_free_ms"] = _latest(_equal(events["level"], "free"), ms, starts)
    columns["last_song_ms"] = _latest(is_song, ms, starts)
    registered = pc.is_valid(events["registration_ms"]).to_numpy()
    columns["registration_ms"] = _latest(registered, numbers(events["registration_ms"]), starts)
    columns["gender"] = _newest_text(events["gender"].combine_chunks(), starts)
    columns["region"] = _newest_text(of_each(region, events["location"]), starts)
    columns["sessions"] = _sessions(events[SESSION], ms, tile, len(starts))
    columns["plays"] = _plays(events, is_song, starts)
    return pa.table(columns)


def numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """The column's whole numbers or dates (days since epoch); 0 where null."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    if column.null_count:
        column = pc.fill_null(column, 0)
    return column.to_numpy().astype(np.int64, copy=False)


def lists(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.StructArray]:
    """The offset of each row's list with the end of the last one, and the elements of all lists.

    Example: [a, b], [] and [c] give 0, 2, 2, 3 and a, b, c.
    """
    held = column.combine_chunks()
    offsets = held.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[:1], held.flatten()


def run_starts(*columns: pa.ChunkedArray) -> NDArray[np.int64]:
    """Indices at which a run of rows begins that are equal in all columns; for a, a, b, b, a they are 0, 2, 4."""
    new = np.zeros(len(columns[0]), bool)
    new[:1] = True
    for column in columns:
        new[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy()
    return np.flatnonzero(new)


def _equal(column: pa.ChunkedArray, value: str) -> NDArray[np.bool_]:
    return pc.fill_null(pc.equal(column, value), False).to_numpy()


def _latest(mask: NDArray[np.bool_], ms: NDArray[np.int64], starts: NDArray[np.int64]) -> pa.Array:
    """The highest `ms` of each tile among the rows of the mask, null without such a row."""
    latest = np.maximum.reduceat(np.where(mask, ms, -1), starts)
    return pa.array(latest, mask=latest < 0)


def _newest_text(values: pa.Array, starts: NDArray[np.int64]) -> pa.Array:
    """The last text of each tile in order of time, null without a text."""
    rows = np.arange(len(values))
    last = np.maximum.reduceat(np.where(pc.is_valid(values).to_numpy(zero_copy_only=False), rows, -1), starts)
    return values.take(pa.array(last, mask=last < 0))


def _sessions(keys: pa.ChunkedArray, ms: NDArray[np.int64], tile: NDArray[np.int64], tiles: int) -> pa.ListArray:
    """Each tile's sessions in order of time, with their first and last event of the day."""
    key = keys.cast(pa.string()).combine_chunks().dictionary_encode()
    in_day = tile * len(key.dictionary) + key.indices.to_numpy()
    _, first, session = np.unique(in_day, return_index=True, return_inverse=True)
    last_ms = np.zeros(len(first), np.int64)
    np.maximum.at(last_ms, session, ms)
    order = np.argsort(first)
    first = first[order]
    parts = pa.StructArray.from_arrays(
        [key.dictionary.take(key.indices.take(pa.array(first))), pa.array(ms[first]), pa.array(last_ms[order])],
        ["session", "first_ms", "last_ms"],
    )
    return pa.ListArray.from_arrays(np.searchsorted(tile[first], np.arange(tiles + 1)).astype(np.int32), parts)


def _plays(events: pa.Table, is_song: NDArray[np.bool_], starts: NDArray[np.int64]) -> pa.ListArray:
    """Each tile's songs played, in order of time."""
    played = events.select(["artist", "song"]).filter(pa.array(is_song)).combine_chunks()
    before = np.concatenate([[0], np.cumsum(is_song)])
    offsets = np.append(before[starts], before[-1]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, played.to_struct_array().combine_chunks())
