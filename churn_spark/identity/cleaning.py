"""Cleaned columns beside the raw ones, so that a reader sees what was filled in."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNKNOWN = "Unknown"
CATEGORIES = ("level", "gender")


def song_medians(events: DataFrame) -> DataFrame:
    """Median length of the songs of each day: `event_date`, `median_ms`.

    The median is that of one day, because the median of all days would tell a day what comes later.
    Lengths are rounded to whole seconds: the median is then exact to half a second.
    Unlike a sketch, it is the same in whatever order the rows come.
    """
    seconds = F.round(F.col("length_ms") / 1000)
    songs = events.where("page = 'NextSong' AND length_ms IS NOT NULL")
    medians = songs.groupBy("event_date").agg(F.percentile(seconds, 0.5).alias("median_s"))
    return medians.select("event_date", (F.col("median_s") * 1000).cast("bigint").alias("median_ms"))


def with_cleaned(events: DataFrame, medians: DataFrame) -> DataFrame:
    """Add the filled columns; `medians` are rows of `song_medians`.

    - `level_filled`, `gender_filled`: the value, or Unknown if it is missing
    - `length_ms_filled`: the length of the song, or the median of its day if it is missing; null if no song was played
    """
    length = F.when(F.col("page") == "NextSong", F.coalesce("length_ms", "median_ms"))
    return (
        events.join(F.broadcast(medians), "event_date", "left")
        .withColumns({f"{name}_filled": F.coalesce(name, F.lit(UNKNOWN)) for name in CATEGORIES})
        .withColumn("length_ms_filled", length)
        .drop("median_ms")
    )
