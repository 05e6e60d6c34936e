"""Activity tiles."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from churn_spark.behavior.tiles import tiles_of
from churn_spark.features.batch import user_days
from tests.features.events import Event, arrow, ms, silver

DAYS = ["2026-01-05", "2026-01-06", "2026-01-07"]
events = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]), st.sampled_from(DAYS), st.integers(0, 23), st.integers(1, 3),
        st.sampled_from(["NextSong a/x", "NextSong b/y", "Thumbs Up", "Error", "Home"]),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


def test_a_tile_sums_one_users_day() -> None:
    tiles = tiles_of(
        arrow(
            ("ann", "2026-01-05", 9, 1, "NextSong"),
            ("ann", "2026-01-05", 19, 1, "NextSong"),
            ("ann", "2026-01-05", 20, 2, "Thumbs Up"),
            ("ann", "2026-01-06", 3, 2, "Error"),
            ("bob", "2026-01-05", 20, 1, "Cancellation Confirmation"),
        )
    ).to_pylist()
    assert [(tile["user_id"], tile["day"].day) for tile in tiles] == [("ann", 5), ("ann", 6), ("bob", 5)]
    first = tiles[0]
    assert (first["events"], first["songs"], first["listening_ms"], first["thumbs_up"]) == (3, 2, 400_000, 1)
    assert (first["morning_events"], first["evening_events"]) == (1, 2)
    assert (first["first_ms"], first["last_ms"]) == (ms("2026-01-05", 9), ms("2026-01-05", 20))
    assert (first["last_paid_ms"], first["last_free_ms"]) == (ms("2026-01-05", 20), None)
    assert (first["last_song_ms"], first["registration_ms"]) == (ms("2026-01-05", 19), ms("2026-01-01", 0))
    assert [tile["client_errors"] for tile in tiles] == [0, 1, 0]
    assert [tile["last_cancellation_ms"] for tile in tiles] == [None, None, ms("2026-01-05", 20)]


def test_a_tile_lists_its_sessions_and_songs_in_order_of_time() -> None:
    [tile] = tiles_of(
        arrow(
            ("ann", "2026-01-05", 20, 7, "NextSong a/x"),
            ("ann", "2026-01-05", 9, 8, "NextSong b/y"),
            ("ann", "2026-01-05", 10, 8, "Home"),
        )
    ).to_pylist()
    assert [(part["session"], part["first_ms"], part["last_ms"]) for part in tile["sessions"]] == [
        ("8", ms("2026-01-05", 9), ms("2026-01-05", 10)),
        ("7", ms("2026-01-05", 20), ms("2026-01-05", 20)),
    ]
    assert tile["plays"] == [{"artist": "b", "song": "y"}, {"artist": "a", "song": "x"}]


def test_events_without_a_user_belong_to_no_tile(spark: SparkSession) -> None:
    tiles = user_days(silver(spark, (None, "2026-01-05", 20, 3, "Home"), ("ann", "2026-01-05", 20, 3, "Home")))
    assert [(row.user_id, row.events) for row in tiles.collect()] == [("ann", 1)]


@given(first=events, later=events)
def test_tiles_of_changed_days_are_those_of_a_full_build(first: list[Event], later: list[Event]) -> None:
    changed = {event[:2] for event in later}
    kept = [tile for tile in tiles_of(arrow(*first)).to_pylist() if user_and_day(tile) not in changed]
    anew = tiles_of(arrow(*[event for event in first + later if event[:2] in changed])).to_pylist()
    assert sorted(kept + anew, key=user_and_day) == tiles_of(arrow(*first, *later)).to_pylist()


def user_and_day(tile: dict[str, Any]) -> tuple[str, str]:
    return tile["user_id"], tile["day"].isoformat()


@pytest.mark.parametrize("user", ["ann", "bob"])
def test_a_tile_does_not_depend_on_other_users_and_days(user: str) -> None:
    table = arrow(
        ("ann", "2026-01-05", 23, 1, "NextSong a/x"),
        ("ann", "2026-01-06", 1, 1, "NextSong a/x"),
        ("bob", "2026-01-06", 1, 1, "Home"),
    )
    alone = arrow((user, "2026-01-06", 1, 1, "Home" if user == "bob" else "NextSong a/x"))
    [tile] = [
        tile for tile in tiles_of(table).to_pylist() if (tile["user_id"], tile["day"]) == (user, date(2026, 1, 6))
    ]
    assert tile == tiles_of(alone).to_pylist()[0]
