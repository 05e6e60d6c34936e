"""Definitions of churn, read off the activity tiles, and the labels that they give."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from churn_spark.features.calendar import day_of
from churn_spark.settings import LabelSettings

ALL_REASONS = ("cancellation", "downgrade", "inactivity", "engagement_drop")
REASONS = {"churn_def_v1": ("cancellation",), "churn_def_v2": ALL_REASONS}


def churn_days(tiles: DataFrame, settings: LabelSettings) -> DataFrame:
    """Every churn as `user_id`, `reason`, `churn_day` and `back_day`, null for who has not come back.

    cancellation: the day of the Cancellation Confirmation. downgrade: the day of the Submit Downgrade. inactivity:
    the day on which the user has been silent for `inactivity_days` whole days, which may lie after the last tile.
    Who has an event again is back. engagement_drop: the last of `drop_days` days that begin after a day with an event
    and hold fewer events a day than 1 - `drop_share` of those in the `baseline_days` before, all of which the user was
    there for. Back is who has an event at the end of a day by which that is so no more; until then it is one churn.
    """
    newest_first = Window.partitionBy("user_id").orderBy(F.desc("number"))
    later = newest_first.rangeBetween(Window.unboundedPreceding, -settings.drop_days - 1)
    silent_day = F.date_add("day", settings.inactivity_days)
    silent = F.coalesce(F.col("back_day") > silent_day, F.lit(True))
    reasons = F.array(
        _churn("cancellation", F.col("cancellations") > 0, F.col("day"), F.col("back_day")),
        _churn("downgrade", F.col("downgrades") > 0, F.col("day"), F.col("back_day")),
        _churn("inactivity", silent, silent_day, F.col("back_day")),
        _churn("engagement_drop", F.col("drops"), F.date_add("day", settings.drop_days), F.col("risen_day")),
    )
    return (
        tiles.withColumn("number", F.unix_date("day"))
        .withColumns({
            "back_day": F.lag("day").over(newest_first),
            "drops": _low(newest_first, settings.drop_days, settings) & _has_baseline(settings),
            "low": _low(newest_first, 0, settings),
        })
        .withColumn("risen_day", F.min(F.when(~F.col("low"), F.col("day"))).over(later))
        .select("user_id", F.explode(F.array_compact(reasons)).alias("churn"))
        .groupBy("user_id", "churn.reason", "churn.back_day")
        .agg(F.min("churn.churn_day").alias("churn_day"))
    )  # fmt: skip


def _low(newest_first: WindowSpec, later: int, settings: LabelSettings) -> Column:
    """Whether the `drop_days` that end so many days later hold too few events for the `baseline_days` before."""

    def events(first: int, last: int) -> Column:
        return F.coalesce(F.sum("events").over(newest_first.rangeBetween(-last, -first)), F.lit(0))

    begin = later - settings.drop_days + 1
    expected = events(begin - settings.baseline_days, begin - 1) * settings.drop_days / settings.baseline_days
    return expected - events(begin, later) > settings.drop_share * expected


def _has_baseline(settings: LabelSettings) -> Column:
    first = F.min("number").over(Window.partitionBy("user_id"))
    return first <= F.col("number") - settings.baseline_days + 1


def _churn(reason: str, happened: Column, day: Column, back_day: Column) -> Column:
    return F.when(happened, F.struct(F.lit(reason).alias("reason"), day.alias("churn_day"), back_day.alias("back_day")))


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


def label_overlap(churns: DataFrame, data_end: date) -> DataFrame:
    """Rows of `ops.label_overlap`: for each pair of reasons, how many customers churned by both or one of them.

    Churns before `data_end` count, the first day without logs. One row per customer and then one row in all: the
    shuffle of `churn_days` serves both.
    """
    by_customer = (
        churns.where(F.col("churn_day") < F.lit(data_end))
        .groupBy("user_id")
        .agg(*[F.bool_or(F.col("reason") == reason).alias(reason) for reason in ALL_REASONS])
    )
    pairs = F.array(*[
        F.struct(
            F.lit(one).alias("reason"),
            F.lit(other).alias("other_reason"),
            F.count_if(F.col(one) & F.col(other)).alias("both"),
            F.count_if(F.col(one) & ~F.col(other)).alias("only_reason"),
            F.count_if(~F.col(one) & F.col(other)).alias("only_other"),
        )
        for one, other in combinations(ALL_REASONS, 2)
    ])  # fmt: skip
    either = F.col("both") + F.col("only_reason") + F.col("only_other")
    return (
        by_customer.agg(pairs.alias("pairs"))
        .select(F.inline("pairs"))
        .withColumn("jaccard", F.try_divide("both", either))
    )
