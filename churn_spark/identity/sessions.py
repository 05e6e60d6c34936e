"""Sessions: what one session ID means at one time, and what a user does in one."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.ingest.contract import MS_PER_DAY

MS_PER_HOUR = 3_600_000
CAP = 0.99  # percentile of a day's sessions at which the length is capped


def with_session_key(events: DataFrame, gap_hours: float) -> DataFrame:
    """Add `session_key`: session ID and ms since epoch of the first event of a stretch of it, `38-1541105830796`.

    Servers number sessions for themselves and start anew, so that an ID comes again. A stretch ends where the ID has no
    event for longer than `gap_hours`; users who have the ID in the same hours share the key. A row's key depends on the
    rows of its session ID back to that pause, and on no order or partition.
    """
    in_time = Window.partitionBy("session_id").orderBy("event_ms")
    pause = F.col("event_ms") - F.lag("event_ms").over(in_time)
    begins = F.coalesce(pause > int(gap_hours * MS_PER_HOUR), F.lit(True))
    return (
        events.withColumn("begin_ms", F.when(begins, F.col("event_ms")))
        .withColumn("begin_ms", F.last("begin_ms", ignorenulls=True).over(in_time))
        .withColumn("session_key", F.concat_ws("-", "session_id", "begin_ms"))
        .drop("begin_ms")
    )


def sessions(events: DataFrame) -> DataFrame:
    """Rows of `gold.sessions`: one per user and session_key, from silver events; rows without a user are left out.

    A session is capped by the sessions that end on the same day, UTC, and by no later ones. Its row depends on these
    and on the user's session before it.
    """
    per_session = (
        events.where("user_id IS NOT NULL")
        .groupBy("user_id", "session_key")
        .agg(
            F.min("session_id").alias("session_id"),
            F.min("event_ms").alias("start_ms"),
            F.max("event_ms").alias("end_ms"),
            F.count("*").alias("events"),
            F.count_if(F.col("page") == "NextSong").alias("songs"),
        )
        .withColumns(
            {
                "end_date": F.date_from_unix_date(F.floor(F.col("end_ms") / MS_PER_DAY).cast("int")),
                "length_s": F.floor((F.col("end_ms") - F.col("start_ms")) / 1000),
            }
        )
    )
    caps = per_session.groupBy("end_date").agg(F.percentile("length_s", CAP).alias("cap_s"))
    in_time = Window.partitionBy("user_id").orderBy("start_ms", "session_key")
    return (
        per_session.join(caps, "end_date")
        .withColumns(
            {
                "capped_length_s": F.least("length_s", "cap_s"),
                "gap_s": F.floor((F.col("start_ms") - F.lag("end_ms").over(in_time)) / 1000),
            }
        )
        .drop("cap_s")
    )
