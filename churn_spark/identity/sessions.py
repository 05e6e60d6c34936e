"""Sessions: a key that tells apart the uses of one session ID, and the sums of each user and session."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.calendar import day_of_ms
from churn_spark.clock import MS_PER_HOUR

CAP = 0.99  # a length is capped at this percentile of the day's sessions


def with_session_key(events: DataFrame, gap_hours: float) -> DataFrame:
    """Add `session_key`: the session ID and the time of the session's first event, in ms since epoch.

    Servers reuse session IDs. A new session begins after a pause of the ID that is longer than `gap_hours`.
    Users who have the ID in the same hours share the key.

    Example: ID 38 has events at 0:00, 5:00 and 12:00 of 1970-01-01, and `gap_hours` is 6. The pause of 7 hours is too
    long. The keys are `38-0`, `38-0` and `38-43200000`.

    A row's key depends on the rows of its session ID back to the last such pause. Order and partitions do not matter.
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


def user_sessions(events: DataFrame) -> DataFrame:
    """One row per user and session_key of silver events: all columns of `gold.sessions` except cap and gap."""
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
    )
    return per_session.withColumns(
        {
            "end_date": day_of_ms(F.col("end_ms")),
            "length_s": F.floor((F.col("end_ms") - F.col("start_ms")) / 1000),
        }
    )


def with_cap_and_gap(sessions: DataFrame) -> DataFrame:
    """Rows of `gold.sessions` from the rows of `user_sessions`.

    - `capped_length_s`: the length, at most the CAP percentile of the sessions that end on the same UTC day
    - `gap_s`: seconds from the end of the user's session before to the start of this one

    Example: a user's sessions last from 10:00 to 10:30 and from 11:00 to 11:05. Their gaps are null and 1800.
    """
    caps = sessions.groupBy("end_date").agg(F.percentile("length_s", CAP).alias("cap_s"))
    in_time = Window.partitionBy("user_id").orderBy("start_ms", "session_key")
    gap_s = F.floor((F.col("start_ms") - F.lag("end_ms").over(in_time)) / 1000)
    return (
        sessions.join(F.broadcast(caps), "end_date")
        .withColumns({"capped_length_s": F.least("length_s", "cap_s"), "gap_s": gap_s})
        .drop("cap_s")
    )
