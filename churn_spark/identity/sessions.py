"""Sessions: what one session ID means at one time, and what a user does in one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_HOUR, day_at
from churn_spark.identity.events import day_of
from churn_spark.identity.increment import changed_days
from churn_spark.lake import Lake
from churn_spark.tables import SESSIONS, SILVER_EVENTS

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


def user_sessions(events: DataFrame) -> DataFrame:
    """One row per user and session_key of silver events: all columns of `gold.sessions` but cap and gap."""
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
            "end_date": day_of(F.col("end_ms")),
            "length_s": F.floor((F.col("end_ms") - F.col("start_ms")) / 1000),
        }
    )


def with_cap_and_gap(sessions: DataFrame) -> DataFrame:
    """Rows of `gold.sessions` from those of `user_sessions`.

    A session is capped by the sessions that end on the same day, UTC, and by no later ones; its gap reaches back to the
    user's session before it.
    """
    caps = sessions.groupBy("end_date").agg(F.percentile("length_s", CAP).alias("cap_s"))
    in_time = Window.partitionBy("user_id").orderBy("start_ms", "session_key")
    gap_s = F.floor((F.col("start_ms") - F.lag("end_ms").over(in_time)) / 1000)
    return (
        sessions.join(F.broadcast(caps), "end_date")
        .withColumns({"capped_length_s": F.least("length_s", "cap_s"), "gap_s": gap_s})
        .drop("cap_s")
    )


def update_sessions(lake: Lake) -> None:
    """Make `gold.sessions` what `silver.events` says now: the sessions that end on or after the first day that changed.

    Not only those of the days that changed, for the gap of the next session reaches back to them.
    """
    version, days = changed_days(lake, lake.note(SESSIONS).get(SILVER_EVENTS.name))
    silver, note = lake.read(SILVER_EVENTS, version), {SILVER_EVENTS.name: version}
    if days is None:
        lake.replace(SESSIONS, with_cap_and_gap(user_sessions(silver)), note=note)
    elif days:
        _update_since(lake, silver, days[0], note)


def _update_since(lake: Lake, silver: DataFrame, since: date, note: Mapping[str, Any]) -> None:
    known, ends_since = lake.read(SESSIONS), F.col("end_date") >= F.lit(since)
    first_ms = known.where(ends_since).agg(F.min("start_ms")).collect()[0][0]
    begin = since if first_ms is None else min(since, day_at(first_ms))
    changed = user_sessions(silver.where(F.col("event_date") >= F.lit(begin))).where(ends_since)
    rows = changed.unionByName(known.where(~ends_since).select(*changed.columns)).transform(with_cap_and_gap)
    lake.replace(SESSIONS, rows.where(ends_since), where=f"end_date >= DATE'{since}'", note=note)
