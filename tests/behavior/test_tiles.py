"""Activity tiles."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from churn_spark.behavior.tiles import tiles_of
from churn_spark.features.batch import user_days
from tests.rows import Event, arrow, event, ms, silver

events = st.lists(
    st.builds(
        lambda user, day, hour, session, what: event(user, f"2026-01-{day:02} {hour:02}:00", session, **what),
        st.sampled_from(["ann", "bob"]), st.integers(5, 7), st.integers(0, 23), st.integers(1, 3),
        st.sampled_from([{"song": "a/x"}, {"song": "b/y"}, {"page": "Thumbs Up"}, {"page": "Error"}, {}]),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


def test_a_tile_sums_one_users_day() -> None:
    tiles = tiles_of(
        arrow(
            event("ann", "2026-01-05 09:00", 1, "NextSong"),
            event("ann", "2026-01-05 19:00", 1, "NextSong"),
            event("ann", "2026-01-05 20:00", 2, "Thumbs Up"),
            event("ann", "2026-01-06 03:00", 2, "Error"),
            event("bob", "2026-01-05 20:00", 1, "Cancellation Confirmation"),
        )
    ).to_pylist()
    assert [(tile["user_id"], tile["day"].day) for tile in tiles] == [("ann", 5), ("ann", 6), ("bob", 5)]
    first = tiles[0]
    assert (first["events"], first["songs"], first["listening_ms"], first["thumbs_up"]) == (3, 2, 400_000, 1)
    assert (first["night_events"], first["afternoon_events"]) == (1, 2)  # in Buffalo, five hours behind UTC
    assert (first["first_ms"], first["last_ms"]) == (ms("2026-01-05 09:00"), ms("2026-01-05 20:00"))
    assert (first["last_paid_ms"], first["last_free_ms"]) == (ms("2026-01-05 20:00"), None)
    assert (first["last_song_ms"], first["registration_ms"]) == (ms("2026-01-05 19:00"), ms("2026-01-01 00:00"))
    assert [tile["client_errors"] for tile in tiles] == [0, 1, 0]
    assert [tile["last_cancellation_ms"] for tile in tiles] == [None, None, ms("2026-01-05 20:00")]


def test_a_tile_lists_its_sessions_and_songs_in_order_of_time() -> None:
    [tile] = tiles_of(
        arrow(
            event("ann", "2026-01-05 20:00", 7, song="a/x"),
            event("ann", "2026-01-05 09:00", 8, song="b/y"),
            event("ann", "2026-01-05 10:00", 8),
        )
    ).to_pylist()
    assert [(part["session"], part["first_ms"], part["last_ms"]) for part in tile["sessions"]] == [
        ("8", ms("2026-01-05 09:00"), ms("2026-01-05 10:00")),
        ("7", ms("2026-01-05 20:00"), ms("2026-01-05 20:00")),
    ]
    assert tile["plays"] == [{"artist": "b", "song": "y"}, {"artist": "a", "song": "x"}]


def test_events_without_a_user_belong_to_no_tile(spark: SparkSession) -> None:
    tiles = user_days(silver(spark, event(None, "2026-01-05 20:00", 3), event("ann", "2026-01-05 20:00", 3)))
    assert [(row.user_id, row.events) for row in tiles.collect()] == [("ann", 1)]


@given(first=events, later=events)
def test_tiles_of_changed_days_are_those_of_a_full_build(first: list[Event], later: list[Event]) -> None:
    changed = {(row["user_id"], row["event_date"]) for row in later}
    kept = [tile for tile in tiles_of(arrow(*first)).to_pylist() if user_and_day(tile) not in changed]
    rows = [row for row in first + later if (row["user_id"], row["event_date"]) in changed]
    anew = tiles_of(arrow(*rows)).to_pylist()
    assert sorted(kept + anew, key=user_and_day) == tiles_of(arrow(*first, *later)).to_pylist()


def user_and_day(tile: dict[str, Any]) -> tuple[str, date]:
    return tile["user_id"], tile["day"]


@pytest.mark.parametrize("user", ["ann", "bob"])
def test_a_tile_does_not_depend_on_other_users_and_days(user: str) -> None:
    alone = {"ann": event("ann", "2026-01-06 01:00", song="a/x"), "bob": event("bob", "2026-01-06 01:00")}
    tiles = tiles_of(arrow(event("ann", "2026-01-05 23:00", song="a/x"), *alone.values())).to_pylist()
    [tile] = [tile for tile in tiles if user_and_day(tile) == (user, date(2026, 1, 6))]
    assert tile == tiles_of(arrow(alone[user])).to_pylist()[0]
