"""Features of a customer's calls for support, from the tickets before `as_of`."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.source_feature import SourceFeature, days_before_as_of, key_columns
from churn_spark.features.tables import feature_table
from churn_spark.sources.expectations import BEST, WORST

RATED = "satisfaction IS NOT NULL AND closed_days_ago > 0"  # who gets the answer rates it


def _count(days: int, condition: str = "true") -> str:
    return f"count_if(days_ago <= {days} AND {condition})"


FEATURES = (
    *(SourceFeature(f"support_tickets_{days}d", "count", "tickets", "Tickets opened", _count(days), window=days,
                    since="v1.1")
      for days in (30, 90)),
    SourceFeature("support_calls_per_month", "amount", "calls per month", "Tickets opened by phone in 90 days, over 3",
                  f"{_count(90, 'by_phone')} / 3", window=90, since="v1.1"),
    SourceFeature("urgent_tickets_90d", "count", "tickets", "Urgent tickets opened", _count(90, "urgent"), window=90,
                  since="v1.1"),
    SourceFeature("open_tickets", "count", "tickets", "Tickets not closed yet",
                  "count_if(closed_days_ago IS NULL OR closed_days_ago <= 0)", since="v1.1"),
    SourceFeature("days_since_last_ticket", "amount", "days", "Days since the last ticket was opened",
                  "min(days_ago)", since="v1.1"),
    SourceFeature("hours_to_close", "amount", "hours", "Mean time from opening to closing of the tickets closed so far",
                  "avg(seconds_to_close) FILTER (WHERE closed_days_ago > 0) / 3600",
                  null="without a closed ticket", since="v1.1"),
    SourceFeature("ticket_satisfaction_mean", "score", "rating", "Mean rating of the tickets closed so far, 1 to 5",
                  f"avg(satisfaction) FILTER (WHERE {RATED})", null="without a rating", minimum=WORST, maximum=BEST,
                  since="v1.3"),
    SourceFeature("ticket_satisfaction_last", "score", "rating", "Rating of the ticket that was closed last, 1 to 5",
                  f"max_by(satisfaction, struct(closed_at, ticket_id)) FILTER (WHERE {RATED})", null="without a rating",
                  minimum=WORST, maximum=BEST, since="v1.3"),
    SourceFeature("low_ratings_90d", "count", "tickets", "Tickets closed and rated 1 or 2",
                  f"count_if({RATED} AND closed_days_ago <= 90 AND satisfaction <= 2)", window=90, since="v1.3"),
)  # fmt: skip

SUPPORT = feature_table(
    "customer_features.support",
    "How a customer called for support before as_of; one row per customer and as_of",
    "Pseudonym of a customer who has a ticket from before as_of",
    FEATURES,
)


def support_features(tickets: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """Rows of `customer_features.support` from `silver.tickets`, at the midnight of each of `as_of_days`.

    A ticket counts for the midnights after its `opened_at`, and is open at the midnights up to its `closed_at`. Its
    rating counts for the midnights after that. One shuffle, of partial sums per customer and midnight.
    """
    return (
        tickets.withColumn("as_of_day", F.explode(F.array(*[F.lit(day) for day in as_of_days])))
        .withColumns({"days_ago": days_before_as_of("opened_at"), "closed_days_ago": days_before_as_of("closed_at")})
        .withColumn("seconds_to_close", F.unix_seconds("closed_at") - F.unix_seconds("opened_at"))
        .where("days_ago > 0")
        .groupBy("user_id", "as_of_day")
        .agg(*[feature.expression for feature in FEATURES])
        .select(*key_columns(), *[feature.name for feature in FEATURES])
    )
