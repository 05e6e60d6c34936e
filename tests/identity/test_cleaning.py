"""Cleaned columns."""

from pyspark.sql import SparkSession

from churn_spark.identity.cleaning import song_medians, with_cleaned
from tests.rows import event, silver

FIRST, SECOND = "2026-01-01", "2026-01-02"


def test_missing_categories_are_unknown_beside_the_raw_columns(spark: SparkSession) -> None:
    events = silver(spark, event(level=None))
    [row] = with_cleaned(events, song_medians(events)).collect()
    assert (row["level"], row["level_filled"], row["gender_filled"]) == (None, "Unknown", "F")


def test_a_missing_length_is_the_median_of_its_own_day(spark: SparkSession) -> None:
    songs = [(FIRST, 100_000), (FIRST, 300_400), (FIRST, 900_000), (FIRST, None), (SECOND, 50_000), (SECOND, None)]
    events = silver(spark, *[event(at=day, page="NextSong", length_ms=length) for day, length in songs])
    found = with_cleaned(events, song_medians(events)).orderBy("item_in_session").collect()
    assert [row.length_ms for row in found] == [length for _, length in songs]
    assert [row.length_ms_filled for row in found] == [100_000, 300_400, 900_000, 300_000, 50_000, 50_000]


def test_what_is_no_song_has_no_length(spark: SparkSession) -> None:
    events = silver(spark, event(page="Home"), event(page="NextSong", length_ms=1000))
    found = with_cleaned(events, song_medians(events)).select("page", "length_ms_filled")
    assert sorted(map(tuple, found.collect())) == [("Home", None), ("NextSong", 1000)]
