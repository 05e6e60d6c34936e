"""What the pipeline's report says of scores."""

from pyspark.sql import functions as F

from churn_spark.evaluation.value import offer_pays_from, worth
from churn_spark.features.point_in_time import at_newest_as_of
from churn_spark.features.tables import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.settings.all import Settings


def scores(lake: Lake, settings: Settings) -> str:
    """The ten customers at the highest risk."""
    if not lake.exists(CHURN_SCORES):
        return ""
    newest = at_newest_as_of(lake.read(CHURN_SCORES))
    highest = newest.orderBy(F.desc("churn_probability"), "user_id").limit(10).collect()
    if not highest:
        return ""
    lines = [
        f"scores.churn_scores as of {highest[0]['as_of']:%Y-%m-%d}, the ten customers at the highest risk",
        f"  {'user_id':<14}{'probability':>12}  {'risk':<9} {'first factor':<32} recommended action",
    ]
    for row in highest:
        factor, actions = row["top_factors"][0], row["recommended_actions"]
        lines.append(
            f"  {row['user_id'][:12]:<14}{row['churn_probability']:>12.3f}  {row['risk_level']:<9} "
            f"{factor['feature']:<32} {actions[0] if actions else '-'}"
        )
    return "\n".join(lines)


def offers(lake: Lake, settings: Settings) -> str:
    """What the customers are worth, and for how many of them a retention offer pays."""
    if not (lake.exists(CHURN_SCORES) and lake.exists(BEHAVIOR)):
        return ""
    money, newest = settings.money, at_newest_as_of(lake.read(CHURN_SCORES))
    fees = newest.join(lake.read(BEHAVIOR).select("user_id", "as_of", "clv_3y"), ["user_id", "as_of"])
    mean = fees.agg(F.avg("clv_3y")).collect()[0][0] or 0.0
    known = worth(mean, money)
    if known is None:
        return ""
    kept_value = known.kept_value
    from_probability = offer_pays_from(money, kept_value)
    pays = newest.where(F.col("churn_probability") > from_probability).count()
    return (
        f"Offers\n  A kept customer is worth {kept_value:,.2f} {money.currency}. An offer of {money.offer_cost:,.2f} "
        f"that keeps {money.offer_success_rate:.0%} of those\n  about to leave pays from a probability of "
        f"{from_probability:.2f} on: for {pays:,} customers"
    )
