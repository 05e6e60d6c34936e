"""Features of what a customer pays, from the transactions before `as_of`."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.features.source_feature import SourceFeature, days_before_as_of, key_columns
from churn_spark.features.tables import feature_table

SUCCEEDED = "NOT coalesce(failed, false)"
PURCHASE = f"amount > 0 AND {SUCCEEDED}"
REFUND = f"amount < 0 AND {SUCCEEDED}"
ORDER = "struct(paid_at, transaction_id)"
BILL = "due_at IS NOT NULL"
PRICED = "price IS NOT NULL AND days_ago <= 180"


def _count(days: int, condition: str = PURCHASE) -> str:
    return f"count_if(days_ago <= {days} AND {condition})"


def _revenue(from_days: int, to_days: int = 0) -> str:
    within = f"days_ago <= {from_days} AND days_ago > {to_days}"
    return f"coalesce(sum(amount) FILTER (WHERE {SUCCEEDED} AND {within}), 0)"


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
    SourceFeature("refunds_90d", "count", "transactions", "Transactions that paid money back", _count(90, REFUND),
                  window=90, since="v1.1"),
    SourceFeature("total_revenue", "amount", "money", "Money paid less money paid back, so far",
                  f"coalesce(sum(amount) FILTER (WHERE {SUCCEEDED}), 0)", minimum=None, since="v1.3"),
    SourceFeature("total_orders", "count", "purchases", "Purchases so far", f"count_if({PURCHASE})", since="v1.3"),
    *(SourceFeature(f"failed_payments_{days}d", "count", "payments", "Payments that failed", _count(days, "failed"),
                    window=days, since="v1.3")
      for days in (30, 90)),
    SourceFeature("days_since_failed_payment", "amount", "days", "Days since the last payment that failed",
                  "min(days_ago) FILTER (WHERE failed)", null="without one", since="v1.3"),
    SourceFeature("billing_issues_90d", "count", "transactions", "Failed payments, refunds and late payments",
                  _count(90, f"(coalesce(failed, false) OR {REFUND} OR coalesce(paid_at > due_at, false))"),
                  window=90, since="v1.3"),
    SourceFeature("on_time_share_180d", "share", "share",
                  "Share of the payments with a time until which they are due that succeeded by then",
                  f"try_divide({_count(180, f'{BILL} AND {SUCCEEDED} AND paid_at <= due_at')}, {_count(180, BILL)})",
                  window=180, null="without such a payment", maximum=1, since="v1.3"),
    SourceFeature("current_price", "amount", "money per month", "Price that the last bill asked for",
                  f"max_by(price, {ORDER}) FILTER (WHERE price IS NOT NULL)", null="where no bill tells it",
                  since="v1.3"),
    SourceFeature("price_change_180d", "share", "share",
                  "Price that the last bill asked for, over that of the first bill in the window, less 1",
                  f"try_divide(max_by(price, {ORDER}) FILTER (WHERE {PRICED}), "
                  f"min_by(price, {ORDER}) FILTER (WHERE {PRICED})) - 1",
                  window=180, null="where no bill in the window tells the price", minimum=-1, since="v1.3"),
    SourceFeature("days_since_price_change", "amount", "days",
                  "Days since the first bill that asked for another price than the bill before",
                  "min(days_ago) FILTER (WHERE price_changed)", null="without one", since="v1.3"),
)  # fmt: skip

TRANSACTION_FEATURES = feature_table(
    "customer_features.transactions",
    "What a customer paid before as_of; one row per customer and as_of",
    "Pseudonym of a customer who has a transaction from before as_of",
    FEATURES,
)


def transaction_features(transactions: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """Rows of `customer_features.transactions` from `silver.transactions`, at the midnight of each of `as_of_days`.

    A transaction counts for the midnights after its `paid_at`. One shuffle, by user.
    """
    before = (
        Window.partitionBy("user_id").orderBy("paid_at", "transaction_id").rowsBetween(Window.unboundedPreceding, -1)
    )
    price_before = F.last("price", ignorenulls=True).over(before)
    return (
        transactions.withColumn("price_changed", F.col("price") != price_before)
        .withColumn("as_of_day", F.explode(F.array(*[F.lit(day) for day in as_of_days])))
        .withColumn("days_ago", days_before_as_of("paid_at"))
        .where("days_ago > 0")
        .groupBy("user_id", "as_of_day")
        .agg(*[feature.expression for feature in FEATURES])
        .select(*key_columns(), *[feature.name for feature in FEATURES])
    )
