"""Cleaned columns beside the raw ones, so that a reader sees what was filled in."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNKNOWN = "Unknown"
CATEGORIES = ("level", "gender")


def song_medians(events: DataFrame) -> DataFrame:
    """Median length of the songs of each day: `event_date`, `median_ms`.

    Of one day, for the median of all days would tell it what comes later; of lengths in whole seconds, which is exact
    to half a second and, unlike a sketch, the same in whatever order the rows come.
    """
    seconds = F.round(F.col("length_ms") / 1000)
    songs = events.where("page = 'NextSong' AND length_ms IS NOT NULL")
    medians = songs.groupBy("event_date").agg(F.percentile(seconds, 0.5).alias("median_s"))
    return medians.select("event_date", (F.col("median_s") * 1000).cast("bigint").alias("median_ms"))


def with_cleaned(events: DataFrame, medians: DataFrame) -> DataFrame:
    """Add `level_filled` and `gender_filled`, Unknown where missing, and `length_ms_filled`.

    The latter is the song's length, or the median of its day (of `medians`: `event_date`, `median_ms`) where that is
    missing; null for what is no song.
    """
    length = F.when(F.col("page") == "NextSong", F.coalesce("length_ms", "median_ms"))
    return (
        events.join(F.broadcast(medians), "event_date", "left")
        .withColumns({f"{name}_filled": F.coalesce(name, F.lit(UNKNOWN)) for name in CATEGORIES})
        .withColumn("length_ms_filled", length)
        .drop("median_ms")
    )
