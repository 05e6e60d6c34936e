"""Definitions of churn, read off the activity tiles, and the labels that they give."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from churn_spark.behavior.customers import GONE
from churn_spark.calendar import day_of
from churn_spark.settings.labels import LabelSettings

Outages = Sequence[tuple[date, date]]  # the first and the last day of each, in order

ALL_REASONS = ("cancellation", "downgrade", "inactivity", "engagement_drop")
REASONS = {
    "churn_def_v1": ("cancellation",),
    "churn_def_v2": ("cancellation", "downgrade", "inactivity", "engagement_drop"),
}


def churn_days(tiles: DataFrame, settings: LabelSettings, outages: Outages = ()) -> DataFrame:
    """Every churn as `user_id`, `reason`, `churn_day` and `back_day`, which is null for a user who has not come back.

    The `churn_day` by reason:

    - cancellation: the day of the Cancellation Confirmation, from which on the user is gone (`behavior/customers.py`).
    - downgrade: the day of the Submit Downgrade.
    - inactivity: the last of `inactivity_days` days without an event, which may lie after the user's last tile.
    - engagement_drop: the last of `drop_days` days that begin after a day with an event and hold too few events. Too
      few is less, a day, than 1 - `drop_share` of the events in the `baseline_days` before. The user's first event lies
      before these or on their first day.

    The `back_day` is the next day with an event. After an engagement drop, it is the next day with an event at whose
    end the drop no longer holds. Until then all drops are one churn.

    Days of an outage do not count as days without an event. Where they are among the days that a drop compares, there
    is neither a drop nor the end of one.

    Example: `inactivity_days` is 14, and a user has events on 1 and 20 May. Churn day is 15 May, and back day 20 May.
    With an outage on 4 and 5 May, churn day is 17 May.
    """
    newest_first = Window.partitionBy("user_id").orderBy(F.desc("number"))
    later = newest_first.rangeBetween(Window.unboundedPreceding, -settings.drop_days - 1)
    silent_day = _nth_day_after("day", settings.inactivity_days, outages)
    silent = F.coalesce(F.col("back_day") > silent_day, F.lit(True))
    reasons = F.array(
        _churn("cancellation", F.col(GONE).isNotNull(), F.col("day"), F.col("back_day")),
        _churn("downgrade", F.col("downgrades") > 0, F.col("day"), F.col("back_day")),
        _churn("inactivity", silent, silent_day, F.col("back_day")),
        _churn("engagement_drop", F.col("drops"), F.date_add("day", settings.drop_days), F.col("risen_day")),
    )
    return (
        tiles.withColumn("number", F.unix_date("day"))
        .withColumns({
            "back_day": F.lag("day").over(newest_first),
            "drops": _low(newest_first, settings.drop_days, settings, outages) & _has_baseline(settings),
            "low": _low(newest_first, 0, settings, outages),
        })
        .withColumn("risen_day", F.min(F.when(~F.col("low"), F.col("day"))).over(later))
        .select("user_id", F.explode(F.array_compact(reasons)).alias("churn"))
        .groupBy("user_id", "churn.reason", "churn.back_day")
        .agg(F.min("churn.churn_day").alias("churn_day"))
    )  # fmt: skip


def _nth_day_after(day: str, days: int, outages: Outages) -> Column:
    """The day that is so many days after `day`, where days of outages do not count."""
    if not outages:
        return F.date_add(day, days)

    def without(after: Column, outage: Column) -> Column:
        begin = F.greatest(outage["first"], F.date_add(day, 1))
        skipped = F.datediff(outage["last"], begin) + 1
        return F.when((skipped > 0) & (begin <= after), F.date_add(after, skipped)).otherwise(after)

    return F.aggregate(_array(outages), F.date_add(day, days), without)


def _array(outages: Outages) -> Column:
    days = [F.struct(F.lit(first).alias("first"), F.lit(last).alias("last")) for first, last in outages]
    return F.array(*days)


def _meets(first: Column, last: Column, outages: Outages) -> Column:
    """Whether any day of an outage lies between the two days, both inclusive."""
    if not outages:
        return F.lit(False)
    return F.exists(_array(outages), lambda outage: (outage["first"] <= last) & (outage["last"] >= first))


def _low(newest_first: WindowSpec, later: int, settings: LabelSettings, outages: Outages) -> Column:
    """Whether the `drop_days` that end `later` days after the tile hold too few events for the `baseline_days` before.

    Null if an outage is among these days.

    Example: 2 drop days, 4 baseline days, a drop share of 0.5, and 8 events in the 4 days before. 4 events are expected
    in the 2 days, so that fewer than 2 are too few.
    """

    def events(first: int, last: int) -> Column:
        return F.coalesce(F.sum("events").over(newest_first.rangeBetween(-last, -first)), F.lit(0))

    begin = later - settings.drop_days + 1
    expected = events(begin - settings.baseline_days, begin - 1) * settings.drop_days / settings.baseline_days
    known = ~_meets(F.date_add("day", begin - settings.baseline_days), F.date_add("day", later), outages)
    return F.when(known, expected - events(begin, later) > settings.drop_share * expected)


def _has_baseline(settings: LabelSettings) -> Column:
    first = F.min("number").over(Window.partitionBy("user_id"))
    return first <= F.col("number") - settings.baseline_days + 1


def _churn(reason: str, happened: Column, day: Column, back_day: Column) -> Column:
    return F.when(happened, F.struct(F.lit(reason).alias("reason"), day.alias("churn_day"), back_day.alias("back_day")))


def first_with_churn(churns: DataFrame, data_end: date, versions: Sequence[str]) -> str:
    """The first of the definitions by which any customer churned before `data_end`; without one, the last."""
    reasons = {
        row["reason"] for row in churns.where(F.col("churn_day") < data_end).select("reason").distinct().collect()
    }
    return next((version for version in versions if reasons.intersection(REASONS[version])), versions[-1])


def churn_labels(
    customers: DataFrame, churns: DataFrame, data_end: date, settings: LabelSettings, outages: Outages = ()
) -> DataFrame:
    """Rows of `gold.labels` for `customers` (`user_id`, `as_of` at a midnight UTC), one per definition of churn.

    `churned` tells of a churn in [as_of + gap, as_of + gap + horizon). It is null if that reaches beyond `data_end`,
    the first day without logs, or if an outage lies in it: the churns that are seen in spite of an outage would say
    that more customers churn than do. A customer who churned before `as_of`, and did not come back before it, is left
    out.

    Example: with a gap of 1 day and a horizon of 14 days, the label as of 1 May looks at 2 to 15 May. It is null until
    the logs hold 15 May.
    """
    start = F.date_add("as_of_day", settings.gap_days)
    end = F.date_add("as_of_day", settings.gap_days + settings.horizon_days)
    churn_day, back_day = F.col("churn_day"), F.col("back_day")
    away = (churn_day < F.col("as_of_day")) & F.coalesce(back_day >= F.col("as_of_day"), F.lit(True))
    in_horizon = (churn_day >= start) & (churn_day < end)
    complete = ~_meets(start, F.date_add(end, -1), outages)
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
            F.when((end <= F.lit(data_end)) & complete, F.coalesce("churned", F.lit(False))).alias("churned"),
        )
    )


def label_overlap(churns: DataFrame, data_end: date) -> DataFrame:
    """Rows of `ops.label_overlap`: for each pair of reasons, how many customers churned by both or one of them.

    Churns before `data_end`, the first day without logs, count. The rows are added up by customer and then in all. Both
    use the shuffle of `churn_days`.
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
