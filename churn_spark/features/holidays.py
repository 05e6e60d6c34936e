"""Features of the time that an `as_of` lies in, from the calendar of holidays and promotions."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSION
from churn_spark.calendar import day_of
from churn_spark.features.source_feature import SourceFeature
from churn_spark.features.tables import feature_table
from churn_spark.settings.labels import LabelSettings

WINDOW = 30
SEASONS = ("winter", "spring", "summer", "autumn")
HOLIDAY, PROMOTION = "kind = 'holiday'", "kind = 'promotion'"
PAST = f"day < as_of_day AND day >= as_of_day - {WINDOW}"


def _share(condition: str, days: str) -> str:
    return f"count(DISTINCT day) FILTER (WHERE {condition}) / {days}"


FEATURES = (
    SourceFeature("season", "category", "level",
                  "Season of the day before as_of, north of the equator: December, January and February are winter",
                  "element_at(array('winter', 'spring', 'summer', 'autumn'), "
                  "int(month(as_of_day - 1) % 12 DIV 3) + 1)", levels=SEASONS, since="v1.3"),
    SourceFeature("days_since_promotion", "count", "days",
                  "Days since the last day of a promotion; 1 is the day before as_of",
                  f"datediff(as_of_day, max(day) FILTER (WHERE {PROMOTION} AND day < as_of_day))",
                  null="without a promotion before", minimum=1, since="v1.3"),
    SourceFeature("promotion_share_30d", "share", "share", "Share of the days that belong to a promotion",
                  _share(f"{PROMOTION} AND {PAST}", str(WINDOW)), window=WINDOW, maximum=1, since="v1.3"),
    SourceFeature("holiday_share_30d", "share", "share", "Share of the days that are holidays",
                  _share(f"{HOLIDAY} AND {PAST}", str(WINDOW)), window=WINDOW, maximum=1, since="v1.3"),
    SourceFeature("holiday_share_horizon", "share", "share",
                  "Share of holidays in the horizon of the label; the calendar of holidays is known in advance",
                  f"CASE WHEN calendar_end >= horizon_start THEN "
                  f"{_share(f'{HOLIDAY} AND day >= horizon_start AND day < horizon_end', 'horizon_days')} END",
                  null="where the calendar ends before the horizon begins", maximum=1, since="v1.3"),
)  # fmt: skip

CALENDAR_FEATURES = feature_table(
    "customer_features.calendar",
    "Holidays and promotions around as_of; one row per customer and as_of",
    "Pseudonym of a customer of customer_features.behavior at this as_of",
    FEATURES,
)


def calendar_features(calendar: DataFrame, customers: DataFrame, labels: LabelSettings) -> DataFrame:
    """Rows of `customer_features.calendar` from `silver.calendar`.

    - `customers`: `user_id`, `as_of` and `region` of the customers.
    - A day without a region counts for all customers, another one for those of its region alone.

    Promotions count from before `as_of` alone. Holidays also count in [as_of + gap, as_of + gap + horizon) of the
    label: everybody knows them in advance, so that a feature of them does not look into the future.

    Example: as of 2 January, 30 days before it, Christmas and New Year's Day are holidays: a share of 2/30.
    """
    known = customers.withColumn("as_of_day", day_of("as_of"))
    end = calendar.agg(F.max("day").alias("calendar_end"))
    horizon_start = F.date_add("as_of_day", labels.gap_days)
    times = (
        known.select("as_of_day", "region")
        .distinct()
        .crossJoin(F.broadcast(end))
        .withColumns({"horizon_start": horizon_start, "horizon_days": F.lit(labels.horizon_days)})
        .withColumn("horizon_end", F.date_add("horizon_start", labels.horizon_days))
    )
    days = calendar.select("day", "kind", F.col("region").alias("region_of_day"))
    applies = F.col("region_of_day").isNull() | (F.col("region_of_day") == F.col("region"))
    keys = ["as_of_day", "region", "calendar_end", "horizon_start", "horizon_end", "horizon_days"]
    around = times.join(F.broadcast(days), applies, "left").groupBy(*keys)
    by_time = around.agg(*[feature.expression for feature in FEATURES]).withColumnRenamed("region", "of_region")
    same = (known["as_of_day"] == by_time["as_of_day"]) & known["region"].eqNullSafe(by_time["of_region"])
    return known.join(F.broadcast(by_time), same).select(
        "user_id",
        "as_of",
        F.lit(FEATURE_VERSION).alias("feature_version"),
        *[feature.name for feature in FEATURES],
    )
