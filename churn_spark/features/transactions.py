"""Features of what a customer pays, from the transactions before `as_of`."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.source_feature import SourceFeature, days_before_as_of, key_columns
from churn_spark.features.tables import feature_table

PURCHASE = "amount > 0"


def _count(days: int, condition: str = PURCHASE) -> str:
    return f"count_if(days_ago <= {days} AND {condition})"


def _revenue(from_days: int, to_days: int = 0) -> str:
    return f"coalesce(sum(amount) FILTER (WHERE days_ago <= {from_days} AND days_ago > {to_days}), 0)"


FEATURES = (
    *(SourceFeature(f"purchase_frequency_{days}d", "count", "purchases", "Purchases", _count(days), window=days,
                    since="v1.1")
      for days in (30, 90)),
    *(SourceFeature(f"revenue_{days}d", "amount", "money", "Money paid less money paid back", _revenue(days),
                    window=days, minimum=None, since="v1.1")
      for days in (30, 90)),
    SourceFeature("avg_order_value", "amount", "money per purchase", "Mean amount of all purchases so far",
                  f"avg(amount) FILTER (WHERE {PURCHASE})", null="without a purchase", since="v1.1"),
    SourceFeature("revenue_trend", "share", "share",
                  "(new - old) / (abs(new) + abs(old)), new: revenue of the last 30 days, old: of the 30 days before",
                  f"try_divide({_revenue(30)} - {_revenue(60, 30)}, abs({_revenue(30)}) + abs({_revenue(60, 30)}))",
                  window=60, null="where both are 0", minimum=-1, maximum=1, since="v1.1"),
    SourceFeature("days_since_last_purchase", "amount", "days", "Days since the last purchase",
                  f"min(days_ago) FILTER (WHERE {PURCHASE})", null="without a purchase", since="v1.1"),
    SourceFeature("refunds_90d", "count", "transactions", "Transactions that paid money back", _count(90, "amount < 0"),
                  window=90, since="v1.1"),
)  # fmt: skip

TRANSACTION_FEATURES = feature_table(
    "customer_features.transactions",
    "What a customer paid before as_of; one row per customer and as_of",
    "Pseudonym of a customer who has a transaction from before as_of",
    FEATURES,
)


def transaction_features(transactions: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """Rows of `customer_features.transactions` from `silver.transactions`, at the midnight of each of `as_of_days`.

    A transaction counts for the midnights after its `paid_at`. One shuffle, of partial sums per customer and midnight.
    """
    return (
        transactions.withColumn("as_of_day", F.explode(F.array(*[F.lit(day) for day in as_of_days])))
        .withColumn("days_ago", days_before_as_of("paid_at"))
        .where("days_ago > 0")
        .groupBy("user_id", "as_of_day")
        .agg(*[feature.expression for feature in FEATURES])
        .select(*key_columns(), *[feature.name for feature in FEATURES])
    )
