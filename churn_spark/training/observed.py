"""What simulated logs show of each customer, day by day, as arrays for the particle filter of `ceiling.py`."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from churn_spark.behavior.sessions import session_sums
from churn_spark.behavior.tiles import numbers, run_starts
from churn_spark.clock import MS_PER_DAY, day_number

Counts = NDArray[np.float64]  # one row per day, one column per customer

PAGES = ("songs", "errors", "adverts", "thumbs_down", "thumbs_up", "playlist_adds", "friend_adds", "help_visits",
         "settings_visits", "upgrade_visits", "downgrade_visits", "upgrades", "downgrades")  # fmt: skip
TILE_COLUMNS = ("user_id", "day", "sessions", *PAGES, "last_paid_ms", "last_free_ms", "registration_ms")


class Observed(NamedTuple):
    """What the logs show, from their first day up to the day before `as_of`.

    - `counts`: by column of `PAGES`, and `sessions`: those that begin on the day.
    - `paid`: the level at the start of each day; a day without an event has the level of the last day with one.
    - `joined_on`: the day of registration, where 0 is the first day of the logs; -180 where no log tells it.
    """

    first_day: date
    counts: dict[str, Counts]
    paid: NDArray[np.bool_]
    joined_on: NDArray[np.int64]

    def of(self, customers: slice | NDArray[np.int64]) -> "Observed":
        """The same of some of the customers."""
        counts = {name: of_days[:, customers] for name, of_days in self.counts.items()}
        return Observed(self.first_day, counts, self.paid[:, customers], self.joined_on[customers])


def observed(tiles: pa.Table, customers: Sequence[str], first_day: date, as_of: date) -> Observed:
    """What the tiles of these customers show of the days before `as_of`.

    `tiles`: TILE_COLUMNS of `gold.user_days`, in any order. Tiles of other users or from other days do not count.
    """
    tiles = tiles.sort_by([("user_id", "ascending"), ("day", "ascending")])
    first, days = day_number(first_day), day_number(as_of) - day_number(first_day)
    place = pc.index_in(tiles["user_id"], value_set=pa.array(customers)).combine_chunks()
    day = numbers(tiles["day"]) - first
    kept = pc.is_valid(place).to_numpy(zero_copy_only=False) & (day >= 0) & (day < days)
    tiles, day, customer = tiles.filter(pa.array(kept)), day[kept], numbers(place)[kept]
    shape = (days, len(customers))

    def dense(values: NDArray[np.int64 | np.bool_]) -> Counts:
        grid = np.zeros(shape)
        grid[day, customer] = values
        return grid

    begins = run_starts(tiles["user_id"])
    user = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(day)))
    counts = {name: dense(numbers(tiles[name])) for name in PAGES}
    counts["sessions"] = dense(session_sums(tiles, user)["sessions"])
    ends_paid = dense(numbers(tiles["last_paid_ms"]) >= numbers(tiles["last_free_ms"])) > 0
    joined_on = np.full(len(customers), -180)
    registered = pc.is_valid(tiles["registration_ms"]).to_numpy()
    joined_on[customer[registered]] = numbers(tiles["registration_ms"])[registered] // MS_PER_DAY - first
    seen = dense(np.ones(len(day), np.int64)) > 0
    return Observed(first_day, counts, _paid(seen, ends_paid, counts["upgrades"], counts["downgrades"]), joined_on)


def _paid(
    seen: NDArray[np.bool_], ends_paid: NDArray[np.bool_], upgrades: Counts, downgrades: Counts
) -> NDArray[np.bool_]:
    """The level at the start of each day: the one before an upgrade or downgrade on the day itself.

    Example: a customer downgrades on day 3 and is seen again on day 5. Day 3 is paid, and days 4 and 5 are free.
    """
    starts_paid = np.where(upgrades > 0, False, np.where(downgrades > 0, True, ends_paid))
    last_seen = np.maximum.accumulate(np.where(seen, np.arange(len(seen))[:, None], -1))
    before = np.vstack([np.full(seen.shape[1], -1), last_seen[:-1]])
    first_seen = np.argmax(seen, axis=0)
    customer = np.arange(seen.shape[1])
    carried = np.where(before >= 0, ends_paid[before, customer], starts_paid[first_seen, customer])
    return np.where(seen, starts_paid, carried)
