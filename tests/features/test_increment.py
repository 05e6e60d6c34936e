"""Tiles and behavior features, brought up to a silver that has changed."""

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.features.stage import features, update_behavior, update_user_days, with_those_made
from churn_spark.features.tables import BEHAVIOR, PERCENTILES, USER_DAYS
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL, lake_at
from tests.rows import Event, assert_rows, event, silver

FIRST = [
    event("ann", "2026-01-05 09:00", 1, song="a/x"),
    event("bob", "2026-01-06 09:00", 2),
    event("ann", "2026-01-12 09:00", 3, song="b/y"),
]
CHANGED = [event("bob", "2026-01-13 10:00", 4, "Thumbs Up"), event("cid", "2026-01-15 10:00", 5)]
GRID = [date(2026, 1, 8), date(2026, 1, 13)]
NEWEST = [date(2026, 1, 14)]
LATER = [date(2026, 1, 16)]
SETTINGS = load_settings(LOCAL)


def publish(lake: Lake, spark: SparkSession, events: list[Event], days: list[str] | None) -> None:
    literals = ", ".join(f"DATE'{day}'" for day in days or [])
    where = f"event_date IN ({literals})" if days else "true"
    changed = [date.fromisoformat(day) for day in days] if days else None
    lake.replace(SILVER_EVENTS, silver(spark, *events).where(where), where, {"bronze.events": 1}, changed)


@pytest.fixture(scope="module")
def grown(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake in which two days came after the first build, one of them late."""
    lake = lake_at(spark, tmp_path_factory.mktemp("grown"))
    publish(lake, spark, FIRST, None)
    update_user_days(lake)
    update_behavior(lake, [*GRID, *NEWEST], SETTINGS)
    publish(lake, spark, [*FIRST, *CHANGED], ["2026-01-13", "2026-01-15"])
    update_user_days(lake)
    update_behavior(lake, [*GRID, *LATER], SETTINGS)
    return lake


def test_the_result_is_that_of_a_full_build(grown: Lake, spark: SparkSession, tmp_path: Path) -> None:
    whole = lake_at(spark, tmp_path / "lake")
    publish(whole, spark, [*FIRST, *CHANGED], None)
    update_user_days(whole)
    update_behavior(whole, [*GRID, *LATER], SETTINGS)
    for table in (USER_DAYS, BEHAVIOR):
        assert_rows(grown.read(table), whole.read(table))
    bounds = [lake.read(PERCENTILES).select("as_of", F.explode("percentiles")) for lake in (grown, whole)]
    assert_rows(*bounds)


def test_midnights_before_the_change_are_left_as_they_are(grown: Lake) -> None:
    changes = grown.changes(BEHAVIOR, grown.version(BEHAVIOR) - 1, grown.version(BEHAVIOR))
    assert {row.as_of.day for row in changes.select("as_of").distinct().collect()} == {14, 16}


def test_nothing_is_written_where_nothing_changed(grown: Lake) -> None:
    before = grown.version(USER_DAYS), grown.version(BEHAVIOR)
    update_user_days(grown)
    update_behavior(grown, [*GRID, *LATER], SETTINGS)
    assert (grown.version(USER_DAYS), grown.version(BEHAVIOR)) == before


def test_an_as_of_that_was_made_is_kept_off_the_grid_too(grown: Lake) -> None:
    assert with_those_made(grown, BEHAVIOR, [date(2026, 1, 8), date(2026, 1, 20)]) == [*GRID, *LATER, date(2026, 1, 20)]


def test_an_as_of_that_the_logs_do_not_reach_any_more_is_not_kept(grown: Lake) -> None:
    assert with_those_made(grown, BEHAVIOR, [date(2026, 1, 8), date(2026, 1, 14)]) == [*GRID, date(2026, 1, 14)]


def test_features_that_the_events_do_not_give_are_not_published(
    lake: Lake, spark: SparkSession, settings: Settings
) -> None:
    publish(lake, spark, FIRST, None)
    update_user_days(lake)
    wrong = lake.read(USER_DAYS).withColumn("songs", F.col("songs") + 1)
    lake.replace(USER_DAYS, wrong, made_from=lake.made_from(USER_DAYS))
    with pytest.raises(DataRefused, match="what the events before as_of alone give"):
        features(lake, settings)
    assert not lake.exists(BEHAVIOR)
