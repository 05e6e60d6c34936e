"""Features of a customer's behaviour: each declared once, all computed from the tiles in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.calendar import midnight
from churn_spark.ingest.contract import MS_PER_DAY
from churn_spark.tables import Table

FEATURE_VERSION = "v1.0"


@dataclass(frozen=True)
class Feature:
    """A feature: its name, its meaning (and when it is null), its SQL aggregate over a customer's tiles, its range.

    The aggregate sees the tiles before `as_of`, with `days_ago` (1: the day that ends at `as_of`) and `as_of_ms`.
    `minimum` and `maximum` are what the meaning allows (None: anything), not what some data happened to hold.
    """

    name: str
    description: str
    aggregate: str
    minimum: float | None = 0
    maximum: float | None = None


def _total(tile_sum: str, days: int) -> str:
    return f"coalesce(sum({tile_sum}) FILTER (WHERE days_ago <= {days}), 0)"


def _active_days(days: int, condition: str = "true") -> str:
    return f"count_if(days_ago <= {days} AND {condition})"


def _share(part: str, whole: str) -> str:
    return f"try_divide({part}, {whole})"


def _days_since(ms: str) -> str:
    return f"(max(as_of_ms) - {ms}) / {MS_PER_DAY}"


FEATURES = (
    Feature("account_age_days", "Days since registration; null where no event tells it",
            _days_since("max(registration_ms)"), minimum=None),
    Feature("is_paid", "1 if the newest known level is paid, 0 if it is free; null where none is known",
            "int(max_by(last_level, last_ms) FILTER (WHERE last_level IS NOT NULL) = 'paid')", maximum=1),
    Feature("days_since_last_event", "Days since the last event", _days_since("max(last_ms)")),
    Feature("days_active_7d", "Days with an event in the last 7 days", _active_days(7), maximum=7),
    Feature("days_active_30d", "Days with an event in the last 30 days", _active_days(30), maximum=30),
    Feature("sessions_7d", "Sessions begun in the last 7 days", _total("sessions", 7)),
    Feature("sessions_30d", "Sessions begun in the last 30 days", _total("sessions", 30)),
    Feature("songs_7d", "Songs played in the last 7 days", _total("songs", 7)),
    Feature("songs_30d", "Songs played in the last 30 days", _total("songs", 30)),
    Feature("songs_per_session_30d", "Songs per session of the last 30 days; null without a session",
            _share(_total("songs", 30), _total("sessions", 30))),
    Feature("listening_hours_30d", "Hours of songs played in the last 30 days",
            f"{_total('listening_ms', 30)} / 3600000"),
    Feature("recent_activity_ratio", "Events of the last 7 days among those of the last 30; null without any",
            _share(_total("events", 7), _total("events", 30)), maximum=1),
    Feature("thumbs_up_share_30d", "Thumbs up among all thumbs of the last 30 days; null without any",
            _share(_total("thumbs_up", 30), f"({_total('thumbs_up', 30)} + {_total('thumbs_down', 30)})"), maximum=1),
    Feature("thumbs_down_per_100_songs_30d", "Thumbs down per 100 songs of the last 30 days; null without a song",
            _share(f"100 * {_total('thumbs_down', 30)}", _total("songs", 30))),
    Feature("playlist_adds_30d", "Songs added to a playlist in the last 30 days", _total("playlist_adds", 30)),
    Feature("friend_adds_30d", "Friends added in the last 30 days", _total("friend_adds", 30)),
    Feature("adverts_per_100_songs_30d", "Adverts per 100 songs of the last 30 days; null without a song",
            _share(f"100 * {_total('adverts', 30)}", _total("songs", 30))),
    Feature("errors_30d", "Error pages in the last 30 days", _total("errors", 30)),
    Feature("error_rate_30d", "Error pages among the events of the last 30 days; null without an event",
            _share(_total("errors", 30), _total("events", 30)), maximum=1),
    Feature("help_visits_30d", "Help pages in the last 30 days", _total("help_visits", 30)),
    Feature("downgrade_visits_30d", "Downgrade pages seen in the last 30 days", _total("downgrade_visits", 30)),
    Feature("weekend_share_30d", "Saturdays and Sundays, UTC, among the active days of the last 30; null without any",
            _share(_active_days(30, "weekday(day) >= 5"), _active_days(30)), maximum=1),
    Feature("evening_share_30d", "Events from 18:00 to 24:00, UTC, among those of the last 30 days; null without any",
            _share(_total("evening_events", 30), _total("events", 30)), maximum=1),
)  # fmt: skip

FEATURE_COLUMNS = ",\n".join(f"{feature.name} DOUBLE COMMENT '{feature.description}'" for feature in FEATURES)

BEHAVIOR = Table(
    "customer_features.behavior",
    "How a customer behaved before as_of; one row per customer and as_of",
    f"""
    user_id STRING NOT NULL COMMENT 'Customer: has events before as_of and has not cancelled for good',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only events before it are used',
    feature_version STRING NOT NULL COMMENT 'Version of the feature definitions',
    {FEATURE_COLUMNS}
    """,
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of", "user_id"),
    evolves=True,
)


def behavior_features(tiles: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """Rows of `customer_features.behavior`: every customer at the midnight of each of `as_of_days`.

    A tile counts for the `as_of` midnights after its day. A user whose newest event is a cancellation is no customer
    any more and has no row.
    """
    later = F.filter(F.array(*[F.lit(day) for day in as_of_days]), lambda as_of_day: as_of_day > F.col("day"))
    before = (
        tiles.withColumn("as_of_day", F.explode(later))
        .withColumn("days_ago", F.date_diff("as_of_day", "day"))
        .withColumn("as_of_ms", F.unix_date("as_of_day").cast("bigint") * MS_PER_DAY)
    )
    return (
        before.groupBy("user_id", "as_of_day")
        .agg(
            F.max_by("last_page", "last_ms").alias("last_page"),
            *[F.expr(feature.aggregate).cast("double").alias(feature.name) for feature in FEATURES],
        )
        .where("last_page != 'Cancellation Confirmation'")
        .select(
            "user_id",
            midnight("as_of_day").alias("as_of"),
            F.lit(FEATURE_VERSION).alias("feature_version"),
            *[feature.name for feature in FEATURES],
        )
    )
