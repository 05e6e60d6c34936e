"""The grid of `as_of` midnights."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from churn_spark.features.calendar import as_of_days, day_of, midnight
from churn_spark.settings import FeatureSettings

WEEKLY = FeatureSettings(step_days=7, min_history_days=7)


def test_mondays_and_the_day_after_the_last() -> None:
    days = as_of_days(date(2026, 1, 1), date(2026, 1, 27), WEEKLY)
    assert days == [date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26), date(2026, 1, 28)]


@given(
    first=st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    span=st.integers(0, 400),
    more=st.integers(1, 30),
    step=st.integers(1, 40),
)
def test_later_logs_keep_the_grid_of_earlier_ones(first: date, span: int, more: int, step: int) -> None:
    settings = FeatureSettings(step_days=step, min_history_days=5)
    last = first + timedelta(days=span)
    today = as_of_days(first, last, settings)
    later = as_of_days(first, last + timedelta(days=more), settings)
    assert set(today[:-1]) <= set(later)
    assert today[-1] == last + timedelta(days=1)


def test_midnight_and_day_do_not_depend_on_the_time_zone(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        days = spark.sql("SELECT DATE'2026-01-05' AS day").withColumn("as_of", midnight("day"))
        row = days.select(day_of("as_of").alias("day"), days.as_of.cast("bigint").alias("seconds")).first()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert (row.day, row.seconds) == (date(2026, 1, 5), 1767571200)
