"""Features that know what they must not: the time after `as_of`."""

from datetime import date

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.tiles import EVENT_COLUMNS
from churn_spark.calendar import day_of
from churn_spark.features.leakage import KEYS, NAMES, compared_days, future_known
from churn_spark.features.tables import BEHAVIOR, USER_DAYS
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from tests.features.build import build
from tests.rows import event

MONDAYS = (date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26))
EVENTS = (
    event("ann", "2026-01-05 09:00", 1, song="a/x"),
    event("ann", "2026-01-13 09:00", 2, song="b/y"),
    event("bob", "2026-01-11 09:00", 3, "Thumbs Up"),
    event("cid", "2026-01-10 09:00", 4, song="b/y"),
    event("cid", "2026-01-21 09:00", 5, song="b/y"),
    event("cid", "2026-01-22 09:00", 5, "Cancellation Confirmation"),
)


@pytest.fixture
def behavior(lake: Lake) -> DataFrame:
    build(lake, MONDAYS, *EVENTS)
    return lake.read(BEHAVIOR)


def leaks(lake: Lake, rows: DataFrame) -> dict[str | None, int | None]:
    with_days = rows.withColumn("as_of_day", day_of("as_of")).select(*KEYS, *NAMES).toPandas()
    days = compared_days(sorted(with_days["as_of_day"].unique()))
    published = with_days[with_days["as_of_day"].isin(days)]
    findings = future_known(published, lake.read(SILVER_EVENTS).select(*EVENT_COLUMNS).toArrow(), days)
    assert {finding.severity for finding in findings} == {"critical"}
    return {finding.column: finding.unexpected for finding in findings if not finding.success}


def test_honest_features_are_those_of_the_events_before_as_of(lake: Lake, behavior: DataFrame) -> None:
    assert leaks(lake, behavior) == {}


def test_a_feature_that_looks_ahead_is_named(lake: Lake, behavior: DataFrame) -> None:
    songs_ever = lake.read(USER_DAYS).groupBy("user_id").agg(F.sum("songs").cast("double").alias("songs_30d"))
    leaky = behavior.drop("songs_30d").join(songs_ever, "user_id")
    assert leaks(lake, leaky) == {"songs_30d": 1}  # cid's, as of the 19th


def test_leaving_out_who_cancels_later_is_a_leak_of_every_feature(lake: Lake, behavior: DataFrame) -> None:
    assert leaks(lake, behavior.where("user_id != 'cid'"))["days_active_30d"] == 1
