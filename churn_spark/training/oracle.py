"""The best that a model could do on simulated logs: rank customers by the hazard that the logs hide."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import day_of


def oracle_scores(customers: DataFrame, hazards: DataFrame, horizon_days: int) -> DataFrame:
    """`user_id` of `customers` (`user_id`, `as_of`) with `oracle`, the probability of churn as the oracle sees it.

    `hazards`: `user_id`, `day` (UTC), `cancel_hazard` of that day.

    The oracle knows the true hazard of the last day before `as_of`, and nothing of what comes after. Its probability is
    that of cancelling within the horizon if the hazard stays as it is.

    Example: a hazard of 0.01 and a horizon of 14 days give 1 - 0.99 ** 14 = 0.13.
    """
    foreseen = hazards.select(
        "user_id",
        F.date_add("day", 1).alias("as_of_day"),
        (1 - F.pow(1 - F.col("cancel_hazard"), F.lit(horizon_days))).alias("oracle"),
    )
    return (
        customers.withColumn("as_of_day", day_of("as_of"))
        .join(foreseen, ["user_id", "as_of_day"])
        .select("user_id", "oracle")
    )
