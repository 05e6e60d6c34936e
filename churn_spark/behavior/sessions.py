"""The sessions of tiles, as sums that add up over days."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from churn_spark.behavior.tiles import lists, numbers

Ints = NDArray[np.int64]


def session_sums(tiles: pa.Table, user: Ints) -> dict[str, Ints]:
    """Per tile: sessions begun, their seconds and the squares, and the intervals between starts.

    `user` is a number for the user of each tile; the tiles are in order of user and day.

    A session that goes on after midnight counts on the day on which it begins. Each day counts the seconds that it
    adds to the session's length.

    Example: a session has events from 23:50 to 23:58 and from 0:01 to 0:20. The first day counts 1 session and
    480 seconds, the second day 0 sessions and 1320 seconds.
    """
    offsets, parts = lists(tiles["sessions"])
    tile = np.repeat(np.arange(len(user)), np.diff(offsets))
    first_ms, last_ms = numbers(parts.field("first_ms")), numbers(parts.field("last_ms"))
    key = parts.field("session").dictionary_encode().indices.to_numpy()
    order = np.lexsort([tile, key, user[tile]])
    is_start = np.ones(len(order), bool)
    is_start[1:] = (np.diff(user[tile[order]]) != 0) | (np.diff(key[order]) != 0)
    start_ms = first_ms[order][np.maximum.accumulate(np.where(is_start, np.arange(len(order)), 0))]
    seconds = (last_ms[order] - start_ms) // 1000
    before = np.where(is_start, 0, np.roll(seconds, 1))

    starts = np.sort(order[is_start])
    starts = starts[np.lexsort([first_ms[starts], user[tile[starts]]])]
    again = user[tile[starts]] == np.roll(user[tile[starts]], 1)
    again[:1] = False
    interval = np.where(again, first_ms[starts] - np.roll(first_ms[starts], 1), 0) // 1000

    def per_tile(tiles: Ints, amounts: Ints) -> Ints:
        sums = np.zeros(len(user), np.int64)
        np.add.at(sums, tiles, amounts)
        return sums

    return {
        "sessions": per_tile(tile[order], is_start.astype(np.int64)),
        "session_seconds": per_tile(tile[order], seconds - before),
        "session_seconds_squared": per_tile(tile[order], seconds**2 - before**2),
        "intervals": per_tile(tile[starts], again.astype(np.int64)),
        "interval_seconds": per_tile(tile[starts], interval),
        "interval_seconds_squared": per_tile(tile[starts], interval**2),
    }
