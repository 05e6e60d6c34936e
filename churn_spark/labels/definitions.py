"""Definitions of churn, read off the activity tiles, and the labels that they give."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.features.calendar import day_of
from churn_spark.settings import LabelSettings

REASONS = {
    "churn_def_v1": ("cancellation",),
    "churn_def_v2": ("cancellation", "downgrade", "inactivity"),
}


def churn_days(tiles: DataFrame, inactivity_days: int) -> DataFrame:
    """Every churn as `user_id`, `reason`, `churn_day` and `back_day`, the next day with an event, null without one.

    cancellation: the day of the Cancellation Confirmation. downgrade: the day of the Submit Downgrade. inactivity:
    the day on which the user has been silent for so many whole days, which may lie after the last tile.
    """
    back_day = F.lead("day").over(Window.partitionBy("user_id").orderBy("day"))
    silent_day = F.date_add("day", inactivity_days)
    silent = F.coalesce(F.col("back_day") > silent_day, F.lit(True))
    reasons = F.array(
        _churn("cancellation", F.col("day"), F.col("cancellations") > 0),
        _churn("downgrade", F.col("day"), F.col("downgrades") > 0),
        _churn("inactivity", silent_day, silent),
    )
    return (
        tiles.withColumn("back_day", back_day)
        .select("user_id", "back_day", F.explode(F.array_compact(reasons)).alias("churn"))
        .select("user_id", "churn.reason", "churn.churn_day", "back_day")
    )


def _churn(reason: str, day: Column, happened: Column) -> Column:
    return F.when(happened, F.struct(F.lit(reason).alias("reason"), day.alias("churn_day")))


def first_with_churn(churns: DataFrame, data_end: date, versions: Sequence[str]) -> str:
    """The first of the definitions by which anyone has churned before `data_end`, else the last."""
    found = {row["reason"] for row in churns.where(F.col("churn_day") < data_end).select("reason").distinct().collect()}
    return next((version for version in versions if found.intersection(REASONS[version])), versions[-1])


def churn_labels(customers: DataFrame, churns: DataFrame, data_end: date, settings: LabelSettings) -> DataFrame:
    """Rows of `gold.labels` for `customers` (`user_id`, `as_of` at a midnight UTC), one per definition of churn.

    `churned` tells of a churn in [as_of + gap, as_of + gap + horizon); it is null where that reaches beyond
    `data_end`, the first day without logs. Who has churned before `as_of` and not been active since is left out.
    """
    start = F.date_add("as_of_day", settings.gap_days)
    end = F.date_add("as_of_day", settings.gap_days + settings.horizon_days)
    churn_day, back_day = F.col("churn_day"), F.col("back_day")
    away = (churn_day < F.col("as_of_day")) & F.coalesce(back_day >= F.col("as_of_day"), F.lit(True))
    in_horizon = (churn_day >= start) & (churn_day < end)
    versions = F.array(*[
        F.struct(F.lit(version).alias("label_version"), F.array(*map(F.lit, reasons)).alias("reasons"))
        for version, reasons in REASONS.items()
    ])  # fmt: skip
    counts = F.coalesce(F.array_contains("version.reasons", F.col("reason")), F.lit(False))
    return (
        customers.select("user_id", "as_of", day_of("as_of").alias("as_of_day"), F.explode(versions).alias("version"))
        .join(churns, "user_id", "left")
        .groupBy("user_id", "as_of", "as_of_day", "version.label_version")
        .agg(F.bool_or(counts & away).alias("away"), F.bool_or(counts & in_horizon).alias("churned"))
        .where("away IS DISTINCT FROM true")
        .select(
            "user_id",
            "as_of",
            "label_version",
            F.when(end <= F.lit(data_end), F.coalesce("churned", F.lit(False))).alias("churned"),
        )
    )
