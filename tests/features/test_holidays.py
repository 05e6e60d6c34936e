"""Features of the calendar: their values around an as_of, and whom a region's days count for."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from churn_spark.features.holidays import FEATURES, calendar_features
from churn_spark.settings.all import Settings
from churn_spark.sources.tables import CALENDAR

AS_OF = datetime(2026, 1, 2, tzinfo=UTC)
CUSTOMERS = [("ann", AS_OF, "South"), ("bob", AS_OF, None)]
DAYS = (
    (date(2025, 12, 25), "holiday", "Christmas Day", None),
    (date(2026, 1, 1), "holiday", "New Year's Day", None),
    (date(2026, 1, 1), "promotion", "Half price", None),
    (date(2026, 1, 2), "promotion", "Half price", None),
    (date(2026, 1, 2), "holiday", "Day of the South", "South"),
    (date(2026, 1, 31), "holiday", "Last day of the horizon", None),
    (date(2026, 2, 1), "holiday", "First day after it", None),
)


def features(spark: SparkSession, settings: Settings, *days: tuple[date, str, str, str | None]) -> dict[str, Row]:
    customers: DataFrame = spark.createDataFrame(CUSTOMERS, "user_id STRING, as_of TIMESTAMP, region STRING")
    labels = settings.labels.model_copy(update={"gap_days": 0, "horizon_days": 30})
    rows = calendar_features(spark.createDataFrame(list(days), CALENDAR.columns), customers, labels)
    return {row.user_id: row for row in rows.collect()}


@pytest.mark.parametrize(
    ("feature", "ann", "bob"),
    [
        ("season", "winter", "winter"),
        ("days_since_promotion", 1.0, 1.0),
        ("promotion_share_30d", 1 / 30, 1 / 30),
        ("holiday_share_30d", 2 / 30, 2 / 30),
        ("holiday_share_horizon", 2 / 30, 1 / 30),  # ann's region has a holiday on the day of as_of
    ],
)
def test_value(spark: SparkSession, settings: Settings, feature: str, ann: float, bob: float) -> None:
    known = features(spark, settings, *DAYS)
    assert [known["ann"][feature], known["bob"][feature]] == [ann, bob]


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]


def test_a_calendar_that_ends_before_the_horizon_does_not_tell_its_holidays(
    spark: SparkSession, settings: Settings
) -> None:
    known = features(spark, settings, *DAYS[:3])
    assert (known["ann"].holiday_share_horizon, known["ann"].holiday_share_30d) == (None, 2 / 30)
