"""What users did in windows of days before `as_of` midnights.

A sum over a window is the difference of two running sums. So its cost depends neither on the length of the window nor
on the number of `as_of` midnights.

Example: a user has tiles on 1, 3 and 7 May with 2, 5 and 1 songs. The running sums are 0, 2, 7 and 8. As of 8 May, a
window of 5 days reaches from 3 May to 7 May. Its first tile is 1 and its end 3, so its songs are 8 - 2 = 6.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from churn_spark.behavior.customers import gone
from churn_spark.behavior.decay import decay_steps, decayed_sums
from churn_spark.behavior.formulas import Values, ratio
from churn_spark.behavior.sessions import session_sums
from churn_spark.behavior.tiles import lists, numbers, run_starts
from churn_spark.clock import MS_PER_DAY

Ints = NDArray[np.int64]

SPAN = 1 << 20  # above any day number: user * SPAN + day orders tiles by user and day
WEEKDAYS = 7
THURSDAY = 3  # weekday of the epoch, Monday is 0


class Lookback:
    """The tiles of some users, in order of user and day, and the customers at each of `as_of_days` (since epoch).

    A customer has a tile before `as_of` and is not gone by then: see `customers.py`. `user_ids` and `as_of_days` say
    which user and midnight each value of a window belongs to.
    """

    def __init__(self, tiles: pa.Table, as_of_days: Sequence[int]) -> None:
        """Find the customers."""
        self._cache: dict[tuple[object, ...], Any] = {}
        self.tiles = tiles.combine_chunks()
        self.day = numbers(tiles["day"])
        begins = run_starts(tiles["user_id"])
        self.user = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(self.day)))
        users = np.repeat(np.arange(len(begins)), len(as_of_days))
        days = np.tile(np.asarray(as_of_days, np.int64), len(begins))
        ends = np.searchsorted(self.user * SPAN + self.day, users * SPAN + days)
        customers = np.flatnonzero(ends > begins[users])
        customers = customers[~gone(self.tiles)[ends[customers] - 1]]
        self.customer, self.as_of_days = users[customers], days[customers]
        self.begins, self.ends = begins[self.customer], ends[customers]
        self.user_ids = tiles["user_id"].take(self.begins)

    def window(self, days: int | None, skip: int = 0) -> "Window":
        """`days` days that end `skip` days before `as_of`; None: all days up to then."""
        return self._once(("window", days, skip), lambda: Window(self, days, skip))

    def column(self, name: str) -> Ints:
        """A number of each tile: one of its columns, or one that follows from them."""
        if name in self._derived:
            return self._derived[name]
        return self._numbers(name)

    def running(self, name: str) -> Ints:
        """Cumulative sums of the column over the tiles of all users: element i is the sum over the first i tiles.

        A sum over the tiles from `first` up to, not including, `end` is `running[end] - running[first]`.
        """
        return self._once(("running", name), lambda: np.concatenate([[0], np.cumsum(self.column(name))]))

    def decayed(self, name: str, half_life: float) -> Values:
        """Sum of the column over each customer's tiles before `as_of`, each times 0.5 ** (days before / half_life)."""
        steps = self._once(("steps", half_life), lambda: decay_steps(self.user, self.day, half_life))
        sums = self._once(("decayed", name, half_life), lambda: decayed_sums(self.column(name), steps))
        newest = self.ends - 1
        return sums[newest] * np.exp2((self.day[newest] - self.as_of_days) / half_life)

    def tile_at(self, days_ago: int | None) -> Ints:
        """Index of each customer's first tile from `days_ago` days before `as_of` on; None: of its very first tile."""
        if days_ago is None:
            return self.begins
        at = self.customer * SPAN + self.as_of_days - days_ago
        return np.searchsorted(self.user * SPAN + self.day, at)

    def newest(self, name: str) -> Values:
        """The column's value in the customer's newest tile where it is not null."""
        tile = np.maximum.accumulate(np.where(self._known(name), np.arange(len(self.day)), -1))[self.ends - 1]
        return np.where(tile >= self.begins, self._numbers(name)[tile], np.nan)

    def newest_level(self, name: str, levels: Sequence[str]) -> Values:
        """Place in `levels` of the text in the customer's newest tile that has one of them; NaN without any."""
        place = pc.index_in(self.tiles[name].cast(pa.string()), value_set=pa.array(levels, pa.string()))
        held = pc.is_valid(place).to_numpy()
        tile = np.maximum.accumulate(np.where(held, np.arange(len(self.day)), -1))[self.ends - 1]
        return np.where(tile >= self.begins, numbers(place)[tile], np.nan)

    def plays(self, field: str) -> tuple[Ints, Ints]:
        """Index of each tile's first play, and for each play a number that identifies its artist or song."""
        return self._first_play, self._codes[field]

    def _once(self, what: tuple[object, ...], compute: Callable[[], Any]) -> Any:
        if what not in self._cache:
            self._cache[what] = compute()
        return self._cache[what]

    def _numbers(self, name: str) -> Ints:
        return self._once(("numbers", name), lambda: numbers(self.tiles[name]))

    def _known(self, name: str) -> NDArray[np.bool_]:
        return pc.is_valid(self.tiles[name]).to_numpy()

    @cached_property
    def _derived(self) -> dict[str, Ints]:
        weekday = (self.day + THURSDAY) % WEEKDAYS
        events = self._numbers("events")
        days = {"days": np.ones(len(self.day), np.int64), "weekend_days": (weekday >= 5).astype(np.int64)}
        days["paid_days"] = self._known("last_paid_ms").astype(np.int64)
        return (
            days
            | {f"events_on_{n}": np.where(weekday == n, events, 0) for n in range(WEEKDAYS)}
            | session_sums(self.tiles, self.user)
        )

    @cached_property
    def _first_play(self) -> Ints:
        return lists(self.tiles["plays"])[0]

    @cached_property
    def _codes(self) -> dict[str, Ints]:
        _, plays = lists(self.tiles["plays"])
        artist, song = (plays.field(name).dictionary_encode("encode") for name in ("artist", "song"))
        artists = artist.indices.to_numpy().astype(np.int64)
        return {"artist": artists, "song": artists * len(song.dictionary) + song.indices.to_numpy()}


class Window:
    """The days of a lookback that reach from `days` before `as_of - skip` (None: the first) up to `as_of - skip`.

    Every method gives one value for each customer and `as_of` of the lookback.

    Example: as of 30 June, `last(7)` reaches from 23 to 29 June, and `last(7, 7)` from 16 to 22 June.
    """

    def __init__(self, lookback: Lookback, days: int | None, skip: int) -> None:
        """Find the first tile of the window, and the first tile after it."""
        self.lookback = lookback
        self.first = lookback.tile_at(None if days is None else days + skip)
        self.end = lookback.tile_at(skip)

    def last(self, days: int | None, skip: int = 0) -> "Window":
        """Another window on the same lookback: `days` days that end `skip` days before `as_of`."""
        return self.lookback.window(days, skip)

    def sum(self, column: str) -> Values:
        """Sum of the column over the window's tiles."""
        running = self.lookback.running(column)
        return (running[self.end] - running[self.first]).astype(np.float64)

    def decayed(self, column: str, half_life: float) -> Values:
        """Sum of the column over all days before `as_of`, whatever the window; a day `half_life` days back counts half.

        Example: 4 songs 14 days before `as_of` and 6 songs 7 days before it are 4 / 4 + 6 / 2 = 4 with half_life 7.
        """
        return self.lookback.decayed(column, half_life)

    def days_since(self, ms_column: str) -> Values:
        """Days from the newest time in the column to `as_of`, whatever the window.

        NaN where there is none, or where it lies after `as_of`, as only a wrong one does.
        """
        days = (self.lookback.as_of_days * MS_PER_DAY - self.lookback.newest(ms_column)) / MS_PER_DAY
        return np.where(days < 0, np.nan, days)

    def newest_level(self, column: str, levels: Sequence[str]) -> Values:
        """Place in `levels` of the newest text that is one of them, whatever the window; NaN where there is none."""
        return self.lookback.newest_level(column, levels)

    def days_since_any(self, column: str) -> Values:
        """Whole days from the newest day on which the column is above 0 to `as_of`; NaN where there is none."""
        days = self.lookback.day
        tile = np.maximum.accumulate(np.where(self.lookback.column(column) > 0, np.arange(len(days)), -1))
        newest = tile[self.lookback.ends - 1]
        return np.where(newest >= self.lookback.begins, self.lookback.as_of_days - days[newest], np.nan)

    def days_since_first(self) -> Values:
        """Whole days from the customer's first day with an event to `as_of`."""
        return (self.lookback.as_of_days - self.lookback.day[self.lookback.begins]).astype(np.float64)

    def distinct(self, field: str) -> Values:
        """Exact number of different artists or songs that were played."""
        customer, _ = self._times_played(field)
        return np.bincount(customer, minlength=len(self.first)).astype(np.float64)

    def entropy(self, field: str) -> Values:
        """Shannon entropy of the plays over artists or songs, in bits; NaN without a play."""
        customer, times = self._times_played(field)
        order = np.lexsort([times, customer])  # the same sum to the last bit, whoever else is in the batch
        customer, times = customer[order], times[order]
        plays = np.bincount(customer, times, minlength=len(self.first)).astype(np.float64)
        weighted = np.bincount(customer, times * np.log2(times), minlength=len(self.first)).astype(np.float64)
        # H = log2(N) - sum(n * log2(n)) / N; rounding may leave it just below 0
        return np.maximum(np.log2(plays, where=plays > 0, out=np.full(len(plays), np.nan)) - ratio(weighted, plays), 0)

    def _times_played(self, field: str) -> tuple[Ints, Ints]:
        """For each customer (its place) and each artist or song of the window: how often it was played."""
        first_play, codes = self.lookback.plays(field)
        lengths = first_play[self.end] - first_play[self.first]
        customer = np.repeat(np.arange(len(lengths)), lengths)
        shift = np.repeat(first_play[self.first] - (np.cumsum(lengths) - lengths), lengths)
        codes_of_all = codes.max(initial=0) + 1
        pairs, times = np.unique(customer * codes_of_all + codes[np.arange(len(shift)) + shift], return_counts=True)
        return pairs // codes_of_all, times
