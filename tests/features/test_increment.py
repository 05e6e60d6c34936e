"""Tiles and behavior features, brought up to a silver that has changed."""

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.features.stage import features, log_span, update_behavior, update_user_days, with_those_made
from churn_spark.features.tables import BEHAVIOR, DAYS, PERCENTILES, USER_DAYS
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


def test_an_as_of_before_the_logs_is_not_kept(grown: Lake) -> None:
    kept = with_those_made(grown, BEHAVIOR, [date(2026, 1, 13), date(2026, 1, 20)], first=date(2026, 1, 8))
    assert kept == [date(2026, 1, 13), *LATER, date(2026, 1, 20)]


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


USERS = "abcdefghijklmnopqrst"
DAILY = [event(user, f"2026-01-{day:02} 12:00") for day in range(5, 27) for user in USERS]
STRAY = [event("ann", "2010-01-02 12:00"), event("a", "2026-02-04 12:00")]


def feature_days(lake: Lake) -> set[str]:
    return {f"{row.as_of:%m-%d}" for row in lake.read(BEHAVIOR).select("as_of").distinct().collect()}


def test_stray_days_decide_nothing_and_are_named(
    lake: Lake, spark: SparkSession, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publish(lake, spark, DAILY + STRAY, None)
    features(lake, settings)
    assert feature_days(lake) == {"01-12", "01-19", "01-26", "01-27"}
    assert [tuple(row) for row in lake.read(DAYS).orderBy("day").collect()] == [
        (date(2010, 1, 2), "stray", 1, 1),
        (date(2026, 2, 4), "stray", 1, 1),
    ]
    assert lake.read(BEHAVIOR).where("user_id = 'ann'").isEmpty()
    assert lake.read(BEHAVIOR).agg(F.max("history_days")).first()[0] == 22
    [warning] = [record.getMessage() for record in caplog.records if record.name == "churn_spark.features.stage"]
    assert "from 2026-01-05 to 2026-01-26 (and nothing from 2026-01-27 to 2026-02-03)" in warning
    assert "2010-01-02 (events 1, users 1), 2026-02-04 (events 1, users 1)" in warning


def test_no_feature_of_a_day_is_left_that_the_logs_do_not_reach_any_more(
    lake: Lake, spark: SparkSession, settings: Settings
) -> None:
    later = [event(user, "2026-02-02 12:00") for user in USERS]
    publish(lake, spark, DAILY + later, None)
    features(lake, settings)
    assert feature_days(lake) == {"01-12", "01-19", "01-26", "02-02", "02-03"}
    publish(lake, spark, DAILY, ["2026-02-02"])
    features(lake, settings)
    assert feature_days(lake) == {"01-12", "01-19", "01-26", "01-27"}
    assert lake.read(PERCENTILES).where("as_of > '2026-01-27'").isEmpty()


def test_days_without_logs_are_named_as_an_outage(lake: Lake, spark: SparkSession, settings: Settings) -> None:
    lost = (date(2026, 1, 14), date(2026, 1, 15))
    publish(lake, spark, [row for row in DAILY if row["event_date"] not in lost], None)
    update_user_days(lake)
    assert log_span(lake, settings).outages == [lost]
