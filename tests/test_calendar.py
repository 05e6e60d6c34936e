"""The grid of `as_of` midnights."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from churn_spark.calendar import as_of_grid, day_of, midnight, on_grid


def test_every_monday_after_the_history() -> None:
    days = as_of_grid(date(2026, 1, 1), date(2026, 1, 27), step_days=7, min_history_days=7)
    assert days == [date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)]


def test_a_midnight_is_on_the_grid_or_not(spark: SparkSession) -> None:
    days = spark.sql("SELECT explode(sequence(DATE'2026-01-12', DATE'2026-01-26')) AS day")
    on = days.withColumn("as_of", midnight("day")).where(on_grid("as_of", 7)).collect()
    assert [row.day for row in on] == as_of_grid(date(2026, 1, 1), date(2026, 1, 27), 7, 7)


@given(
    first=st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    span=st.integers(0, 400),
    more=st.integers(1, 30),
    step=st.integers(1, 40),
)
def test_later_logs_keep_the_grid_of_earlier_ones(first: date, span: int, more: int, step: int) -> None:
    last = first + timedelta(days=span)
    today = as_of_grid(first, last, step, min_history_days=5)
    later = as_of_grid(first, last + timedelta(days=more), step, min_history_days=5)
    assert later[: len(today)] == today


def test_midnight_and_day_do_not_depend_on_the_time_zone(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        days = spark.sql("SELECT DATE'2026-01-05' AS day").withColumn("as_of", midnight("day"))
        row = days.select(day_of("as_of").alias("day"), days.as_of.cast("bigint").alias("seconds")).first()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert (row.day, row.seconds) == (date(2026, 1, 5), 1767571200)
