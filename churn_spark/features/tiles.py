"""Activity tiles: one row per user and day of sums that can be added up over any window of days."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.ingest.contract import MS_PER_DAY

EVENING_MS = 18 * 3_600_000  # 18:00

SUMS = {
    "events": "count(*)",
    "songs": "count_if(page = 'NextSong')",
    "listening_ms": "coalesce(sum(length_ms) FILTER (WHERE page = 'NextSong'), 0)",
    "thumbs_up": "count_if(page = 'Thumbs Up')",
    "thumbs_down": "count_if(page = 'Thumbs Down')",
    "playlist_adds": "count_if(page = 'Add to Playlist')",
    "friend_adds": "count_if(page = 'Add Friend')",
    "adverts": "count_if(page = 'Roll Advert')",
    "errors": "count_if(page = 'Error')",
    "help_visits": "count_if(page = 'Help')",
    "logouts": "count_if(page = 'Logout')",
    "upgrade_visits": "count_if(page = 'Upgrade')",
    "downgrade_visits": "count_if(page = 'Downgrade')",
    "downgrades": "count_if(page = 'Submit Downgrade')",
    "cancellations": "count_if(page = 'Cancellation Confirmation')",
    "evening_events": f"count_if(event_ms % {MS_PER_DAY} >= {EVENING_MS})",
}

NEWEST = {
    "last_event": "max(struct(event_ms, item_in_session, page))",
    "last_known_level": "max(struct(event_ms, item_in_session, level)) FILTER (WHERE level IS NOT NULL)",
    "registration_ms": "max(registration_ms)",
}


def user_days(events: DataFrame) -> DataFrame:
    """Tiles of `gold.user_days` from silver events; rows without a user belong to no tile.

    All sums are whole numbers, so that they do not depend on the order in which Spark adds them up.
    """
    per_session = (
        events.where("user_id IS NOT NULL")
        .withColumnRenamed("event_date", "day")
        .repartition("user_id")  # serves the three steps below, which then need no shuffle of their own
        .groupBy("user_id", "session_id", "day")
        .agg(
            F.min("event_ms").alias("first_ms"),
            *[F.expr(aggregate).alias(name) for name, aggregate in {**SUMS, **NEWEST}.items()],
        )
    )
    first_day = F.min("day").over(Window.partitionBy("user_id", "session_id"))
    return (
        per_session.withColumn("starts", F.col("day") == first_day)
        .groupBy("user_id", "day")
        .agg(
            *[F.sum(name).alias(name) for name in SUMS],
            *[F.max(name).alias(name) for name in NEWEST],
            F.count_if("starts").alias("sessions"),
            F.min("first_ms").alias("first_ms"),
        )
        .withColumns(
            {
                "last_ms": F.col("last_event.event_ms"),
                "last_page": F.col("last_event.page"),
                "last_level": F.col("last_known_level.level"),
            }
        )
        .drop("last_event", "last_known_level")
    )
