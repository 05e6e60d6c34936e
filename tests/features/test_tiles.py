"""Activity tiles."""

from datetime import date

from pyspark.sql import SparkSession

from churn_spark.features.tiles import user_days
from tests.features.events import ms, silver


def test_a_tile_sums_one_users_day(spark: SparkSession) -> None:
    events = silver(
        spark,
        ("ann", "2026-01-05", 9, 1, "NextSong"),
        ("ann", "2026-01-05", 19, 1, "NextSong"),
        ("ann", "2026-01-05", 20, 2, "Thumbs Up"),
        ("bob", "2026-01-05", 20, 1, "Error"),
        (None, "2026-01-05", 20, 3, "Home"),
    )
    tiles = {row.user_id: row for row in user_days(events).collect()}
    assert tiles.keys() == {"ann", "bob"}
    ann = tiles["ann"]
    assert (ann.day, ann.events, ann.sessions, ann.songs, ann.listening_ms) == (
        date(2026, 1, 5),
        3,
        2,
        2,
        400_000,
    )
    assert (ann.thumbs_up, ann.errors, ann.evening_events) == (1, 0, 2)
    assert (ann.first_ms, ann.last_ms) == (ms("2026-01-05", 9), ms("2026-01-05", 20))
    assert (ann.last_page, ann.last_level, ann.registration_ms) == ("Thumbs Up", "paid", ms("2026-01-01", 0))


def test_a_session_over_midnight_counts_on_its_first_day(spark: SparkSession) -> None:
    events = silver(spark, ("ann", "2026-01-05", 23, 1, "Home"), ("ann", "2026-01-06", 1, 1, "Home"))
    sessions = {row.day.day: row.sessions for row in user_days(events).collect()}
    assert sessions == {5: 1, 6: 0}
