"""Cleaned columns."""

from datetime import date

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from churn_spark.identity.cleaning import song_medians, with_cleaned

EVENT = "event_date DATE, page STRING, level STRING, gender STRING, length_ms BIGINT"
FIRST, SECOND = date(2026, 1, 1), date(2026, 1, 2)


def test_missing_categories_are_unknown_beside_the_raw_columns(spark: SparkSession) -> None:
    events = spark.createDataFrame([(FIRST, "Home", None, "F", None)], EVENT)
    [row] = with_cleaned(events, song_medians(events)).collect()
    assert (row["level"], row["level_filled"], row["gender_filled"]) == (None, "Unknown", "F")


def test_a_missing_length_is_the_median_of_its_own_day(spark: SparkSession) -> None:
    songs = [(FIRST, 100_000), (FIRST, 300_400), (FIRST, 900_000), (FIRST, None), (SECOND, 50_000), (SECOND, None)]
    events = spark.createDataFrame([(day, "NextSong", "free", "F", length) for day, length in songs], EVENT)
    found = with_cleaned(events, song_medians(events)).select("event_date", "length_ms", "length_ms_filled")
    expected = [(day, ms, ms or (300_000 if day == FIRST else 50_000)) for day, ms in songs]
    assert_df_equality(found, spark.createDataFrame(expected, found.schema), ignore_row_order=True)


def test_what_is_no_song_has_no_length(spark: SparkSession) -> None:
    events = spark.createDataFrame([(FIRST, "Home", "free", "F", None), (FIRST, "NextSong", "free", "F", 1000)], EVENT)
    found = with_cleaned(events, song_medians(events)).select("page", "length_ms_filled")
    assert sorted(map(tuple, found.collect())) == [("Home", None), ("NextSong", 1000)]
